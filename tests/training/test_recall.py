"""Thresholds for a wished recall: measured on dev, kept beside the run, chosen by, refused where they cannot be."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from commands import run_itner
from datasets_at import begin_tiny
from tiny import Tiny

from itner.core.errors import InputError
from itner.data.processed import read_split
from itner.domains import registry
from itner.domains.registry import get_domain
from itner.evaluation.masking import THRESHOLDS, count_masked, sum_masked
from itner.files.redactor import Plan
from itner.records.codec import to_json
from itner.records.store import RECALL, RunStore
from itner.records.workspace import Workspace
from itner.reporting.recall import choose_threshold, curve_of, usual_curve
from itner.taggers.base import Adjustable
from itner.workflows import evaluate as evaluating
from itner.workflows.evaluate import evaluate, measure_recall
from itner.workflows.open import open_tagger
from itner.workflows.redact import aim_at, make_plan
from itner.workflows.rules import make_rules
from itner.workflows.tag import choose_tagger

pytestmark = pytest.mark.slow


def hide_all() -> Plan:
    """Everything that points at a person is hidden."""
    return make_plan(get_domain("it"), "mask", ["OS", "ERROR"])


@pytest.fixture
def place(tiny: Tiny, tiny_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """The tiny run in a domain in which systems and errors point at a person."""
    monkeypatch.setattr(registry, "_known", dict(registry._known))
    registry._known["it"] = replace(get_domain("it"), personal=frozenset({"OS", "ERROR"}))
    return begin_tiny(tiny, tiny_root, tmp_path)


def test_dev_is_measured_at_every_threshold_and_test_at_none(place: Workspace) -> None:
    evaluate("full", "tiny", place, "dev", ["fp32"])
    run = RunStore(place.models).load("full")
    [curve] = run.recalls.curves
    assert curve == curve_of(run, "tiny", "fp32") == usual_curve(run, "fp32")
    assert (curve.model_sha256, curve.int8, usual_curve(run, "int8")) == (run.info.model_sha256, None, None)
    assert [point.threshold for point in curve.points] == list(THRESHOLDS)
    documents = read_split("tiny", "dev", place)
    tagger = open_tagger("full", "fp32", place)
    assert isinstance(tagger, Adjustable)
    for point in (curve.points[0], curve.points[-1]):
        found = tagger.at(point.threshold).tag_documents(documents)
        assert point.masking == sum_masked(count_masked(documents, found, {"OS", "ERROR"}))
    assert curve.points[0].masking == run.report("tiny", "dev", "fp32").masking  # type: ignore[union-attr]
    # Measured again, it takes the place of what was; another variant joins it.
    evaluate("full", "tiny", place, "dev", ["fp32", "int8"])
    evaluate("full", "tiny", place, "test", ["fp32"])
    again = RunStore(place.models).load("full")
    assert {(each.split, each.variant) for each in again.recalls.curves} == {("dev", "fp32"), ("dev", "int8")}


def test_rules_have_no_threshold_and_other_domains_nothing_to_hide(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rules("it", place)
    evaluate("it_rules", "tiny", place, "dev")
    assert not (place.models / "it_rules" / RECALL).exists()
    with pytest.raises(InputError, match="asked of a trained run, not of run it_rules"):
        aim_at(choose_tagger("it_rules", None, None, place), 0.9, hide_all(), place)
    with pytest.raises(InputError, match="asked of a trained run, not of the rules of domain 'it'"):
        aim_at(choose_tagger(None, None, None, place), 0.9, hide_all(), place)
    # A dev set without anything personal says nothing.
    with monkeypatch.context() as patch:
        patch.setattr(evaluating, "read_split", lambda *_: [replace(each, mentions=()) for each in read_split(*_)])
        measure_recall(RunStore(place.models).load("full"), "tiny", place, ["fp32"])
    assert not (place.models / "full" / RECALL).exists()
    registry._known["it"] = replace(get_domain("it"), personal=frozenset())
    evaluate("full", "tiny", place, "dev", ["fp32"])
    assert not (place.models / "full" / RECALL).exists()
    with pytest.raises(InputError, match="of full has no types that point at a person"):
        choose_threshold(RunStore(place.models).load("full"), "fp32", 0.5)


def test_a_wish_is_met_or_refused_with_what_can_be_had(place: Workspace) -> None:
    run = RunStore(place.models).load("full")
    with pytest.raises(InputError, match="was not measured; run `itner evaluate full --dataset helpdesk --split dev`"):
        choose_threshold(run, "fp32", 0.5)
    evaluate("full", "tiny", place, "dev", ["fp32"])
    run = RunStore(place.models).load("full")
    curve = usual_curve(run, "fp32")
    assert curve is not None
    wish = choose_threshold(run, "fp32", curve.most.found)
    assert wish.threshold == curve.most.threshold
    assert f"on tiny dev, {curve.most.found:.1%} of the personal characters, and " in wish.told
    chosen = aim_at(choose_tagger("full", "fp32", None, place), 0.0, hide_all(), place)
    assert chosen.what.startswith("run full, at threshold ")
    # A share is one of everything that points at a person.
    some = make_plan(get_domain("it"), "mask", ["OS"])
    with pytest.raises(InputError, match="hide all of ERROR, OS"):
        aim_at(choose_tagger("full", "fp32", None, place), 0.0, some, place)
    # What was measured with other weights counts for nothing.
    points = tuple(
        replace(point, masking=replace(point.masking, left=point.masking.personal)) for point in curve.points
    )
    for other, problem in (
        (replace(curve, model_sha256="0" * 64), "was not measured"),
        (replace(curve, split_sha256="0" * 64), "was not measured"),
        (replace(curve, dataset="other"), "was not measured"),
        (
            replace(curve, points=points),
            r"90\.0% of the personal characters of tiny dev are hidden at no threshold of full",
        ),
    ):
        text = to_json(replace(run.recalls, curves=(other,)))
        (run.path / RECALL).write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=problem):
            choose_threshold(RunStore(place.models).load("full"), "fp32", 0.9)
    (run.path / RECALL).write_text("{}", encoding="utf-8")
    assert RunStore(place.models).load_all()[1] == []
    (run.path / RECALL).write_text('{"curves": 1}', encoding="utf-8")
    [broken] = RunStore(place.models).load_all()[1]
    assert RECALL in broken.reason


def test_files_are_redacted_to_a_wished_share(
    place: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate("full", "tiny", place, "dev", ["fp32"])
    (tmp_path / "a.txt").write_text("the windows on the timeout\n", encoding="utf-8")
    base = ("redact", str(tmp_path / "a.txt"), "--run", "full", "--variant", "fp32", "--models", str(place.models))
    assert run_itner(*base, "--recall", "0.01", "--output", str(tmp_path / "out")) == 0
    assert "found by run full, at threshold 0." in capsys.readouterr().err
    assert (tmp_path / "out" / "a.txt").read_text() != "the windows on the timeout\n"
    for words, problem in (
        (("--recall", "0.9", "--threshold", "0.5"), "name one of them"),
        (("--recall", "1.5"), "less than or equal to 1"),
        (("--recall", "0.01", "--type", "OS"), "hide all of ERROR, OS"),
    ):
        assert run_itner(*base, *words, "--output", str(tmp_path / "other")) == 2
        assert problem in " ".join(capsys.readouterr().err.split())
    shutil.rmtree(place.models / "full" / "predictions")
    (place.models / "full" / RECALL).unlink()
    assert run_itner(*base, "--recall", "0.9", "--output", str(tmp_path / "other")) == 2
    assert not (tmp_path / "other").exists()
