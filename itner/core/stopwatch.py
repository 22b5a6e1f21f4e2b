"""Where the time of work goes, and how much of what it did."""

from __future__ import annotations

import time
from collections import Counter


class Stopwatch:
    """Seconds of the stages of some work, and counts.

    Attributes:
        seconds: by stage.
        counts: by what was counted.
    """

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self._last = time.perf_counter()

    def start(self) -> None:
        """What was since the last stage belongs to none."""
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        """The time since the last stage belongs to this one."""
        now = time.perf_counter()
        self.add(stage, now - self._last)
        self._last = now

    def add(self, stage: str, seconds: float) -> None:
        """Some time that was measured otherwise belongs to this stage."""
        self.seconds[stage] += seconds  # type: ignore[assignment]
