from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import write_run

from itner.evaluation.compare import Difference
from itner.records.scores import Counts
from itner.records.store import RunStore
from itner.reporting.advice import Advice, Limits, advise, compare_rows, fits, pareto_front
from itner.reporting.rows import Row, list_rows


@pytest.fixture
def rows(tmp_path: Path) -> list[Row]:
    """`good` (best F1, 40/20/13/10 ms) and `small` (worse, 8/4/2.7/2 ms); sizes 80/40/27/20 MiB for both."""
    write_run(tmp_path, "good", tp=90, p50=40.0)
    write_run(tmp_path, "small", "minilm_l3", tp=60, p50=8.0)
    return list_rows(RunStore(tmp_path).load_all()[0], "stackoverflow")


def row(rows: list[Row], label: str) -> Row:
    return next(row for row in rows if row.label == label)


def test_of_equals_the_fastest_is_advised(rows: list[Row]) -> None:
    advice = advise(rows, Limits())
    assert advice.row is not None
    assert advice.row.label == "good · INT8"  # three mentions of a hundred fewer than the best, four times as fast
    assert "cannot be told from the best of the 8 that fit (good · FP32 (PyTorch), 0.884" in advice.reason
    assert "4.0 times as fast: 10.0 ms and 20.0 MiB" in advice.reason


def test_what_is_hardly_faster_does_not_take_the_place_of_the_best(rows: list[Row]) -> None:
    first, second = (row(rows, f"good · {name}") for name in ("FP32 (PyTorch)", "FP32"))
    assert first.bench is not None
    for share, advised in ((0.9, first), (0.7, second)):
        latency = replace(first.bench.forward[128], p50_ms=40.0 * share)
        other = replace(second, bench=replace(first.bench, forward={128: latency}))
        advice = advise([first, other], Limits(), lambda *_: Difference(0.01, -0.01, 0.03))
        assert advice.row is not None
        assert advice.row.label == advised.label


def test_a_clear_winner_is_advised_although_it_is_slow(rows: list[Row]) -> None:
    advice = advise(rows, Limits(), lambda first, second: Difference(0.1, 0.05, 0.15))
    assert advice.row is not None
    assert advice.row.label == "good · FP32 (PyTorch)"
    assert advice.reason == "Its micro-F1 of 0.884 is the highest of the 8 that fit, at 40.0 ms and 80.0 MiB."


def test_few_mentions_are_said_to_be_too_few(rows: list[Row]) -> None:
    assert "too few" not in advise(rows, Limits()).reason

    def shrunk(each: Row) -> Row:
        assert each.report is not None
        return replace(each, report=replace(each.report, per_type={"OS": Counts(10, 5, 20)}))

    for limits in (Limits(), Limits(max_ms=2.0)):
        advice = advise([shrunk(each) for each in rows], limits)
        assert advice.reason.endswith(
            "But 30 gold mentions are too few to choose by: look at another dataset or split."
        )


def test_the_only_one_that_fits_is_not_compared(rows: list[Row]) -> None:
    advice = advise(rows, Limits(max_ms=2.0))
    assert advice.row is row(rows, "small · INT8")
    assert advice.reason.startswith("Nothing else fits. Its micro-F1 is 0.")
    assert advice.reason.endswith("at 2.0 ms and 20.0 MiB.")


def test_what_cannot_be_compared_is_not_called_equal(rows: list[Row]) -> None:
    advice = advise(rows, Limits(), lambda first, second: None)
    assert advice.row is not None
    assert advice.row.label == "good · FP32 (PyTorch)"


def test_limits_leave_out_what_breaks_them(rows: list[Row]) -> None:
    assert advise(rows, Limits(max_ms=2.0)).row is row(rows, "small · INT8")
    assert advise(rows, Limits(max_ms=10.0, min_f1=0.8)).row is row(rows, "good · INT8")
    both = advise(rows, Limits(max_ms=1.0, max_mib=10.0, min_f1=0.95, min_recall=0.9))
    assert both == Advice(
        None,
        "Nothing measured here keeps all the limits: the fastest takes 2.0 ms, the smallest has 20.0 MiB, "
        "the best micro-F1 is 0.884, the best recall is 0.864. Relax one of them.",
    )


def test_unmeasured_rows_keep_no_limit_and_are_not_advised(rows: list[Row]) -> None:
    untimed = replace(rows[0], bench=None, bench_length=None)
    assert fits(untimed, Limits(min_f1=0.5))
    assert not fits(untimed, Limits(max_ms=1000.0))
    assert not fits(replace(rows[0], report=None), Limits(min_recall=0.1))
    assert advise([untimed], Limits()) == Advice(None, "No run was both scored and timed.")


def test_limits_in_words() -> None:
    assert Limits().in_words == "Without any limit"
    assert Limits(8.5, 30.0, 0.7, 0.65).in_words == "Under ≤ 8.5 ms, ≤ 30 MiB, micro-F1 ≥ 0.70, recall ≥ 0.65"


def test_comparing_needs_errors_on_the_same_data(rows: list[Row]) -> None:
    first, second = rows[0], rows[1]
    assert first.errors is not None
    difference = compare_rows(first, second)
    assert difference is not None
    assert difference.value == pytest.approx(first.report.micro.f1 - second.report.micro.f1)  # type: ignore[union-attr]
    assert compare_rows(replace(first, errors=None), second) is None
    other = replace(first, errors=replace(first.errors, split_sha256="cd" * 32))
    assert compare_rows(other, second) is None


def test_the_front_holds_what_nothing_beats(rows: list[Row]) -> None:
    front = pareto_front(rows)
    assert [row.label for row in front] == [
        "small · INT8",
        "small · FP16",
        "small · FP32",
        "small · FP32 (PyTorch)",
        "good · INT8",
        "good · FP16",
        "good · FP32",
        "good · FP32 (PyTorch)",
    ]
    slow = replace(rows[0], run="slow", bench=replace(rows[0].bench, forward={128: _slower(rows[0])}))  # type: ignore[type-var]
    assert slow not in pareto_front([*rows, slow])
    assert pareto_front([replace(rows[0], report=None)]) == []


def _slower(row: Row) -> object:
    assert row.bench is not None
    return replace(row.bench.forward[128], p50_ms=1000.0, p95_ms=1000.0, p99_ms=1000.0)
