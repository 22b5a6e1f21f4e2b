"""An exponential moving average of the trained weights.

Averaging over the last epochs' steps evens out the noise of small batches and of annotation; the average is what
is scored on dev, and what ships.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

_FILE = "average.safetensors"


class WeightAverage(TrainerCallback):
    """The moving average of a model's trainable parameters; a decay of 0 is the parameters themselves."""

    def __init__(self, model: nn.Module, decay: float):
        self._parameters = {name: p for name, p in model.named_parameters() if p.requires_grad}
        self._average = {name: p.detach().clone() for name, p in self._parameters.items()}
        self._decay = decay

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        # The Trainer moves the model to its device, and a resumed one gets its weights, after this was built.
        if state.global_step == 0:
            self._average = {name: p.detach().clone() for name, p in self._parameters.items()}
        else:
            self.load(Path(args.output_dir or "") / f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}")

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        # Early on, the average must not remember the start for as long as it later remembers a good state.
        decay = min(self._decay, (1 + state.global_step) / (10 + state.global_step)) if self._decay else 0.0
        with torch.no_grad():
            for name, parameter in self._parameters.items():
                self._average[name].lerp_(parameter, 1 - decay)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        folder = Path(args.output_dir or "") / f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}"
        save_file({name: tensor.contiguous() for name, tensor in self._average.items()}, folder / _FILE)

    def load(self, checkpoint: Path) -> None:
        """Take the average from a checkpoint."""
        stored = load_file(checkpoint / _FILE)
        for name, tensor in self._average.items():
            tensor.copy_(stored[name])

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The model's parameters are the average inside the block."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def apply(self) -> None:
        """Leave the average in the model for good."""
        self._swap()

    def _swap(self) -> None:
        for name, parameter in self._parameters.items():
            parameter.data, self._average[name] = self._average[name], parameter.data


class AveragedTrainer(Trainer):
    """A Trainer that evaluates the weight average."""

    average: WeightAverage

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """As `Trainer.evaluate`, with the averaged weights."""
        with self.average.applied():
            metrics: dict[str, float] = super().evaluate(*args, **kwargs)
        return metrics
