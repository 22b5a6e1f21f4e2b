from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from tiny import Tiny
from transformers import EvalPrediction

from itner.core.errors import InputError
from itner.core.labels import document_tags
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.records.config import LoraSettings
from itner.records.store import CHECKPOINTS, INCOMPLETE, TOKENIZER, Run, RunStore
from itner.taggers.encoder.backbone import find_backbone
from itner.taggers.encoder.load import load_tagger
from itner.taggers.encoder.model import build_model, load_model
from itner.taggers.encoder.windows import Encoder
from itner.training.trainer import IGNORED, _score, build_optimizer, choose_arithmetic, encode_labelled, encode_training


def test_a_run_folder_is_complete_and_portable(tiny_run: Run, tiny: Tiny) -> None:
    assert tiny_run.weights_path is not None
    with safe_open(tiny_run.weights_path, "pt") as weights:
        assert {weights.get_tensor(key).dtype for key in weights.keys()} == {torch.float16}  # noqa: SIM118
    names = {path.name for path in tiny_run.path.iterdir()}
    assert {"run.json", "config_resolved.json", "trainer_log_history.json", TOKENIZER} <= names
    assert not {INCOMPLETE, CHECKPOINTS} & names
    for path in tiny_run.path.glob("*.json"):
        if path.name in ("config_resolved.json", "run.json"):
            continue  # they say which backbone folder was asked for
        if tiny_run.name == "lora" and path.name == "adapter_config.json":
            assert json.loads(path.read_text(encoding="utf-8"))["base_model_name_or_path"] == str(tiny.backbone)
            continue
        assert str(tiny.backbone) not in path.read_text(encoding="utf-8")
    scores = [entry["eval_f1"] for entry in tiny_run.log if "eval_f1" in entry]
    assert tiny_run.info.best_dev_f1 == max(scores) > 0.5


def test_parameters_are_counted_as_deployed_and_as_trained(tiny_root: Path) -> None:
    runs = {name: RunStore(tiny_root).load(name).info for name in ("full", "lora", "l1")}
    model = load_model(RunStore(tiny_root).load("full"))
    n = sum(p.numel() for p in model.parameters())
    assert runs["full"].parameters_total == runs["full"].parameters_trainable == n
    # Told the casing, it has four token types more, of 32 numbers each.
    assert runs["lora"].parameters_total == n + 4 * 32
    # Per layer: query, key, value, attention output (32x32 each), up (32x64), down (64x32), rank 4; the classifier;
    # six token types.
    assert runs["lora"].parameters_trainable == 2 * 4 * (4 * 64 + 2 * 96) + 32 * 11 + 11 + 6 * 32
    layer = sum(p.numel() for p in model.base_model.encoder.layer[0].parameters())
    assert runs["l1"].parameters_total == n - layer + 4 * 32


def test_the_adapter_is_merged_and_the_layer_cut_kept(tiny_root: Path) -> None:
    merged = load_model(RunStore(tiny_root).load("lora"))
    assert not [name for name, _ in merged.named_parameters() if "lora" in name]
    assert not merged.training
    assert len(load_model(RunStore(tiny_root).load("l1")).base_model.encoder.layer) == 1


def test_a_trained_run_tags_what_it_has_learned(tiny_run: Run, tiny: Tiny) -> None:
    tagger = load_tagger(tiny_run, "torch-fp32")
    predictions = tagger.predict(tiny.documents[:20])
    found = [{(m.start, m.end, m.type) for m in prediction.mentions} for prediction in predictions]
    gold = [{(m.start, m.end, m.type) for m in document.mentions} for document in tiny.documents[:20]]
    right = sum(a == b for a, b in zip(found, gold, strict=True))
    assert right >= 15


def test_an_adapter_refuses_another_backbone(tiny_root: Path, tiny: Tiny, tmp_path: Path) -> None:
    run = RunStore(tiny_root).load("lora")
    folder = tmp_path / "lora"
    folder.mkdir()
    for path in run.path.glob("*.*"):
        if path.is_file():
            (folder / path.name).write_bytes(path.read_bytes())
    info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    info["backbone_sha256"] = "f" * 64
    (folder / "run.json").write_text(json.dumps(info), encoding="utf-8")
    with pytest.raises(InputError, match="was trained on"):
        load_model(RunStore(tmp_path).load("lora"))


