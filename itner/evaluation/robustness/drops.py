"""How sure a change of F1 is: resampling the texts that were read before and after."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

RESAMPLES = 2000
LEVEL = 0.95


def interval_of_change(
    before: np.ndarray, after: np.ndarray, seed: int, resamples: int = RESAMPLES, level: float = LEVEL
) -> tuple[float, float]:
    """Between what F1 after minus F1 before lies; both sides see the same resampled units (percentile bootstrap).

    Args:
        before, after: int arrays [units, 3] of true positives, false positives and false negatives.
    """
    weights = _draw(len(before), seed, resamples)
    changes = _f1(weights @ after) - _f1(weights @ before)
    low, high = np.quantile(changes, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _f1(counts: np.ndarray) -> np.ndarray:
    tp, fp, fn = np.moveaxis(counts, -1, 0)
    total = 2 * tp + fp + fn
    return np.asarray(2 * tp / np.where(total > 0, total, 1))


@lru_cache(maxsize=4)
def _draw(units: int, seed: int, resamples: int) -> np.ndarray:
    """How often each unit is in each sample of as many: float32 [resamples, units].

    Kept, since everything that is measured on a sample shares it.
    """
    drawn = np.random.default_rng(seed).multinomial(units, np.full(units, 1 / units), size=resamples)
    return drawn.astype(np.float32)
