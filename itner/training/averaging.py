"""An exponential moving average of the trained weights, by `torch.optim.swa_utils`.

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
from torch.optim.swa_utils import AveragedModel
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from itner.training.checkpoints import SafeTrainer

_FILE = "average.safetensors"


class WeightAverage(TrainerCallback):
    """The moving average of a model's parameters; a decay of 0 is the parameters themselves."""

    def __init__(self, model: nn.Module, decay: float):
        self._model = model
        self._decay = decay
        self._average = self._begin()

    def _begin(self) -> AveragedModel:
        average = AveragedModel(self._model, avg_fn=self._mix)
        # The first update copies: the average begins where the training begins.
        average.update_parameters(self._model)
        return average

    def _mix(self, averaged: torch.Tensor, current: torch.Tensor, updates: torch.Tensor | int) -> torch.Tensor:
        # Early on, the average must not remember the start for as long as it later remembers a good state.
        decay = min(self._decay, (1 + int(updates)) / (10 + int(updates))) if self._decay else 0.0
        return averaged.lerp(current, 1 - decay)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        # The Trainer moves the model to its device, and a resumed one gets its weights, after this was built.
        self._average = self._begin()
        if state.global_step:
            self.load(Path(args.output_dir or "") / f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}")
            self._average.n_averaged.fill_(state.global_step + 1)

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        self._average.update_parameters(self._model)

    def write(self, checkpoint: Path) -> None:
        """Keep the average in a checkpoint."""
        save_file({name: tensor.detach().contiguous() for name, tensor in self._trained()}, checkpoint / _FILE)

    def load(self, checkpoint: Path) -> None:
        """Take the average from a checkpoint."""
        stored = load_file(checkpoint / _FILE)
        with torch.no_grad():
            for name, tensor in self._trained():
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

    def _trained(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The averaged parameters that are trained; the others stay what they were."""
        return ((name, p) for name, p in self._average.module.named_parameters() if p.requires_grad)

    def _swap(self) -> None:
        for own, averaged in zip(self._model.parameters(), self._average.module.parameters(), strict=True):
            own.data, averaged.data = averaged.data, own.data


class AveragedTrainer(SafeTrainer):
    """A Trainer that evaluates the weight average."""

    average: WeightAverage

    def write_beside(self, folder: Path) -> None:
        """The average goes into the checkpoint."""
        self.average.write(folder)

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """As `Trainer.evaluate`, with the averaged weights."""
        with self.average.applied():
            metrics: dict[str, float] = super().evaluate(*args, **kwargs)
        return metrics
