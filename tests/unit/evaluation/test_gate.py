from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.evaluation.compare import Difference, compare_types
from itner.evaluation.gate import Decision, decide
from itner.records.evaluation import ErrorRecord, ErrorReport, Span

HASH = "ab" * 32


def difference(value: float, error: float, mentions: int = 100_000, p: float = 0.5) -> Difference:
    return Difference(value, value - 2 * error, value + 2 * error, p, error, mentions)


def test_a_gate_decides_by_what_the_interval_rules_out() -> None:
    # 1.96 standard errors of 0.005 are 0.0098.
    better, close, worse = (decide([difference(value, 0.005)], 0.01, 0.05)[0] for value in (0.0, -0.005, -0.02))
    assert (better.verdict, better.low, better.high) == (
        "passed",
        pytest.approx(-0.0098, abs=1e-6),
        pytest.approx(0.0098, abs=1e-6),
    )
    assert (close.verdict, close.low) == ("undecided", pytest.approx(-0.0148, abs=1e-6))
    assert (worse.verdict, worse.high) == ("failed", pytest.approx(-0.0102, abs=1e-6))
    # Two standard errors below what is allowed: the normal tail at -2.
    assert worse.p_drop == pytest.approx(0.02275, abs=1e-5)
    # A drop that is there for sure and within what is allowed passes, and is told.
    within = decide([difference(-0.004, 0.001, p=0.001)], 0.01, 0.05)[0]
    assert (within.verdict, within.judgement.finding) == ("passed", "worse")
    # An interval of another level is another one: 1.645 standard errors.
    assert decide([difference(-0.0015, 0.005)], 0.01, 0.1)[0].verdict == "passed"
    assert decide([difference(-0.0015, 0.005)], 0.01, 0.05)[0].verdict == "undecided"


def test_failing_is_corrected_for_the_number_of_comparisons_and_passing_is_not() -> None:
    worse, alike = difference(-0.02, 0.005), difference(0.0, 0.005)
    found = decide([worse, *[alike] * 4], 0.01, 0.05)
    assert [each.verdict for each in found] == ["undecided", *["passed"] * 4]
    assert found[0].p_drop == pytest.approx(5 * 0.02275, abs=1e-4)
    assert decide([], 0.01, 0.05) == []


def test_few_mentions_rule_nothing_out_however_alike_two_models_are() -> None:
    # What happens to one in 100 mentions is not seen in n with probability 0.99 ** n: 2.5% at 367.04.
    verdicts = [decide([difference(0.0, 0.0, mentions, 1.0)], 0.01, 0.05)[0].verdict for mentions in (0, 10, 367, 368)]
    assert verdicts == ["undecided", "undecided", "undecided", "passed"]
    few = decide([difference(0.0, 0.0, 10, 1.0)], 0.01, 0.05)[0]
    assert (few.needed, few.low) == (368, pytest.approx(-(1 - 0.025**0.1)))
    # Nor do they show a loss: 3 mentions of which one is lost.
    assert decide([difference(-1 / 3, 0.0, 3)], 0.01, 0.05)[0].verdict == "undecided"
    # (2.8016 standard errors / the allowed drop) squared, times as many mentions.
    assert decide([difference(0.0, 0.01, 1000)], 0.02, 0.05)[0].needed == pytest.approx(1000 * 1.4008**2, abs=1)


@pytest.mark.parametrize(("max_drop", "alpha"), [(0.0, 0.05), (1.0, 0.05), (0.01, 0.0), (0.01, 1.0)])
def test_a_rule_that_decides_nothing_is_refused(max_drop: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        decide([difference(0.0, 0.01)], max_drop, alpha)


@given(st.floats(-1, 1), st.floats(0, 0.3), st.integers(0, 10_000), st.floats(0.001, 0.5), st.floats(0.001, 0.5))
def test_a_verdict_is_where_the_interval_lies(
    value: float, error: float, mentions: int, max_drop: float, alpha: float
) -> None:
    found = decide([difference(value, error, mentions)], max_drop, alpha)[0]
    assert -1 <= found.low <= value <= found.high <= 1
    if found.verdict == "passed":
        assert found.low > -max_drop
    elif found.verdict == "failed":
        assert found.high < -max_drop + 1e-9
    else:
        assert found.low <= -max_drop
        assert found.high >= -max_drop - 1e-9 or found.high == -1


def simulated(drop: float, experiments: int, units: int, seed: int) -> list[Difference]:
    """Differences in F1 of models of which the new one truly loses `drop`; each experiment is a type of one report.

    A mention a unit, and no spurious ones: F1 is 2r / (1 + r) where r is the recall. The old model finds 9 of 10.
    """
    rng = np.random.default_rng(seed)
    old_f1 = 2 * 0.9 / 1.9
    recall = (old_f1 - drop) / (2 - old_f1 + drop)
    # Mostly the same mentions are hard for both.
    shared = rng.random((units, experiments)) < 0.7
    luck, own = rng.random((units, experiments)), rng.random((2, units, experiments))
    lost = [np.where(shared, luck, each) >= found for each, found in zip(own, (0.9, recall), strict=True)]
    names = [f"T{number}" for number in range(experiments)]
    gold = {f"d{number}": (1,) * experiments for number in range(units)}
    confusion: dict[str, dict[str, int]] = {name: {} for name in names}
    span = [Span(0, 1, name) for name in names]
    old, new = (
        ErrorReport(
            "x", "test", HASH, "int8", HASH, confusion, gold,
            tuple(ErrorRecord(f"d{row}", "missed", span[column], None) for row, column in np.argwhere(table).tolist()),
        )
        for table in lost
    )  # fmt: skip
    return list(compare_types(new, old, units).values())


def verdicts(found: list[Decision]) -> dict[str, float]:
    counts = Counter(each.verdict for each in found)
    return {name: counts[name] / len(found) for name in ("passed", "failed", "undecided")}


def test_error_rates_are_what_is_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    # Exchanging at random is not what a gate decides by.
    monkeypatch.setattr("itner.evaluation.compare.ROUNDS", 9)
    alone = {
        drop: [decide([each], 0.05, 0.1)[0] for each in simulated(drop, 150, 300, number)]
        for number, drop in enumerate((0.0, 0.05, 0.1))
    }
    # A model that loses what is just allowed: 5% each way, and 3 standard errors of 150 experiments.
    at_the_limit = verdicts(alone[0.05])
    assert at_the_limit["passed"] <= 0.05 + 0.055
    assert 0.0 < at_the_limit["failed"] <= 0.05 + 0.055
    assert verdicts(alone[0.0])["passed"] > 0.8
    assert verdicts(alone[0.0])["failed"] == 0
    assert verdicts(alone[0.1])["failed"] > 0.6
    assert verdicts(alone[0.1])["passed"] == 0


def test_a_table_of_comparisons_fails_by_chance_no_more_often_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("itner.evaluation.compare.ROUNDS", 9)
    found = simulated(0.05, 400, 300, 5)
    tables = [decide(found[start : start + 10], 0.05, 0.1) for start in range(0, 400, 10)]
    failed = np.mean([any(each.verdict == "failed" for each in table) for table in tables])
    # 5% of 40 tables are 2; more than 6 would be one case in 300. Uncorrected, two in five would fail.
    assert failed <= 6 / 40
