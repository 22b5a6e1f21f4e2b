"""How long a training took, over all its sessions."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from itner.records.files import write_atomic


class Clock(TrainerCallback):
    """Training time over all sessions of a run: what went before a checkpoint is kept beside it."""

    def __init__(self, path: Path, keep: bool):
        self._path = path
        self._before = float(path.read_text(encoding="utf-8")) if keep and path.is_file() else 0.0
        self._started = time.monotonic()

    def seconds(self) -> float:
        """So far."""
        return self._before + time.monotonic() - self._started

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Keep the time beside the checkpoint."""
        write_atomic(self._path, f"{self.seconds():.1f}")
