"""What an evaluation says: predictions' facts, counts, confusions and errors of one variant on one dataset split.

Reports store counts; precision, recall and F1 are derived.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from functools import cached_property
from typing import Literal, TypeVar, get_args

from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Amount, Name, NonNegative, Positive, Sha256, Share, TypeName, Words
from itner.records.int8 import Int8Recipe, check_recipe
from itner.records.scores import (
    OUTSIDE,
    Counts,
    Interval,
    MaskedCharacters,
    PairScores,
    ScoreName,
    ScoreRanges,
    Uncertainty,
)

T = TypeVar("T")

# What scores over all types are called: of their counts together, and the mean of theirs.
MICRO, MACRO = "micro", "macro"


@dataclass(frozen=True, config=STRICT)
class PredictionInfo:
    """What stored predictions are of, and what was measured while they were made (see `EvalReport`)."""

    run: Name
    dataset: Name
    split: Name
    split_sha256: Sha256
    variant: Name
    model_sha256: Sha256
    int8: Int8Recipe | None
    repair_rule: Words
    documents: NonNegative
    max_logit_difference: Amount | None
    tag_agreement: Share | None
    provenance: Provenance
    schema_version: Literal[2] = 2

    def __post_init__(self) -> None:
        check_recipe(self.variant, self.int8)


@dataclass(frozen=True, config=STRICT)
class EvalReport:
    """Entity-level strict IOB2 counts of one variant of a run on one dataset split.

    `model_sha256` is of what tagged: weights, or rules. `int8` is how the weights were quantised, None for other
    variants. `max_logit_difference` (absolute, over all tokens) and `tag_agreement` (share of tokens) compare with the
    run's reference variant; None for that variant itself, and for kinds that have a single one. `masking` is what
    redaction would hide; None in domains without types that point at a person. `pairs` is None in reports of before it
    was counted; `itner score` counts it.
    """

    dataset: Name
    split: Name
    split_sha256: Sha256
    variant: Name
    model_sha256: Sha256
    int8: Int8Recipe | None
    repair_rule: Words
    documents: Positive
    tokens: Positive
    tokens_correct: NonNegative
    unaligned_gold: NonNegative
    per_type: dict[TypeName, Counts]
    uncertainty: Uncertainty
    max_logit_difference: Amount | None
    tag_agreement: Share | None
    provenance: Provenance
    masking: MaskedCharacters | None = None
    pairs: PairScores | None = None

    def __post_init__(self) -> None:
        check_recipe(self.variant, self.int8)
        if self.tokens_correct > self.tokens:
            raise ValueError("more tokens are right than there are")
        if self.pairs is not None and self.pairs.texts > self.documents:
            raise ValueError("more texts are right than there are")
        if self.documents > self.tokens:
            raise ValueError("there are more texts than tokens")
        # Mentions do not overlap, and each has a token at least; what could not be aligned may share one.
        found = sum((counts.tp + counts.fp for counts in self.per_type.values()), 0)
        gold = sum((counts.tp + counts.fn for counts in self.per_type.values()), 0)
        if found > self.tokens or gold > self.tokens + self.unaligned_gold:
            raise ValueError("there are more mentions than tokens")
        if self.uncertainty.units > self.documents:
            raise ValueError("more units were resampled than there are texts")

    @cached_property
    def micro(self) -> Counts:
        """Counts summed over types: every mention weighs the same."""
        return sum(self.per_type.values(), Counts())

    @property
    def micro_f1_interval(self) -> Interval | None:
        """Of micro-F1; None where there is no mention, gold or predicted."""
        return self.interval("f1")

    def interval(self, score: ScoreName, of: str = MICRO) -> Interval | None:
        """The interval of a score of a type, or of all together (`MICRO`, `MACRO`); None where there is none."""
        known = {MICRO: self.uncertainty.micro, MACRO: self.uncertainty.macro} | self.uncertainty.per_type
        return self.uncertainty.interval(known.get(of, ScoreRanges()).of(score))

    @property
    def macro_f1(self) -> float:
        """Mean F1 over types that occur in gold or prediction: every type weighs the same."""
        return _mean(counts.f1 for counts in self._seen())

    @property
    def macro_precision(self) -> float:
        """Mean precision over types that occur."""
        return _mean(counts.precision for counts in self._seen())

    @property
    def macro_recall(self) -> float:
        """Mean recall over types that occur."""
        return _mean(counts.recall for counts in self._seen())

    @property
    def token_accuracy(self) -> float:
        """Share of tokens whose BIO tag is right, O included."""
        return self.tokens_correct / self.tokens if self.tokens else 0.0

    @property
    def exact_texts(self) -> float | None:
        """Share of texts whose pairs are all right; None where that was not counted."""
        return self.pairs.texts / self.documents if self.pairs is not None and self.documents else None

    def _seen(self) -> list[Counts]:
        return [counts for counts in self.per_type.values() if counts.tp + counts.fp + counts.fn]


# "fragment": a prediction on a gold mention that another prediction matches better. With it, the distinct gold spans of
# the records are the false negatives of strict scoring, and the distinct predicted spans its false positives.
ErrorClass = Literal["boundary", "type", "boundary and type", "missed", "spurious", "fragment"]
ERROR_CLASSES: tuple[ErrorClass, ...] = get_args(ErrorClass)


@dataclass(frozen=True, config=STRICT)
class Span:
    """A mention without its text: character offsets and type."""

    start: NonNegative
    end: Positive
    type: TypeName

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError("a span must end behind its start")


@dataclass(frozen=True, config=STRICT)
class ErrorRecord:
    """One error, as document id and offsets; the text stays in the dataset."""

    document: Words
    kind: ErrorClass
    gold: Span | None
    pred: Span | None

    def __post_init__(self) -> None:
        if self.gold is None and self.pred is None:
            raise ValueError("an error must have a gold or a predicted span")


GoldCounts = dict[Words, Positive | tuple[NonNegative, ...]]


@dataclass(frozen=True, config=STRICT)
class ErrorReport:
    """Confusions and errors of one variant of a run on one dataset split.

    `confusion[gold][pred]` counts mentions. Each gold mention is paired with the prediction that overlaps it
    most (O when none does), each prediction that overlaps no gold mention counts under gold type O.
    `gold_mentions` counts the gold mentions of each document that has any, which is what resampling needs: a
    number for each of `types`, in their order; one number for all where an earlier version counted. `groups` names the
    text that a document is a sentence of, for each that is one.
    """

    dataset: Name
    split: Name
    split_sha256: Sha256
    variant: Name
    model_sha256: Sha256
    confusion: dict[TypeName, dict[TypeName, NonNegative]]
    gold_mentions: GoldCounts
    errors: tuple[ErrorRecord, ...]
    groups: dict[Words, Words] = field(default_factory=dict)

    def __post_init__(self) -> None:
        size = len(self.types)
        if any(not isinstance(gold, int) and len(gold) != size for gold in self.gold_mentions.values()):
            raise ValueError("gold mentions are not counted for each of the types")

    @property
    def types(self) -> tuple[str, ...]:
        """The types that were scored."""
        return tuple(name for name in self.confusion if name != OUTSIDE)

    @property
    def gold_total(self) -> int:
        """All gold mentions."""
        return sum(gold if isinstance(gold, int) else sum(gold) for gold in self.gold_mentions.values())

    @property
    def by_type(self) -> bool:
        """Whether gold mentions are counted by type."""
        return not any(isinstance(gold, int) for gold in self.gold_mentions.values())


@dataclass(frozen=True, config=STRICT)
class Metrics:
    """`metrics.json`: one report per (dataset, split, variant)."""

    reports: tuple[EvalReport, ...]
    schema_version: Literal[5] = 5


@dataclass(frozen=True, config=STRICT)
class SplitGold:
    """What error reports on a split have in common (see `ErrorReport`)."""

    split_sha256: Sha256
    mentions: GoldCounts
    groups: dict[Words, Words] = field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class FoundErrors:
    """What reports of variants that mark the same have in common; `gold` is the place of the split in the file."""

    gold: NonNegative
    confusion: dict[TypeName, dict[TypeName, NonNegative]]
    errors: tuple[ErrorRecord, ...]


@dataclass(frozen=True, config=STRICT)
class StoredErrors:
    """An `ErrorReport` without what it has in common with others; `found` is the place of that in the file."""

    dataset: Name
    split: Name
    split_sha256: Sha256
    variant: Name
    model_sha256: Sha256
    found: NonNegative


@dataclass(frozen=True, config=STRICT)
class Errors:
    """`errors.json`: one report per (dataset, split, variant)."""

    gold: tuple[SplitGold, ...]
    found: tuple[FoundErrors, ...]
    stored: tuple[StoredErrors, ...]
    schema_version: Literal[5] = 5

    def __post_init__(self) -> None:
        for report in self.stored:
            place = self.found[report.found].gold if report.found < len(self.found) else len(self.gold)
            if place >= len(self.gold) or self.gold[place].split_sha256 != report.split_sha256:
                raise ValueError(f"the errors or gold mentions of {report.dataset} {report.split} are missing")
        # Now, because what does not fit together is told of the file.
        _ = self.reports

    @classmethod
    def of(cls, reports: Iterable[ErrorReport]) -> Errors:
        """The file of some reports."""
        gold: list[SplitGold] = []
        found: list[FoundErrors] = []
        stored = []
        for report in reports:
            place = _place(gold, SplitGold(report.split_sha256, report.gold_mentions, report.groups))
            facts = (report.dataset, report.split, report.split_sha256, report.variant, report.model_sha256)
            stored.append(StoredErrors(*facts, _place(found, FoundErrors(place, report.confusion, report.errors))))
        return cls(tuple(gold), tuple(found), tuple(stored))

    @cached_property
    def reports(self) -> tuple[ErrorReport, ...]:
        """The reports."""
        reports = []
        for report in self.stored:
            found = self.found[report.found]
            gold = self.gold[found.gold]
            facts = (report.dataset, report.split, report.split_sha256, report.variant, report.model_sha256)
            reports.append(ErrorReport(*facts, found.confusion, gold.mentions, found.errors, gold.groups))
        return tuple(reports)


def _place(known: list[T], record: T) -> int:
    """Where a record is among those that are known; it is put there when it is new."""
    if record not in known:
        known.append(record)
    return known.index(record)


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0
