from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from itner.evaluation import uncertainty
from itner.evaluation.compare import compare_reports, compare_types, count_units, weigh
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
    assert counts(report(errors, {"a": 3})) == {"a": [[1, 1, 2]], "b": [[0, 1, 0]]}
    # Both are sentences of one text.
    assert counts(replace(report(errors, {"a": 3}), groups={"a": "t", "b": "t"})) == {"t": [[1, 2, 2]]}


def counts(of: ErrorReport) -> dict[str, list[list[int]]]:
    return {unit: table.tolist() for unit, table in count_units(of).items()}


TYPES = {"OS": {}, "ERROR": {}, "O": {}}


def typed(errors: list[ErrorRecord], gold: dict[str, tuple[int, int]]) -> ErrorReport:
    return ErrorReport("x", "test", HASH, "int8", HASH, TYPES, gold, tuple(errors))  # type: ignore[arg-type]


def test_a_weight_counts_mentions_of_a_type_as_often() -> None:
    errors = [
        ErrorRecord("a", "type", Span(0, 4, "OS"), Span(0, 4, "ERROR")),
        ErrorRecord("b", "spurious", None, Span(3, 4, "ERROR")),
    ]
    found = typed(errors, {"a": (2, 1)})
    # Two OS of which one is missed, one ERROR that is found; the wrong ones are ERROR.
    assert counts(found) == {"a": [[1, 0, 1], [1, 1, 0]], "b": [[0, 0, 0], [0, 1, 0]]}
    nothing = typed(
        [missed("a"), missed("a", 5), ErrorRecord("a", "missed", Span(9, 11, "ERROR"), None)], {"a": (2, 1)}
    )
    for weights, score in (({}, 4 / 7), ({"ERROR": 3.0}, 8 / 15), ({"OS": 0.0}, 2 / 4)):
        assert compare_reports(found, nothing, 5, weights=weights).value == pytest.approx(score)
    with pytest.raises(ValueError, match="by type"):
        compare_reports(report(errors, {"a": 3}), found, 5, weights={"ERROR": 3.0})
    with pytest.raises(ValueError, match="each of the types"):
        typed([], {"a": (1, 2, 3)})  # type: ignore[dict-item]


def test_a_weighed_difference_is_that_of_the_weighed_scores() -> None:
    gold = {f"d{n}": (1, 1) for n in range(40)}
    first = typed([missed(f"d{n}") for n in range(10)], gold)
    second = typed([ErrorRecord(f"d{n}", "missed", Span(5, 6, "ERROR"), None) for n in range(10)], gold)
    assert compare_reports(first, second, 50).value == pytest.approx(0.0)
    found = compare_reports(first, second, 50, weights={"ERROR": 3.0})
    # By hand: the first finds 30 OS and 40 ERROR, three times each; the second 40 OS and 30 ERROR.
    assert found.value == pytest.approx(2 * 150 / (2 * 150 + 10) - 2 * 130 / (2 * 130 + 30))
    assert found.significant


def test_the_difference_on_a_type_is_that_of_reports_on_it_alone() -> None:
    gold = {f"d{n}": (1, 2) if n % 2 else (1, 0) for n in range(60)}
    errors = [missed(f"d{n}") for n in range(0, 60, 3)]
    errors += [ErrorRecord(f"d{n}", "spurious", None, Span(9, 12, "ERROR")) for n in range(0, 60, 7)]
    first, second = typed(errors, gold), typed([], gold)
    found = compare_types(first, second, 80)
    assert set(found) == {"OS", "ERROR"}
    alone = compare_reports(first, second, 80, weights={"ERROR": 0.0})
    assert (found["OS"].value, found["OS"].low, found["OS"].high) == (alone.value, alone.low, alone.high)
    assert found["OS"].p == pytest.approx(alone.p, abs=0.001)
    assert (found["OS"].mentions, found["ERROR"].mentions) == (60, 60)
    assert found["ERROR"].value == pytest.approx(2 * 60 / (2 * 60 + 9) - 1)
    assert found["ERROR"].low < found["ERROR"].value < found["ERROR"].high < 0
    # What an earlier version counted has none, and a type without any gold mention neither.
    assert compare_types(report(errors, {"a": 3}), report(errors, {"a": 3}), 80) == {}
    assert set(compare_types(typed([], {"a": (1, 0)}), typed([], {"a": (1, 0)}), 80)) == {"OS"}


