"""How far a training of a decoder is."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from itner.core.progress import Progress


class Report(TrainerCallback):
    """Passes the share of steps done on to a progress callback, with the last loss.

    Args:
        what: is done, in words.
    """

    def __init__(self, progress: Progress, what: str):
        self._progress = progress
        self._what = what
        self._score = ""

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Say where it is."""
        self._progress(f"{self._what}{self._score}", state.global_step / max(state.max_steps, 1))

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Note the loss on what is learned, until one on dev is known."""
        logs = kwargs.get("logs") or {}
        if "eval_loss" in logs:
            self._score = f" (dev loss {logs['eval_loss']:.4f} after epoch {state.epoch:.0f})"
        elif "loss" in logs and "dev" not in self._score:
            self._score = f" (loss {float(logs['loss']):.3f})"
