"""Whether one tagger is better than another on the same documents, beyond what the choice of documents explains."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from itner.records.evaluation import ErrorReport

RESAMPLES = 2000
LEVEL = 0.95
# Of a table of draws that is kept: 32 MiB. Longer ones are drawn in parts.
_CELLS = 2**23
_NONE = (0, 0, 0)


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
    gold = sorted(first.gold_mentions.keys() | second.gold_mentions.keys())
    wrong = sorted((counts[0].keys() | counts[1].keys()) - set(gold))
    if not gold and not wrong:
        return Difference(0.0, 0.0, 0.0)
    if len(gold) + len(wrong) > documents:
        raise ValueError("the reports name more documents than there are")
    # Which of the documents without gold mentions these are does not matter: the others have none at all.
    table = np.array([[*counts[0].get(name, _NONE), *counts[1].get(name, _NONE)] for name in (*gold, *wrong)])
    size = max(1, min(RESAMPLES, _CELLS // documents))
    sums = np.concatenate(
        [
            _draw(documents, min(size, RESAMPLES - start), (seed, start))[:, : len(table)] @ table.astype(np.float32)
            for start in range(0, RESAMPLES, size)
        ]
    )
    differences = _micro_f1(sums[:, :3]) - _micro_f1(sums[:, 3:])
    low, high = np.quantile(differences, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    whole = table.sum(axis=0)
    return Difference(float(_micro_f1(whole[:3]) - _micro_f1(whole[3:])), float(low), float(high))


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
    return np.asarray(2 * tp / np.maximum(2 * tp + fp + fn, 1))
