"""Checkpoints of the Hugging Face Trainer that are whole or not there.

One is filled under another name and appears by a rename, with the hashes of its files; so whatever stops a training,
the newest that can be read is gone on from, and what cannot is passed over.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch import nn
from transformers import PreTrainedModel, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR

from itner.records.files import check_space, sha256_file, write_atomic
from itner.training.clock import Clock
from itner.training.processes import is_first, meet

_LOG = logging.getLogger("itner.training")
_NAME = re.compile(rf"{PREFIX_CHECKPOINT_DIR}-(\d+)")
# Files of a checkpoint with their hashes, written last.
_WHOLE = "whole.json"
_FILLING, _OLD = ".filling", ".old-"
_STATE = "trainer_state.json"
# Weights, their average, and two moments of the optimizer, in single precision.
_BYTES_A_PARAMETER, _BYTES_A_FIXED_PARAMETER = 16, 4
_BESIDE = 16 * 2**20


def newest_whole(checkpoints: Path) -> Path | None:
    """The newest checkpoint that is as it was written, and with it the best one of its training; None without one.

    Those that are not are passed over, which is said.
    """
    for path in sorted(_list(checkpoints), key=_step_of, reverse=True):
        if reason := _why_damaged(path):
            _LOG.warning("%s is passed over: %s", path.name, reason)
            continue
        return path
    return None


def _why_damaged(path: Path) -> str:
    """What is wrong with a checkpoint, or with the best one, which its training needs in the end; empty for nothing."""
    if reason := _check_files(path):
        return reason
    best = json.loads((path / _STATE).read_text(encoding="utf-8")).get("best_global_step")
    beside = path.with_name(f"{PREFIX_CHECKPOINT_DIR}-{best}")
    if best and beside != path and (reason := _check_files(beside)):
        return f"{beside.name}, the best one, {reason}"
    return ""


def _check_files(path: Path) -> str:
    try:
        known = json.loads((path / _WHOLE).read_text(encoding="utf-8"))
        changed = [name for name, digest in known.items() if sha256_file(path / name) != digest]
    except (OSError, ValueError, AttributeError, TypeError):
        return "is not whole"
    return f"is damaged ({', '.join(changed)})" if changed or _STATE not in known else ""


def best_of(trainer: Trainer) -> Path:
    """The checkpoint of the epoch with the best score."""
    if not trainer.state.best_global_step:
        raise RuntimeError("the Trainer kept no best checkpoint")
    return _folder_of(trainer.args) / f"{PREFIX_CHECKPOINT_DIR}-{trainer.state.best_global_step}"


class SafeTrainer(Trainer):
    """A Trainer whose checkpoints appear whole, of which the newest and the best are kept.

    Attributes:
        clock: kept with each checkpoint; None where nobody asks for the time.
    """

    clock: Clock | None = None
    _filling = False

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # The folder may have been moved since the checkpoint was written that is gone on from.
        self.add_callback(_Moved())
        if is_first():
            _sweep(_folder_of(self.args))

    def write_beside(self, folder: Path) -> None:
        """Put into a checkpoint what else is to be gone on with; nothing here."""

    def _get_output_dir(self, trial: Any) -> str:
        folder: str = super()._get_output_dir(trial)
        return str(Path(folder) / _FILLING) if self._filling else folder

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        folder = _folder_of(self.args)
        name = f"{PREFIX_CHECKPOINT_DIR}-{self.state.global_step}"
        filled = folder / _FILLING / name
        if is_first():
            folder.mkdir(parents=True, exist_ok=True)
            check_space(folder, _size_of(model), "a checkpoint; the call goes on with --resume")
        self._filling = True
        try:
            super()._save_checkpoint(model, trial)
            meet(self.args.device.type)
            if is_first():
                self._finish(filled, folder / name)
            meet(self.args.device.type)
        finally:
            self._filling = False
            if is_first():
                shutil.rmtree(folder / _FILLING, ignore_errors=True)

    def _finish(self, filled: Path, target: Path) -> None:
        self.write_beside(filled)
        if self.clock is not None:
            self.clock.write(filled)
        best = self.state.best_global_step
        # What the Trainer notes is where it was filled.
        self.state.best_model_checkpoint = str(best_of(self)) if best else None
        self.state.save_to_json(str(filled / _STATE))
        files = sorted(path for path in filled.rglob("*") if path.is_file())
        hashes = {path.relative_to(filled).as_posix(): sha256_file(path) for path in files}
        write_atomic(filled / _WHOLE, json.dumps(hashes, indent=1) + "\n")
        _remove(target)
        os.replace(filled, target)
        for other in _list(target.parent):
            if other != target and (not best or _step_of(other) != best):
                _remove(other)


class _Moved(TrainerCallback):
    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        if state.best_global_step:
            state.best_model_checkpoint = str(_folder_of(args) / f"{PREFIX_CHECKPOINT_DIR}-{state.best_global_step}")


def _folder_of(args: TrainingArguments) -> Path:
    return Path(args.output_dir or "")


def _sweep(checkpoints: Path) -> None:
    """Remove what a training that was killed left behind; for the one that may write there."""
    for path in checkpoints.glob(f"{_OLD}*"):
        shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(checkpoints / _FILLING, ignore_errors=True)


def _remove(checkpoint: Path) -> None:
    """First its name, so that nobody takes what is left of it for a checkpoint."""
    if checkpoint.exists():
        hidden = checkpoint.with_name(f"{_OLD}{checkpoint.name}")
        shutil.rmtree(hidden, ignore_errors=True)
        checkpoint.rename(hidden)
        shutil.rmtree(hidden, ignore_errors=True)


def _list(checkpoints: Path) -> Iterator[Path]:
    if checkpoints.is_dir():
        yield from [path for path in checkpoints.iterdir() if _NAME.fullmatch(path.name) and path.is_dir()]


def _step_of(checkpoint: Path) -> int:
    match = _NAME.fullmatch(checkpoint.name)
    return int(match[1]) if match else -1


def _size_of(model: nn.Module) -> int:
    trained = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    fixed = sum(parameter.numel() for parameter in model.parameters() if not parameter.requires_grad)
    # Adapters are saved without what they adapt.
    whole = fixed * _BYTES_A_FIXED_PARAMETER if isinstance(model, PreTrainedModel) else 0
    return trained * _BYTES_A_PARAMETER + whole + _BESIDE
