"""How long work reports where it is: a callback that takes a message and the share done."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

Progress = Callable[[str, float], None]
_FORMAT = "{desc}: {percentage:3.0f}% in {elapsed}, {remaining} left"
# In a log file a line every so often is enough.
_LOG_SECONDS = 10.0


def silent(message: str, share: float) -> None:
    """Report to nobody."""


class ConsoleProgress:
    """A bar on stderr with the time left, through tqdm: one for each step, rewritten in place on a terminal."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, message: str, share: float) -> None:
        share = min(max(share, 0.0), 1.0)
        # A step may add to its message while it runs (a score, say); only a new step starts over.
        if self._bar is not None and (share < self._bar.n or self._bar.n >= 1.0):
            self.close()
        if self._bar is None:
            live = sys.stderr.isatty()
            self._bar = tqdm(
                total=1.0,
                desc=message,
                bar_format=_FORMAT,
                file=sys.stderr,
                mininterval=0.1 if live else _LOG_SECONDS,
                ascii=not live,
            )
        self._bar.set_description_str(message, refresh=False)
        self._bar.update(share - self._bar.n)

    def close(self) -> None:
        """End the bar of the step that is running."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
