"""Compact taggers: the network, its training from a transfer set, and what is read from its folder."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from commands import parse
from datasets_at import begin_tiny
from tiny import Tiny

from itner.compress.compact import for_runtime
from itner.compress.onnx import export_run
from itner.compress.smooth import smooth_channels
from itner.core.errors import InputError
from itner.core.types import Document
from itner.records.config import CompactConfig, TransferLesson
from itner.records.store import CHECKPOINTS, LOG, Run, RunStore
from itner.records.transfer import TransferSettings
from itner.records.workspace import Workspace
from itner.taggers.base import Lack
from itner.taggers.compact.kind import COMPACT
from itner.taggers.compact.model import MOST_PARTS, CompactModel, project, share_rows
from itner.taggers.compact.presets import preset
from itner.taggers.compact.tagger import load_encoder, load_scorer, open_tagger
from itner.taggers.compact.variants import count_reach
from itner.taggers.compact.weights import load_model
from itner.taggers.encoder.load import load_tagger
from itner.taggers.encoder.tagger import make_batches
from itner.training.student_compact import choose_pieces
from itner.workflows.student import train_taught
from itner.workflows.transfer import make_transfer

LESSON = TransferLesson("set", warmup_steps=5)
SMALL = {"width": 16, "hidden": 24, "dilations": (1, 2), "epochs": 40, "batch_size": 16}


@pytest.fixture(scope="session")
def place(tiny: Tiny, tiny_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of a tiny teacher's run, a dataset, and a transfer set of both."""
    root = tmp_path_factory.mktemp("compact")
    place = begin_tiny(tiny, tiny_root, root)
    make_transfer("tiny", "set", ["full"], place, settings=TransferSettings(copies=4))
    return place


@pytest.fixture(scope="session")
def compact(place: Workspace) -> Run:
    train_taught(preset("compact_s", LESSON, **SMALL), place, "small")
    return RunStore(place.models).load("small")


def network(**changes: object) -> CompactModel:
    torch.manual_seed(1)
    config = CompactConfig(preset="x", transfer=LESSON, **(SMALL | changes))  # type: ignore[arg-type]
    return CompactModel(config, 11, 200).eval()


