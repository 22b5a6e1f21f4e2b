"""A small decoder built, adapters trained, stopped and gone on with, scored, and opened on a base that they share."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from commands import run_itner
from safetensors.numpy import load_file, save_file
from shipped import REPOSITORY

from itner.core.errors import InputError
from itner.records.base import BaseConfig
from itner.records.codec import from_json
from itner.records.files import sha256_file
from itner.records.run import GenerativeRun
from itner.records.store import INCOMPLETE, RunStore
from itner.records.workspace import Workspace
from itner.taggers.generative import model as decoders
from itner.taggers.generative.kind import adapter_folder
from itner.taggers.generative.presets import PRESETS, preset
from itner.taggers.registry import kind_of, lack_of, open_variant
from itner.training.generative import texts as reading
from itner.workflows.evaluate import evaluate
from itner.workflows.generative import build_decoder, train_generative
from itner.workflows.prepare import prepare

# One worker builds and trains what all of these look at.
pytestmark = pytest.mark.xdist_group("generative")
DATASET = "specifications-40"
TEXTS = [f"Pole {number} stands beside the road, and the crossarm on it is of fir. " * 3 for number in range(40)]
TINY = BaseConfig(
    vocabulary=400,
    hidden=32,
    layers=2,
    heads=2,
    key_heads=1,
    feed_forward=64,
    window=64,
    batch_size=4,
    positions=1024,
    exercises=20,
)
SHORT = {"base": "built/tiny", "epochs": 2, "window": 1024, "longest": 24, "learning_rate": 1e-3}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    root = tmp_path_factory.mktemp("generative")
    (root / "models").mkdir()
    (root / "data").mkdir()
    made = Workspace(root / "models", root / "data")
    prepare("embedded", None, "utility", made, DATASET)
    with pytest.MonkeyPatch.context() as patch:
        few = reading.Texts()
        for text in TEXTS:
            few.add("ours", text)
        patch.setattr(reading, "gather", lambda place, most: few)
        build_decoder("tiny", made, TINY)
    train_generative(preset("decoder_lora", **SHORT), DATASET, made, "lora")
    train_generative(preset("decoder_dora", **SHORT), DATASET, made, "dora")
    return made


def test_what_is_written_down_of_a_run(place: Workspace) -> None:
    run = RunStore(place.models).load("dora")
    assert isinstance(run.info, GenerativeRun)
    assert run.info.best_sha256 != run.info.base_sha256
    assert {entry["epoch"] for entry in run.log if "eval_loss" in entry} == {1.0, 2.0}
    assert run.info.best_dev_loss == min(entry["eval_loss"] for entry in run.log if "eval_loss" in entry)
    assert not (run.path / "checkpoints").exists()
    for name in ("best", "last"):
        settings = json.loads((adapter_folder(run, name) / "adapter_config.json").read_text(encoding="utf-8"))
        assert settings["base_model_name_or_path"] == "built/tiny"
        assert settings["use_dora"] is True
    card = (run.path / "README.md").read_text(encoding="utf-8")
    assert "with DoRA adapters (rank 32)" in card
    assert lack_of(run) is None
    # The folder of decoders is no run, and cannot become one.
    assert [each.name for each in RunStore(place.models).load_all()[0]] == ["dora", "lora"]
    assert RunStore(place.models).load_all()[1] == []


def test_it_is_scored_like_any_other(place: Workspace) -> None:
    reports = evaluate("lora", DATASET, place, "dev")
    assert [report.variant for report in reports] == ["best", "last"]
    (first, second) = RunStore(place.models).load("lora").answers.reports
    assert first.account.answers == second.account.answers == reports[0].documents
    assert first.account.tokens_out > 0


def test_adapters_share_one_base(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[str] = []
    load = decoders.load_base
    monkeypatch.setattr(decoders, "load_base", lambda base: loads.append(base.name) or load(base))
    decoders.shared_decoder.cache_clear()
    store = RunStore(place.models)
    taggers = [open_variant(store.load(name), variant) for name in ("lora", "dora") for variant in ("best", "last")]
    texts = ["Pole 7 carries a 12 kV conductor", "G.O. 95 asks for 18 ft"]
    before = [tagger.tag(texts) for tagger in taggers]
    assert [tagger.tag(texts) for tagger in reversed(taggers)] == list(reversed(before))
    assert loads == ["built/tiny"]


def test_a_last_adapter_of_its_own_lies_beside_the_best_one(place: Workspace, tmp_path: Path) -> None:
    models = Path(shutil.copytree(place.models, tmp_path / "models"))
    folder = models / "lora"
    best = adapter_folder(RunStore(models).load("lora"), "best")
    last = Path(shutil.copytree(best, tmp_path / "other"))
    tensors = {name: np.zeros_like(tensor) for name, tensor in load_file(best / "adapter_model.safetensors").items()}
    save_file(tensors, last / "adapter_model.safetensors")
    shutil.rmtree(folder / "last", ignore_errors=True)
    last.rename(folder / "last")
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    record["last_sha256"] = sha256_file(folder / "last" / "adapter_model.safetensors")
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    run = RunStore(models).load("lora")
    assert [adapter_folder(run, name).name for name in ("best", "last")] == ["best", "last"]
    assert lack_of(run) is None
    for variant in ("best", "last"):
        open_variant(run, variant)
    shutil.rmtree(folder / "last")
    assert lack_of(run) is not None


def test_a_stopped_training_goes_on_and_ends_the_same(place: Workspace, tmp_path: Path) -> None:
    rooms = Workspace(tmp_path / "models", place.data)
    shutil.copytree(place.models / "bases", rooms.models / "bases")
    config = preset("decoder_lora", **SHORT)

    class StoppedError(Exception):
        pass

    def stop(message: str, share: float) -> None:
        if share > 0.5:
            raise StoppedError

    with pytest.raises(StoppedError):
        train_generative(config, DATASET, rooms, "lora", progress=stop)
    assert (rooms.models / "lora" / INCOMPLETE).exists()
    with pytest.raises(InputError, match="go on with --resume"):
        train_generative(config, DATASET, rooms, "lora")
    info = train_generative(config, DATASET, rooms, "lora", resume=True)
    whole = RunStore(place.models).load("lora").info
    assert isinstance(whole, GenerativeRun)
    assert (info.last_sha256, info.best_sha256) == (whole.last_sha256, whole.best_sha256)


@pytest.mark.thorough
def test_a_stopped_building_goes_on_and_ends_the_same(
    place: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms = Workspace(tmp_path / "models", place.data)
    rooms.models.mkdir()
    found = reading.Texts()
    for text in TEXTS * 30:
        found.add("ours", text)
    monkeypatch.setattr(reading, "gather", lambda place, most: found)
    build_decoder("whole", rooms, TINY)

    class StoppedError(Exception):
        pass

    def stop(message: str, share: float) -> None:
        if (rooms.models / "bases" / "halves" / "checkpoints" / "checkpoint-200").exists() and share > 0.95:
            raise StoppedError

    with pytest.raises(StoppedError):
        build_decoder("halves", rooms, TINY, progress=stop)
    with pytest.raises(InputError, match="go on with --resume"):
        build_decoder("halves", rooms, TINY)
    with pytest.raises(InputError, match="begun with other settings or other text"):
        build_decoder("halves", rooms, replace(TINY, learning_rate=0.5), resume=True)
    assert build_decoder("halves", rooms, TINY, resume=True).weights_sha256 == sha256_file(
        rooms.models / "bases" / "whole" / "model.safetensors"
    )


def test_what_it_could_not_mark_is_said_with_the_files(
    place: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = tmp_path / "ticket.txt"
    ticket.write_text("Pole 7 carries a 12 kV conductor\n", encoding="utf-8")
    roots = ("--models", str(place.models), "--data-root", str(place.data))
    output = ("--output", str(tmp_path / "tagged.zip"))
    assert run_itner("tag", str(ticket), "--run", "lora", *output, *roots) == 0
    assert "run lora: 1 answer cut off or garbled, of which whole mentions were kept" in capsys.readouterr().err


def test_what_is_missing_or_another_one_says_so(place: Workspace, tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(place.models, models)
    run = RunStore(models).load("lora")
    record = models / "bases" / "tiny" / "model.safetensors"
    whole = record.read_bytes()
    record.write_bytes(whole[:-1] + b"\0")
    with pytest.raises(InputError, match="the adapters were trained on built/tiny with SHA-256"):
        open_variant(run, "best")
    shutil.rmtree(models / "bases")
    lack = lack_of(run)
    assert lack is not None
    assert lack.words == ("build-decoder", "tiny")
    shutil.rmtree(adapter_folder(run, "last"))
    lack = lack_of(run)
    assert lack is not None
    assert lack.words[0] == "train"
    again = kind_of(run).remake(run, "again").words
    assert again[:6] == ("train", "decoder_lora", "--data", DATASET, "--run", "again")
    assert kind_of(run).remake(run, "again").lost == ("window", "longest")


def test_bad_usage(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    roots = ("--models", str(place.models), "--data-root", str(place.data))
    for words, problem in (
        (("train", "decoder_lora", "--data", DATASET, "--transfer", "it"), "learns from a dataset"),
        (
            ("train", "decoder_lora", "--data", DATASET, "--backbone", "built/none", "--run", "x"),
            "itner build-decoder none",
        ),
        (
            ("train", "decoder_lora", "--data", DATASET, "--backbone", "no/such-decoder", "--run", "x"),
            "build a small one",
        ),
        (("build-decoder", "tiny"), "this decoder is built"),
        (("build-decoder", "../x"), "cannot name a run"),
    ):
        assert run_itner(*words, *roots) == 2
        assert problem in " ".join(capsys.readouterr().err.split()), words
    assert not (place.models / "x").exists()


def test_the_record_of_a_decoder(place: Workspace) -> None:
    from itner.records.base import BaseRecord

    text = (place.models / "bases" / "tiny" / "base.json").read_text(encoding="utf-8")
    record = from_json(BaseRecord, text)
    assert record.characters == {
        "ours": sum(len(f"Pole {n} stands beside the road, and the crossarm on it is of fir. ") * 3 for n in range(40))
    }
    assert record.config == TINY
    assert record.pieces % TINY.window == 0


def test_the_presets_for_the_hub() -> None:
    assert {name: config.base for name, config in PRESETS.items() if name.startswith("qwen3")} == {
        "qwen3_lora": "Qwen/Qwen3-0.6B",
        "qwen3_dora": "Qwen/Qwen3-0.6B",
    }
    assert PRESETS["qwen3_dora"].adapter.dora


def test_what_a_decoder_is_built_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from shipped import HERE

    found = reading.gather(HERE, 1_500_000)
    assert found.characters["helpdesk/tickets.txt"] > 100_000
    assert found.held_out < len(found.texts) / 50
    assert 1_500_000 <= found.size < 3_000_000
    assert found.packages["accelerate"].endswith(", Apache")
    joined = "\n".join(found.texts)
    from itner.data.markup import read_markup
    from itner.domains.it.scheme import SCHEME

    held = read_markup(HERE.corpus("helpdesk/tickets.txt"), SCHEME, "helpdesk")["test"].documents
    long = [document.text for document in held if len(document.text) > 60]
    assert not [text for text in long if text in joined]
    monkeypatch.setattr(reading, "list_domains", list)
    with pytest.raises(InputError, match="no text"):
        reading.gather(Workspace(tmp_path, tmp_path), 0)


@pytest.mark.thorough
def test_two_processes_train_one_run_together(place: Workspace, tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(place.models / "bases", models / "bases")
    # As `accelerate launch` starts several processes of one machine.
    made = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2", "--master_port", "0"),
            *("--rdzv_backend", "c10d", "--rdzv_endpoint", "localhost:0"),
            *("-m", "itner", "train", "decoder_lora", "--backbone", "built/tiny", "--epochs", "2", "--device", "cpu"),
            *("--data", DATASET, "--models", str(models), "--data-root", str(place.data)),
        ],
        capture_output=True, text=True, timeout=300, cwd=REPOSITORY,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr[-2000:]
    assert made.stdout.count("parameters trained") == 1
    run = RunStore(models).load("decoder_lora")
    assert isinstance(run.info, GenerativeRun)
    assert run.info.processes == 2
    assert not (run.path / INCOMPLETE).exists()
    assert lack_of(run) is None
    assert evaluate("decoder_lora", DATASET, Workspace(models, place.data), "dev", ("best",))
