"""The Robustness page's tables and figures, by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from robust import effect, robustness_report

from itner.core.types import Document, Mention
from itner.dashboard import robustness
from itner.evaluation.robustness.measuring import checksum
from itner.evaluation.robustness.perturbing import PERTURBATIONS, perturb
from itner.records.robustness import Example
from itner.reporting.robustness import RobustnessRow

REPORT = robustness_report(
    effect("typos"), effect("lower", interval=(-0.1, 0.02)), effect("fog", 2), effect("upper", 3)
)
DOCUMENT = Document("My \x1b[1mMac <b>", (), (Mention(7, 10, "SOFTWARE"),), "d1", "test")


def test_one_line_a_model_and_perturbation_of_the_severity() -> None:
    frame = robustness.effects([RobustnessRow("good", REPORT, True)], 2)
    # A perturbation of another version keeps its name.
    assert list(frame["perturbation"]) == ["Typos", "Lower case", "fog"]
    assert frame["change"].tolist() == pytest.approx([22 / 29 - 26 / 31] * 3)
    assert frame["F1 before"].tolist() == pytest.approx([26 / 31] * 3)
    assert set(robustness.effects_columns()) == set(frame.select_dtypes("number").columns)
    samples = robustness.samples([RobustnessRow("good", REPORT, True)])
    assert samples.iloc[0].to_dict() | {} == {
        "model": "good · FP32",
        "F1 as it is": pytest.approx(26 / 31),
        "F1 low": 0.7,
        "F1 high": 0.9,
        "sentences": 10,
        "texts": 4,
        "seed": 13,
    }


def test_types_stand_by_themselves_and_those_without_a_mention_are_left_out() -> None:
    frame = robustness.by_type(REPORT, 2)
    typos = frame[frame["perturbation"] == "Typos"].set_index("type")
    assert typos.loc["SOFTWARE", "change"] == pytest.approx(12 / 14 - 1)
    assert (typos.loc["SOFTWARE", "low"], typos.loc["SOFTWARE", "high"]) == (-0.3, -0.1)
    assert typos["gold"].to_dict() == {"OS": 10, "SOFTWARE": 8}
    bare = replace(REPORT, effects=(effect("typos", intervals=(None, (-0.3, -0.1))),))
    assert list(robustness.by_type(bare, 2)["type"]) == ["SOFTWARE"]


def test_cells_are_bold_where_the_interval_leaves_out_zero() -> None:
    rows = [RobustnessRow("a", REPORT, True), RobustnessRow("b", replace(REPORT, effects=(effect("typos"),)), True)]
    [trace] = robustness.heatmap(robustness.effects(rows, 2), "model").data
    assert list(trace.x) == ["a · FP32", "b · FP32"]
    assert [list(line) for line in trace.text] == [
        ["<b>-0.08</b>", "<b>-0.08</b>"],
        ["-0.08", ""],
        ["<b>-0.08</b>", ""],
    ]
    assert trace.z[1][1] is None
    # On one scale everywhere, with no change in its middle.
    assert (trace.zmin, trace.zmid, trace.zmax) == (-0.3, 0, 0.3)


def test_every_perturbation_is_explained() -> None:
    frame = robustness.meanings(3)
    assert len(frame) == len(PERTURBATIONS)
    assert frame["strong"].str.len().min() > 0


def test_an_example_is_made_again_from_the_corpus() -> None:
    made = perturb(PERTURBATIONS["lower"], 3, [DOCUMENT], {}, REPORT.seed)
    example = Example(("d1",), checksum(made), ((7, 10, 1),), ((0, 2, 0),))
    one = effect("lower", 3, examples=(example,))
    report = replace(REPORT, effects=(one,))
    shown = robustness.rebuild(example, one, report, {"d1": DOCUMENT}, "it")
    assert shown is not None
    # Escaped, with what nobody would see as a sign that every font has.
    assert "¤" in shown.before
    assert "&lt;b&gt;" in shown.before
    assert "\x1b" not in shown.before + shown.after
    assert "Mac" in shown.before
    assert "mac" in shown.after
    assert "spurious" in shown.after
    for other in (
        replace(example, check=example.check ^ 1),
        replace(example, documents=("gone",)),
        replace(example, after=((0, 99, 0),)),
    ):
        assert robustness.rebuild(other, one, report, {"d1": DOCUMENT}, "it") is None
    fog = effect("fog", 3, examples=(example,))
    assert robustness.rebuild(example, fog, report, {"d1": DOCUMENT}, "it") is None


def test_an_empty_severity_has_an_empty_table() -> None:
    assert isinstance(robustness.effects([RobustnessRow("a", REPORT, True)], 1), pd.DataFrame)
    assert robustness.effects([RobustnessRow("a", REPORT, True)], 1).empty
