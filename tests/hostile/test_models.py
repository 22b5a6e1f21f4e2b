"""Models out of folders that somebody damaged: a message that names the run, never other layers or other code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from shipped import HERE, shipped_run

from itner.compress.apart import export_apart
from itner.compress.onnx import export_run, is_exported
from itner.core.errors import InputError
from itner.core.progress import silent
from itner.records.files import sha256_file
from itner.records.store import ONNX, Run, RunStore
from itner.records.workspace import Workspace
from itner.taggers.encoder.model import load_model
from itner.taggers.encoder.saved import read_model_config
from itner.taggers.registry import blaming, open_variant
from itner.workflows.open import open_tagger

# The process that has the trained runs.
pytestmark = pytest.mark.xdist_group("tiny")


def copy(run: Run, root: Path) -> Path:
    return Path(shutil.copytree(run.path, root / run.name, ignore=shutil.ignore_patterns(ONNX, ".*")))


def edit(path: Path, **changes: Any) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(data | changes), encoding="utf-8")


def load(folder: Path) -> Run:
    return RunStore(folder.parent).load(folder.name)


def rewrite(folder: Path, tensors: dict[str, np.ndarray], name: str) -> None:
    """Other weights, with the record saying that they are the run's."""
    save_file(tensors, folder / name)
    edit(folder / "run.json", weights_sha256=sha256_file(folder / name))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"auto_map": {"AutoModel": "evil--x.Model"}}, "auto_map"),
        ({"quantization_config": {"quant_method": "bitsandbytes"}}, "quantization_config"),
        ({"megatron_config": {}}, "megatron_config"),
        ({"model_type": "nobody knows"}, "model_type"),
        ({"model_type": ["bert"]}, "model_type"),
        ({"num_hidden_layers": 10**9}, "num_hidden_layers"),
        ({"vocab_size": 2**40}, "vocab_size"),
        ({"num_hidden_layers": 3}, "do not fill the model"),
        ({"num_hidden_layers": 1}, "do not fill the model"),
        ({"hidden_size": 64}, "do not fill the model"),
        ({"hidden_size": 31}, "config.json"),
        ({"num_attention_heads": 0}, "config.json"),
        ({"hidden_act": "evil"}, "config.json"),
        ({"id2label": {"0": "O"}, "label2id": {"O": 0}}, "labels"),
    ],
    ids=str,
)
def test_a_configuration_that_is_not_the_weights_is_refused(
    changes: dict[str, Any], said: str, full_run: Run, tmp_path: Path
) -> None:
    folder = copy(full_run, tmp_path)
    edit(folder / "config.json", **changes)
    with pytest.raises(InputError, match=said):
        load_model(load(folder))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 50_000])
def test_a_configuration_that_is_none_is_refused(text: str, full_run: Run, tmp_path: Path) -> None:
    folder = copy(full_run, tmp_path)
    (folder / "config.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"config\.json"):
        read_model_config(folder / "config.json")
    with pytest.raises(InputError, match=r"config\.json"):
        load_model(load(folder))


def test_weights_that_do_not_fill_the_model_are_refused(full_run: Run, tmp_path: Path) -> None:
    folder = copy(full_run, tmp_path)
    whole = load_file(folder / "model.safetensors")
    name = next(name for name in whole if "layer.1" in name)
    for changed in (
        {key: value for key, value in whole.items() if key != name},
        whole | {"another.weight": np.zeros(3, np.float16)},
        whole | {name: np.zeros(1, np.float16)},
    ):
        rewrite(folder, changed, "model.safetensors")
        with pytest.raises(InputError, match="do not fill the model"):
            load_model(load(folder))
    (folder / "model.safetensors").write_bytes(b"\x80\x04pickle")
    edit(folder / "run.json", weights_sha256=sha256_file(folder / "model.safetensors"))
    with pytest.raises(InputError, match="cannot be read"):
        load_model(load(folder))


def test_weights_larger_than_their_parameters_are_not_read(full_run: Run, tmp_path: Path) -> None:
    folder = copy(full_run, tmp_path)
    (folder / "model.safetensors").unlink()
    with (folder / "model.safetensors").open("wb") as file:
        file.truncate(3 * 2**30)
    with pytest.raises(InputError, match="larger than"):
        load_model(load(folder))


def test_what_is_beside_the_weights_is_not_looked_at(full_run: Run, tmp_path: Path) -> None:
    folder = copy(full_run, tmp_path)
    # Transformers would load this on top, and look for the base on the hub.
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "evil/x", "peft_type": "LORA"}')
    (folder / "modeling.py").write_text("raise SystemExit('ran')")
    plain = load_model(full_run).state_dict()
    assert all(bool((value == plain[name]).all()) for name, value in load_model(load(folder)).state_dict().items())


def test_an_adapter_has_the_form_that_the_run_says(tiny_root: Path, tmp_path: Path) -> None:
    folder = copy(RunStore(tiny_root).load("lora"), tmp_path)
    plain = load_model(load(folder)).state_dict()
    # What the file beside it says is not read: a regular expression there, or another kind, changes nothing.
    edit(folder / "adapter_config.json", target_modules="(a+)+$", peft_type="PROMPT_TUNING", megatron_config={"x": 1})
    assert all(bool((value == plain[name]).all()) for name, value in load_model(load(folder)).state_dict().items())
    tensors = load_file(folder / "adapter_model.safetensors")
    name = next(name for name in tensors if "lora_A" in name)
    rewrite(folder, {key: value for key, value in tensors.items() if key != name}, "adapter_model.safetensors")
    with pytest.raises(InputError, match="do not fill the model"):
        load_model(load(folder))
    config = json.loads((folder / "config_resolved.json").read_text(encoding="utf-8"))
    for targets in ("(a+)+$", ["(a+)+$"], []):
        edit(folder / "config_resolved.json", lora=config["lora"] | {"targets": targets})
        with pytest.raises(InputError, match="targets"):
            load(folder)


