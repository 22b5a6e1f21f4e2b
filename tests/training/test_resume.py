"""Trainings that are killed where it hurts most."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tiny import Tiny

from itner.core.errors import InputError
from itner.core.progress import silent
from itner.domains.it.scheme import SCHEME
from itner.records.store import CHECKPOINTS, RunStore
from itner.taggers.encoder.model import load_model
from itner.training import trainer
from itner.training.clock import Clock


@pytest.fixture
def short(tiny: Tiny) -> Tiny:
    """The same backbone with fewer sentences: these tests are about files, not about F1."""
    return Tiny(tiny.backbone, tiny.documents[:24])


def stop_at(share: float):
    def progress(message: str, done: float) -> None:
        if message.startswith("training") and done >= share:
            raise KeyboardInterrupt

    return progress


def test_killed_after_the_last_epoch_only_the_saving_is_left(
    short: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = short.config("late", epochs=2, ema_decay=0.5, early_stopping_patience=5)

    def kill(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "save_model", kill)
        with pytest.raises(KeyboardInterrupt):
            short.train(tmp_path, config)
    assert RunStore(tmp_path).load_all()[1][0].incomplete
    steps: list[str] = []
    run = short.train(tmp_path, config, resume=True, progress=lambda message, share: steps.append(message))
    assert [step for step in steps if step.startswith("training")] == []  # no step is trained again
    assert [entry["epoch"] for entry in run.log if "eval_f1" in entry] == [1.0, 2.0]
    assert not (run.path / CHECKPOINTS).exists()
    load_model(run)


def test_killed_before_the_first_checkpoint_it_begins_anew(short: Tiny, tmp_path: Path) -> None:
    config = short.config("early", epochs=2)
    with pytest.raises(KeyboardInterrupt):
        short.train(tmp_path, config, progress=stop_at(0.0))
    # Nothing was learned yet, so other options are fine.
    run = short.train(tmp_path, replace(config, epochs=1), resume=True)
    assert run.config.epochs == 1
    assert RunStore(tmp_path).load_all()[1] == []


def test_a_resumed_adapter_is_still_an_adapter(short: Tiny, tmp_path: Path) -> None:
    from itner.records.config import LoraSettings

    config = short.config("lora", family="lora", lora=LoraSettings(r=2, alpha=4), epochs=2, early_stopping_patience=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Clock, "seconds", lambda clock: 1000.0)
        with pytest.raises(KeyboardInterrupt):
            short.train(tmp_path, config, progress=stop_at(0.7))
    run = short.train(tmp_path, config, resume=True)
    assert run.weights_path is not None
    assert run.weights_path.name == "adapter_model.safetensors"
    assert run.info.train_seconds > 1000  # those before it was killed count, too
    assert not [name for name, _ in load_model(run).named_parameters() if "lora" in name]


def test_training_goes_on_with_the_data_it_began_with(short: Tiny, tmp_path: Path) -> None:
    # The configuration is compared; data that differ would mix two corpora under the name and hash of one.
    config = short.config("mixed", epochs=2, early_stopping_patience=5)
    with pytest.raises(KeyboardInterrupt):
        short.train(tmp_path, config, progress=stop_at(0.7))
    other = replace(short.ref(), name="other", sha256="f" * 64)
    with pytest.raises(InputError, match="began with other data or teachers"):
        trainer.train_run(
            config,
            tmp_path / "mixed",
            SCHEME,
            "it",
            other,
            short.documents,
            range(24),
            short.documents[:8],
            True,
            silent,
        )


def test_an_incomplete_folder_names_what_was_being_trained(short: Tiny, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        short.train(tmp_path, short.config("noted"), progress=stop_at(0.0))
    note = json.loads((tmp_path / "noted" / "incomplete.json").read_text(encoding="utf-8"))
    assert note == {"preset": "noted", "dataset": "tiny", "dataset_sha256": "0" * 64, "teachers": {}}


def test_bad_settings_leave_no_unfinished_training_behind(short: Tiny, tmp_path: Path) -> None:
    # The backbone has two layers. After the error, the same command with good settings should just work.
    with pytest.raises(InputError, match="layer 5 does not exist"):
        short.train(tmp_path, short.config("cut", family="distilled architecture", layers=(0, 5)))
    assert RunStore(tmp_path).load_all() == ([], [])
