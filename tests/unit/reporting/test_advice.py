from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shipped import HERE
from synthetic import write_run

from itner.evaluation.compare import Difference
from itner.records.scores import Counts
from itner.records.store import RunStore
from itner.reporting.advice import WORTHWHILE, Advice, Limits, advise, compare_rows, fits, pareto_front
from itner.reporting.latency import Times
from itner.reporting.rows import Row, list_rows


@pytest.fixture
def rows(tmp_path: Path) -> list[Row]:
    """`good` (best F1, 40/20/13/10 ms) and `small` (worse, 8/4/2.7/2 ms); sizes 83.9/41.9/28.0/21.0 MB for both."""
    write_run(tmp_path, "good", tp=90, p50=40.0)
    write_run(tmp_path, "small", "minilm_l3", tp=60, p50=8.0)
    # Their folders hold numbers alone.
    found = list_rows(RunStore(tmp_path).load_all()[0], "stackoverflow")
    assert not any(row.deployable for row in found)
    return [replace(row, deployable=True) for row in found]


def timed(row: Row, low: float, value: float, high: float) -> Row:
    assert row.timing is not None
    times = Times(value, low, high)
    return replace(row, timing=replace(row.timing, p50=times, p95=times))


def row(rows: list[Row], label: str) -> Row:
    return next(row for row in rows if row.label == label)


def test_of_equals_the_fastest_is_advised(rows: list[Row]) -> None:
    advice = advise(rows, Limits())
    assert advice.row is not None
    assert advice.row.label == "good · INT8"  # three mentions of a hundred fewer than the best, four times as fast
    assert "cannot be told from the best of the 8 variants that fit (good · FP32 (PyTorch), 0.884" in advice.reason
    assert "4.0 times as fast: p95 20.0 ms (20.0 to 30.0) and 21.0 MB" in advice.reason
    assert advice.plain == "None that fits is measurably better, and it answers 4.0 times as fast as the best."
    assert advice.runner_up is row(rows, "small · INT8")


EQUAL = Difference(0.01, -0.01, 0.03)


def test_what_is_not_surely_faster_ties_and_ties_are_broken_by_size_and_recipe(rows: list[Row]) -> None:
    best = timed(row(rows, "good · FP32 (PyTorch)"), 36.0, 40.0, 44.0)
    # The same F1 beyond doubt, a little faster: neither speed nor F1 tells them apart.
    for low, high, advised in ((20.0, 35.0, "best"), (10.0, 36.0 / WORTHWHILE - 0.1, "other")):
        other = timed(replace(best, run="zoo"), low, (low + high) / 2, high)
        advice = advise([best, other], Limits(), lambda *_: EQUAL)
        assert advice.row is (best if advised == "best" else other)
    tied = timed(replace(best, run="zoo"), 35.0, 39.0, 43.0)
    assert advise([best, tied], Limits(), lambda *_: EQUAL).row is best
    assert "zoo cannot be told from it in F1 or speed" in advise([best, tied], Limits(), lambda *_: EQUAL).reason
    assert advise([replace(best, teachers=3), tied], Limits(), lambda *_: EQUAL).row is tied
    smaller = timed(row(rows, "good · INT8"), 35.0, 39.0, 43.0)
    advice = advise([best, smaller], Limits(), lambda *_: EQUAL)
    assert advice.row is smaller
    assert advice.reason.count("a tie") == 1
    # What a tie was broken by is said as it is.
    lower = timed(replace(row(rows, "good · FP32"), run="abc"), 36.0, 40.0, 44.0)
    lower = replace(lower, bench=best.bench)
    assert "a tie, and it is the first of them by name" in advise([best, lower], Limits(), lambda *_: EQUAL).reason
    taught = replace(best, teachers=2, run="aaa")
    assert "a tie, and fewer runs taught it" in advise([taught, lower], Limits(), lambda *_: EQUAL).reason
    assert "a tie, and it is 4.0 times smaller: p95 39.0 ms" in advice.reason


