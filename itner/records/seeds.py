"""`seeds.json`: a run's training with other seeds, scored on dev, so that chance can be told from progress."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Sha256
from itner.records.config import CompactConfig, EncoderConfig
from itner.records.int8 import Int8Recipe
from itner.records.scores import Counts
from itner.records.transfer import TransferFacts


@dataclass(frozen=True, config=STRICT)
class SeedScore:
    """What a variant of one more training finds on dev.

    `int8` is how its weights were quantised, None for other variants; `per_type` holds the counts of each type,
    `split_sha256` is of the dev split as it was prepared.
    """

    dataset: str
    variant: str
    int8: Int8Recipe | None
    split_sha256: Sha256
    per_type: dict[str, Counts]

    @property
    def f1(self) -> float:
        """Strict micro-F1."""
        return sum(self.per_type.values(), Counts()).f1


@dataclass(frozen=True, config=STRICT)
class SeedRun:
    """One more training of a run: its configuration but for the seed, on the same data and by the same teachers.

    `transfer` is the set that it learned from and `begin_sha256` of the model that it began with, None where there is
    none or an older record does not say.
    """

    config: Annotated[EncoderConfig | CompactConfig, Field(discriminator="kind")]
    dataset_sha256: Sha256
    teachers: dict[str, Sha256]
    model_sha256: Sha256
    train_seconds: float
    scores: tuple[SeedScore, ...]
    provenance: Provenance
    transfer: TransferFacts | None = None
    begin_sha256: Sha256 | None = None

    @property
    def seed(self) -> int:
        """What it was drawn with."""
        return self.config.seed


@dataclass(frozen=True, config=STRICT)
class Seeds:
    """A run's other trainings, by seed; its own is in its metrics."""

    runs: tuple[SeedRun, ...] = ()
    schema_version: Literal[1] = 1
