"""The compression study: points trained, scored and timed once, on a tiny teacher."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from datasets_at import begin_tiny
from measuring_here import measure_here
from tiny import Tiny

from itner.benchmark import turns
from itner.benchmark.turns import TurnSettings
from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.domains.release import StudyArm, StudyPlan
from itner.records.codec import to_json
from itner.records.config import CompactConfig, LoraSettings
from itner.records.store import STUDY, RunStore, read_study
from itner.records.study import CompressionStudy
from itner.records.transfer import TransferSettings
from itner.records.workspace import Workspace
from itner.taggers.compact.weights import load_model as load_compact
from itner.taggers.encoder import presets
from itner.taggers.encoder.model import load_model
from itner.taggers.registry import kind_of
from itner.training import student
from itner.workflows import compress_study
from itner.workflows.compress_study import STUDY_RUNS, run_name, study_compression
from itner.workflows.transfer import make_transfer

pytestmark = pytest.mark.slow

SMALL = {"width": 16, "hidden": 24, "dilations": (1, 2), "batch_size": 16}
ARMS = (
    StudyArm("base", "", "compact_s", "base", SMALL),
    StudyArm("Width 8", "", "compact_s", "width", SMALL | {"width": 8}),
    StudyArm("1 layer", "", "one", "layers", {"batch_size": 16}, begins=True),
)
# As they are stored, which takes least time.
PLAN = StudyPlan("set", 2, 2, (13,), "full", "int8", ("torch-fp32",), ("tiny",), "base", ARMS)
BUILT = replace(PLAN, variants=("fp32", "int8"))
FAST = TurnSettings(rounds=2, calls=2, bulk_calls=2, warmup=1, length=8, windows=3, short=4, threads=1)


@pytest.fixture(scope="module")
def made(tiny: Tiny, tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("study")
    place = begin_tiny(tiny, tiny_root, root)
    make_transfer("tiny", "set", ["full"], place, settings=TransferSettings(copies=1))
    return root


@pytest.fixture(autouse=True)
def timed_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks are timed in this process; starting one for each takes longer than all else here."""
    if request.node.get_closest_marker("apart") is None:
        monkeypatch.setattr(turns, "measure_apart", measure_here)


