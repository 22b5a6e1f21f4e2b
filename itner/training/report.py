"""How far a training is."""

from __future__ import annotations

from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from itner.core.progress import Progress


class Report(TrainerCallback):
    """Passes the share of steps done on to a progress callback, with the last score on dev; before one, the loss.

    Args:
        what: is done, in words.
        metric: of the evaluation on dev, and what it is called.
    """

    def __init__(self, progress: Progress, what: str, metric: tuple[str, str] = ("eval_loss", "loss")):
        self._progress = progress
        self._what = what
        self._metric, self._called = metric
        self._score = ""

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Say where it is."""
        self._progress(f"{self._what}{self._score}", state.global_step / max(state.max_steps, 1))

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Note the last score."""
        logs = kwargs.get("logs") or {}
        if self._metric in logs:
            self._score = f" (dev {self._called} {logs[self._metric]:.4f} after epoch {state.epoch:.0f})"
        elif "loss" in logs and "dev" not in self._score:
            self._score = f" (loss {float(logs['loss']):.3f})"
