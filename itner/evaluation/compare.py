"""Whether one tagger is better than another on the same documents, beyond what the choice of documents explains."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from itner.evaluation.uncertainty import LEVEL, RESAMPLES, SEED, find_ranges, resample, scores_of
from itner.records.evaluation import ErrorReport
from itner.records.scores import ScoreRanges

# Of the paired approximate randomisation: with so many the smallest p-value is 0.0001, which Holm's correction leaves
# below 0.05 in a table of 500 comparisons.
ROUNDS = 9_999
_CELLS = 2**23
_F1 = 2


@dataclass(frozen=True)
class Difference:
    """F1 of one tagger minus that of another on the same units.

    Attributes:
        low, high: the paired interval from resampling units.
        p: how likely a difference as large is when both are equally good: two-sided, by paired approximate
            randomisation (Yeh, More accurate tests for the statistical significance of result differences, 2000).
        error: the standard error, from the same resamples as the interval.
        mentions: gold mentions that it rests on.
    """

    value: float
    low: float
    high: float
    p: float = 1.0
    error: float = 0.0
    mentions: int = 0
    level: float = LEVEL
    resamples: int = RESAMPLES

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def count_units(report: ErrorReport, groups: Mapping[str, str] = MappingProxyType({})) -> dict[str, np.ndarray]:
    """True positives, false positives and false negatives of each unit that has a mention, gold or predicted.

    Args:
        groups: of documents beyond those that the report knows (see `ErrorReport`).
    Returns:
        int arrays [types, 3] by unit, in the order of `ErrorReport.types`; a single row for all types where gold
        mentions are not counted by type.
    """
    places = {name: number for number, name in enumerate(report.types)} if report.by_type else {}
    known = {**groups, **report.groups}
    rows: dict[str, np.ndarray] = {}

    def row(document: str) -> np.ndarray:
        unit = known.get(document, document)
        if unit not in rows:
            rows[unit] = np.zeros((max(len(places), 1), 3), dtype=np.int64)
        return rows[unit]

    for document, gold in report.gold_mentions.items():
        row(document)[:, 0] += gold
    # What two records name is one mention.
    missed = {(record.document, record.gold) for record in report.errors if record.gold is not None}
    wrong = {(record.document, record.pred) for record in report.errors if record.pred is not None}
    for document, span in missed:
        row(document)[places.get(span.type, 0)] += (-1, 0, 1)
    for document, span in wrong:
        row(document)[places.get(span.type, 0), 1] += 1
    return rows


def compare_reports(
    first: ErrorReport,
    second: ErrorReport,
    units: int,
    seed: int = SEED,
    weights: Mapping[str, float] = MappingProxyType({}),
) -> Difference:
    """Micro-F1 of `first` minus `second`, paired: what is hard for both cancels out.

    Args:
        units: how many documents (or sentences) the split holds, those without any mention included.
        weights: of types, 1 for those that are not named: a mention counts so often.
    Raises:
        ValueError: the reports are about different data, or cannot be weighed.
    """
    if not weights:
        return _compare(_Counted(first), _Counted(second), units, seed)[0]
    if not (first.by_type and second.by_type):
        raise ValueError("the report does not count gold mentions by type")
    tables, types = _pair(first, second, units)
    weighed = np.array([weights.get(name, 1.0) for name in types])
    mentions = _mentions(tables[0][:, weighed > 0])
    one, other = (np.tensordot(weighed, table, (0, 1))[:, None] for table in tables)
    return _differences(one, other, [mentions], units, seed)[0]


def compare_types(first: ErrorReport, second: ErrorReport, units: int, seed: int = SEED) -> dict[str, Difference]:
    """F1 of `first` minus `second` on each type that gold has, as `compare_reports` does for all together.

    Empty where gold mentions are not counted by type.
    """
    if not (first.by_type and second.by_type):
        return {}
    return dict(_compare(_Counted(first), _Counted(second), units, seed)[1])


class _Counted:
    """A report by what it counts: those of variants that mark the same are one."""

    def __init__(self, report: ErrorReport):
        self.report = report

    def _facts(self) -> tuple[object, ...]:
        report = self.report
        return report.split_sha256, report.types, report.errors, report.gold_mentions, report.groups

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Counted) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash((self.report.split_sha256, len(self.report.errors)))


@functools.lru_cache(maxsize=1024)
def _compare(
    first: _Counted, second: _Counted, units: int, seed: int
) -> tuple[Difference, tuple[tuple[str, Difference], ...]]:
    """The difference over all types, and that on each type that gold has; both at once, because both are asked for."""
    tables, types = _pair(first.report, second.report, units)
    one, other = (np.concatenate([table.sum(axis=1, keepdims=True), table], axis=1) for table in tables)
    mentions = [_mentions(one[:, [place]]) for place in range(one.shape[1])]
    whole, *each = _differences(one, other, mentions, units, seed)
    return whole, tuple((name, found) for name, found in zip(types, each, strict=True) if found.mentions)


@functools.lru_cache(maxsize=128)
def _count(report: _Counted) -> dict[str, np.ndarray]:
    return count_units(report.report)


def weigh(report: ErrorReport, units: int, weights: Mapping[str, float], seed: int = SEED) -> ScoreRanges:
    """Between what scores over all types lie when a mention of a type counts as often as it weighs.

    Args:
        units: how many documents (or sentences) the split holds, those without any mention included.
        weights: of types, 1 for those that are not named.
    Raises:
        ValueError: the report does not count gold mentions by type.
    """
    if not report.by_type:
        raise ValueError("the report does not count gold mentions by type")
    table = np.array([*count_units(report).values()]).reshape(-1, len(report.types), 3)
    weighed = np.tensordot([weights.get(name, 1.0) for name in report.types], table, (0, 1))
    return find_ranges(weighed[:, None], units, seed)[0]


def _pair(first: ErrorReport, second: ErrorReport, units: int) -> tuple[tuple[np.ndarray, np.ndarray], tuple[str, ...]]:
    """Counts [units with mentions, types, 3] of two reports, and the types."""
    if first.split_sha256 != second.split_sha256:
        raise ValueError("the reports are about different data")
    if first.types != second.types:
        raise ValueError("the reports are about different types")
    if first.groups == second.groups:
        counts = (_count(_Counted(first)), _count(_Counted(second)))
    else:
        groups = first.groups | second.groups
        counts = (count_units(first, groups), count_units(second, groups))
    by_type = first.by_type and second.by_type
    names = sorted(counts[0].keys() | counts[1].keys())
    if len(names) > units:
        raise ValueError("the reports name more documents than there are")
    types = first.types if by_type else ("",)
    tables = [np.zeros((len(names), len(types), 3), dtype=np.int64) for _ in counts]
    for table, known in zip(tables, counts, strict=True):
        for place, name in enumerate(names):
            if name in known:
                table[place] = known[name] if by_type else known[name].sum(axis=0)
    return (tables[0], tables[1]), types


def _mentions(table: np.ndarray) -> int:
    return int(table[..., 0].sum() + table[..., 2].sum())


def _differences(
    first: np.ndarray, second: np.ndarray, mentions: Sequence[int], units: int, seed: int
) -> list[Difference]:
    """The differences in F1 of each measure, from counts [units with mentions, measures, 3]."""
    if not len(first):
        return [Difference(0.0, 0.0, 0.0) for _ in mentions]
    measures = first.shape[1]
    both = np.concatenate([first, second], axis=1)
    drawn = _f1(resample(both.reshape(len(both), -1), units, seed).reshape(RESAMPLES, 2 * measures, 3))
    apart = drawn[:, :measures] - drawn[:, measures:]
    ends = np.quantile(apart, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    values = _f1(first.sum(axis=0)) - _f1(second.sum(axis=0))
    facts = np.stack([values, *ends, _randomise(first, second, values, seed), apart.std(axis=0)], axis=1).tolist()
    return [
        Difference(value, low, high, p, error, known)
        for (value, low, high, p, error), known in zip(facts, mentions, strict=True)
    ]


def _f1(counts: np.ndarray) -> np.ndarray:
    """F1 of counts [..., 3]; 0 where nothing was counted."""
    scores: np.ndarray = np.nan_to_num(scores_of(counts)[..., _F1])
    return scores


def _randomise(first: np.ndarray, second: np.ndarray, values: np.ndarray, seed: int) -> np.ndarray:
    """How often exchanging the two taggers' counts of units at random leads to a difference as large: a p-value for
    each measure of counts [units, measures, 3]."""
    apart = (second - first).reshape(len(first), -1)
    # Exchanging what is equal changes nothing.
    apart = apart[apart.any(axis=1)].astype(np.float32)
    if not len(apart):
        return np.ones(len(values))
    rng = np.random.default_rng(seed)
    size = max(1, min(ROUNDS, _CELLS // len(apart)))
    as_large = np.zeros(len(values))
    totals = first.sum(axis=0), second.sum(axis=0)
    for start in range(0, ROUNDS, size):
        rounds = min(size, ROUNDS - start)
        exchanged = rng.integers(0, 2, (rounds, len(apart)), dtype=np.uint8).astype(np.float32)
        moved = (exchanged @ apart).astype(float).reshape(rounds, *totals[0].shape)
        found = np.abs(_f1(totals[0] + moved) - _f1(totals[1] - moved))
        # Sums in another order may differ in the last digit.
        as_large += (found >= np.abs(values) - 1e-12).sum(axis=0)
    return (1 + as_large) / (1 + ROUNDS)
