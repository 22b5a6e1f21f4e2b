"""How sure a change of F1 is: resampling the texts that were read before and after."""

from __future__ import annotations

import numpy as np

from itner.evaluation.uncertainty import ends_of, resample, scores_of

_F1 = 2


def interval_of_change(before: np.ndarray, after: np.ndarray, seed: int) -> tuple[float, float]:
    """Between what F1 after minus F1 before lies; both sides see the same resampled units (percentile bootstrap).

    Args:
        before, after: int arrays [units, 3] of true positives, false positives and false negatives.
    """
    drawn = resample(np.concatenate([before, after], axis=1), len(before), seed)
    first, second = (np.nan_to_num(scores_of(side)[..., _F1]) for side in (drawn[:, :3], drawn[:, 3:]))
    low, high = ends_of(second - first)
    return low, high
