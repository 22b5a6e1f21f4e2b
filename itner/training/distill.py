"""Learning from teachers: their token probabilities, and one teacher's hidden states, beside the annotation.

Soft labels after Hinton, Vinyals and Dean 2015; hidden states by cosine, as in DistilBERT (Sanh et al. 2019).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import DataCollatorForTokenClassification, PreTrainedModel

from itner.records.config import DistillSettings
from itner.taggers.encoder.windows import Window
from itner.training.averaging import AveragedTrainer

SOFT = "soft"


@dataclass(frozen=True)
class Lesson:
    """What the teachers say about the training documents.

    Attributes:
        probabilities: for each document, [tokens, labels] at the settings' temperature, the mean over the teachers.
        teacher: the model whose hidden states are learned, in eval mode; None without.
        sha256: of each teacher's weights, by its name.
    """

    settings: DistillSettings
    probabilities: Sequence[np.ndarray]
    teacher: PreTrainedModel | None
    sha256: Mapping[str, str]


def add_soft_labels(rows: list[dict[str, Any]], windows: Iterable[Window], probabilities: Sequence[np.ndarray]) -> None:
    """Give each training feature its `soft` labels, [length, labels]; zero where a piece speaks for no token."""
    for row, window in zip(rows, windows, strict=True):
        soft = np.zeros((len(window.ids), probabilities[0].shape[1]), dtype=np.float32)
        for position, document, token in zip(window.positions, window.documents, window.tokens, strict=True):
            soft[position] = probabilities[document][token]
        row[SOFT] = soft.tolist()


class SoftCollator(DataCollatorForTokenClassification):
    """Pads the soft labels, too."""

    def torch_call(self, features: list[dict[str, Any]]) -> dict[str, Any]:
        """A batch of tensors."""
        given = [feature.pop(SOFT, None) for feature in features]
        for feature in features:
            feature.pop("length", None)
        batch: dict[str, Any] = super().torch_call(features)
        if given[0] is not None:
            length = batch["input_ids"].shape[1]
            soft = torch.zeros(len(given), length, len(given[0][0]))
            for row, values in enumerate(given):
                soft[row, : len(values)] = torch.tensor(values)
            batch[SOFT] = soft
        return batch


class DistillingTrainer(AveragedTrainer):
    """A Trainer whose training loss follows a lesson; dev loss and dev F1 are those of the annotation alone."""

    lesson: Lesson
    smoothing: float

    def compute_loss(
        self,
        model: nn.Module,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: torch.Tensor | int | None = None,
    ) -> Any:
        """Cross entropy with gold, divergence from the soft labels, and distance of the hidden states, weighted."""
        soft = inputs.pop(SOFT, None)
        if soft is None:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        settings = self.lesson.settings
        teacher = self.lesson.teacher
        labels = inputs.pop("labels")
        outputs = model(**inputs, output_hidden_states=teacher is not None)
        read = labels != -100
        logits = outputs.logits[read].float()
        hard = functional.cross_entropy(logits, labels[read], label_smoothing=self.smoothing)
        learned = functional.log_softmax(logits / settings.temperature, dim=-1)
        # The square keeps the gradient's size independent of the temperature.
        distance = functional.kl_div(learned, soft[read], reduction="batchmean") * settings.temperature**2
        loss = (1 - settings.soft_weight) * hard + settings.soft_weight * distance
        if teacher is not None:
            with torch.no_grad():
                taught = teacher.to(logits.device)(**inputs, output_hidden_states=True).hidden_states
            mask = inputs["attention_mask"].bool()
            loss = loss + settings.hidden_weight * _hidden_distance(outputs.hidden_states, taught, mask)
        return (loss, outputs) if return_outputs else loss


def _hidden_distance(
    learned: Sequence[torch.Tensor], taught: Sequence[torch.Tensor], mask: torch.Tensor
) -> torch.Tensor:
    """One minus the cosine of hidden states, mean over pieces and layers; layers are paired evenly from the top."""
    layers, above = len(learned) - 1, len(taught) - 1
    distances = []
    for number in range(1, layers + 1):
        own, other = learned[number][mask], taught[number * above // layers][mask]
        distances.append(1 - functional.cosine_similarity(own, other, dim=-1).mean())
    return torch.stack(distances).mean()
