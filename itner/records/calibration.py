"""`calibration.json`: whether a variant's confidence is what it is right about, and what a threshold on it does."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.validation import STRICT, Name, NonNegative, Positive, Sha256, Share
from itner.records.scores import Counts, Range, ScoreRanges

Temperature = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Shift = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True, config=STRICT)
class ReliabilityBin:
    """Predicted mentions of a confidence from `low` to `high`: how many, how many are right, their mean confidence."""

    low: Share
    high: Share
    mentions: Positive
    right: NonNegative
    confidence: Share
    precision: Range | None


@dataclass(frozen=True, config=STRICT)
class Reliability:
    """How far confidence and precision are apart: the expected calibration error over the bins, and the Brier score,
    both with their ranges."""

    ece: Share
    ece_range: Range
    brier: Share
    brier_range: Range
    bins: tuple[ReliabilityBin, ...]


@dataclass(frozen=True, config=STRICT)
class Scaling:
    """By what confidences are divided, as logits, and what is added then."""

    temperature: Temperature
    shift: Shift


@dataclass(frozen=True, config=STRICT)
class ThresholdPoint:
    """What is left when only mentions of at least so much confidence are taken."""

    threshold: Share
    counts: Counts
    ranges: ScoreRanges


@dataclass(frozen=True, config=STRICT)
class CalibrationReport:
    """The confidence of one variant of a run on one dataset split.

    `scaling` was fitted on the dev split of the same dataset, None where that was not scored; `scaled` is what scaled
    confidences reach (see `itner.evaluation.calibration`).
    """

    dataset: Name
    split: Name
    split_sha256: Sha256
    variant: Name
    model_sha256: Sha256
    mentions: Positive
    raw: Reliability
    scaling: Scaling | None
    scaled: Reliability | None
    points: tuple[ThresholdPoint, ...]


@dataclass(frozen=True, config=STRICT)
class Calibrations:
    """One report per (dataset, split, variant); variants without confidences have none."""

    reports: tuple[CalibrationReport, ...] = ()
    schema_version: Literal[1] = 1