def test_labels_stand_at_first_pieces_only(tiny: Tiny) -> None:
    encoder = Encoder.from_file(tiny.backbone / TOKENIZER, 8)
    document = tiny.documents[1]
    rows = encode_labelled([document], encoder, tiny.scheme)
    assert len(rows) > 1  # more pieces than one window holds
    read = [label for row in rows for label in row["labels"] if label != IGNORED]
    expected = [tiny.scheme.labels.index(tag) for tag in document_tags(document)[0]]
    assert sorted(read) == sorted(expected)
    assert all(len(row["input_ids"]) <= 8 for row in rows)


def test_layers_learn_more_slowly_the_lower_they_stand(tiny: Tiny) -> None:
    config = tiny.config("x", layer_decay=0.5, learning_rate=1e-3)
    model = build_model(config, find_backbone(config.backbone), tiny.scheme.labels)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    groups = build_optimizer(model, config).param_groups
    rates = {names[id(p)]: (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]}
    assert set(rates) == set(names.values())
    assert rates["classifier.weight"] == (1e-3, 0.01)
    assert rates["bert.encoder.layer.1.output.dense.weight"] == (1e-3, 0.01)
    assert rates["bert.encoder.layer.0.output.dense.weight"] == (5e-4, 0.01)
    assert rates["bert.embeddings.word_embeddings.weight"] == (2.5e-4, 0.01)
    assert rates["bert.embeddings.LayerNorm.bias"] == (2.5e-4, 0.0)


def test_a_killed_training_is_incomplete_and_resumes(tiny: Tiny, tmp_path: Path) -> None:
    config = tiny.config("killed", ema_decay=0.5)
    seen: list[float] = []

    def stop_in_second_epoch(message: str, share: float) -> None:
        seen.append(share)
        if share > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tiny.train(tmp_path, config, progress=stop_in_second_epoch)
    runs, broken = RunStore(tmp_path).load_all()
    assert runs == []
    assert [(run.name, run.incomplete) for run in broken] == [("killed", True)]

    with pytest.raises(InputError, match="configuration differs"):
        tiny.train(tmp_path, tiny.config("killed", ema_decay=0.5, seed=99), resume=True)

    later: list[float] = []
    run = tiny.train(tmp_path, config, resume=True, progress=lambda message, share: later.append(share))
    assert later[0] > 0.3  # not from the beginning
    assert RunStore(tmp_path).load_all()[1] == []
    whole = tiny.train(tmp_path / "whole", config)
    ours, theirs = load_model(run).state_dict(), load_model(whole).state_dict()
    difference = max(float(np.abs((ours[key] - theirs[key]).numpy()).max()) for key in ours)
    assert difference < 0.05  # the same path up to the order of a few batches


@pytest.mark.parametrize("family", ["full", pytest.param("lora", marks=pytest.mark.thorough)])
def test_casing_tells_apart_what_the_pieces_do_not(tiny: Tiny, tmp_path: Path, family: str) -> None:
    documents = []
    for number in range(60):
        text = ("open the Windows now", "open the windows now")[number % 2]
        mentions = (Mention(9, 16, "OS"),) if "W" in text else ()
        documents.append(Document(text, split_tokens(text), mentions, f"c-{number}", "tiny"))
    cased = replace(tiny, documents=documents)
    lora = LoraSettings(r=4, alpha=8) if family == "lora" else None
    scores = {}
    for casing in (False, True):
        config = cased.config(
            f"casing-{casing}",
            family=family,
            lora=lora,
            casing=casing,
            epochs=8,
            learning_rate=2e-2,
            early_stopping_patience=8,
        )
        run = cased.train(tmp_path, config)
        scores[casing] = run.info.best_dev_f1
        # What was trained is what is loaded.
        found = load_tagger(run, "torch-fp32").tag(["open the Windows now", "open the windows now"])
        assert ([m.type for m in found[0]], found[1]) == (["OS"], []) or not casing
    assert scores[True] == 1.0
    assert scores[False] < 1.0


