"""Encoders that learn from a transfer set."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from commands import parse
from datasets_at import begin_tiny
from tiny import Tiny

from itner.core.errors import InputError
from itner.records.config import LoraSettings, TransferLesson
from itner.records.store import ADAPTER, INCOMPLETE, RunStore, write_run
from itner.records.transfer import TransferSettings
from itner.records.workspace import Workspace
from itner.taggers.encoder import presets
from itner.taggers.encoder.describe import remake, write_card_text
from itner.taggers.encoder.load import load_tagger
from itner.taggers.encoder.model import load_model
from itner.training import student
from itner.workflows import student as workflow
from itner.workflows.student import train_taught
from itner.workflows.transfer import make_transfer, read_transfer


@pytest.fixture(scope="module")
def place(tiny: Tiny, tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("transferred")
    place = begin_tiny(tiny, tiny_root, root, ("full", "lora"))
    make_transfer("tiny", "set", ["full"], place, settings=TransferSettings(copies=2))
    return place


@pytest.fixture(autouse=True)
def tiny_presets(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """Presets on the tiny backbone."""
    layer = tiny.config("one", family="distilled architecture", layers=(1,))
    other = tiny.config("other_one", family="distilled architecture", layers=(0,))
    lora = tiny.config("adapted", family="lora", lora=LoraSettings(r=4, alpha=8))
    cased = tiny.config("cased", casing=True)
    monkeypatch.setattr(presets, "PRESETS", {config.preset: config for config in (layer, other, lora, cased)})


FAST = {"epochs": 6, "batch_size": 16, "learning_rate": 3e-3}


def taught(name: str, begin: str | None = None, **changes: object):
    return presets.taught_preset(name, TransferLesson("set", begin, warmup_steps=2), **(FAST | changes))


def test_one_layer_learns_what_two_say(place: Workspace, tiny: Tiny) -> None:
    info = train_taught(taught("one", "full"), place)
    run = RunStore(place.models).load("one")
    teacher = load_tagger(RunStore(place.models).load("full"), "torch-fp32").predict(tiny.documents[40:])
    found = load_tagger(run, "torch-fp32").predict(tiny.documents[40:])
    same = [(a.label_ids == b.label_ids).mean() for a, b in zip(found, teacher, strict=True)]
    assert sum(same) / len(same) > 0.95
    assert info.transfer is not None
    assert (info.transfer.name, dict(info.teachers)) == (
        "set",
        {"full": RunStore(place.models).load("full").info.model_sha256},
    )
    again = remake(run, "again")
    parse(f"itner {' '.join(again.words)}")
    assert again.words[:8] == ("train", "one", "--transfer", "set", "--run", "again", "--begin", "full")
    assert "said of every word piece" in write_card_text(run).data


def test_adapters_learn_from_it_too(place: Workspace) -> None:
    info = train_taught(taught("adapted", epochs=10, learning_rate=2e-2), place)
    assert info.parameters_trainable < info.parameters_total
    assert info.best_dev_f1 > 0.5
    # Further training begins where the first one ended: with hardly a step, nothing changes.
    further = train_taught(taught("adapted", "adapted", epochs=1, learning_rate=1e-9), place, "adapted_further")
    assert further.parameters_trainable == info.parameters_trainable
    assert further.best_dev_f1 == pytest.approx(info.best_dev_f1)
    assert (place.models / "adapted_further" / ADAPTER).is_file()


def test_all_weights_are_trained_on_from_adapters(place: Workspace) -> None:
    """The weights that adapters were merged into were frozen when these were trained."""
    train_taught(taught("adapted", epochs=1), place, "begun_with")
    info = train_taught(taught("one", "begun_with", epochs=1), place, "from_adapters")
    store = RunStore(place.models)
    assert info.parameters_trainable == info.parameters_total
    assert info.begin_sha256 == store.load("begun_with").info.model_sha256  # type: ignore[union-attr]
    before = dict(load_model(store.load("begun_with")).named_parameters())
    kept = {
        name.replace(".layer.0.", ".layer.1."): value
        for name, value in load_model(store.load("from_adapters")).named_parameters()
    }
    assert set(kept) < set(before)
    # Stored weights are FP16.
    assert [name for name, value in kept.items() if torch.allclose(value, before[name].half().float(), atol=0)] == []


def test_nothing_is_written_of_what_cannot_begin(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="torch sees no GPU here"):
            train_taught(taught("one", "full", device="cuda"), place, "nothing")
    store = RunStore(place.models)
    shutil.copytree(place.models / "full", place.models / "named")
    info = replace(store.load("full").info, name="named", labels=("O", "B-NAME", "I-NAME"))  # type: ignore[type-var]
    write_run(place.models / "named", info)
    with pytest.raises(InputError, match=r"named marks NAME, the transfer set .*; its weights cannot be begun with"):
        train_taught(taught("one", "named"), place, "nothing")
    record, windows = read_transfer("set", place)
    monkeypatch.setattr(workflow, "read_transfer", lambda *_: (replace(record, labels=info.labels), windows))
    with pytest.raises(InputError, match="labelled with other types than the domain it has now"):
        train_taught(taught("one", "full"), place, "nothing")
    assert not (place.models / "nothing").exists()


def test_a_training_goes_on_with_the_set_that_it_began_with(place: Workspace) -> None:
    def stop(message: str, share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(student, "_SECONDS_BETWEEN_CHECKPOINTS", 0.0)
        with pytest.raises(KeyboardInterrupt):
            train_taught(taught("one", "full"), place, "halfway", progress=stop)
    folder = place.data / "transfer" / "set"
    kept = folder.rename(folder.with_name("kept"))
    make_transfer("tiny", "set", ["full"], place, settings=TransferSettings(copies=1))
    try:
        with pytest.raises(InputError, match=r"other data or teachers \(settings, windows, pieces\)"):
            train_taught(taught("one", "full"), place, "halfway", resume=True)
    finally:
        shutil.rmtree(folder)
        kept.rename(folder)
    # An earlier version noted less.
    note = place.models / "halfway" / INCOMPLETE
    known = json.loads(note.read_text(encoding="utf-8"))
    earlier = ("transfer", "dataset_sha256", "teachers", "begin")
    note.write_text(json.dumps({key: known[key] for key in earlier}), encoding="utf-8")
    train_taught(taught("one", "full"), place, "halfway", resume=True)


def test_a_stopped_training_ends_as_one_that_was_not(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = train_taught(taught("one", "full"), place, "whole")
    monkeypatch.setattr(student, "_SECONDS_BETWEEN_CHECKPOINTS", 0.0)

    def stop(message: str, share: float) -> None:
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_taught(taught("one", "full"), place, "stopped", progress=stop)
    assert train_taught(taught("one", "full"), place, "stopped", resume=True).weights_sha256 == whole.weights_sha256


def test_what_reads_otherwise_is_refused(place: Workspace) -> None:
    with pytest.raises(InputError, match="reads its input otherwise than full"):
        train_taught(taught("cased"), place)
    with pytest.raises(InputError, match="lora reads its input otherwise; its weights cannot be begun with"):
        train_taught(taught("one", "lora"), place, "other")
    train_taught(taught("one", "full", epochs=1), place, "cut")
    train_taught(taught("one", "cut", epochs=1), place, "cut_again")
    with pytest.raises(InputError, match="cut has other layers than those asked for"):
        train_taught(taught("other_one", "cut"), place, "wrong")
    with pytest.raises(InputError, match="full has other adapters than those asked for, or none"):
        train_taught(taught("adapted", "full"), place, "wrong")
