"""`models/learning_curves.json`: what a preset learns from few sentences, for each domain that measured it."""

from __future__ import annotations

from typing import Literal

from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Positive, Sha256
from itner.records.config import EncoderConfig
from itner.records.scores import Counts


@dataclass(frozen=True, config=STRICT)
class CurvePoint:
    """One training on so many sentences, scored on the whole dev split; `per_type` holds the counts of each type."""

    sentences: Positive
    config: EncoderConfig
    per_type: dict[str, Counts]
    best_epoch: float
    train_seconds: float
    provenance: Provenance

    @property
    def f1(self) -> float:
        """Strict micro-F1 on dev."""
        return sum(self.per_type.values(), Counts()).f1


@dataclass(frozen=True, config=STRICT)
class LearningCurve:
    """The points of a domain, by sentences and seed; `dataset_sha256` is of the dataset as it was prepared."""

    domain: str
    preset: str
    dataset: str
    dataset_sha256: Sha256
    points: tuple[CurvePoint, ...]


@dataclass(frozen=True, config=STRICT)
class LearningCurves:
    """Every domain's curve."""

    curves: tuple[LearningCurve, ...] = ()
    schema_version: Literal[1] = 1

    def of(self, domain: str) -> LearningCurve | None:
        """A domain's curve."""
        return next((curve for curve in self.curves if curve.domain == domain), None)

    def with_curve(self, curve: LearningCurve) -> LearningCurves:
        """The same with a domain's curve in the place of what was there."""
        others = [known for known in self.curves if known.domain != curve.domain]
        return LearningCurves(tuple(sorted((*others, curve), key=lambda known: known.domain)))