def test_a_tokenizer_of_more_pieces_than_the_model_has_is_refused(full_run: Run, tmp_path: Path) -> None:
    folder = copy(full_run, tmp_path)
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["model"]["vocab"]["zzz"] = 100_000
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    with pytest.raises(InputError, match="embeddings"):
        load_model(load(folder))
    export_run(full_run)
    # Beside files that were built before, of a run that says nothing of its tokenizer, the network cannot read it.
    edit(folder / "run.json", tokenizer_sha256=None)
    shutil.copytree(full_run.path / ONNX, folder / ONNX)
    with pytest.raises(InputError, match="cannot read what its tokenizer gives it"):
        open_variant(load(folder), "fp32").tag(["zzz the zzz"])


def test_onnx_files_are_those_that_were_built(full_run: Run, tmp_path: Path) -> None:
    export_run(full_run)
    folder = Path(shutil.copytree(full_run.path, tmp_path / full_run.name))
    run = load(folder)
    assert is_exported(run)
    other = run.onnx_path("fp16").read_bytes()
    run.onnx_path("fp32").write_bytes(other)
    assert not is_exported(run)
    assert is_exported(run, ["fp16"])
    open_tagger(run.name, "fp32", Workspace(tmp_path, tmp_path))
    assert run.onnx_path("fp32").read_bytes() != other


def test_what_fails_is_said_of_the_run(full_run: Run) -> None:
    said = r"run full cannot be opened \(ZeroDivisionError: division by zero\)"
    with pytest.raises(InputError, match=said), blaming(full_run, "cannot be opened"):
        _ = 1 / 0
    panic = type("PanicException", (BaseException,), {})
    with pytest.raises(InputError, match="PanicException: at line 1"), blaming(full_run, "cannot be opened"):
        raise panic("at line 1\nat line 2")
    for other in (KeyboardInterrupt(), OSError(28, "No space left on device"), SystemExit(3)):
        with pytest.raises(type(other)), blaming(full_run, "cannot be opened"):
            raise other


def test_building_apart_leaves_nothing_in_this_process_and_says_what_failed(tmp_path: Path) -> None:
    folder = copy(shipped_run("compact_s"), tmp_path)
    heard: list[str] = []
    export_apart(load(folder), ["int8"], lambda message, share: heard.append(message))
    assert is_exported(load(folder))
    assert heard[-1].endswith("done")
    shutil.rmtree(folder / ONNX)
    tensors = load_file(folder / "model.safetensors")
    rewrite(folder, dict(list(tensors.items())[1:]), "model.safetensors")
    with pytest.raises(InputError, match="measured with other weights"):
        export_apart(load(folder), ["int8"], silent)


def test_building_apart_ends_within_its_limits(full_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy(full_run, tmp_path)
    monkeypatch.setattr("itner.compress.apart._SECONDS", 0.05)
    with pytest.raises(InputError, match="did not end within"):
        export_apart(load(folder), ["int8"], silent)


@pytest.mark.parametrize("name", ["README.md", "metrics.json", "model.safetensors", "predictions", "new"])
def test_a_link_in_a_run_is_refused(name: str, full_run: Run, tmp_path: Path) -> None:
    folder = copy(full_run, tmp_path / "models")
    path = folder / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to("/etc")
    _, (broken,) = RunStore(folder.parent).load_all()
    assert f"{name} is a link" in broken.reason


def test_another_tokenizer_or_order_of_labels_is_refused(full_run: Run, tmp_path: Path) -> None:
    export_run(full_run)
    folder = Path(shutil.copytree(full_run.path, tmp_path / full_run.name))
    labels = json.loads((folder / "run.json").read_text(encoding="utf-8"))["labels"]
    edit(folder / "run.json", labels=[labels[0], *labels[3:], *labels[1:3]])
    with pytest.raises(InputError, match="another order"):
        open_variant(load(folder), "int8")
    edit(folder / "run.json", labels=labels)
    data = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    vocabulary = data["model"]["vocab"]
    words = [word for word in vocabulary if not word.startswith("[")]
    vocabulary |= dict(zip(words, [vocabulary[word] for word in reversed(words)], strict=True))
    (folder / "tokenizer.json").write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match="not the tokenizer that the run was trained with"):
        open_variant(load(folder), "int8")


@pytest.mark.parametrize("wrong", [np.nan, 1e38])
def test_scores_that_are_no_numbers_mark_nothing_in_silence(wrong: float, tmp_path: Path) -> None:
    folder = copy(shipped_run("compact_s"), tmp_path)
    tensors = load_file(HERE.models / "compact_s" / "model.safetensors")
    with np.errstate(over="ignore"):
        rewrite(folder, {name: np.full_like(each, wrong) for name, each in tensors.items()}, "model.safetensors")
    edit(folder / "int8_ranges.json", weights_sha256=sha256_file(folder / "model.safetensors"))
    tagger = open_variant(load(folder), "torch-fp32")
    with pytest.raises(InputError, match="scores are no numbers"):
        tagger.tag(["Outlook hangs"])
