"""`buckets.json`: how a variant scores on parts of a dataset split that differ in what makes them hard."""

from __future__ import annotations

from typing import Literal

from pydantic.dataclasses import dataclass

from itner.core.validation import STRICT, Name, Sha256, Words
from itner.records.scores import Counts, ScoreRanges


@dataclass(frozen=True, config=STRICT)
class Bucket:
    """The mentions of one part, gold and predicted ones each by what they are themselves."""

    label: Words
    counts: Counts
    ranges: ScoreRanges


@dataclass(frozen=True, config=STRICT)
class BucketReport:
    """A variant's scores by each feature (`itner.evaluation.buckets.FEATURES`), its buckets in their order.

    `train_sha256` is of the training split by which a mention is seen or unseen; None where the dataset has none, and
    then the features that ask for it are missing.
    """

    dataset: Name
    split: Name
    split_sha256: Sha256
    variant: Name
    model_sha256: Sha256
    train_sha256: Sha256 | None
    features: dict[Name, tuple[Bucket, ...]]


@dataclass(frozen=True, config=STRICT)
class Buckets:
    """One report per (dataset, split, variant)."""

    reports: tuple[BucketReport, ...] = ()
    schema_version: Literal[1] = 1
