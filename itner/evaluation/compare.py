"""Whether one tagger is better than another on the same documents, beyond what the choice of documents explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from itner.records.evaluation import ErrorReport

RESAMPLES = 2000
LEVEL = 0.95


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


def count_documents(report: ErrorReport) -> dict[str, tuple[int, int, int]]:
    """True positives, false positives and false negatives of each document that has a mention, gold or predicted."""
    missed: dict[str, set[tuple[int, int]]] = {}
    wrong: dict[str, set[tuple[int, int]]] = {}
    for record in report.errors:
        if record.gold is not None:
            missed.setdefault(record.document, set()).add((record.gold.start, record.gold.end))
        if record.pred is not None:
            wrong.setdefault(record.document, set()).add((record.pred.start, record.pred.end))
    counts = {}
    for document in report.gold_mentions.keys() | wrong.keys():
        gold, fn = report.gold_mentions.get(document, 0), len(missed.get(document, ()))
        counts[document] = (gold - fn, len(wrong.get(document, ())), fn)
    return counts


def compare_reports(first: ErrorReport, second: ErrorReport, documents: int, seed: int = 13) -> Difference:
    """Micro-F1 of `first` minus `second`; both see the same resampled documents, so what is hard for both cancels out.

    Args:
        documents: how many documents the split holds, those without any mention included.
    Raises:
        ValueError: the reports are about different data.
    """
    if first.split_sha256 != second.split_sha256:
        raise ValueError("the reports are about different data")
    counts = (count_documents(first), count_documents(second))
    names = sorted(counts[0].keys() | counts[1].keys())
    tables = [np.array([found.get(name, (0, 0, 0)) for name in names], dtype=np.int64) for found in counts]
    if not names:
        return Difference(0.0, 0.0, 0.0)
    rng = np.random.default_rng(seed)
    # Documents without any mention change nothing but how often the others are drawn, so one cell stands for them all.
    share = np.full(len(names) + 1, 1 / documents)
    share[-1] = max(0.0, 1 - len(names) / documents)
    weights = rng.multinomial(documents, share, size=RESAMPLES)[:, :-1]
    differences = _micro_f1(weights @ tables[0]) - _micro_f1(weights @ tables[1])
    low, high = np.quantile(differences, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    value = _micro_f1(tables[0].sum(axis=0)) - _micro_f1(tables[1].sum(axis=0))
    return Difference(float(value), float(low), float(high))


def _micro_f1(counts: np.ndarray) -> np.ndarray:
    tp, fp, fn = np.moveaxis(counts, -1, 0)
    return np.asarray(2 * tp / np.maximum(2 * tp + fp + fn, 1))
