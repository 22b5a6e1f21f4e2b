"""Transfer sets on disk: whole shards, resumed to the shard, labelled at every piece as the teachers see it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from datasets_at import write_dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import Tiny

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document
from itner.data.corpus import Split
from itner.data.processed import read_split
from itner.files.items import FileNotice
from itner.records.codec import to_json
from itner.records.store import RunStore, write_run
from itner.records.transfer import TransferSettings
from itner.records.workspace import Workspace
from itner.taggers.encoder.load import load_encoder, run_scheme
from itner.taggers.encoder.model import load_network
from itner.taggers.encoder.tagger import EncoderTagger
from itner.taggers.encoder.torch_backend import TorchScorer
from itner.training.transfer_set import LabelledWindow, TransferSet, is_whole, shard_path, write_shard
from itner.workflows import transfer as workflow
from itner.workflows.transfer import make_transfer, read_transfer

FEW = TransferSettings(copies=2)


def window(length: int, seed: int) -> LabelledWindow:
    chance = np.random.default_rng(seed)
    return LabelledWindow(
        chance.integers(0, 30_000, length).astype(np.int32),
        chance.integers(0, 6, length).astype(np.int8),
        chance.integers(-1, 11, length).astype(np.int8),
        chance.normal(size=(length, 11)).astype(np.float16),
    )


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=6), min_size=1, max_size=4))
def test_what_is_written_comes_back(lengths: list[list[int]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = [
            [window(length, number * 100 + row) for row, length in enumerate(some)]
            for number, some in enumerate(lengths)
        ]
        for number, windows in enumerate(made):
            write_shard(shard_path(folder, number), windows)
        found = TransferSet(folder, 11, len(made))
        flat = [one for windows in made for one in windows]
        assert found.lengths().tolist() == [len(one.ids) for one in flat]
        for index, one in enumerate(flat):
            for part in ("ids", "casing", "gold", "logits"):
                assert np.array_equal(getattr(found[index], part), getattr(one, part))
        with pytest.raises(IndexError):
            found[len(flat)]


def test_a_damaged_shard_is_named(tmp_path: Path) -> None:
    write_shard(shard_path(tmp_path, 0), [window(5, 1)])
    shard_path(tmp_path, 0).write_bytes(shard_path(tmp_path, 0).read_bytes()[:100])
    with pytest.raises(InputError, match=r"not a whole shard .* labels it again"):
        TransferSet(tmp_path, 11, 1)
    assert not is_whole(shard_path(tmp_path, 0), 11)


def test_a_shard_is_whole_when_its_columns_fit_each_other(tmp_path: Path) -> None:
    path = shard_path(tmp_path, 0)
    assert not is_whole(path, 11)
    write_shard(path, [window(5, 1), window(3, 2)])
    assert is_whole(path, 11)
    assert not is_whole(path, 7)
    for damaged in (b"", b"text", path.read_bytes()[:-1]):
        path.write_bytes(damaged)
        assert not is_whole(path, 11)
    write_shard(path, [replace(window(5, 1), casing=np.zeros(4, np.int8))])
    assert not is_whole(path, 11)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, pa.schema([("ids", pa.int32())])):
        pass
    assert not is_whole(path, 11)


@pytest.fixture
def place(tiny: Tiny, tiny_root: Path, tmp_path: Path) -> Workspace:
    """A workspace with a small dataset beside the tiny trained runs."""
    data = tmp_path / "data"
    data.mkdir()
    third = len(tiny.documents) // 3
    parts = (tiny.documents[: 2 * third], tiny.documents[2 * third :], tiny.documents[:third])
    named = zip(("train", "dev", "test"), parts, strict=True)
    write_dataset({name: Split(list(part), sha256="0" * 64) for name, part in named}, "tiny", data)
    return Workspace(tiny_root, data)


def test_teachers_label_every_piece(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "_SHARD", 7)
    record = make_transfer("tiny", "set", ["full"], place, settings=FEW)
    train = read_split("tiny", "train", place)
    found, windows = read_transfer("set", place)
    assert found == record
    assert (record.documents, record.raw, record.dataset) == (len(train), 0, "tiny")
    assert record.operations is not None
    assert record.operations["copies"] == 2 * len(train)
    assert len(windows) == record.windows >= 3 * len(train) - 5
    run = RunStore(place.models).load("full")
    scorer = TorchScorer(load_network(run), arithmetic=record.arithmetic)
    tagger = EncoderTagger(scorer, load_encoder(run), run_scheme(run), batch_pieces=100)
    expected, logits = tagger.piece_logits(train[:5])
    for index, (one, scores) in enumerate(zip(expected, logits, strict=True)):
        assert np.array_equal(windows[index].ids, one.ids)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        assert np.allclose(
            np.exp(windows[index].logits.astype(float)), shares / shares.sum(-1, keepdims=True), atol=1e-2
        )
        assert (windows[index].gold >= 0).sum() == len(one.positions)


def test_a_stopped_making_goes_on_with_the_next_shard(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow, "_SHARD", 7)
    whole = make_transfer("tiny", "whole", ["full"], place, settings=FEW)
    written = workflow.write_shard

    def stop_after_two(path: Path, windows: list[LabelledWindow]) -> None:
        if path.name == "shard-00002.arrow":
            raise KeyboardInterrupt
        written(path, windows)

    with monkeypatch.context() as patch:
        patch.setattr(workflow, "write_shard", stop_after_two)
        with pytest.raises(KeyboardInterrupt):
            make_transfer("tiny", "again", ["full"], place, settings=FEW)
    with pytest.raises(InputError, match="not whole; go on"):
        read_transfer("again", place)
    folder = place.data / "transfer" / "again"
    stamps = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.arrow")}
    assert sorted(stamps) == ["shard-00000.arrow", "shard-00001.arrow"]
    again = make_transfer("tiny", "again", ["full"], place, settings=FEW)
    assert (again.windows, again.pieces, again.operations) == (whole.windows, whole.pieces, whole.operations)
    assert all((folder / name).stat().st_mtime_ns == stamp for name, stamp in stamps.items())
    for path in sorted(folder.glob("*.arrow")):
        assert path.read_bytes() == (place.data / "transfer" / "whole" / path.name).read_bytes()


def test_raw_text_is_altered_and_labelled_too(place: Workspace, tmp_path: Path) -> None:
    raw = tmp_path / "raw.txt"
    raw.write_text("the windows hangs. The outlook hangs, too.\nthe windows hangs.", encoding="utf-8")
    record = make_transfer("tiny", "raw", ["full"], place, [raw], FEW)
    assert record.raw == 2
    assert record.documents == len(read_split("tiny", "train", place)) + 2


@pytest.mark.parametrize("split", ["dev", "test"])
def test_nothing_of_dev_and_test_enters(place: Workspace, tiny: Tiny, tmp_path: Path, split: str) -> None:
    held = "the badge reader beeps at night"
    others = "the badge reader of the gate is new."
    documents = [Document(held, split_tokens(held), (), "held", "tiny", guideline="tiny")]
    parts = {"train": read_split("tiny", "train", place), "dev": tiny.documents[:1], "test": tiny.documents[:1]}
    parts |= {split: documents}
    write_dataset({name: Split(part, sha256="0" * 64) for name, part in parts.items()}, "tiny", place.data)
    raw = tmp_path / "raw.txt"
    said: list[FileNotice] = []
    lines = (others, held, "The badge-reader beeps, at night!", f"Since noon {held}, again and again.")
    raw.write_text("\n\n".join(lines), encoding="utf-8")
    record = make_transfer("tiny", "set", ["full"], place, [raw], FEW, tell=said.append)
    assert (record.raw, record.held_out) == (1, 3)
    assert [notice.reason for notice in said if notice.file == "raw text"] == [
        "3 sentences of 4 left out: text of tiny's dev and test"
    ]
    assert record.documents == len(parts["train"]) + 1


def test_other_inputs_under_the_same_name_are_refused(place: Workspace, tmp_path: Path) -> None:
    make_transfer("tiny", "set", ["full"], place, settings=TransferSettings(copies=0))
    with pytest.raises(InputError, match="of other inputs is here"):
        make_transfer("tiny", "set", ["full"], place, settings=FEW)
    raw = tmp_path / "raw.txt"
    raw.write_text("the windows hangs.", encoding="utf-8")
    first = make_transfer("tiny", "raw", ["full"], place, [raw], FEW)
    raw.write_text("the outlook hangs.", encoding="utf-8")
    with pytest.raises(InputError, match="of other inputs is here"):
        make_transfer("tiny", "raw", ["full"], place, [raw], FEW)
    # What an older set does not say of its raw text is no difference.
    older = replace(first, raw_sha256=None, held_out=None)
    (place.data / "transfer" / "raw" / "transfer.json").write_text(to_json(older), encoding="utf-8")
    assert make_transfer("tiny", "raw", ["full"], place, [raw], FEW) == older
    with pytest.raises(InputError, match="read or label text differently"):
        make_transfer("tiny", "two", ["full", "l1"], place, settings=FEW)
    with pytest.raises(InputError, match="needs at least one teacher"):
        make_transfer("tiny", "none", [], place, settings=FEW)


def test_several_teachers_are_the_mean_of_their_probabilities(place: Workspace, tiny: Tiny, tmp_path: Path) -> None:
    runs = replace(place, models=tmp_path / "runs")
    shutil.copytree(place.models / "full", runs.models / "full")
    tiny.train(runs.models, tiny.config("young", epochs=1, seed=5))
    plain = TransferSettings(copies=0)
    sets = {}
    for name, teachers in (("one", ["full"]), ("other", ["young"]), ("both", ["full", "young"])):
        assert list(make_transfer("tiny", name, teachers, runs, settings=plain).teachers) == teachers
        sets[name] = read_transfer(name, runs)[1]
    for index in range(len(sets["both"])):
        one, other, both = (np.exp(sets[name][index].logits.astype(float)) for name in ("one", "other", "both"))
        assert np.allclose(both, (one + other) / 2, atol=2e-3)
        assert not np.allclose(one, other, atol=0.05)


@pytest.mark.parametrize("damage", ["lost", "cut", "of another set"])
def test_what_is_damaged_of_a_whole_set_is_labelled_again(
    place: Workspace, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr(workflow, "_SHARD", 7)
    whole = make_transfer("tiny", "set", ["full"], place, settings=FEW)
    folder = place.data / "transfer" / "set"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    path = shard_path(folder, 1)
    if damage == "lost":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:200])
    else:
        write_shard(path, [replace(window(4, 1), logits=np.zeros((4, 3), np.float16))])
    with pytest.raises(InputError, match=r"shard-00001\.arrow.*labels it again|labels it again"):
        read_transfer("set", place)
    stamps = {other.name: other.stat().st_mtime_ns for other in folder.glob("*.arrow") if other != path}
    assert make_transfer("tiny", "set", ["full"], place, settings=FEW) == whole
    assert {other.name: other.read_bytes() for other in folder.iterdir()} == before
    assert all((folder / name).stat().st_mtime_ns == stamp for name, stamp in stamps.items())
    assert len(read_transfer("set", place)[1]) == whole.windows


def test_shards_that_are_whole_and_not_the_records_are_refused(place: Workspace) -> None:
    make_transfer("tiny", "set", ["full"], place, settings=FEW)
    folder = place.data / "transfer" / "set"
    write_shard(shard_path(folder, 0), [window(5, 1)])
    with pytest.raises(InputError, match="not those that the record describes"):
        read_transfer("set", place)
    (folder / "transfer.json").unlink()
    with pytest.raises(InputError, match=r"shards are here that no transfer\.json describes"):
        make_transfer("tiny", "set", ["full"], place, settings=FEW)


def test_what_cannot_teach_leaves_nothing_behind(place: Workspace, tiny: Tiny, tmp_path: Path) -> None:
    runs = replace(place, models=tmp_path / "runs")
    for name in ("bare", "other"):
        shutil.copytree(place.models / "full", runs.models / name)
        record = runs.models / name / "run.json"
        record.write_text(record.read_text(encoding="utf-8").replace('"name": "full"', f'"name": "{name}"'), "utf-8")
    (runs.models / "bare" / "model.safetensors").unlink()
    with pytest.raises(InputError, match="bare ships no weights"):
        make_transfer("tiny", "set", ["bare"], runs, settings=FEW)
    run = RunStore(runs.models).load("other")
    labels = ("O", "B-NAME", "I-NAME")
    write_run(run.path, replace(run.info, domain="pii", labels=labels))  # type: ignore[type-var]
    with pytest.raises(InputError, match=r"teacher other marks NAME \(domain pii\), the dataset tiny holds"):
        make_transfer("tiny", "set", ["other"], runs, settings=FEW)
    assert not (place.data / "transfer").exists()
