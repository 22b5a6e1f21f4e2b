"""The Robustness page: what was measured, in sentences too, and what to run where nothing was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from commands import check_commands
from opening import open_page, unfold
from shipped import HERE
from streamlit.testing.v1 import AppTest

from itner.records.codec import to_json
from itner.records.robustness import Robustness
from itner.records.store import ROBUSTNESS, RunStore
from itner.records.workspace import Workspace
from itner.workflows.robustness import RobustnessPlan, measure_robustness
from itner.workflows.rules import make_rules

PLAN = RobustnessPlan("helpdesk", sample=40, perturbations=("lower", "ansi", "logs"), severities=(2, 3))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of rules, one of which was measured on a few sentences."""
    folder = tmp_path_factory.mktemp("models")
    place = Workspace(folder, HERE.data)
    for name in ("ruled", "bare"):
        make_rules("it", place, name)
    measure_robustness("ruled", PLAN, place)
    return folder


def table(page: AppTest, column: str) -> pd.DataFrame:
    found: pd.DataFrame = next(each.value for each in page.dataframe if column in each.value)
    return found


def bodies(page: AppTest) -> list[str]:
    return [each.proto.body for each in page.get("html")]


def test_changes_stand_with_their_intervals_and_sentences(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = unfold(open_page("robustness", root, monkeypatch, severity="3"), "changes", "types")
    report = RunStore(root).load("ruled").robustness.reports[0]
    shown = table(page, "F1 after")
    assert list(shown["perturbation"]) == ["Lower case", "Log prefix", "Terminal colours"]
    for line, name in zip(shown.to_dict("records"), ("lower", "logs", "ansi"), strict=True):
        effect = report.effect(name, 3)
        assert effect is not None
        assert line["change"] == pytest.approx(effect.change)
        assert (line["low"], line["high"]) == effect.interval
    assert table(page, "seed")["sentences"].tolist() == [40]
    assert set(table(page, "type")["type"]) <= set(report.types)
    # The worst perturbation comes first; its sentences are made from the corpus.
    worst = min((each for each in report.effects if each.severity == 3 and each.examples), key=lambda e: e.change)
    assert page.selectbox(key="perturbation").value == worst.perturbation
    assert sum("itner-aligned" in body for body in bodies(page)) >= 2 * len(worst.examples)
    page.segmented_control(key="severity").set_value("2").run()
    assert not page.exception
    assert page.query_params.get("severity") in (None, "2", ["2"])


def test_a_run_that_was_not_measured_says_how(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("robustness", root, monkeypatch, run="bare")
    assert any("None of these was measured on the test set of helpdesk" in info.value for info in page.info)
    [command] = check_commands(code.value for code in page.code)
    assert "itner robustness bare --dataset helpdesk --models" in command
    assert not page.dataframe


def test_what_was_measured_of_other_weights_or_texts_is_said(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rules("it", Workspace(tmp_path, HERE.data), "ruled")
    report = RunStore(root).load("ruled").robustness.reports[0]
    other = replace(
        report,
        model_sha256="0" * 64,
        effects=tuple(
            replace(each, examples=tuple(replace(e, check=0) for e in each.examples)) for each in report.effects
        ),
    )
    path = tmp_path / "ruled" / ROBUSTNESS
    path.write_text(to_json(Robustness((other,)), indent=None), encoding="utf-8")
    page = open_page("robustness", tmp_path, monkeypatch)
    assert [w.value for w in page.warning] == ["Measured with other weights than the run has now: ruled · Patterns"]
    assert any("another text of it" in info.value for info in page.info)
    assert any("--remeasure" in command for command in check_commands(code.value for code in page.code))
    # Of a version of the split that is not here, there are no sentences.
    path.write_text(to_json(Robustness((replace(other, split_sha256="1" * 64),)), indent=None), encoding="utf-8")
    page = open_page("robustness", tmp_path, monkeypatch)
    assert any("the sentences cannot be shown" in info.value for info in page.info)
    assert len(table(unfold(page, "changes"), "F1 after"))
    path.write_text("{", encoding="utf-8")
    page = open_page("robustness", tmp_path, monkeypatch)
    assert any("cannot be used" in link.label for link in page.get("page_link"))
