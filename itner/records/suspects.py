"""`suspects.json`: labels that a tagger which never saw them finds implausible, and how many planted errors it finds.

Document ids and offsets; the text is looked up in the dataset.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Name, NonNegative, Positive, Sha256, Share, Words
from itner.records.evaluation import Span
from itner.records.scores import Counts, Interval

# Beside the corpus of ours; of other datasets it is named after them.
SUSPECTS_FILE = "suspects.json"
# "missing": nothing is annotated where something is proposed; "spurious": the other way round; the rest differ in where
# mentions begin and end, in their types, or in both.
SuspectKind = Literal["missing", "spurious", "type", "boundary", "boundary and type"]
SUSPECT_KINDS: tuple[SuspectKind, ...] = get_args(SuspectKind)
PlantKind = Literal["left out", "type", "boundary", "made up"]
PLANT_KINDS: tuple[PlantKind, ...] = get_args(PlantKind)
# Of the normal distribution, for an interval that holds 95 %.
_Z = 1.959964


@dataclass(frozen=True, config=STRICT)
class Opinions:
    """How many runs' stored predictions there are of a text, and how many say what is annotated or what is proposed."""

    runs: Positive
    given: NonNegative
    proposed: NonNegative

    def __post_init__(self) -> None:
        if self.given + self.proposed > self.runs:
            raise ValueError("there are more opinions than runs")


@dataclass(frozen=True, config=STRICT)
class Suspect:
    """A place in a document where the annotation is doubted.

    Attributes:
        given: the mentions annotated there, none where something is missing.
        proposed: those that would stand there instead.
        score: from 0 to 1, how implausible the annotated labels are; the highest first.
        opinions: None where no run's predictions are stored.
    """

    document: Words
    split: Name
    kind: SuspectKind
    given: tuple[Span, ...]
    proposed: tuple[Span, ...]
    score: Share
    opinions: Opinions | None = None

    def __post_init__(self) -> None:
        if self.given == self.proposed:
            raise ValueError("nothing else is proposed than what is annotated")

    @property
    def start(self) -> int:
        """Where the first of its mentions begins."""
        return min(span.start for span in (*self.given, *self.proposed))

    @property
    def end(self) -> int:
        """Where the last of its mentions ends."""
        return max(span.end for span in (*self.given, *self.proposed))


@dataclass(frozen=True, config=STRICT)
class Found:
    """A number of things among others, such as errors among suspects, with the share and what chance leaves open."""

    hits: NonNegative
    of: Positive

    def __post_init__(self) -> None:
        if self.hits > self.of:
            raise ValueError("more was found than there is")

    @property
    def share(self) -> float:
        """Their share."""
        return self.hits / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the share."""
        share, n, z = self.share, self.of, _Z
        centre = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(centre - half, 0.0), min(centre + half, 1.0)


@dataclass(frozen=True, config=STRICT)
class PlantedTest:
    """What a ranking finds of errors that were planted in the annotation with a seed.

    Attributes:
        dataset_sha256: of the dataset as it was then, which may have been corrected since.
        folds: of the tagger that made the ranking.
        share: of the mentions, as many errors were planted.
        planted: how many, by kind.
        found_in_50, found_in_100: among the first so many suspects. What else stands there need not be right: it may be
            an error that nobody planted.
        found: among the first as many suspects as errors were planted, by kind.
        found_anywhere: among all suspects.
    """

    dataset_sha256: Sha256
    folds: Positive
    seed: NonNegative
    share: Share
    planted: dict[PlantKind, NonNegative]
    found_in_50: NonNegative
    found_in_100: NonNegative
    found: dict[PlantKind, NonNegative]
    found_anywhere: NonNegative
    suspects: NonNegative

    def precision(self, rank: Literal[50, 100]) -> Found | None:
        """Planted errors among the first suspects; None where there are fewer than that."""
        hits = self.found_in_50 if rank == 50 else self.found_in_100
        return Found(hits, rank) if self.suspects >= rank else None

    @property
    def recall(self) -> Found | None:
        """The share of the planted errors that stands among as many suspects; None where none was planted."""
        total = sum(self.planted.values())
        return Found(sum(self.found.values()), total) if total else None

    @property
    def recall_anywhere(self) -> Found | None:
        """The share of the planted errors that is among the suspects at all; None where none was planted."""
        total = sum(self.planted.values())
        return Found(self.found_anywhere, total) if total else None


@dataclass(frozen=True, config=STRICT)
class OutOfSample:
    """How well the tagger of the folds tags a split that it never saw, by strict micro-F1."""

    counts: Counts
    interval: Interval


@dataclass(frozen=True, config=STRICT)
class SuspectReport:
    """The labels of a dataset under suspicion.

    Attributes:
        sentences: all that were looked at.
        splits: SHA-256 of each split as it was prepared.
        runs: those whose stored predictions have a say, with the variant.
        scores: of the tagger of the folds, by split.
        found: how many suspects there are of each kind.
        suspects: the first of them, the least plausible labels first.
    """

    dataset: Name
    domain: Name
    sentences: Positive
    splits: dict[Name, Sha256]
    folds: Positive
    seed: NonNegative
    runs: tuple[Words, ...]
    scores: dict[Name, OutOfSample]
    found: dict[SuspectKind, NonNegative]
    suspects: tuple[Suspect, ...]
    planted: tuple[PlantedTest, ...]
    provenance: Provenance
    schema_version: Literal[1] = 1
