"""A run's training with other seeds, on tiny networks."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from datasets_at import begin_tiny, write_dataset
from tiny import Tiny

from itner.core.errors import InputError
from itner.data.corpus import Split
from itner.data.processed import read_stats
from itner.records.config import CompactConfig, TransferLesson
from itner.records.store import SEEDS, Run, RunStore
from itner.records.transfer import TransferSettings
from itner.records.workspace import Workspace
from itner.reporting.seeds import list_seed_rows
from itner.workflows import seeds as workflow
from itner.workflows.evaluate import evaluate
from itner.workflows.rules import make_rules
from itner.workflows.seeds import SEED_RUNS, train_seeds
from itner.workflows.student import train_taught
from itner.workflows.train import train
from itner.workflows.transfer import make_transfer

pytestmark = pytest.mark.slow
VARIANTS = ("fp32", "int8")


@pytest.fixture(scope="module")
def made(tiny: Tiny, tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run from a dataset, and one from a transfer set, both scored on dev."""
    root = tmp_path_factory.mktemp("seeds")
    place = begin_tiny(tiny, tiny_root, root)
    train(tiny.config("plain", epochs=2), "tiny", place)
    make_transfer("tiny", "set", ["full"], place, settings=TransferSettings(copies=1))
    small = CompactConfig(
        "small", TransferLesson("set"), width=16, hidden=24, dilations=(1, 2), epochs=2, batch_size=16
    )
    train_taught(small, place)
    for name in ("plain", "small"):
        evaluate(name, "tiny", place, "dev", VARIANTS)
    return root


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Workspace:
    shutil.copytree(made, tmp_path / "work")
    return Workspace(tmp_path / "work" / "models", tmp_path / "work" / "data")


@pytest.mark.parametrize("name", ["plain", "small"])
def test_each_seed_is_trained_once_and_scored_as_the_run_was(place: Workspace, name: str) -> None:
    run = train_seeds(name, place, (14,))
    first = run.seeds.runs
    rooms = RunStore(place.models / SEED_RUNS)
    trained = (rooms.root / f"{name}-14").stat().st_mtime_ns
    run = train_seeds(name, place, (15, 14))
    assert [made.seed for made in run.seeds.runs] == [14, 15]
    assert run.seeds.runs[0] == first[0]
    assert (rooms.root / f"{name}-14").stat().st_mtime_ns == trained
    for made in run.seeds.runs:
        again = rooms.load(f"{name}-{made.seed}")
        assert made.config == replace(run.config, seed=made.seed) == again.config  # type: ignore[type-var]
        assert made.model_sha256 == again.info.model_sha256 != run.info.model_sha256
        # What was scored here is what evaluating it would say.
        reports = evaluate(again.name, "tiny", replace(place, models=rooms.root), "dev", VARIANTS)
        assert {(r.variant, r.int8): r.per_type for r in reports} == {
            (score.variant, score.int8): score.per_type for score in made.scores
        }
    rows = list_seed_rows(run)
    assert [(row.dataset, row.variant, list(row.f1)) for row in rows] == [
        ("tiny", "fp32", [13, 14, 15]),
        ("tiny", "int8", [13, 14, 15]),
    ]
    own = run.report("tiny", "dev", "int8")
    assert own is not None
    assert rows[1].f1[13] == own.micro.f1
    card = (run.path / "README.md").read_text(encoding="utf-8")
    assert "| dataset | variant | seed 13 | seed 14 | seed 15 | mean | spread |" in card
    assert f"{rows[1].mean.mean:.4f} | {rows[1].mean.spread:.4f} |" in card
    assert "`seeds.json`" in card
    # Nothing of it is a run of the workspace.
    assert [each.name for each in RunStore(place.models).load_all()[0]] == ["small", "full", "plain"]


def test_a_stopped_training_is_gone_on_with(place: Workspace) -> None:
    class Stopped(Exception):
        pass

    def stop(message: str, share: float) -> None:
        if message.startswith("training") and share > 0.5:
            raise Stopped

    with pytest.raises(Stopped):
        train_seeds("plain", place, (14,), progress=stop)
    assert not (place.models / "plain" / SEEDS).exists()
    assert [made.seed for made in train_seeds("plain", place, (14,)).seeds.runs] == [14]


def test_what_was_made_otherwise_is_left_out(place: Workspace) -> None:
    run = train_seeds("small", place, (14,))
    assert len(list_seed_rows(run)) == 2
    other = replace(run, config=replace(run.config, epochs=3))  # type: ignore[type-var]
    assert list_seed_rows(other) == []
    assert run.info.dataset is not None
    info = replace(run.info, dataset=replace(run.info.dataset, sha256="1" * 64))  # type: ignore[type-var]
    assert list_seed_rows(Run(run.path, info, run.config)) == []
    facts = run.info.transfer  # type: ignore[union-attr]
    other_set = replace(run.info, transfer=replace(facts, windows=facts.windows + 1))  # type: ignore[type-var]
    assert list_seed_rows(Run(run.path, other_set, run.config)) == []
    other_text = replace(run.info, transfer=replace(facts, raw_sha256="1" * 64))  # type: ignore[type-var]
    assert list_seed_rows(Run(run.path, other_text, run.config)) == []
    # What an older record does not say is no difference.
    older = replace(run.info, transfer=replace(facts, raw_sha256=None))  # type: ignore[type-var]
    assert len(list_seed_rows(Run(run.path, older, run.config))) == 2
    known = run.seeds
    (made,) = known.runs
    assert run.is_repeated_by(replace(made, transfer=None))
    (run.path / SEEDS).unlink()
    # The same folder, said to be of another configuration.
    folder = place.models / SEED_RUNS / "small-14" / "config_resolved.json"
    folder.write_text(folder.read_text(encoding="utf-8").replace('"epochs": 2', '"epochs": 3'), encoding="utf-8")
    with pytest.raises(InputError, match="another configuration"):
        train_seeds("small", place, (14,))
    assert made.seed == 14


def test_what_cannot_be_trained_again_is_refused(place: Workspace, tiny: Tiny) -> None:
    with pytest.raises(InputError, match="itself was trained with seed 13"):
        train_seeds("plain", place, (13,))
    with pytest.raises(InputError, match="not scored on dev"):
        train_seeds("full", place, (14,))
    with pytest.raises(InputError, match="not trained here"):
        train_seeds("plain", place, (14,), remeasure=True)
    make_rules("it", place)
    with pytest.raises(InputError, match="is not trained"):
        train_seeds("it_rules", place)
    stats = read_stats("tiny", place)
    assert workflow.seeds_of("it") == (14, 15)
    other = [replace(document, id=f"other-{document.id}") for document in tiny.documents]
    parts = {"train": other[:40], "dev": other[40:], "test": other[:20]}
    write_dataset({name: Split(part, sha256="1" * 64) for name, part in parts.items()}, "tiny", place.data)
    assert read_stats("tiny", place).sha256 != stats.sha256
    with pytest.raises(InputError, match="another version"):
        train_seeds("plain", place, (14,))
