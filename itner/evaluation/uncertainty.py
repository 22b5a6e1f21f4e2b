"""How far scores could lie elsewhere if other texts had been annotated: bootstrap intervals from counts of each text.

What is resampled is a unit: a document where sentences are known to be of one, else a sentence (Efron and Tibshirani,
An Introduction to the Bootstrap, 1993, chapter 13: percentile intervals). Sentences of one ticket resemble each other,
so that resampling them one by one would promise more than there is.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import cast

import numpy as np

from itner.core.types import Document
from itner.records.scores import Counts, Range, ScoreRanges

RESAMPLES = 2000
LEVEL = 0.95
SEED = 13
# The normal quantile of (1 + LEVEL) / 2.
_NORMAL = 1.959964
# Of a table of draws that is kept: 32 MiB. Longer ones are drawn in parts.
_CELLS = 2**23


def unit_of(document: Document) -> str:
    """What a document is resampled with: the text that it is a sentence of, or itself."""
    return document.group if document.group is not None else document.id


def add_by_unit(documents: Sequence[Document], table: np.ndarray) -> np.ndarray:
    """Rows of a table [documents, ...] added up over those of one unit, in the order of the units' first documents."""
    places: dict[str, int] = {}
    rows = [places.setdefault(unit_of(document), len(places)) for document in documents]
    total = np.zeros((len(places), *table.shape[1:]), dtype=table.dtype)
    np.add.at(total, rows, table)
    return total


def resample(table: np.ndarray, units: int, seed: int = SEED) -> np.ndarray:
    """Sums of the rows of a table [rows, columns] over resampled units: [`RESAMPLES`, columns].

    Tables of the same number of units are resampled alike, which pairs them.

    Args:
        units: how many there are; those without a row have nothing that counts.
    """
    if len(table) > units:
        raise ValueError("there are more rows than units")
    size = max(1, min(RESAMPLES, _CELLS // units))
    return np.concatenate(
        [
            _draw(units, min(size, RESAMPLES - start), (seed, start))[:, : len(table)] @ table.astype(np.float32)
            for start in range(0, RESAMPLES, size)
        ]
    )


@functools.lru_cache(maxsize=4)
def _draw(units: int, size: int, seed: tuple[int, int]) -> np.ndarray:
    """How often each of `units` is in each of `size` samples of as many: (size, units).

    Kept, because all reports on a split are resampled alike. Sums are exact in single precision up to 2^24.
    """
    drawn = np.random.default_rng(seed).integers(0, units, (size, units), dtype=np.int32)
    # Counting what was drawn is ten times as fast as drawing the counts.
    drawn += np.arange(0, size * units, units, dtype=np.int32)[:, None]
    return np.bincount(drawn.ravel(), minlength=size * units).astype(np.float32).reshape(size, units)


def scores_of(counts: np.ndarray) -> np.ndarray:
    """Precision, recall and F1 of counts [..., 3] (tp, fp, fn): [..., 3]; not a number where nothing was counted."""
    tp, fp, fn = np.moveaxis(np.asarray(counts, dtype=float), -1, 0)
    with np.errstate(invalid="ignore"):
        return np.stack([tp / (tp + fp), tp / (tp + fn), 2 * tp / (2 * tp + fp + fn)], axis=-1)


def find_ranges(table: np.ndarray, units: int, seed: int = SEED) -> tuple[ScoreRanges, ScoreRanges, list[ScoreRanges]]:
    """Ranges of the scores of all mentions together, of the mean over types, and of each type.

    Args:
        table: counts of each unit that has some [rows, types, 3] (tp, fp, fn).
        units: how many units there are, those without counts included.
    """
    drawn = resample(table.reshape(len(table), table.shape[1] * 3), units, seed).reshape(RESAMPLES, -1, 3)
    micro, each = scores_of(drawn.sum(axis=1)), scores_of(drawn)
    # As `EvalReport.macro_f1`: a type that occurs and is not predicted at all has precision 0.
    occurs = drawn.sum(axis=2, keepdims=True) > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        macro = np.where(occurs, np.nan_to_num(each), 0).sum(axis=1) / occurs.sum(axis=1)
    return (
        _ranges(micro, table.sum(axis=1), units),
        _ranges(macro, table.sum(axis=1), units),
        [_ranges(each[:, place], table[:, place], units) for place in range(table.shape[1])],
    )


def find_share_range(table: np.ndarray, units: int, seed: int = SEED) -> Range | None:
    """The range of a share, from how many have it and how many there are of each unit [rows, 2]; None of none."""
    return share_range_of(resample(table, units, seed), table, units)


def share_range_of(drawn: np.ndarray, table: np.ndarray, units: int) -> Range | None:
    """The same of a table that was resampled already, to `drawn` [resamples, 2]."""
    have, are = np.moveaxis(drawn.astype(float), -1, 0)
    with np.errstate(invalid="ignore"):
        return _range(have / are, table[:, 0], table[:, 1] - table[:, 0], units)


def _ranges(scores: np.ndarray, counts: np.ndarray, units: int) -> ScoreRanges:
    """Ranges of scores [resamples, 3] that come from counts of units [rows, 3]."""
    tp, fp, fn = counts.T
    wrong = (fp, fn, fp + fn)
    return ScoreRanges(*(_range(scores[:, place], tp, against, units) for place, against in enumerate(wrong)))


def _range(scores: np.ndarray, right: np.ndarray, wrong: np.ndarray, units: int) -> Range | None:
    """The percentile range of a score's resamples; None where it is not defined.

    Resampling cannot tell how rare that is which never happened. So where all is right or all is wrong, the open end
    is the exact binomial one (Clopper and Pearson, 1934) of as many units as bear on the score. Of a single unit
    nothing is known.
    """
    if not right.any() and not wrong.any():
        return None
    if units < 2:
        return 0.0, 1.0
    tail = (1 - LEVEL) / 2
    bearing = int(np.count_nonzero(right + wrong))
    if not wrong.any():
        return round(tail ** (1 / bearing), 5), 1.0
    if not right.any():
        return 0.0, round(1 - tail ** (1 / bearing), 5)
    return ends_of(scores)


def ends_of(scores: np.ndarray) -> Range:
    """The percentile range of a score's resamples, those left out in which it is not defined."""
    tail = (1 - LEVEL) / 2
    # Of a few thousand numbers, numpy's own way of leaving them out takes several times as long.
    defined = scores[~np.isnan(scores)]
    if not len(defined):
        return math.nan, math.nan
    return cast(Range, tuple(np.quantile(defined, [tail, 1 - tail]).round(5).tolist()))


def ranges_of_counts(counts: Counts) -> ScoreRanges:
    """Between what scores lie of which nothing but counts is known, as if mentions were independent: rather too narrow.

    Wilson's interval (1927) of the shares of predicted, of gold, and of all mentions of either side that both have; of
    the last, J, F1 is 2 J / (1 + J).
    """
    both = _wilson(counts.tp, counts.tp + counts.fp + counts.fn)
    return ScoreRanges(
        _wilson(counts.tp, counts.tp + counts.fp),
        _wilson(counts.tp, counts.tp + counts.fn),
        (round(2 * both[0] / (1 + both[0]), 5), round(2 * both[1] / (1 + both[1]), 5)) if both is not None else None,
    )


def _wilson(right: int, of: int) -> Range | None:
    if not of:
        return None
    share, spread = right / of, _NORMAL**2 / of
    middle = (share + spread / 2) / (1 + spread)
    half = _NORMAL * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return round(max(middle - half, 0.0), 5), round(min(middle + half, 1.0), 5)