@pytest.fixture
def place(made: Path, tmp_path: Path, tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    shutil.copytree(made, tmp_path / "work")
    one = tiny.config("one", family="distilled architecture", layers=(1,))
    monkeypatch.setattr(presets, "PRESETS", {"one": one})
    return Workspace(tmp_path / "work" / "models", tmp_path / "work" / "data")


def study(place: Workspace, plan: StudyPlan = PLAN, progress: Progress = silent, **options: object) -> CompressionStudy:
    return study_compression("it", place, plan, settings=FAST, progress=progress, **options)  # type: ignore[arg-type]


def count_trainings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the runs that are trained from now on."""
    trained: list[str] = []
    train = compress_study.train_taught

    def counted(config, place, name, *rest, **more):  # type: ignore[no-untyped-def]
        trained.append(name)
        return train(config, place, name, *rest, **more)

    monkeypatch.setattr(compress_study, "train_taught", counted)
    return trained


def test_every_point_is_trained_scored_and_timed_once(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = count_trainings(monkeypatch)
    heard: list[str] = []
    part = study(place, names=["Width 8"], progress=lambda message, share: heard.append(message))
    assert trained == ["width-8-13"]
    assert "timing width-8-13 (1 of 1)" in heard
    study(place, names=["Width 8"], seeds=(14,))
    whole = study(place)
    assert read_study(place.models) == whole
    assert trained == ["width-8-13", "width-8-14", "base-13", "1-layer-13"]
    order = [("base", 13), ("Width 8", 13), ("Width 8", 14), ("1 layer", 13)]
    assert [(point.name, point.seed) for point in whole.points] == order
    assert whole.points[1] == part.points[0]
    runs = RunStore(place.models / STUDY_RUNS)
    gold = 20 * 5
    for point in whole.points:
        run = runs.load(f"{point.name.lower().replace(' ', '-')}-{point.seed}")
        assert point.model_sha256 == run.info.model_sha256
        assert point.steps == max(entry["step"] for entry in run.log) == 2 * -(-point.transfer.windows // 16)
        model = load_compact(run) if isinstance(point.config, CompactConfig) else load_model(run)
        tables = sum(m.weight.numel() for m in model.modules() if isinstance(m, torch.nn.Embedding))
        assert point.parameters_outside_embeddings == point.parameters_total - tables
        (variant,) = point.variants.values()
        assert sum(counts.support for counts in variant.dev["tiny"].values()) == gold
        assert variant.file_mib == pytest.approx(point.parameters_total * 4 / 2**20, abs=1e-3)
        assert variant.forward is not None
        assert variant.bulk is not None
        assert (variant.forward.windows, variant.forward.length, variant.forward.own.calls) == (1, 8, 4)
        assert (variant.bulk.windows, variant.bulk.length, variant.bulk.own.calls) == (3, 4, 4)
        assert (variant.threads, len(variant.forward.reference.round_p50_ms)) == (1, 2)
    assert whole.points[3].config.transfer.begin == "full"  # type: ignore[union-attr]
    reference = whole.reference
    assert (reference.run, reference.variant) == ("full", "int8")
    assert sum(counts.support for counts in reference.dev["tiny"].values()) == gold
    # Nothing of it is a run of the workspace, and nothing is done again.
    assert [run.name for run in RunStore(place.models).load_all()[0]] == ["full"]
    del trained[:]
    shutil.rmtree(place.models / STUDY_RUNS)
    assert study(place) == whole
    assert trained == []


@pytest.mark.apart
def test_variants_that_are_built_are_scored_and_timed(place: Workspace) -> None:
    points = study(place, BUILT, names=["base", "1 layer"]).points
    assert [point.name for point in points] == ["base", "1 layer"]
    for point, name in zip(points, ("base-13", "1-layer-13"), strict=True):
        run = RunStore(place.models / STUDY_RUNS).load(name)
        assert list(point.variants) == ["fp32", "int8"]
        assert point.variants["int8"].int8 == kind_of(run).recipe("int8")
        assert point.variants["fp32"].file_mib > point.variants["int8"].file_mib
        assert all(variant.bulk is not None for variant in point.variants.values())


def test_layers_of_a_teacher_with_adapters_are_all_trained(place: Workspace, tiny: Tiny) -> None:
    tiny.train(place.models, tiny.config("adapted", family="lora", lora=LoraSettings(r=4, alpha=8), epochs=1))
    make_transfer("tiny", "adapters", ["adapted"], place, settings=TransferSettings(copies=0))
    plan = replace(PLAN, transfer="adapters", base="1 layer", arms=ARMS[2:])
    study(place, plan)
    info = RunStore(place.models / STUDY_RUNS).load("1-layer-13").info
    assert info.parameters_trainable == info.parameters_total


def test_points_of_another_transfer_set_are_left_out_and_those_of_an_older_record_kept(place: Workspace) -> None:
    (point,) = study(place, names=["base"]).points
    for raw_sha256, kept in ((None, 1), ("1" * 64, 0)):
        stored = replace(point, transfer=replace(point.transfer, raw_sha256=raw_sha256))
        known = read_study(place.models)
        assert known is not None
        (place.models / STUDY).write_text(to_json(replace(known, points=(stored,))), encoding="utf-8")
        begun = compress_study._Study.begin("it", place, PLAN)
        assert len(begun.known(known.reference)) == kept


def test_a_stopped_study_goes_on_where_it_was(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(student, "_SECONDS_BETWEEN_CHECKPOINTS", 0.0)

    def stop(message: str, share: float) -> None:
        if message.startswith("training width-8-13") and share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        study(place, progress=stop)
    known = read_study(place.models)
    assert known is not None
    assert [point.name for point in known.points] == ["base"]
    shares: list[float] = []

    def hear(message: str, share: float) -> None:
        if message.startswith("training width-8-13"):
            shares.append(share)

    study(place, names=["Width 8"], progress=hear)
    assert shares[0] > 0.5

    def stop_timing(message: str, share: float) -> None:
        if message.startswith("timing"):
            raise KeyboardInterrupt

    # What is known stands in the file before all is.
    with pytest.raises(KeyboardInterrupt):
        study(place, names=["1 layer"], progress=stop_timing)
    known = read_study(place.models)
    assert known is not None
    (variant,) = known.points[-1].variants.values()
    assert (known.points[-1].name, variant.forward, variant.timed) == ("1 layer", None, None)
    trained = count_trainings(monkeypatch)
    (variant,) = study(place).points[-1].variants.values()
    assert variant.forward is not None
    assert trained == []


def test_speed_is_measured_again_when_asked_or_when_the_reference_changes(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="not trained here, so there is nothing to measure: base-13, width-8-13"):
        study(place, remeasure=True)
    assert not (place.models / STUDY).exists()
    first = study(place, names=["base"])
    trained = count_trainings(monkeypatch)
    again = study(place, names=["base"], remeasure=True)
    assert trained == []
    assert again.points[0].variants["torch-fp32"].forward != first.points[0].variants["torch-fp32"].forward
    assert again.points[0].variants["torch-fp32"].dev == first.points[0].variants["torch-fp32"].dev
    stale = replace(again, reference=replace(again.reference, model_sha256="0" * 64))
    (place.models / STUDY).write_text(to_json(stale), encoding="utf-8")
    last = study(place, names=["base"])
    assert trained == []
    assert last.reference == again.reference
    assert last.points[0].variants["torch-fp32"].forward != again.points[0].variants["torch-fp32"].forward


def test_what_does_not_compare_is_refused_or_left_out(place: Workspace) -> None:
    study(place, names=["base", "Width 8"])
    # A network that is another now is trained anew, and the old one is not kept in its place.
    arms = (replace(ARMS[0], changes=SMALL | {"hidden": 16}), ARMS[1])
    with pytest.raises(InputError, match="made from other data, another configuration or other teachers"):
        study(place, replace(PLAN, arms=arms), names=["base"])
    shutil.rmtree(place.models / STUDY_RUNS / run_name(ARMS[0], 13))
    changed = study(place, replace(PLAN, arms=arms), names=["base"])
    assert [(p.name, p.config.hidden) for p in changed.points] == [("base", 16), ("Width 8", 24)]  # type: ignore[union-attr]
    longer = (ARMS[0], replace(ARMS[1], changes=ARMS[1].changes | {"batch_size": 8}), ARMS[2])  # type: ignore[operator]
    with pytest.raises(ValueError, match="as many steps"):
        study(place, replace(PLAN, arms=longer))
    make_transfer("tiny", "other", ["full"], place, settings=TransferSettings(copies=1))
    with pytest.raises(InputError, match="of the transfer set set, and only what learned from the same set"):
        study(place, replace(PLAN, transfer="other"))
    (place.models / STUDY).write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"compression_study\.json"):
        study(place)
