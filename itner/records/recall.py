"""`recall.json`: what redaction by a run's mentions would leave and hide at thresholds, to choose one by."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Name, Sha256
from itner.records.int8 import Int8Recipe
from itner.records.scores import MaskedCharacters


@dataclass(frozen=True, config=STRICT)
class RecallPoint:
    """A threshold (see `itner.taggers.base.Adjustable`) and what was left and hidden with it."""

    threshold: Annotated[float, Field(gt=0, lt=1)]
    masking: MaskedCharacters

    @property
    def found(self) -> float:
        """The share of the personal characters that was hidden."""
        return 1.0 - self.masking.left / self.masking.personal


@dataclass(frozen=True, config=STRICT)
class RecallCurve:
    """A variant of a run on a dataset's dev split, which has personal characters; points by falling thresholds."""

    dataset: Name
    split: Literal["dev"]
    split_sha256: Sha256
    variant: Name
    model_sha256: Sha256
    int8: Int8Recipe | None
    points: Annotated[tuple[RecallPoint, ...], Field(min_length=1)]
    provenance: Provenance

    def __post_init__(self) -> None:
        of = {(point.masking.personal, point.masking.harmless) for point in self.points}
        if len(of) > 1 or 0 in {personal for personal, _ in of}:
            raise ValueError("points must be of the same text, with personal characters in it")

    def least(self, share: float) -> RecallPoint | None:
        """The point that hides at least such a share of the personal characters and the fewest others."""
        enough = [point for point in self.points if point.found >= share]
        return min(enough, key=lambda point: (point.masking.masked, -point.threshold), default=None)

    @property
    def most(self) -> RecallPoint:
        """The point that hides most of the personal characters, and of several the one that hides the fewest others."""
        return min(self.points, key=lambda point: (-point.found, point.masking.masked))


@dataclass(frozen=True, config=STRICT)
class Recalls:
    """The curves of a run."""

    curves: tuple[RecallCurve, ...] = ()
    schema_version: Literal[1] = 1