def test_weights_of_types_bear_on_the_answer(rows: list[Row]) -> None:
    # OS is found alike by both; SOFTWARE is what `good` finds more of.
    even = [replace(row, weights={"SOFTWARE": 0.0}) for row in rows]
    advice = advise(even, Limits())
    assert advice.row is not None
    assert advice.row.label == "small · INT8"
    assert "Its micro-F1, as the types weigh, of 0.667 (0.286 to 0.900) cannot be told from the best" in advice.reason
    older = [
        replace(row, errors=replace(row.errors, gold_mentions={"d": 1}))  # type: ignore[type-var]
        for row in even
    ]
    assert compare_rows(older[0], older[1]) is None


def test_what_just_misses_is_named_with_what_it_would_buy(rows: list[Row]) -> None:
    small = timed(row(rows, "small · INT8"), 3.0, 4.0, 5.0)
    good = row(rows, "good · INT8")
    gain = Difference(0.02, 0.01, 0.03)

    def compare(first: Row, second: Row) -> Difference:
        return gain if first.run == "good" else Difference(-0.02, -0.03, -0.01)

    over = advise([small, timed(good, 10.2, 10.3, 10.5)], Limits(max_ms=10.0), compare)
    assert over.row is small
    assert over.near == ("0.50 ms more would do for good · INT8, for +0.020 F1: p95 10.3 ms (10.2 to 10.5).",)
    near = advise([small, timed(good, 9.5, 9.9, 10.5)], Limits(max_ms=10.0, quantile="p50"), compare)
    assert near.row is small
    (said,) = near.near
    assert said.startswith("good · INT8 may keep it, for +0.020 F1: its time cannot be told from the limit: median 9.9")
    assert advise([small, timed(good, 20.0, 30.0, 40.0)], Limits(max_ms=10.0), compare).near == ()
    assert advise([small, timed(good, 10.2, 10.3, 10.5)], Limits(max_ms=10.0), lambda *_: EQUAL).near == ()
    nothing = advise([timed(good, 10.2, 10.3, 10.5)], Limits(max_ms=10.0), compare)
    assert nothing.row is None
    assert nothing.near[0].startswith("0.50 ms more would do for good · INT8, with F1 0.8")


def test_what_cannot_be_deployed_or_was_timed_elsewhere_is_left_out_and_said(rows: list[Row]) -> None:
    bare = [replace(each, deployable=each.run == "small") for each in rows]
    advice = advise(bare, Limits())
    assert advice.row is not None
    assert advice.row.run == "small"
    assert advice.caveats == ("good has no weights here and cannot be deployed.",)
    none = advise([replace(each, deployable=False) for each in rows], Limits())
    assert none.row is None
    assert "has its weights here" in none.reason
    away = [
        replace(each, timing=replace(each.timing, machine="Other"))  # type: ignore[type-var]
        if each.run == "good" and each.variant != "int8"
        else each
        for each in rows
    ]
    advice = advise(away, Limits())
    assert advice.row is row(rows, "good · INT8")
    (caveat,) = advice.caveats
    assert caveat.startswith("Left out: good, timed on another machine than the others (Test CPU, 2 cores, 2 threads)")


@settings(max_examples=40)
@given(st.data())
def test_the_answer_is_the_same_wherever_latencies_lie_within_their_spread(
    shipped: list[Row], data: st.DataObject
) -> None:
    limits = Limits(max_ms=data.draw(st.sampled_from((0.6, 1.0, 5.0, 9.5, 10.0, 10.5, 12.0, 20.0, None))))
    moved = []
    for each in shipped:
        assert each.timing is not None
        times = each.timing.p95
        value = data.draw(st.floats(times.low, times.high))
        moved.append(replace(each, timing=replace(each.timing, p95=replace(times, value=value))))
    before, after = advise(shipped, limits, compare_once), advise(moved, limits, compare_once)
    assert (before.row and before.row.label) == (after.row and after.row.label)
    assert (before.runner_up and before.runner_up.label) == (after.runner_up and after.runner_up.label)
    named = [[re.split(r": (?:p95|its)", said)[0] for said in each.near] for each in (before, after)]
    assert named[0] == named[1]


def compare_once(first: Row, second: Row) -> Difference | None:
    """Other latencies make no other difference in F1."""
    key = first.label, second.label
    if key not in _COMPARED:
        _COMPARED[key] = compare_rows(first, second)
    return _COMPARED[key]


_COMPARED: dict[tuple[str, str], Difference | None] = {}


