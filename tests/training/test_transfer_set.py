"""Transfer sets on disk: whole shards, resumed to the shard, labelled at every piece as the teachers see it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from datasets_at import write_dataset
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import Tiny

from itner.core.errors import InputError
from itner.data.corpus import Split
from itner.data.processed import read_split
from itner.records.store import RunStore
from itner.records.transfer import TransferSettings
from itner.records.workspace import Workspace
from itner.taggers.encoder.load import load_encoder, run_scheme
from itner.taggers.encoder.model import load_network
from itner.taggers.encoder.tagger import EncoderTagger
from itner.taggers.encoder.torch_backend import TorchScorer
from itner.training.transfer_set import LabelledWindow, TransferSet, shard_path, write_shard
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
    with pytest.raises(InputError, match="not a whole shard"):
        TransferSet(tmp_path, 11, 1)


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


def test_nothing_of_dev_and_test_enters(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def read(name: str, split: str, where: Workspace) -> object:
        asked.append(split)
        return read_split(name, split, where)

    monkeypatch.setattr(workflow, "read_split", read)
    make_transfer("tiny", "set", ["full"], place, settings=FEW)
    assert asked == ["train"]


def test_other_inputs_under_the_same_name_are_refused(place: Workspace) -> None:
    make_transfer("tiny", "set", ["full"], place, settings=TransferSettings(copies=0))
    with pytest.raises(InputError, match="of other inputs is here"):
        make_transfer("tiny", "set", ["full"], place, settings=FEW)
    with pytest.raises(InputError, match="read or label text differently"):
        make_transfer("tiny", "two", ["full", "l1"], place, settings=FEW)
    with pytest.raises(InputError, match="needs at least one teacher"):
        make_transfer("tiny", "none", [], place, settings=FEW)


def test_several_teachers_are_the_mean_of_their_probabilities(place: Workspace) -> None:
    make_transfer("tiny", "one", ["full"], place, settings=TransferSettings(copies=0))
    make_transfer("tiny", "twice", ["full", "full"], place, settings=TransferSettings(copies=0))
    one, twice = read_transfer("one", place)[1], read_transfer("twice", place)[1]
    assert np.array_equal(one[0].logits, twice[0].logits)