def given(rows: int, length: int, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    chance = torch.Generator().manual_seed(seed)
    ids = torch.randint(0, 200, (rows, length), generator=chance)
    return ids, torch.ones_like(ids), torch.randint(0, 6, (rows, length), generator=chance)


def test_a_text_is_read_alike_whatever_stands_beside_it() -> None:
    model = network(guidelines=("one", "other"))
    ids, mask, casing = given(3, 30)
    alone = model(ids[:1, :11], mask[:1, :11], casing[:1, :11])
    mask[0, 11:] = 0
    beside = model(ids, mask, casing)
    assert torch.allclose(beside[0, :11], alone[0], atol=1e-6)


def test_nothing_out_of_reach_is_seen() -> None:
    model = network()
    reach = count_reach(CompactConfig(preset="x", transfer=LESSON, **SMALL))  # type: ignore[arg-type]
    assert reach == 2 * 1 + 2 * 2
    ids, mask, casing = given(1, 40)
    before = model(ids, mask, casing)
    other = ids.clone()
    other[0, 20] = (other[0, 20] + 1) % 200
    changed = (model(other, mask, casing) != before).any(-1)[0].nonzero().flatten().tolist()
    assert changed == list(range(20 - reach, 20 + reach + 1))


def test_the_mark_is_seen_from_everywhere() -> None:
    model = network(guidelines=("one", "other"))
    ids, mask, casing = given(1, 60)
    other = ids.clone()
    other[0, 1] = (other[0, 1] + 1) % 200
    assert (model(other, mask, casing) != model(ids, mask, casing)).any(-1).all()


def test_projected_embeddings_keep_what_is_alike_alike() -> None:
    chance = torch.Generator().manual_seed(3)
    wide = torch.randn(50, 4, generator=chance) @ torch.randn(4, 20, generator=chance)
    narrow = project(wide, 4)
    assert narrow.shape == (50, 4)
    apart = torch.cdist(wide, wide)
    ratio = torch.cdist(narrow, narrow)[0, 1:] / apart[0, 1:]
    assert torch.allclose(ratio, ratio[:1].expand_as(ratio), rtol=1e-3)


def test_the_network_for_the_runtime_says_the_same() -> None:
    for guidelines in ((), ("one", "other")):
        model = network(guidelines=guidelines, dilations=(1, 2, 3), kernel=3)
        ids, mask, casing = given(4, 33)
        mask[1, 20:] = mask[2, 3:] = 0
        before = model(ids, mask, casing)
        after = for_runtime(model)(ids, mask, casing)
        assert torch.allclose(after[mask.bool()], before[mask.bool()], atol=1e-5)


NAMES = ["[PAD]", "[UNK]", "[CLS]", "[unused1]", "[unused2]", "a", "b", "##a", "##b", "ab", "aba", "##bab", "abab"]


def test_left_out_pieces_are_spelled_by_those_that_are_kept() -> None:
    kept = [0, 1, 2, 3, 5, 6, 7, 8, 9]
    parts = share_rows(NAMES, kept)
    rows = {NAMES[piece]: row for row, piece in enumerate(kept)}

    def read(name: str) -> list[str]:
        known = {row: other for other, row in rows.items()}
        return [known[int(part)] for part in parts[NAMES.index(name)] if int(part) < len(kept)]

    assert read("ab") == ["ab"]
    assert read("aba") == ["ab", "##a"]
    assert read("abab") == ["ab", "##a", "##b"]
    assert read("##bab") == ["##b", "##a", "##b"]
    assert read("[unused2]") == ["[UNK]"]
    assert all(len(read(name)) for name in NAMES)
    long = share_rows([*NAMES, "abababababab"], kept)
    assert (long[-1] < len(kept)).sum() == MOST_PARTS


def test_the_frequent_pieces_are_kept_and_all_that_spelling_needs() -> None:
    counts = np.array([0, 0, 9, 5, 0, 0, 0, 0, 0, 1, 7, 3, 2])
    assert choose_pieces(NAMES, counts, 9) == [0, 1, 2, 3, 5, 6, 7, 8, 10]
    with pytest.raises(InputError, match="8 are special or single characters"):
        choose_pieces(NAMES, counts, 5)


def test_a_shared_embedding_is_the_mean_of_its_parts() -> None:
    config = CompactConfig(preset="x", transfer=LESSON, **SMALL)  # type: ignore[arg-type]
    parts = torch.tensor([[0, 2, 2], [1, 2, 2], [0, 1, 2]])
    model = CompactModel(config, 11, 2, parts).eval()
    weight = model.embeddings.weight
    found = model.embed(torch.tensor([[0, 1, 2]]))[0]
    assert torch.allclose(found, torch.stack([weight[0], weight[1], weight.mean(0)]))


def test_it_learns_what_its_teacher_says(compact: Run, full_run: Run, tiny: Tiny) -> None:
    dev = tiny.documents[40:]
    wanted = load_tagger(full_run, "torch-fp32").predict(dev)
    found = open_tagger(compact, "torch-fp32").predict(dev)
    same = np.concatenate([a.label_ids == b.label_ids for a, b in zip(found, wanted, strict=True)])
    assert same.mean() > 0.9
    info = compact.info
    assert (info.family, info.transfer.windows > 150, dict(info.teachers).keys()) == ("compact", True, {"full"})
    assert info.parameters_total == sum(p.numel() for p in load_model(compact).parameters())
    log = json.loads((compact.path / LOG).read_text(encoding="utf-8"))
    assert [entry["epoch"] for entry in log if "eval_f1" in entry] == list(range(1, 41))
    assert not (compact.path / CHECKPOINTS).exists()


def test_a_long_text_is_read_in_one_piece(compact: Run, tiny: Tiny) -> None:
    tagger = open_tagger(compact, "torch-fp32")
    # 1,200 words without a full stop, ten windows of an encoder: reading them at once changes nothing in the middle.
    text = " ".join(document.text for document in tiny.documents * 2)
    mentions = [(mention.start, mention.end, mention.type) for mention in tagger.tag([text])[0]]
    half = " ".join(document.text for document in tiny.documents)
    parts = [(mention.start, mention.end, mention.type) for mention in tagger.tag([half])[0]]
    inside = [mention for mention in mentions if mention[1] < len(half) - 100]
    assert len(inside) > 100
    assert inside == [mention for mention in parts if mention[1] < len(half) - 100]


@pytest.fixture(scope="session")
def exported(compact: Run) -> Run:
    export_run(compact)
    return compact


def test_the_onnx_file_equals_the_network_at_every_length(exported: Run) -> None:
    torch_scorer, onnx_scorer = load_scorer(exported, "torch-fp32"), load_scorer(exported, "fp32")
    chance = np.random.default_rng(0)
    for length in (1, 2, 3, 7, 16, 300):
        for batch in (1, 3):
            ids = chance.integers(5, 100, (batch, length))
            mask = np.ones_like(ids)
            for row in range(batch):
                mask[row, max(1, length - row) :] = 0
            casing = chance.integers(0, 6, ids.shape)
            read = mask.astype(bool)
            expected, got = torch_scorer.score(ids, mask, casing)[read], onnx_scorer.score(ids, mask, casing)[read]
            assert np.abs(got - expected).max() < 1e-4


def test_every_variant_tags_like_the_network(exported: Run, tiny: Tiny) -> None:
    wanted = open_tagger(exported, "torch-fp32").predict(tiny.documents)
    for variant in ("fp32", "fp16", "int8"):
        found = open_tagger(exported, variant).predict(tiny.documents)
        same = np.concatenate([a.label_ids == b.label_ids for a, b in zip(found, wanted, strict=True)])
        assert same.mean() > 0.95, variant
    kinds = {node.op_type for node in onnx.load(exported.onnx_path("int8")).graph.node}
    assert "MatMulIntegerToFloat" in kinds
    assert "DynamicQuantizeLinear" not in kinds


def test_smoothed_channels_say_the_same_at_like_strength(compact: Run, tiny: Tiny) -> None:
    model, smoothed = load_model(compact), load_model(compact)
    batches = list(make_batches(load_encoder(compact), tiny.documents))
    with torch.no_grad():
        # As a training may leave it: one channel of the values far stronger than the others, and read as much less.
        for each in (model, smoothed):
            each.blocks[0].gated.weight[3] *= 64
            each.blocks[0].gated.bias[3] *= 64
            each.blocks[0].out.weight[:, 3] /= 64
    smooth_channels(smoothed, batches)
    strengths = {}
    for each in (model, smoothed):
        inputs: list[torch.Tensor] = []
        each.blocks[0].out.register_forward_pre_hook(lambda layer, given, into=inputs: into.append(given[0]))
        said = [each(*map(torch.from_numpy, batch)) for batch in batches]
        largest = torch.cat([given.flatten(0, 1) for given in inputs]).abs().amax(0)
        strengths[each] = (float(largest.max() / largest.median()), said)
    (uneven, before), (even, after) = strengths.values()
    assert uneven > 4 * even
    for one, other, (_, mask, _) in zip(before, after, batches, strict=True):
        read = torch.from_numpy(mask).bool()
        assert torch.allclose(one[read], other[read], atol=1e-4)


def test_int8_scores_a_text_alike_alone_and_beside_others(exported: Run, tiny: Tiny) -> None:
    tagger = open_tagger(exported, "int8")
    longer = [replace(one, tokens=one.tokens[:count]) for count in (3, 5, 9) for one in tiny.documents[:10]]
    together = tagger.predict(longer)
    for document, one in zip(longer, together, strict=True):
        alone = tagger.predict([document])[0]
        assert np.allclose(alone.probabilities, one.probabilities, atol=1e-5)


def test_the_benchmark_probes_it(exported: Run, tiny: Tiny) -> None:
    probe = COMPACT.probe(exported, "int8", 1)
    assert probe.unit == "pieces"
    assert np.asarray(probe.forward(200, tiny.documents)()).shape == (1, 200, 11)
    assert COMPACT.deployed_bytes(exported, "int8") < COMPACT.deployed_bytes(exported, "torch-fp32")


def test_what_is_said_of_it(compact: Run) -> None:
    again = COMPACT.remake(compact, "again")
    parse(f"itner {' '.join(again.words)}")
    assert again.words[:6] == ("train", "compact_s", "--transfer", "set", "--run", "again")
    assert set(again.lost) == {"width", "hidden", "dilations", "batch_size", "transfer.warmup_steps"}
    text = COMPACT.card(compact)
    assert "full said of every word piece" in text.data
    assert "6 pieces to each side" in text.made
    assert COMPACT.facts(compact)["reach"] == "6 pieces to each side"


def test_a_stopped_training_ends_as_one_that_was_not(place: Workspace, compact: Run, monkeypatch) -> None:
    from itner.training import student

    config = preset("compact_s", LESSON, **SMALL)
    monkeypatch.setattr(student, "_SECONDS_BETWEEN_CHECKPOINTS", 0.0)

    def stop(message: str, share: float) -> None:
        if share > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_taught(config, place, "again", progress=stop)
    with pytest.raises(InputError, match="go on with --resume"):
        train_taught(config, place, "again")
    with pytest.raises(InputError, match="configuration differs"):
        train_taught(preset("compact_s", LESSON, **(SMALL | {"seed": 1})), place, "again", resume=True)
    steps: list[float] = []
    again = train_taught(config, place, "again", resume=True, progress=lambda message, share: steps.append(share))
    assert 0.4 < steps[0] < 0.45
    assert again.weights_sha256 == compact.info.weights_sha256


def test_a_cut_vocabulary_learns_as_well(place: Workspace, tiny: Tiny) -> None:
    # Of the tiny tokenizer's 118 pieces, all but the words are needed for spelling.
    info = train_taught(preset("compact_s", LESSON, **(SMALL | {"pieces": 112})), place, "cut")
    run = RunStore(place.models).load("cut")
    model = load_model(run)
    assert model.parts is not None
    assert (model.parts.shape[0], model.embeddings.num_embeddings) == (118, 112)
    assert info.best_dev_f1 > 0.9
    wanted = open_tagger(run, "torch-fp32").predict(tiny.documents)
    for variant in ("fp32", "int8"):
        export_run(run, variants=(variant,))
        found = open_tagger(run, variant).predict(tiny.documents)
        same = np.concatenate([a.label_ids == b.label_ids for a, b in zip(found, wanted, strict=True)])
        assert same.mean() > 0.95, variant
        graph = onnx.load(run.onnx_path(variant)).graph
        assert [item.data_type for item in graph.initializer if item.name == "parts"] == [onnx.TensorProto.UINT16]


def test_a_transfer_set_of_other_data_or_teachers_is_refused(place: Workspace, tmp_path: Path) -> None:
    config = preset("compact_s", LESSON, **SMALL)
    models = tmp_path / "models"
    shutil.copytree(place.models / "full", models / "full")
    record = models / "full" / "run.json"
    record.write_text(
        record.read_text(encoding="utf-8").replace(RunStore(models).load("full").info.model_sha256, "1" * 64),
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="labelled by other weights than those of full here"):
        train_taught(config, Workspace(models, place.data), "x")
    with pytest.raises(InputError, match="itner transfer"):
        train_taught(preset("compact_s", TransferLesson("none"), **SMALL), place, "x")


@pytest.mark.parametrize("damage", ["garbage", "other shape", "other weights"])
def test_damaged_weights_are_named(compact: Run, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "small"
    shutil.copytree(compact.path, folder)
    weights = folder / "model.safetensors"
    if damage == "garbage":
        weights.write_bytes(b"\x08\0\0\0\0\0\0\0nonsense")
    elif damage == "other shape":
        config = json.loads((folder / "config_resolved.json").read_text(encoding="utf-8"))
        (folder / "config_resolved.json").write_text(json.dumps(config | {"hidden": 32}), encoding="utf-8")
    else:
        weights.write_bytes(weights.read_bytes()[:-2] + b"\0\1")
    if damage == "garbage":
        from itner.records.files import sha256_file

        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        record["weights_sha256"] = sha256_file(weights)
        (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match=r"not those that run.json describes|do not fit"):
        open_tagger(RunStore(tmp_path).load("small"), "torch-fp32")


def test_documents_without_pieces_are_no_trouble(compact: Run) -> None:
    tagger = open_tagger(compact, "torch-fp32")
    assert tagger.tag(["", "   ", "\u200b"]) == [[], [], []]
    assert tagger.tag_documents([Document("", (), (), "e", "e")]) == [()]


def test_without_weights_or_ranges_it_says_what_makes_them(compact: Run, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(compact.path, folder, ignore=shutil.ignore_patterns("onnx"))
    run = RunStore(tmp_path).load("small")
    assert COMPACT.lack(run) is None
    (folder / "int8_ranges.json").unlink()
    assert COMPACT.lack(run) == Lack("the ranges that INT8 needs", "Measure them", ("calibrate", "small"))
    (folder / "model.safetensors").unlink()
    lack = COMPACT.lack(run)
    assert lack is not None
    assert lack.what == "its weights"
    assert lack.words[:6] == ("train", "compact_s", "--transfer", "set", "--run", "small_again")


@pytest.mark.parametrize("row", [-1, 113])
def test_parts_that_are_not_there_are_refused(place: Workspace, tmp_path: Path, row: int) -> None:
    from safetensors.torch import load_file, save_file

    from itner.records.files import sha256_file

    name = f"cut{row}"
    train_taught(preset("compact_s", LESSON, **(SMALL | {"pieces": 112, "epochs": 1})), place, name)
    folder = tmp_path / name
    shutil.copytree(place.models / name, folder)
    state = load_file(folder / "model.safetensors")
    state["parts"][3] = row
    save_file(state, folder / "model.safetensors", {"format": "pt"})
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    record["weights_sha256"] = sha256_file(folder / "model.safetensors")
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError, match="do not fit the run's configuration"):
        load_model(RunStore(tmp_path).load(name))