@pytest.fixture(scope="module")
def shipped() -> list[Row]:
    runs = [run for run in RunStore(HERE.models).load_all()[0] if run.info.domain == "it"]
    return [each for each in list_rows(runs, "helpdesk") if each.timing is not None and each.report is not None]


def test_merged_adapters_are_as_fast_as_what_was_trained_whole(shipped: list[Row]) -> None:
    full, lora = row(shipped, "minilm_full_kd · INT8"), row(shipped, "minilm_lora_kd · INT8")
    assert full.timing == lora.timing
    assert full.timing is not None
    assert set(full.timing.runs) == {"minilm_full_kd", "minilm_lora_kd"}
    assert row(shipped, "compact_s · INT8").timing != row(shipped, "compact_m · INT8").timing


def test_a_clear_winner_is_advised_although_it_is_slow(rows: list[Row]) -> None:
    advice = advise(rows, Limits(), lambda first, second: Difference(0.1, 0.05, 0.15))
    assert advice.row is not None
    assert advice.row.label == "good · FP32 (PyTorch)"
    assert advice.reason == (
        "Its micro-F1 of 0.884 (0.500 to 0.900) is the highest of the 8 variants that fit, at p95 80.0 ms "
        "(80.0 to 120.0) and 83.9 MB."
    )


def test_few_mentions_are_said_to_be_too_few(rows: list[Row]) -> None:
    assert "too few" not in advise(rows, Limits()).reason

    def shrunk(each: Row) -> Row:
        assert each.report is not None
        return replace(each, report=replace(each.report, per_type={"OS": Counts(10, 5, 20)}))

    for limits in (Limits(), Limits(max_ms=6.0)):
        advice = advise([shrunk(each) for each in rows], limits)
        assert advice.reason.endswith(
            "But 30 gold mentions are too few to choose by: look at another dataset or split."
        )


def test_the_only_one_that_fits_is_not_compared(rows: list[Row]) -> None:
    advice = advise(rows, Limits(max_ms=6.0))
    assert advice.row is row(rows, "small · INT8")
    assert advice.plain == "Nothing else fits."
    assert advice.reason == "Its micro-F1 is 0.681 (0.500 to 0.900), at p95 4.0 ms (4.0 to 6.0) and 21.0 MB."


def test_what_cannot_be_compared_is_not_called_equal(rows: list[Row]) -> None:
    advice = advise(rows, Limits(), lambda first, second: None)
    assert advice.row is not None
    assert advice.row.label == "good · FP32 (PyTorch)"


def test_limits_leave_out_what_breaks_them(rows: list[Row]) -> None:
    assert advise(rows, Limits(max_ms=6.0)).row is row(rows, "small · INT8")
    assert advise(rows, Limits(max_ms=30.0, min_f1=0.8)).row is row(rows, "good · INT8")
    both = advise(rows, Limits(max_ms=1.0, max_mb=10.0, min_f1=0.95, min_recall=0.9))
    assert both == Advice(
        None,
        "Nothing measured here keeps all the limits: the fastest has p95 4.0 ms (4.0 to 6.0), the smallest has "
        "21.0 MB, the best micro-F1 is 0.884, the best recall is 0.864. Relax one of them.",
    )


def test_unmeasured_rows_keep_no_limit_and_are_not_advised(rows: list[Row]) -> None:
    untimed = replace(rows[0], bench=None, timing=None)
    assert fits(untimed, Limits(min_f1=0.5))
    assert not fits(untimed, Limits(max_ms=1000.0))
    assert not fits(replace(rows[0], report=None), Limits(min_recall=0.1))
    assert advise([untimed], Limits()) == Advice(None, "No run was both scored and timed.")


def test_limits_in_words() -> None:
    assert Limits().in_words == "Without any limit"
    assert Limits(8.5, 30.0, 0.7, 0.65).in_words == "Under ≤ 8.5 ms p95, ≤ 30 MB, micro-F1 ≥ 0.70, recall ≥ 0.65"


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
    slow = timed(replace(rows[0], run="slow"), 900.0, 1000.0, 1100.0)
    assert slow not in pareto_front([*rows, slow])
    assert pareto_front([replace(rows[0], report=None)]) == []
