"""How long work reports where it is: a callback that takes a message and the share done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from tqdm import tqdm

Progress = Callable[[str, float], None]
_BEGUN = "{desc}: {percentage:3.0f}%"
_FORMAT = _BEGUN + " in {elapsed}, {remaining} left"
# Earlier, the time left is a guess from nothing.
_GUESS_SECONDS = 1.0
# In a log file a line every so often is enough.
_LOG_SECONDS = 10.0


def silent(message: str, share: float) -> None:
    """Report to nobody."""


class ConsoleProgress:
    """A line on stderr with the time left, for one step after the other: rewritten on a terminal, added in a log."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._bar: Any = None
        self._share = 1.0
        self._started = self._said = 0.0

    def __call__(self, message: str, share: float) -> None:
        share = min(max(share, 0.0), 1.0)
        # A step may add to its message while it runs (a score, say); only a new step starts over.
        if share < self._share or self._share == 1.0:
            self.close()
            self._started, self._said = time.monotonic(), 0.0
        self._share = share
        now = time.monotonic()
        form = _FORMAT if now - self._started >= _GUESS_SECONDS or share == 1.0 else _BEGUN
        if self._live:
            if self._bar is None:
                self._bar = tqdm(total=1.0, desc=message, bar_format=form, file=sys.stderr)
            self._bar.bar_format = form
            self._bar.set_description_str(message, refresh=False)
            self._bar.update(share - self._bar.n)
            return
        if share == 1.0 or now - self._said >= _LOG_SECONDS:
            self._said = now
            state = tqdm.format_meter(share, 1.0, now - self._started, prefix=message, bar_format=form)
            print(state, file=sys.stderr, flush=True)

    def close(self) -> None:
        """End the line that is being rewritten."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
