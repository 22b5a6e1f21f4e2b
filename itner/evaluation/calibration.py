"""Whether a tagger is as often right as it says it is sure, and what a threshold on its confidence would do.

The confidence of a mention is the probability of its least certain token (for kinds with token probabilities), and a
mention is right when its boundaries and its type are. A temperature T and a shift b turn a confidence c into
sigmoid(logit(c) / T + b), which keeps the order of confidences. Both are fitted by maximum likelihood (Platt,
Probabilistic Outputs for Support Vector Machines, 1999; without the shift it is the temperature scaling of Guo et al.,
On Calibration of Modern Neural Networks, 2017). A temperature alone leaves one half where it is, and of mentions that
are half sure far fewer than half are right: a token may be right and the mention wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from itner.core.types import Document, Mention
from itner.evaluation.uncertainty import RESAMPLES, add_by_unit, ends_of, find_ranges, resample, share_range_of
from itner.records.calibration import Reliability, ReliabilityBin, Scaling, ThresholdPoint
from itner.records.scores import Counts

BINS = 10
THRESHOLDS = (0.0, *(round(0.3 + 0.05 * step, 2) for step in range(14)), 0.97, 0.99)
_EDGE = 1e-6
_COLDEST, _HOTTEST, _FARTHEST = 0.05, 20.0, 10.0


class Confidences:
    """The predicted mentions of documents: how sure the tagger was, and whether they are right.

    Attributes:
        rows: int [mentions], the document that each is in.
        scores: float [mentions].
        right: bool [mentions].
    """

    def __init__(self, documents: Sequence[Document], pred: Sequence[Sequence[Mention]]):
        """ValueError where a mention has no score: not every kind knows how sure it is."""
        self.documents = documents
        rows, scores, right = [], [], []
        for row, (document, found) in enumerate(zip(documents, pred, strict=True)):
            gold = {(m.start, m.end, m.type) for m in document.mentions}
            for mention in found:
                if mention.score is None:
                    raise ValueError(f"a mention of document {document.id} has no score")
                rows.append(row)
                scores.append(mention.score)
                right.append((mention.start, mention.end, mention.type) in gold)
        self.rows = np.array(rows, dtype=np.int64)
        self.scores = np.array(scores, dtype=float)
        self.right = np.array(right, dtype=bool)

    def fit(self) -> Scaling | None:
        """What makes the confidences fit best; None where all mentions are right, or none is."""
        # Takes a second to load, and only this needs it.
        from scipy.optimize import minimize

        if not self.right.any() or self.right.all():
            return None
        logits, signs = _logit(self.scores), np.where(self.right, 1.0, -1.0)

        def loss(found: np.ndarray) -> float:
            return float(np.logaddexp(0, -signs * (logits / np.exp(found[0]) + found[1])).mean())

        bounds = [(np.log(_COLDEST), np.log(_HOTTEST)), (-_FARTHEST, _FARTHEST)]
        log_temperature, shift = minimize(loss, np.zeros(2), bounds=bounds).x
        return Scaling(round(float(np.exp(log_temperature)), 4), round(float(shift), 4))

    def measure(self, scaling: Scaling | None = None) -> Reliability:
        """How far confidences, scaled or as they are, and precision are apart."""
        scores = scale(self.scores, scaling) if scaling is not None else self.scores
        bins = np.minimum((scores * BINS).astype(int), BINS - 1)
        table = np.zeros((len(self.documents), BINS + 1, 3))
        np.add.at(table, (self.rows, bins), np.stack([np.ones_like(scores), self.right, scores], axis=1))
        squares = np.stack([np.ones_like(scores), (scores - self.right) ** 2, np.zeros_like(scores)], axis=1)
        np.add.at(table, (self.rows, np.full(len(scores), BINS)), squares)
        by_unit = add_by_unit(self.documents, table)
        drawn = resample(by_unit.reshape(len(by_unit), -1), len(by_unit)).reshape(RESAMPLES, BINS + 1, 3)
        total = by_unit.sum(axis=0)
        return Reliability(
            ece=round(float(_ece(total)), 5),
            ece_range=ends_of(_ece(drawn)),
            brier=round(float(_brier(total)), 5),
            brier_range=ends_of(_brier(drawn)),
            bins=tuple(
                ReliabilityBin(
                    low=place / BINS,
                    high=(place + 1) / BINS,
                    mentions=int(count),
                    right=int(right),
                    confidence=min(round(sure / count, 5), 1.0),
                    precision=share_range_of(drawn[:, place, [1, 0]], by_unit[:, place, [1, 0]], len(by_unit)),
                )
                for place, (count, right, sure) in enumerate(total[:BINS].tolist())
                if count
            ),
        )

    def try_thresholds(self) -> tuple[ThresholdPoint, ...]:
        """What each of `THRESHOLDS` leaves."""
        gold = np.array([len(document.mentions) for document in self.documents])
        table = np.zeros((len(self.documents), len(THRESHOLDS), 3), dtype=np.int64)
        for place, threshold in enumerate(THRESHOLDS):
            kept = self.scores >= threshold
            np.add.at(table[:, place, 0], self.rows[kept & self.right], 1)
            np.add.at(table[:, place, 1], self.rows[kept & ~self.right], 1)
        table[:, :, 2] = gold[:, None] - table[:, :, 0]
        by_unit = add_by_unit(self.documents, table)
        _, _, ranges = find_ranges(by_unit, len(by_unit))
        return tuple(
            ThresholdPoint(threshold, Counts(*counts), each)
            for threshold, counts, each in zip(THRESHOLDS, by_unit.sum(axis=0).tolist(), ranges, strict=True)
        )


def scale(scores: np.ndarray, scaling: Scaling) -> np.ndarray:
    """Confidences, scaled."""
    scaled: np.ndarray = 1 / (1 + np.exp(-_logit(scores) / scaling.temperature - scaling.shift))
    return scaled


def _logit(scores: np.ndarray) -> np.ndarray:
    clipped = np.clip(scores, _EDGE, 1 - _EDGE)
    logits: np.ndarray = np.log(clipped / (1 - clipped))
    return logits


def _ece(sums: np.ndarray) -> np.ndarray:
    """Expected calibration error of [..., bins + 1, 3]: mentions, right ones, and confidence of each bin."""
    counts, right, sure = np.moveaxis(sums[..., :BINS, :], -1, 0)
    with np.errstate(invalid="ignore"):
        error: np.ndarray = np.abs(right - sure).sum(axis=-1) / counts.sum(axis=-1)
    return error


def _brier(sums: np.ndarray) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        error: np.ndarray = sums[..., BINS, 1] / sums[..., BINS, 0]
    return error
