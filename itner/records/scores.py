"""Counts of right and wrong mentions, and the scores that they imply."""

from __future__ import annotations

from dataclasses import field
from typing import Literal, get_args

from pydantic.dataclasses import dataclass

from itner.core.validation import STRICT, NonNegative, Positive, Share

# What a token or mention is that no type claims.
OUTSIDE = "O"


@dataclass(frozen=True, config=STRICT)
class Counts:
    """True positives, false positives and false negatives, with the scores they imply.

    A score with an empty denominator is 0, as in seqeval with zero_division=0.
    """

    tp: NonNegative = 0
    fp: NonNegative = 0
    fn: NonNegative = 0

    @property
    def precision(self) -> float:
        """Share of predicted mentions that are right."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        """Share of gold mentions that were found."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else 0.0

    @property
    def support(self) -> int:
        """Number of gold mentions."""
        return self.tp + self.fn

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)


@dataclass(frozen=True, config=STRICT)
class MaskedCharacters:
    """Characters without white space: what points at a person, what of that no redaction hides, and the same turned.

    Attributes:
        personal: inside mentions that point at a person.
        left: those of them that stay.
        harmless: all others.
        masked: those of them that are hidden.
    """

    personal: NonNegative = 0
    left: NonNegative = 0
    harmless: NonNegative = 0
    masked: NonNegative = 0

    def __post_init__(self) -> None:
        if self.left > self.personal or self.masked > self.harmless:
            raise ValueError("more characters stay or are hidden than there are")

    @property
    def share_left(self) -> float | None:
        """Share of the personal characters that stay; None where there are none."""
        return self.left / self.personal if self.personal else None

    @property
    def share_masked(self) -> float | None:
        """Share of the harmless characters that are hidden; None where there are none."""
        return self.masked / self.harmless if self.harmless else None

    def __add__(self, other: MaskedCharacters) -> MaskedCharacters:
        return MaskedCharacters(
            self.personal + other.personal,
            self.left + other.left,
            self.harmless + other.harmless,
            self.masked + other.masked,
        )


@dataclass(frozen=True, config=STRICT)
class PairScores:
    """Mentions as what stands in them and their type, wherever in a text: how systems that write mentions are judged.

    Attributes:
        counts: pairs that both have, or one alone; what a text has twice counts twice.
        texts: in which all pairs are right and none is missing.
    """

    counts: Counts
    texts: NonNegative


@dataclass(frozen=True, config=STRICT)
class Interval:
    """A confidence interval from resampling documents."""

    low: Share
    high: Share
    level: Share
    resamples: Positive

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("an interval must end behind its start")


# Between what a score lies, by the interval's level.
Range = tuple[Share, Share]
ScoreName = Literal["precision", "recall", "f1"]
SCORE_NAMES: tuple[ScoreName, ...] = get_args(ScoreName)


@dataclass(frozen=True, config=STRICT)
class ScoreRanges:
    """Between what precision, recall and F1 lie; None where a score is not defined, or was not resampled."""

    precision: Range | None = None
    recall: Range | None = None
    f1: Range | None = None

    def __post_init__(self) -> None:
        if any(ends is not None and ends[0] > ends[1] for ends in (self.precision, self.recall, self.f1)):
            raise ValueError("an interval must end behind its start")

    def of(self, score: ScoreName) -> Range | None:
        """The range of a score."""
        return {"precision": self.precision, "recall": self.recall, "f1": self.f1}[score]


@dataclass(frozen=True, config=STRICT)
class Uncertainty:
    """Confidence intervals of an evaluation's scores from resampling units (`itner.evaluation.uncertainty`).

    Attributes:
        unit: what was resampled: documents of several sentences, or sentences.
        units: how many there are.
        micro, macro, per_type: of the mentions; a type that occurs nowhere has none. Reports of earlier versions know
            that of micro-F1 alone.
        token_accuracy, pairs_f1, exact_texts, share_left, share_masked: of what `EvalReport` calls so.
    """

    unit: Literal["document", "sentence"]
    units: Positive
    level: Share
    resamples: Positive
    seed: NonNegative
    micro: ScoreRanges
    macro: ScoreRanges = ScoreRanges()
    per_type: dict[str, ScoreRanges] = field(default_factory=dict)
    token_accuracy: Range | None = None
    pairs_f1: Range | None = None
    exact_texts: Range | None = None
    share_left: Range | None = None
    share_masked: Range | None = None

    def interval(self, ends: Range | None) -> Interval | None:
        """One of the ranges, as an interval."""
        return Interval(*ends, self.level, self.resamples) if ends is not None else None