def test_casing_needs_token_types(tmp_path: Path, tiny: Tiny) -> None:
    from transformers import DistilBertConfig, DistilBertModel

    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(tiny.backbone / name, tmp_path)
    DistilBertModel(DistilBertConfig(vocab_size=120, dim=16, n_layers=1, n_heads=2, hidden_dim=16)).save_pretrained(
        tmp_path
    )
    config = tiny.config("distil", backbone=str(tmp_path), casing=True)
    with pytest.raises(InputError, match="no token types"):
        tiny.train(tmp_path, config)


def test_bf16_is_used_where_the_cpu_has_it() -> None:
    assert choose_arithmetic("cuda", ("avx512_bf16",)) == "fp16"
    assert choose_arithmetic("cpu", ("avx2", "avx512_bf16")) == "bf16"
    assert choose_arithmetic("cpu", ("amx_bf16",)) == "bf16"
    assert choose_arithmetic("cpu", ("avx2", "avx512_vnni")) == "fp32"


def test_an_epoch_reads_each_text_once_in_context_and_repetitions_alone(tiny: Tiny) -> None:
    texts = ("the", "the windows", "the laptop the", "the 11", "the printer")
    documents = [Document(text, split_tokens(text), (), str(number), "tiny", "g") for number, text in enumerate(texts)]
    config = tiny.config("x", context=True)
    encoder = Encoder.from_file(tiny.backbone / TOKENIZER, 32, context=True)
    # Sentence 1 is left out; 0 is read twice, 4 three times.
    windows = encode_training(documents, [0, 0, 2, 3, 4, 4, 4], encoder, config)
    read = Counter(
        pair for window in windows for pair in zip(window.documents.tolist(), window.tokens.tolist(), strict=True)
    )
    times = {0: 2, 2: 1, 3: 1, 4: 3}
    assert read == {(d, t): n for d, n in times.items() for t in range(len(documents[d].tokens))}
    alone = [window.documents.tolist()[0] for window in windows if len(set(window.documents.tolist())) == 1]
    # Three repetitions; the sentences in their context may have windows of their own, too, where the limit is short.
    assert Counter(alone) - Counter([0, 2, 3, 4]) <= Counter({0: 1, 4: 2}) <= Counter(alone)
    assert any(len(set(window.documents.tolist())) > 1 for window in windows)
    # The pieces of a window are those of its documents.
    for window in windows:
        for document in set(window.documents.tolist()):
            own = window.ids[window.positions[window.documents == document]]
            (single,) = encoder.encode([documents[document]])
            assert own.tolist() == single.ids[single.positions].tolist()


def test_no_mention_runs_from_one_sentence_into_the_next_when_dev_is_scored(tiny: Tiny) -> None:
    texts = ("the windows", "windows")
    documents = [
        Document(text, split_tokens(text), (Mention(text.index("w"), len(text), "OS"),), str(n), "tiny", "g")
        for n, text in enumerate(texts)
    ]
    encoder = Encoder.from_file(tiny.backbone / TOKENIZER, 16, context=True)
    (row,) = encode_labelled(documents, encoder, tiny.scheme)
    labels = np.array(row["labels"])
    begin, inside = (tiny.scheme.labels.index(label) for label in ("B-OS", "I-OS"))
    assert labels[labels != IGNORED].tolist() == [0, begin, 0, begin]
    predicted = np.where(labels == begin, begin, 0)
    predicted[np.flatnonzero(labels == begin)[1]] = inside
    score = _score(EvalPrediction(predictions=predicted[None], label_ids=labels[None]))
    # The second sentence's lone I- marks nothing, and the first sentence's mention is right.
    assert (score["precision"], score["recall"]) == (1.0, 0.5)


def test_a_backbone_that_cannot_mark_guidelines_leaves_nothing_behind(tiny: Tiny, tmp_path: Path) -> None:
    backbone = tmp_path / "backbone"
    shutil.copytree(tiny.backbone, backbone)
    tokenizer = (backbone / TOKENIZER).read_text(encoding="utf-8").replace("[unused", "[other")
    (backbone / TOKENIZER).write_text(tokenizer, encoding="utf-8")
    with pytest.raises(InputError, match="no piece"):
        tiny.train(
            tmp_path, tiny.config("marked", backbone=str(backbone), mark_guidelines=True, guidelines=("a", "tiny"))
        )
    assert not (tmp_path / "marked").exists()
