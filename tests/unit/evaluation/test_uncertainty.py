from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from itner.core.types import Document, Mention
from itner.evaluation.scoring import score_documents
from itner.evaluation.uncertainty import (
    RESAMPLES,
    add_by_unit,
    find_ranges,
    find_share_range,
    ranges_of_counts,
    resample,
)
from itner.records.scores import Counts, ScoreRanges


def texts(count: int, sentences: int) -> list[Document]:
    mention = (Mention(0, 2, "OS"),)
    return [
        Document("ab", (), mention, f"{t}-{s}", "x", group=f"{t}" if sentences > 1 else None)
        for t in range(count)
        for s in range(sentences)
    ]


def test_rows_are_added_up_over_the_sentences_of_a_text() -> None:
    documents = [*texts(2, 2), *texts(1, 1)]
    assert add_by_unit(documents, np.array([[1], [2], [4], [8], [16]])).tolist() == [[3], [12], [16]]


def test_precision_recall_and_f1_agree_with_drawing_texts_one_by_one() -> None:
    rng = np.random.default_rng(3)
    counts = rng.integers(0, 4, (120, 2, 3))
    micro, macro, each = find_ranges(counts, 200)
    drawn = []
    for _ in range(2000):
        rows = [row for row in rng.integers(0, 200, 200) if row < 120]
        total = counts[rows].sum(axis=0)
        tp, fp, fn = total.T
        scores = np.stack([tp / (tp + fp), tp / (tp + fn), 2 * tp / (2 * tp + fp + fn)])
        a, b, c = total.sum(axis=0)
        drawn.append([[a / (a + b), a / (a + c), 2 * a / (2 * a + b + c)], scores.mean(axis=1), *scores.T])
    ends = np.quantile(drawn, [0.025, 0.975], axis=0)
    for place, ranges in enumerate((micro, macro, *each)):
        for number, found in enumerate((ranges.precision, ranges.recall, ranges.f1)):
            assert found == pytest.approx(tuple(ends[:, place, number]), abs=0.012)


def test_what_never_happened_may_still_happen() -> None:
    # Resampling what is all right finds nothing wrong; by Clopper and Pearson, 1 - 0.025^(1/n) may be.
    right = np.array([[[1, 0, 0]]] * 20)
    assert find_ranges(right, 50)[0].f1 == (pytest.approx(0.025 ** (1 / 20), abs=1e-5), 1.0)
    none = np.array([[[0, 0, 1]]] * 20)
    found = find_ranges(none, 50)[0]
    assert found.f1 == found.recall == (0.0, pytest.approx(1 - 0.025 ** (1 / 20), abs=1e-5))
    # Nothing was predicted, so that there is no precision.
    assert found.precision is None
    # Of a single text nothing is known.
    assert find_ranges(right[:1], 1)[0].f1 == (0.0, 1.0)
    assert find_ranges(np.zeros((0, 1, 3)), 5)[0] == ScoreRanges()
    assert find_share_range(np.array([[1, 2], [2, 2]]), 2) == (0.5, 1.0)


def test_a_text_of_many_sentences_is_worth_one_text() -> None:
    def width(count: int, sentences: int) -> float:
        documents = texts(count, sentences)
        # Every second text is wrong throughout.
        pred = [() if int(d.id.split("-")[0]) % 2 else d.mentions for d in documents]
        found = score_documents(documents, pred, ("OS",))["uncertainty"]
        assert (found.unit, found.units) == ("document" if sentences > 1 else "sentence", count)
        return float(found.micro.recall[1] - found.micro.recall[0])

    assert width(40, 10) == pytest.approx(width(40, 1), abs=0.01)
    assert width(400, 1) < width(40, 10) / 2


def test_a_hundred_thousand_texts_are_resampled_in_bounded_memory() -> None:
    counts = np.random.default_rng(1).integers(0, 2, (100_000, 3))
    tracemalloc.start()
    found = resample(counts, 100_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.shape == (RESAMPLES, 3)
    assert peak < 300 * 2**20
    assert found.mean(axis=0) == pytest.approx(counts.sum(axis=0), rel=0.01)


def test_counts_alone_give_wilsons_interval() -> None:
    found = ranges_of_counts(Counts(80, 20, 20))
    # By hand: (0.8 + 1.92 / 100 ± 1.96 sqrt(0.16 / 100 + 0.96 / 100^2)) / (1 + 3.84 / 100).
    assert found.precision == found.recall == (pytest.approx(0.7112, abs=2e-4), pytest.approx(0.8666, abs=2e-4))
    # F1 is as far from its ends as drawing mentions one by one says, or nearly.
    rng = np.random.default_rng(2)
    tp, fp, fn = rng.multinomial(120, [80 / 120, 20 / 120, 20 / 120], 4000).T
    assert found.f1 == pytest.approx(tuple(np.quantile(2 * tp / (2 * tp + fp + fn), [0.025, 0.975])), abs=0.01)
    none = ranges_of_counts(Counts(0, 0, 5))
    assert (none.precision, none.recall) == (None, (0.0, pytest.approx(0.4345, abs=2e-4)))
    assert ranges_of_counts(Counts()) == ScoreRanges()
