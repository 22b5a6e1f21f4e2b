from __future__ import annotations

import numpy as np
import pytest

from itner.core.types import Document, Mention
from itner.evaluation.calibration import THRESHOLDS, Confidences, scale
from itner.records.calibration import Scaling


def made(scores: list[float], right: list[bool]) -> Confidences:
    """A document for each mention; one that is wrong has a gold mention beside it that nobody finds."""
    documents, pred = [], []
    for number, (score, good) in enumerate(zip(scores, right, strict=True)):
        documents.append(Document("ab cd", (), (Mention(0, 2, "OS"),), f"d{number}", "x"))
        pred.append((Mention(0, 2, "OS", score) if good else Mention(3, 5, "OS", score),))
    return Confidences(documents, pred)


def test_calibration_error_and_brier_score_by_hand() -> None:
    found = made([0.95, 0.95, 0.95, 0.55], [True, True, False, True]).measure()
    # Two of three right at 0.95, one of one at 0.55.
    assert found.ece == pytest.approx((abs(2 - 2.85) + abs(1 - 0.55)) / 4, abs=1e-5)
    assert found.brier == pytest.approx((2 * 0.05**2 + 0.95**2 + 0.45**2) / 4, abs=1e-5)
    assert found.ece_range[0] <= found.ece <= found.ece_range[1]
    low, high = found.bins
    assert (low.low, low.high, low.mentions, low.right, low.confidence) == (0.5, 0.6, 1, 1, 0.55)
    assert (high.low, high.high, high.mentions, high.right, high.confidence) == (0.9, 1.0, 3, 2, 0.95)
    assert high.precision is not None
    assert high.precision[0] < 2 / 3 < high.precision[1]


def test_scaling_makes_what_is_too_sure_as_sure_as_it_is_right() -> None:
    rng = np.random.default_rng(5)
    honest = rng.uniform(0.05, 0.95, 3000)
    right = rng.uniform(size=3000) < honest
    # Three times as sure of everything, in logits, and half a logit beyond that.
    boasting = scale(honest, Scaling(1 / 3, 1.5))
    sure = made(boasting.tolist(), right.tolist())
    found = sure.fit()
    assert found is not None
    assert (found.temperature, found.shift) == (pytest.approx(3.0, rel=0.1), pytest.approx(-0.5, abs=0.1))
    before, after = sure.measure(), sure.measure(found)
    assert after.ece < 0.03 < 0.1 < before.ece
    assert after.brier < before.brier
    plain = made(honest.tolist(), right.tolist()).fit()
    assert plain is not None
    assert (plain.temperature, plain.shift) == (pytest.approx(1.0, rel=0.1), pytest.approx(0.0, abs=0.1))
    assert made([0.9, 0.8], [True, True]).fit() is None


def test_what_a_threshold_leaves() -> None:
    points = {
        point.threshold: point for point in made([0.9, 0.8, 0.6, 0.4], [True, False, True, True]).try_thresholds()
    }
    assert list(points) == list(THRESHOLDS)
    counts = {at: points[at].counts for at in (0.0, 0.5, 0.7, 0.85, 0.95)}
    assert [(c.tp, c.fp, c.fn) for c in counts.values()] == [(3, 1, 1), (2, 1, 2), (1, 1, 3), (1, 0, 3), (0, 0, 4)]
    # A mention of exactly so much confidence is taken.
    assert points[0.9].counts.tp == 1
    assert points[0.7].ranges.precision is not None
    assert points[0.99].ranges.precision is None


def test_a_tagger_without_confidences_has_none() -> None:
    gold = Document("ab", (), (), "d", "x")
    with pytest.raises(ValueError, match="no score"):
        Confidences([gold], [(Mention(0, 2, "OS"),)])
