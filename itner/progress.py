"""How long work reports where it is: a callback that takes a message and the share done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

Progress = Callable[[str, float], None]


def silent(message: str, share: float) -> None:
    """Report to nobody."""


class ConsoleProgress:
    """One line on stderr: rewritten in place on a terminal, a line per tenth in a log file."""

    def __init__(self) -> None:
        self._share = 1.0
        self._started = time.monotonic()
        self._tenth = -1
        self._live = sys.stderr.isatty()
        self._open = False

    def __call__(self, message: str, share: float) -> None:
        share = min(max(share, 0.0), 1.0)
        # A step may add to its message while it runs (a score, say); only a new step starts over.
        if share < self._share or self._share == 1.0:
            self.close()
            self._started, self._tenth = time.monotonic(), -1
        self._share = share
        tenth = int(share * 10)
        if not self._live and tenth == self._tenth:
            return
        self._tenth = tenth
        seconds = time.monotonic() - self._started
        left = f", {_clock(seconds / share - seconds)} left" if 0.02 < share < 1 and seconds > 2 else ""
        line = f"{message}: {share:4.0%} in {_clock(seconds)}{left}"
        if self._live:
            sys.stderr.write(f"\r\033[K{line}")
            self._open = True
        else:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def close(self) -> None:
        """End the line that is being rewritten."""
        if self._open:
            sys.stderr.write("\n")
            self._open = False


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
