"""`robustness.json`: what it must hold, and that reports of others stay when one is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from robust import effect, robustness_report
from synthetic import write_run

from itner.records.codec import from_json, to_json
from itner.records.robustness import Example, Robustness, RobustnessReport
from itner.records.store import ROBUSTNESS, RunStore, write_robustness


def test_scores_follow_from_counts() -> None:
    one = effect(
        "typos", 2, before=((6, 2, 2), (0, 0, 0)), after=((3, 2, 5), (0, 0, 0)), intervals=((-0.6, -0.2), None)
    )
    assert one.f1_before == pytest.approx(0.75)
    assert one.change == pytest.approx(6 / 13 - 0.75)
    assert one.change_of(0) == pytest.approx(6 / 13 - 0.75)
    assert one.change_of(1) is None
    report = robustness_report()
    assert report.effect("typos", 3) is None
    assert from_json(Robustness, to_json(Robustness((report,)), indent=None)).reports == (report,)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"clean": ((1, 0, 0),)}, "not every type is counted"),
        ({"effects": (effect(), effect())}, "stands there twice"),
        ({"effects": (effect(examples=(Example(("d1",), 1, ((3, 3, 0),), ()),)),)}, "no mention of one of the types"),
        ({"effects": (effect(examples=(Example(("d1",), 1, (), ((0, 3, 9),)),)),)}, "no mention of one of the types"),
        ({"variant": "int8", "int8": None}, "int8"),
    ],
)
def test_a_report_that_cannot_be_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises((ValidationError, ValueError), match=reason):
        replace(robustness_report(), **changes)


def test_an_effect_that_cannot_be_is_refused() -> None:
    for changes in ({"interval": (0.2, 0.1)}, {"severity": 4}, {"before": ((1, 0, 0),)}, {"interval": (-2.0, 0.0)}):
        with pytest.raises((ValidationError, ValueError)):
            effect(**changes)
    with pytest.raises(ValidationError):
        Example((), 0, (), ())


def test_a_report_replaces_that_of_the_same_split_and_variant(tmp_path: Path) -> None:
    write_run(tmp_path, "good")
    run = RunStore(tmp_path).load("good")
    first = robustness_report()
    others = replace(first, dataset="other"), replace(first, variant="fp16")
    for report in (first, *others, replace(first, seed=7)):
        write_robustness(run, report)
    again = RunStore(tmp_path).load("good")
    assert len(again.robustness.reports) == 3
    found = again.robustness_report(first.dataset, first.split, first.variant)
    assert found is not None
    assert found.seed == 7
    assert again.robustness_report("nothing", "test", "fp32") is None


def test_types_of_another_run_and_damage_make_it_a_broken_run(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "good")
    before = RunStore(tmp_path).fingerprint()
    write_robustness(RunStore(tmp_path).load("good"), replace(robustness_report(), types=("A", "OS")))
    assert RunStore(tmp_path).fingerprint() != before
    assert RunStore(tmp_path).load_all()[1][0].reason.startswith("robustness.json: 'A' is no type of this run")
    (folder / ROBUSTNESS).write_text('{"reports": 3}', encoding="utf-8")
    assert RunStore(tmp_path).load_all()[1][0].reason.startswith("robustness.json: reports")
    report: RobustnessReport = robustness_report()
    (folder / ROBUSTNESS).write_text(to_json(Robustness((report, report))), encoding="utf-8")
    assert "two reports on" in RunStore(tmp_path).load_all()[1][0].reason
