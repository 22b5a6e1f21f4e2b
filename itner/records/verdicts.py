"""`verdicts.json` beside a corpus: how often verdicts on reports are as decided by hand, and what certainty costs."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Sha256

Word = Literal["violation", "compliant", "review"]
# Beside the corpus of the domain whose verdicts they are.
VERDICTS_FILE = "verdicts.json"
# Beside it, those of other tables of reports.
OTHER_VERDICTS = "verdicts_*.json"
VERDICTS: tuple[Word, ...] = get_args(Word)


@dataclass(frozen=True, config=STRICT)
class CoveragePoint:
    """What is decided, as a violation or compliant, at least so certain.

    Attributes:
        decided: how many reports.
        right: how many of those as by hand.
    """

    threshold: float
    reports: int
    decided: int
    right: int

    @property
    def coverage(self) -> float:
        """The share of the reports that is decided."""
        return self.decided / self.reports if self.reports else 0.0

    @property
    def accuracy(self) -> float | None:
        """The share of what is decided that is right; None where nothing is decided."""
        return self.right / self.decided if self.decided else None


@dataclass(frozen=True, config=STRICT)
class VerdictScores:
    """Verdicts beside those by hand.

    Attributes:
        confidence: a verdict that is less certain counts as one for review.
        counts: how many reports, by the verdict by hand and the one that was given.
        named: of the decided reports that are right, those for which one of the rules by hand was named.
        curve: coverage against accuracy, by rising thresholds.
    """

    confidence: float
    counts: dict[Word, dict[Word, int]]
    named: int
    curve: tuple[CoveragePoint, ...]

    @property
    def reports(self) -> int:
        """How many there are."""
        return sum(sum(given.values()) for given in self.counts.values())

    @property
    def right(self) -> int:
        """How many have the verdict that they have by hand."""
        return sum(given[word] for word, given in self.counts.items())

    @property
    def decided(self) -> int:
        """How many were not left to a person."""
        return sum(number for given in self.counts.values() for word, number in given.items() if word != "review")

    @property
    def accuracy(self) -> float:
        """Their share."""
        return self.right / self.reports if self.reports else 0.0

    @property
    def wrong(self) -> int:
        """How many were decided, and wrongly: worse than what a person was asked to look at."""
        return sum(
            number
            for word, given in self.counts.items()
            for other, number in given.items()
            if other not in (word, "review")
        )


@dataclass(frozen=True, config=STRICT)
class VerdictReport:
    """What was scored, of which reports, and what found the things in them."""

    reports: str
    reports_sha256: Sha256
    found_by: str
    scores: VerdictScores
    provenance: Provenance
    schema_version: Literal[1] = 1
