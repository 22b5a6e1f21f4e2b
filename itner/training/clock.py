"""How long a training took, over all its sessions."""

from __future__ import annotations

import time
from pathlib import Path

from itner.records.files import write_atomic

_FILE = "seconds.txt"


class Clock:
    """Training time over all sessions of a run; what went before a checkpoint is kept in it.

    Args:
        last: the checkpoint that is gone on from, None at a beginning.
    """

    def __init__(self, last: Path | None):
        self._before = float((last / _FILE).read_text(encoding="utf-8")) if last is not None else 0.0
        self._started = time.monotonic()

    def seconds(self) -> float:
        """So far."""
        return self._before + time.monotonic() - self._started

    def write(self, checkpoint: Path) -> None:
        """Keep the time in a checkpoint."""
        write_atomic(checkpoint / _FILE, f"{self.seconds():.1f}")
