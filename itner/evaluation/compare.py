"""Whether one tagger is better than another on the same documents, beyond what the choice of documents explains."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from itner.records.evaluation import ErrorReport
from itner.records.scores import Interval

RESAMPLES = 2000
LEVEL = 0.95
# Of a table of draws that is kept: 32 MiB. Longer ones are drawn in parts.
_CELLS = 2**23
_NONE = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Difference:
    """Micro-F1 of one tagger minus that of another, with a paired interval from resampling documents."""

    value: float
    low: float
    high: float
    level: float = LEVEL
    resamples: int = RESAMPLES

    @property
    def significant(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def count_documents(
    report: ErrorReport, weights: Mapping[str, float] = MappingProxyType({})
) -> dict[str, tuple[float, float, float]]:
    """True positives, false positives and false negatives of each document that has a mention, gold or predicted.

    Args:
        weights: of types, 1 for those that are not named: a mention counts so often.
    Raises:
        ValueError: types are weighed and the report does not count gold mentions by type.
    """
    if weights and not report.by_type:
        raise ValueError("the report does not count gold mentions by type")
    missed, wrong = _spans(report)
    counts = {}
    for document in report.gold_mentions.keys() | wrong.keys():
        gold = _gold(report, document, weights)
        fn = sum(weights.get(name, 1) for name in missed.get(document, {}).values())
        counts[document] = (gold - fn, sum(weights.get(name, 1) for name in wrong.get(document, {}).values()), fn)
    return counts


_Spans = dict[str, dict[tuple[int, int], str]]


def _spans(report: ErrorReport) -> tuple[_Spans, _Spans]:
    """Of each document, the gold mentions that were not found and the predictions that are wrong, with their types."""
    missed: _Spans = {}
    wrong: _Spans = {}
    for record in report.errors:
        if record.gold is not None:
            missed.setdefault(record.document, {})[record.gold.start, record.gold.end] = record.gold.type
        if record.pred is not None:
            wrong.setdefault(record.document, {})[record.pred.start, record.pred.end] = record.pred.type
    return missed, wrong


def _gold(report: ErrorReport, document: str, weights: Mapping[str, float]) -> float:
    gold = report.gold_mentions.get(document, 0)
    if isinstance(gold, int):
        return gold
    return sum(weights.get(name, 1) * count for name, count in zip(report.types, gold, strict=True))


def type_intervals(report: ErrorReport, documents: int, seed: int = 13) -> dict[str, Interval]:
    """Of each type that has a mention, gold or predicted, the interval of its F1 from resampling documents.

    Empty where gold mentions are not counted by type.

    Args:
        documents: how many documents the split holds, those without any mention included.
    """
    if not report.by_type:
        return {}
    missed, wrong = _spans(report)
    names = sorted(report.gold_mentions.keys() | wrong.keys())
    places = {name: number for number, name in enumerate(report.types)}
    table = np.zeros((len(names), len(places), 3))
    for line, document in zip(table, names, strict=True):
        gold = report.gold_mentions.get(document, ())
        if not isinstance(gold, int) and gold:
            line[:, 0] = gold
        for name in missed.get(document, {}).values():
            line[places[name]] += (-1, 0, 1)
        for name in wrong.get(document, {}).values():
            line[places[name], 1] += 1
    scores = _micro_f1(_resample(table.reshape(len(names), -1), documents, seed).reshape(RESAMPLES, -1, 3))
    seen = table.sum(axis=(0, 2)) > 0
    ends = np.quantile(scores, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return {
        name: Interval(float(ends[0, place]), float(ends[1, place]), LEVEL, RESAMPLES)
        for name, place in places.items()
        if seen[place]
    }


def compare_reports(
    first: ErrorReport,
    second: ErrorReport,
    documents: int,
    seed: int = 13,
    weights: Mapping[str, float] = MappingProxyType({}),
) -> Difference:
    """Micro-F1 of `first` minus `second`; both see the same resampled documents, so what is hard for both cancels out.

    Args:
        documents: how many documents the split holds, those without any mention included.
        weights: see `count_documents`.
    Raises:
        ValueError: the reports are about different data, or cannot be weighed.
    """
    if first.split_sha256 != second.split_sha256:
        raise ValueError("the reports are about different data")
    counts = (count_documents(first, weights), count_documents(second, weights))
    gold = sorted(first.gold_mentions.keys() | second.gold_mentions.keys())
    wrong = sorted((counts[0].keys() | counts[1].keys()) - set(gold))
    if not gold and not wrong:
        return Difference(0.0, 0.0, 0.0)
    if len(gold) + len(wrong) > documents:
        raise ValueError("the reports name more documents than there are")
    # Which of the documents without gold mentions these are does not matter: the others have none at all.
    table = np.array([[*counts[0].get(name, _NONE), *counts[1].get(name, _NONE)] for name in (*gold, *wrong)])
    sums = _resample(table, documents, seed)
    differences = _micro_f1(sums[:, :3]) - _micro_f1(sums[:, 3:])
    low, high = np.quantile(differences, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    whole = table.sum(axis=0)
    return Difference(float(_micro_f1(whole[:3]) - _micro_f1(whole[3:])), float(low), float(high))


def _resample(table: np.ndarray, documents: int, seed: int) -> np.ndarray:
    """Sums of the rows of a table over resampled documents: (`RESAMPLES`, columns)."""
    size = max(1, min(RESAMPLES, _CELLS // documents))
    return np.concatenate(
        [
            _draw(documents, min(size, RESAMPLES - start), (seed, start))[:, : len(table)] @ table.astype(np.float32)
            for start in range(0, RESAMPLES, size)
        ]
    )


@functools.lru_cache(maxsize=4)
def _draw(documents: int, size: int, seed: tuple[int, int]) -> np.ndarray:
    """How often each of `documents` is in each of `size` samples of as many: (size, documents).

    Kept, because all reports on a split are compared on one draw. Sums of mentions are exact in single precision up to
    2^24 mentions in a sample.
    """
    drawn = np.random.default_rng(seed).multinomial(documents, np.full(documents, 1 / documents), size)
    return drawn.astype(np.float32)


def _micro_f1(counts: np.ndarray) -> np.ndarray:
    tp, fp, fn = np.moveaxis(counts, -1, 0)
    total = 2 * tp + fp + fn
    return np.asarray(2 * tp / np.where(total > 0, total, 1))
