from __future__ import annotations

import numpy as np
import pytest

from itner.evaluation import compare
from itner.evaluation.compare import Difference, compare_reports, count_documents
from itner.records.evaluation import ErrorRecord, ErrorReport, Span

HASH = "ab" * 32


def report(errors: list[ErrorRecord], gold: dict[str, int], split: str = HASH) -> ErrorReport:
    return ErrorReport("x", "test", split, "int8", HASH, {}, gold, tuple(errors))


def missed(document: str, start: int = 0) -> ErrorRecord:
    return ErrorRecord(document, "missed", Span(start, start + 2, "OS"), None)


def test_counts_by_hand() -> None:
    long = Span(0, 9, "OS")
    errors = [
        ErrorRecord("a", "boundary", Span(0, 4, "OS"), long),
        ErrorRecord("a", "boundary", Span(5, 9, "OS"), long),  # one prediction over two gold mentions
        ErrorRecord("b", "spurious", None, Span(3, 4, "ERROR")),
    ]
    assert count_documents(report(errors, {"a": 3})) == {"a": (1, 1, 2), "b": (0, 1, 0)}


def test_the_difference_is_that_of_the_two_scores() -> None:
    gold = {f"d{n}": 1 for n in range(40)}
    first = report([missed("d0")], gold)
    second = report([missed(f"d{n}") for n in range(20)], gold)
    found = compare_reports(first, second, documents=100)
    assert found.value == pytest.approx(2 * 39 / 79 - 2 * 20 / 60)
    assert 0 < found.low < found.value < found.high
    assert found.significant
    mirrored = compare_reports(second, first, documents=100)
    assert (mirrored.value, mirrored.low, mirrored.high) == pytest.approx((-found.value, -found.high, -found.low))


def test_errors_in_the_same_documents_cancel_out() -> None:
    gold = {f"d{n}": 1 for n in range(40)}
    same = report([missed(f"d{n}") for n in range(20)], gold)
    assert compare_reports(same, same, documents=50) == Difference(0.0, 0.0, 0.0)
    assert not compare_reports(same, same, documents=50).significant


def test_the_interval_agrees_with_resampling_every_document_one_by_one() -> None:
    rng = np.random.default_rng(1)
    gold = {f"d{n}": 2 for n in range(60)}
    first = report([missed(f"d{n}") for n in range(60) if rng.random() < 0.2], gold)
    second = report([missed(f"d{n}") for n in range(60) if rng.random() < 0.4], gold)
    found = compare_reports(first, second, documents=200)
    wrong = [{record.document for record in r.errors} for r in (first, second)]
    scores = []
    for _ in range(2000):
        drawn = [f"d{n}" for n in rng.integers(0, 200, 200) if n < 60]
        f1 = []
        for names in wrong:
            fn = sum(name in names for name in drawn)
            tp = 2 * len(drawn) - fn
            f1.append(2 * tp / (2 * tp + fn))
        scores.append(f1[0] - f1[1])
    low, high = np.quantile(scores, [0.025, 0.975])
    assert found.low == pytest.approx(low, abs=0.012)
    assert found.high == pytest.approx(high, abs=0.012)


def test_without_any_mention_there_is_no_difference() -> None:
    assert compare_reports(report([], {}), report([], {}), documents=5).value == 0.0


def test_other_data_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="different data"):
        compare_reports(report([], {}), report([], {}, split="cd" * 32), documents=5)


def test_a_table_of_draws_that_is_too_large_is_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    gold = {f"d{n}": 1 for n in range(40)}
    first = report([missed(f"d{n}") for n in range(5)], gold)
    second = report([missed(f"d{n}") for n in range(20)], gold)
    whole = compare_reports(first, second, documents=100)
    monkeypatch.setattr(compare, "_CELLS", 30_000)
    parts = compare_reports(first, second, documents=100)
    assert parts.value == whole.value
    assert (parts.low, parts.high) == pytest.approx((whole.low, whole.high), abs=0.02)


def test_reports_of_more_documents_than_there_are_cannot_be_compared() -> None:
    crowded = report([], {f"d{n}": 1 for n in range(9)})
    with pytest.raises(ValueError, match="more documents than there are"):
        compare_reports(crowded, crowded, documents=8)
