from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from commands import parse, run_itner
from shipped import REPOSITORY
from synthetic import write_run

from itner.records.codec import from_json
from itner.records.gate import GateReport

GUIDE = (REPOSITORY / "docs" / "gate.md").read_text(encoding="utf-8")


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "models"
    monkeypatch.setenv("ITNER_MODELS", str(folder))
    write_run(folder, "old", tp=80)
    write_run(folder, "same", tp=80)
    write_run(folder, "worse", tp=30)
    return folder


def test_the_exit_code_is_the_verdict(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_itner("compare", "old", "same", "--max-drop", "0.05") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "passed: same:int8 may replace old:int8"
    assert run_itner("compare", "old", "worse", "--max-drop", "0.05") == 1
    # Of 110 mentions nobody can tell whether one in a hundred is lost.
    assert run_itner("compare", "old", "same") == 1
    assert "110 mentions, 368 needed" in capsys.readouterr().out
    assert run_itner("compare", "old", "same", "--undecided", "pass") == 0
    assert run_itner("compare", "old", "worse", "--undecided", "pass") == 1
    assert run_itner("compare", "old", "same", "--max-drop", "0.05", "--per-type") == 0
    assert run_itner("compare", "old", "same", "--max-drop", "0.05", "--per-type", "--undecided-type", "fail") == 1


def test_files_are_written_whether_it_passes_or_not(models: Path, tmp_path: Path) -> None:
    files = ("--junit", "gate.xml", "--markdown", "gate.md", "--json", "gate.json")
    assert run_itner("compare", "old", "worse", *files) == 1
    report = from_json(GateReport, (tmp_path / "gate.json").read_bytes())
    assert (report.old.label, report.passed) == ("old:int8", False)
    assert '<failure type="failed"' in (tmp_path / "gate.xml").read_text(encoding="utf-8")
    assert "❌ failed" in (tmp_path / "gate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("old", "same", "--max-drop", "0"), "0 is not above 0 and below 1"),
        (("old", "same", "--alpha", "nan"), "nan is not above 0 and below 1"),
        (("old", "same", "--alpha", "1e-300"), "1e-300 is below 0.0001"),
        (("old", "same", "--undecided", "maybe"), "'maybe' is none of pass, fail"),
        (("old", "same", "--split", "all"), "'all' is none of"),
        (("old", "nope"), "no run 'nope'"),
        (("old", "same:int4"), "has no variant 'int4'"),
        (("old", "same", "--dataset", "nope"), "old:int8 was not evaluated on nope test; run `itner evaluate old"),
        (("old", "same", "--old-models", "nowhere"), "nowhere: no such folder"),
        (("old", "same", "--junit", "nowhere/gate.xml"), "nowhere: no such folder"),
        (("old", "same", "--json", "models"), "models: a folder stands there"),
        (("old", "same", "--json", "models/old/metrics.json"), "that is a run's own folder"),
        (("old", "same", "--junit", "one", "--markdown", "one"), "one: two outputs cannot go to one file"),
        (("old", "same", "--junit", "one", "--json", "models/../one"), "one: two outputs cannot go to one file"),
        (("old", "same", "--json", "models/old/predictions/new.json"), "that is a run's own folder"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_compared_exits_with_2(
    models: Path, arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_itner("compare", *arguments) == 2
    said = " ".join(re.sub("[│╭╮╰╯─]", " ", capsys.readouterr().err).split())
    assert message in said


def test_the_workflow_of_the_guide_is_understood() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
    workflow = yaml.safe_load(block)
    (job,) = workflow["jobs"].values()
    scripts = [step["run"].replace("\\\n", " ") for step in job["steps"] if "run" in step]
    commands = [line.strip() for script in scripts for line in script.splitlines() if line.strip().startswith("itner ")]
    assert any(" compare " in command for command in commands)
    for command in commands:
        parse(re.sub(r"\$\{\{.*?\}\}", "value", command))
    # What is told of a gate that failed is told after it failed.
    told = [step for step in job["steps"] if "GITHUB_STEP_SUMMARY" in step.get("run", "")]
    assert [step["if"] for step in told] == ["always()"]