def test_the_difference_is_that_of_the_two_scores() -> None:
    gold = {f"d{n}": 1 for n in range(40)}
    first = report([missed("d0")], gold)
    second = report([missed(f"d{n}") for n in range(20)], gold)
    found = compare_reports(first, second, units=100)
    assert found.value == pytest.approx(2 * 39 / 79 - 2 * 20 / 60)
    assert 0 < found.low < found.value < found.high
    assert found.significant
    mirrored = compare_reports(second, first, units=100)
    assert (mirrored.value, mirrored.low, mirrored.high) == pytest.approx((-found.value, -found.high, -found.low))


def test_errors_in_the_same_documents_cancel_out() -> None:
    gold = {f"d{n}": 1 for n in range(40)}
    same = report([missed(f"d{n}") for n in range(20)], gold)
    found = compare_reports(same, same, 50)
    assert (found.value, found.low, found.high, found.p, found.error, found.mentions) == (0.0, 0.0, 0.0, 1.0, 0.0, 40)
    assert not found.significant


def test_the_interval_agrees_with_resampling_every_document_one_by_one() -> None:
    rng = np.random.default_rng(1)
    gold = {f"d{n}": 2 for n in range(60)}
    first = report([missed(f"d{n}") for n in range(60) if rng.random() < 0.2], gold)
    second = report([missed(f"d{n}") for n in range(60) if rng.random() < 0.4], gold)
    found = compare_reports(first, second, units=200)
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
    assert compare_reports(report([], {}), report([], {}), units=5).value == 0.0


def test_other_data_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="different data"):
        compare_reports(report([], {}), report([], {}, split="cd" * 32), units=5)


def test_a_table_of_draws_that_is_too_large_is_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    gold = {f"d{n}": 1 for n in range(40)}
    first = report([missed(f"d{n}") for n in range(5)], gold)
    second = report([missed(f"d{n}") for n in range(20)], gold)
    whole = compare_reports(first, second, units=100)
    monkeypatch.setattr(uncertainty, "_CELLS", 30_000)
    parts = compare_reports(first, second, units=100)
    assert parts.value == whole.value
    assert (parts.low, parts.high) == pytest.approx((whole.low, whole.high), abs=0.02)


def test_reports_of_more_documents_than_there_are_cannot_be_compared() -> None:
    crowded = report([], {f"d{n}": 1 for n in range(9)})
    with pytest.raises(ValueError, match="more documents than there are"):
        compare_reports(crowded, crowded, units=8)


def test_the_p_value_is_that_of_every_exchange() -> None:
    # Six documents of one mention that one tagger finds and the other does not, two the other way round.
    gold = {f"d{n}": 1 for n in range(20)}
    first = report([missed("d0"), missed("d1")], gold)
    second = report([missed(f"d{n}") for n in range(2, 8)], gold)
    found = compare_reports(first, second, 20)
    # By hand: of 2^8 exchanges, those where at least six of eight fall to one side.
    as_large = 2 * sum(math.comb(8, n) for n in (6, 7, 8))
    assert found.p == pytest.approx(as_large / 2**8, abs=0.02)


def test_whole_texts_are_resampled_and_exchanged_where_sentences_are_of_one() -> None:
    gold = {f"d{n}": 1 for n in range(100)}
    first, second = report([missed(f"d{n}") for n in range(10)], gold), report([], gold)
    groups = {f"d{n}": f"t{n // 10}" for n in range(100)}
    alone = compare_reports(first, second, 100)
    together = compare_reports(replace(first, groups=groups), replace(second, groups=groups), 10)
    # All errors are in one text: with another draw of ten texts it might well not be there.
    assert together.value == alone.value
    assert together.high == 0.0
    assert together.low < alone.low
    assert (alone.p < 0.01, together.p) == (True, 1.0)


def test_a_weighed_score_lies_between_what_weighed_counts_say() -> None:
    gold = {f"d{n}": (1, 1) for n in range(60)}
    found = typed([missed(f"d{n}") for n in range(20)], gold)
    # All ERROR are found; of OS two of three. What weighs nothing does not count.
    assert weigh(found, 60, {"OS": 0.0}).recall == (pytest.approx(0.025 ** (1 / 60), abs=1e-4), 1.0)
    plain, heavy = weigh(found, 60, {}).recall, weigh(found, 60, {"OS": 3.0}).recall
    assert plain is not None
    assert heavy is not None
    assert plain[0] < 100 / 120 < plain[1]
    assert heavy[0] < 180 / 240 < heavy[1]
    with pytest.raises(ValueError, match="by type"):
        weigh(report([], {"a": 3}), 5, {"OS": 2.0})
