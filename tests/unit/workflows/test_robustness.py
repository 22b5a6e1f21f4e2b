"""Measuring robustness: what is known stays, what it was measured of decides, and what is left out is said."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from commands import run_itner
from shipped import HERE
from synthetic import write_run

from itner.core.errors import InputError
from itner.data.processed import read_split
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.workflows import robustness
from itner.workflows.robustness import RobustnessPlan, measure_robustness
from itner.workflows.rules import make_rules

PLAN = RobustnessPlan("helpdesk", sample=20, perturbations=("lower",), severities=(3,))


# The corpus is read once, and not for every call.
_read = cache(read_split)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(robustness, "read_split", _read)
    place = Workspace(tmp_path, HERE.data)
    make_rules("it", place, "ruled")
    return place


def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What is measured from now on."""
    done: list[tuple[str, int]] = []
    measure = robustness.measure_effect

    def counted(tagger, readings, perturbation, severity, *rest):  # type: ignore[no-untyped-def]
        done.append((perturbation.name, severity))
        return measure(tagger, readings, perturbation, severity, *rest)

    monkeypatch.setattr(robustness, "measure_effect", counted)
    return done


def test_what_is_known_stays_and_is_not_measured_again(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    done = measured(monkeypatch)
    heard: list[float] = []
    first = measure_robustness("ruled", PLAN, place, lambda _, share: heard.append(share))
    assert heard[-1] == 1.0
    assert first == RunStore(place.models).load("ruled").robustness.reports[0]
    more = replace(PLAN, perturbations=("truncation", "lower", "typos"), severities=(3, 1))
    second = measure_robustness("ruled", more, place)
    assert done == [("lower", 3), ("truncation", 1), ("truncation", 3), ("lower", 1), ("typos", 1), ("typos", 3)]
    # In the order of the perturbations, whatever the order in which they were asked for.
    assert [(e.perturbation, e.severity) for e in second.effects] == [
        ("typos", 1), ("typos", 3), ("lower", 1), ("lower", 3), ("truncation", 1), ("truncation", 3),
    ]  # fmt: skip
    assert second.effect("lower", 3) == first.effects[0]
    assert measure_robustness("ruled", more, place) == second
    done.clear()
    again = measure_robustness("ruled", replace(PLAN, remeasure=True), place)
    assert again.effects == second.effects
    assert done == [("lower", 3)]
    # What was measured on another sample is no trial's to replace.
    for trial in (replace(PLAN, seed=14), replace(PLAN, sample=10)):
        with pytest.raises(InputError, match="go on with `--sample 20 --seed 13`, or replace that with `--remeasure`"):
            measure_robustness("ruled", trial, place)
    assert RunStore(place.models).load("ruled").robustness.reports == (again,)
    other = measure_robustness("ruled", replace(PLAN, seed=14, remeasure=True), place)
    assert RunStore(place.models).load("ruled").robustness.reports == (other,)
    assert (len(other.effects), other.sentences) == (1, 20)


def test_what_cannot_be_measured_says_why(place: Workspace) -> None:
    write_run(place.models, "bare")
    for name, plan, message in (
        ("nope", PLAN, "no run 'nope'"),
        ("bare", PLAN, "comes without"),
        ("ruled", replace(PLAN, variant="int8"), "has no variant 'int8'"),
        ("ruled", replace(PLAN, dataset="nope"), "is not prepared"),
        ("ruled", replace(PLAN, dataset="personal"), "is of domain 'it'"),
        ("ruled", replace(PLAN, split="check"), "has no check split"),
        ("ruled", replace(PLAN, perturbations=("fog",)), "unknown perturbation 'fog'"),
    ):
        with pytest.raises(InputError, match=message):
            measure_robustness(name, plan, place)
    assert not RunStore(place.models).load("ruled").robustness.reports


def test_the_command_prints_changes_and_names_what_it_left_out(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    write_run(place.models, "bare")
    words = ("--dataset", "helpdesk", "--models", str(place.models), "--sample", "10", "--perturbation", "truncation")
    assert run_itner("robustness", "bare", "ruled", *words, "--severity", "3") == 1
    said = capsys.readouterr()
    assert "left out: " in said.err
    head, line = said.out.splitlines()
    assert head.startswith("ruled patterns on 10 sentences of helpdesk test: F1 0.")
    assert line.split()[:3] == ["truncation", "strong", "F1"]
    assert "mentions cut away" in line
    assert run_itner("robustness", "ruled", *words, "--severity", "3") == 0
    for wrong in (("--perturbation", "fog"), ("--severity", "4"), ("--sample", "0"), ("--split", "all")):
        assert run_itner("robustness", "ruled", *words, *wrong) == 2
        assert "Invalid value" in capsys.readouterr().err
    assert run_itner("robustness", "nope", *words) == 2
    # What no run could be measured on is bad usage.
    assert run_itner("robustness", "ruled", *words, "--dataset", "personal") == 2
    assert run_itner("robustness", "ruled", *words, "--dataset", "nope") == 2
    assert run_itner("robustness", "ruled", *words, "--variant", "int8") == 2
