"""Ranges of activations: written by a training, measured anew by a verb, and nothing is INT8 without them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tiny import Tiny

from itner.cli.app import main
from itner.compress.calibrate import calibrate_run
from itner.compress.onnx import export_run, is_exported
from itner.core.errors import InputError
from itner.data.processed import read_stats
from itner.records.int8 import Int8Recipe
from itner.records.store import INT8_RANGES, ONNX, ONNX_MANIFEST, Run, RunStore, write_int8_ranges
from itner.records.workspace import Workspace
from itner.taggers.encoder.load import load_tagger
from itner.taggers.registry import lack_of
from itner.workflows.calibrate import calibrate
from itner.workflows.open import built
from itner.workflows.prepare import prepare


@pytest.fixture
def place(full_run: Run, tmp_path: Path) -> Workspace:
    """A copy of a run, without what was built from it."""
    place = Workspace(tmp_path / "models", tmp_path / "data")
    shutil.copytree(full_run.path, place.models / full_run.name, ignore=shutil.ignore_patterns(ONNX, ".*"))
    return place


def load(place: Workspace) -> Run:
    return RunStore(place.models).load("full")


def test_a_training_writes_its_ranges(full_run: Run, tiny: Tiny) -> None:
    ranges = full_run.read_int8_ranges()
    assert ranges is not None
    assert (ranges.dataset, ranges.sentences) == ("tiny", len(tiny.documents))
    assert ranges.weights_sha256 == full_run.info.model_sha256
    again = calibrate_run(full_run, tiny.documents, "tiny", "0" * 64)
    assert replace(again, provenance=ranges.provenance) == ranges


def test_without_ranges_there_is_no_int8_and_the_verb_is_named(place: Workspace) -> None:
    (place.models / "full" / INT8_RANGES).unlink()
    run = load(place)
    lack = lack_of(run)
    assert lack is not None
    assert lack.words == ("calibrate", "full")
    with pytest.raises(InputError, match=r"has no int8_ranges.json; measure them with `itner calibrate full`"):
        export_run(run)
    assert not (run.path / ONNX).exists()
    # The others need none.
    built("full", place, ("fp32",))
    assert is_exported(run, ["fp32", "fp16"])
    assert not run.onnx_path("int8").exists()
    with pytest.raises(InputError, match="itner calibrate full"):
        built("full", place, ("fp32", "int8"))


def test_the_verb_measures_what_is_prepared_here(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    (place.models / "full" / INT8_RANGES).unlink()
    where = ["--models", str(place.models), "--data-root", str(place.data)]
    place.data.mkdir()
    with pytest.raises(SystemExit, match="2"):
        main(["calibrate", "full", *where])
    assert "run `itner prepare`" in capsys.readouterr().err
    prepare("embedded", None, "it", place)
    with pytest.raises(SystemExit, match="0"):
        main(["calibrate", "full", "--dataset", "helpdesk", *where])
    assert "800 sentences of helpdesk" in capsys.readouterr().out
    ranges = load(place).read_int8_ranges()
    assert ranges is not None
    assert (ranges.dataset, ranges.dataset_sha256) == ("helpdesk", read_stats("helpdesk", place).sha256)
    run = built("full", place, ("int8",))
    assert load_tagger(run, "int8").tag(["the windows the outlook"])


def test_another_version_of_what_it_learned_from_is_said(place: Workspace) -> None:
    stats = prepare("embedded", None, "it", place)
    path = place.models / "full" / "run.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["dataset"]["name"] = stats.name
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match="learned from another version of helpdesk"):
        calibrate("full", place)
    (place.models / "full" / "model.safetensors").unlink()
    with pytest.raises(InputError, match="ships no weights"):
        calibrate("full", place, "helpdesk")


def test_ranges_of_other_weights_or_none_at_all_are_refused(place: Workspace) -> None:
    run = load(place)
    ranges = run.read_int8_ranges()
    assert ranges is not None
    write_int8_ranges(run, replace(ranges, weights_sha256="0" * 64))
    with pytest.raises(InputError, match="measured with other weights; measure anew with `itner calibrate full`"):
        export_run(run)
    data = json.loads((run.path / INT8_RANGES).read_text(encoding="utf-8"))
    name = next(iter(data["tensors"]))
    data["tensors"][name] = [1.0, 2.0]
    (run.path / INT8_RANGES).write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match=r"int8_ranges\.json: tensors"):
        export_run(run)
    # A graph whose tensors are called otherwise, as another exporter may call them.
    write_int8_ranges(run, replace(ranges, tensors={"elsewhere": (-1.0, 1.0)}))
    with pytest.raises(InputError, match=r"no range of activations was measured for .*itner calibrate"):
        export_run(run)
    assert not (run.path / ONNX).exists()
    assert [path.name for path in run.path.glob(".onnx-*")] == []


def test_new_ranges_mean_a_new_build(place: Workspace) -> None:
    run = load(place)
    export_run(run)
    manifest = json.loads((run.path / ONNX / ONNX_MANIFEST).read_text(encoding="utf-8"))
    assert manifest["int8"]["activations"] == Int8Recipe().activations == "fixed"
    ranges = run.read_int8_ranges()
    assert ranges is not None
    before = run.onnx_path("int8").read_bytes()
    doubled = {name: (2 * low, 2 * high) for name, (low, high) in ranges.tensors.items()}
    write_int8_ranges(run, replace(ranges, tensors=doubled))
    assert not is_exported(run)
    export_run(run)
    assert run.onnx_path("int8").read_bytes() != before
