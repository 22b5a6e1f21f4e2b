"""A copied run folder: said what to do about it, and made a run of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from commands import check_commands, run_itner

from itner.core.errors import InputError
from itner.evaluation.predictions import read_predictions
from itner.records.files import change_record
from itner.records.run import RunRecord
from itner.records.store import CARD, INCOMPLETE, METRICS, RUN, RunStore
from itner.records.workspace import Workspace
from itner.workflows.adopt import adopt
from itner.workflows.evaluate import evaluate
from itner.workflows.rules import make_rules
from itner.workflows.score import score

HERE = Workspace.find()
# One process evaluates the rules.
pytestmark = pytest.mark.xdist_group("adopted")


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = Workspace(tmp_path_factory.mktemp("evaluated"), HERE.data)
    make_rules("it", place, "rules")
    evaluate("rules", "helpdesk", place, "dev")
    return place.models / "rules"


@pytest.fixture
def place(evaluated: Path, tmp_path: Path) -> Workspace:
    """Rules that were evaluated, and a copy of their folder."""
    place = Workspace(tmp_path / "runs", HERE.data)
    for name in ("rules", "copy"):
        shutil.copytree(evaluated, place.models / name)
    return place


def cut_off(before: str, place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """An adoption that ends where it would do something."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(f"itner.workflows.adopt.{before}", stop)
        with pytest.raises(KeyboardInterrupt):
            adopt("copy", place)


def test_a_copied_folder_says_what_to_do(place: Workspace) -> None:
    [run], [broken] = RunStore(place.models).load_all()
    assert (run.name, broken.name, broken.remedy) == ("rules", "copy", ("adopt", "copy"))
    assert "it was copied or renamed; rename the folder to 'rules', or make it a run of its own" in broken.reason
    with pytest.raises(InputError, match="`itner adopt copy`") as raised:
        RunStore(place.models).load("copy")
    check_commands([str(raised.value).split("`")[1]])


def test_an_adopted_copy_is_a_run_with_all_that_was_measured(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {name: (place.models / "rules" / name).read_bytes() for name in (RUN, METRICS, CARD)}
    assert run_itner("adopt", "copy", "--models", str(place.models)) == 0
    assert capsys.readouterr().out == "copy is a run of its own; it was rules\n"
    runs, broken = RunStore(place.models).load_all()
    assert ([run.name for run in runs], broken) == (["copy", "rules"], [])
    copy, rules = runs
    assert copy.metrics == rules.metrics
    stored = [read_predictions(run.predictions_path("helpdesk", "dev", "patterns")) for run in (copy, rules)]
    assert [each.info.run for each in stored] == ["copy", "rules"]
    assert stored[0].mentions == stored[1].mentions
    # It can be scored as any other.
    [first], [second] = score("copy", place), score("rules", place)
    assert first.per_type == second.per_type
    card = (copy.path / CARD).read_text(encoding="utf-8")
    assert "copy" in card
    assert before[RUN] == (rules.path / RUN).read_bytes()


def test_an_adoption_that_was_cut_off_goes_on(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    cut_off("change_record", place, monkeypatch)
    assert [broken.remedy for broken in RunStore(place.models).load_all()[1]] == [("adopt", "copy")]
    assert adopt("copy", place) == "rules"
    assert score("copy", place)


def test_what_is_no_copy_is_not_adopted(place: Workspace) -> None:
    (place.models / "empty").mkdir()
    (place.models / "half").mkdir()
    (place.models / "half" / INCOMPLETE).write_text("{}", encoding="utf-8")
    for name, said in (
        ("rules", "the run's name already"),
        ("gone", "no folder 'gone'"),
        ("empty", "no run"),
        ("half", "not finished"),
        ("../rules", "cannot name"),
    ):
        with pytest.raises(InputError, match=said):
            adopt(name, place)


def test_a_copy_under_a_name_that_is_none_is_renamed_first(place: Workspace) -> None:
    (place.models / "copy").rename(place.models / "rules (copy)")
    [broken] = RunStore(place.models).load_all()[1]
    assert "cannot name a run" in broken.reason
    assert broken.reason.endswith("; rename the folder")
    (place.models / "rules (copy)").rename(place.models / "rules-copy")
    assert adopt("rules-copy", place) == "rules"


def test_a_link_is_not_adopted(place: Workspace) -> None:
    (place.models / "linked").symlink_to(place.models / "rules")
    with pytest.raises(InputError, match="a link"):
        adopt("linked", place)
    assert RunStore(place.models).load("rules").name == "rules"


def test_a_card_that_was_not_written_any_more_is_written_by_the_next_call(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off("write_run_card", place, monkeypatch)
    assert adopt("copy", place) == "rules"
    assert "# copy" in (place.models / "copy" / CARD).read_text(encoding="utf-8").splitlines()
    with pytest.raises(InputError, match="already"):
        adopt("copy", place)


def test_damaged_predictions_leave_the_copy_as_it_was(place: Workspace) -> None:
    shutil.copy(*(place.models / "copy" / "predictions" / f"{name}.parquet" for name in ("helpdesk-dev-patterns", "a")))
    path = place.models / "copy" / "predictions" / "helpdesk-dev-patterns.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(InputError, match="not predictions"):
        adopt("copy", place)
    record = change_record(place.models / "copy" / RUN, RunRecord, lambda record: record)
    assert record.name == "rules"
    assert read_predictions(path.with_name("a.parquet")).info.run == "rules"
