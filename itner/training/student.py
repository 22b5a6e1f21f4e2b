"""Learning from a transfer set: what the teachers say of every piece, for any network that scores pieces.

Soft labels after Hinton, Vinyals and Dean 2015. The teachers have spoken before, so an epoch asks nobody.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import nn
from torch.nn import functional

from itner.core.errors import InputError
from itner.core.labels import decode_label_ids, document_tags
from itner.core.progress import Progress
from itner.core.provenance import describe_machine
from itner.core.types import Document
from itner.records.codec import to_json
from itner.records.config import Arithmetic, CompactConfig, EncoderConfig
from itner.records.files import replacing, write_atomic
from itner.records.store import CHECKPOINTS, LOG, write_config
from itner.records.transfer import TransferRecord
from itner.taggers.encoder.tagger import EncoderTagger
from itner.training.device import choose_arithmetic
from itner.training.transfer_set import Batch, TransferSet

# Batches are cut from the windows in order of their length, to which up to this many pieces are added by chance: so
# that an epoch's batches are not the next one's.
_JITTER = 3.0
_SECONDS_BETWEEN_CHECKPOINTS = 120.0
_LOGGED_EVERY = 50
_LARGEST_GRADIENT = 1.0
_STATE = "state.safetensors"


@dataclass(frozen=True)
class Taught:
    """What a training from a transfer set came to.

    Attributes:
        dev_f1: micro-F1 on dev after the last step.
        seconds: spent in training, over all sessions.
    """

    dev_f1: float
    seconds: float
    arithmetic: Arithmetic


def teach(
    model: nn.Module,
    config: EncoderConfig | CompactConfig,
    folder: Path,
    device: str,
    windows: TransferSet,
    score: Callable[[], float],
    resume: bool,
    progress: Progress,
) -> Taught:
    """Train a network from a transfer set, into a run folder that `training` has marked; writes configuration and log.

    Args:
        model: logits [batch, length, labels] of ids, mask and casing.
        device: `cuda` or `cpu`, which is here.
        score: micro-F1 on dev of the model as it is; nothing is chosen by it.
        resume: go on from the last checkpoint.
    """
    arithmetic = choose_arithmetic(device, describe_machine().isa)
    checkpoint = folder / CHECKPOINTS / _STATE
    student = Student(model, windows, config, arithmetic, device, checkpoint, score, progress, folder.name)
    if resume:
        student.resume()
    write_config(folder, config)
    student.learn()
    write_atomic(folder / LOG, json.dumps(student.history, indent=1) + "\n")
    dev_f1 = next(entry["eval_f1"] for entry in reversed(student.history) if "eval_f1" in entry)
    return Taught(dev_f1, round(student.seconds, 1), arithmetic)


def begun(folder: Path) -> bool:
    """Whether a training that was stopped in a folder can be gone on with."""
    return (folder / CHECKPOINTS / _STATE).is_file()


def describe_lesson(record: TransferRecord) -> dict[str, Any]:
    """What an unfinished run's folder says of the transfer set that it learns from: all but when it was made."""
    said: dict[str, Any] = json.loads(to_json(record))
    for name in ("name", "provenance", "operations", "schema_version"):
        del said[name]
    return {"transfer": record.name} | said


def micro_f1(tagger: EncoderTagger, documents: Sequence[Document]) -> float:
    """Strict micro-F1, to watch a training by; the scores of record come from `itner evaluate`."""
    numbers = {label: index for index, label in enumerate(tagger.scheme.labels)}
    logits, offsets = tagger.token_logits(documents)
    gold = np.zeros(len(logits), np.int64)
    for document, start in zip(documents, offsets, strict=False):
        tags, _ = document_tags(document)
        gold[start : start + len(tags)] = [numbers[tag] for tag in tags]
    wanted = set(zip(*(array.tolist() for array in decode_label_ids(gold)), strict=True))
    found = set(zip(*(array.tolist() for array in decode_label_ids(logits.argmax(axis=1))), strict=True))
    return 2 * len(wanted & found) / (len(wanted) + len(found)) if wanted or found else 0.0


class Student:
    """A network on its way through a transfer set.

    Args:
        model: logits [batch, length, labels] of ids, mask and casing.
        checkpoint: the file that a stopped training goes on from.
        score: micro-F1 on dev, of the model as it is, in eval mode.
        progress: hears the share of steps done.
    """

    def __init__(
        self,
        model: nn.Module,
        windows: TransferSet,
        config: EncoderConfig | CompactConfig,
        arithmetic: Arithmetic,
        device: str,
        checkpoint: Path,
        score: Callable[[], float],
        progress: Progress,
        name: str,
    ):
        if config.transfer is None:
            raise ValueError("the configuration names no transfer set")
        self._model = model.to(device)
        self._windows = windows
        self._config, self._lesson = config, config.transfer
        self._type = {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}[arithmetic]
        self._device = device
        self._checkpoint = checkpoint
        self._score = score
        self._progress = progress
        self._name = name
        self._scaler = torch.amp.GradScaler(device, enabled=arithmetic == "fp16")
        # Norms and biases, which are vectors, get no weight decay.
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in trained if p.ndim > 1], "weight_decay": config.weight_decay},
                {"params": [p for p in trained if p.ndim < 2], "weight_decay": 0.0},
            ],
            lr=config.learning_rate,
            fused=True,
        )
        self._steps_an_epoch = -(-len(windows) // config.batch_size)
        self._step = 0
        self._seconds = 0.0
        self.history: list[dict[str, float]] = []

    @property
    def seconds(self) -> float:
        """Time spent in training, over all sessions."""
        return self._seconds

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one."""
        if not self._checkpoint.is_file():
            return False
        try:
            self._restore()
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            kind = type(error).__name__
            raise InputError(
                f"this checkpoint cannot be gone on from ({kind}); remove the folder and begin anew",
                path=self._checkpoint,
            ) from None
        return True

    def learn(self) -> None:
        """All epochs, or what is left of them; the dev score of each epoch stands in the history."""
        started = saved = time.monotonic()
        before = self._seconds
        total = self._steps_an_epoch * self._config.epochs
        losses: list[torch.Tensor] = []
        while self._step < total:
            for batch in self._rest_of_epoch():
                self._model.train()
                losses.append(self._learn_batch(batch, total))
                self._step += 1
                self._progress(self._message(), self._step / total)
                if self._step % _LOGGED_EVERY == 0:
                    self._log(loss=float(torch.stack(losses).mean()), learning_rate=self._rate(total))
                    losses = []
                if self._step % self._steps_an_epoch == 0:
                    self._model.eval()
                    self._log(eval_f1=self._score())
                now = time.monotonic()
                self._seconds = before + now - started
                if now - saved > _SECONDS_BETWEEN_CHECKPOINTS or self._step == total:
                    self._save()
                    saved = now
        self._model.eval()

    def _message(self) -> str:
        score = next((entry["eval_f1"] for entry in reversed(self.history) if "eval_f1" in entry), None)
        return f"training {self._name}" + (f" (dev F1 {score:.4f})" if score is not None else "")

    def _log(self, **values: float) -> None:
        self.history.append({"epoch": self._step / self._steps_an_epoch, "step": self._step, **values})

    def _rate(self, total: int) -> float:
        warmup = min(1.0, (self._step + 1) / max(self._lesson.warmup_steps, 1))
        return self._config.learning_rate * warmup * (0.5 + 0.5 * math.cos(math.pi * self._step / total))

    def _rest_of_epoch(self) -> Iterator[Batch]:
        """The batches of the current epoch that were not seen yet, each of windows of like length."""
        epoch, done = divmod(self._step, self._steps_an_epoch)
        drawn = np.random.default_rng((self._config.seed, epoch))
        order = np.argsort(self._windows.lengths() + drawn.random(len(self._windows)) * _JITTER, kind="stable")
        size = self._config.batch_size
        for number in drawn.permutation(self._steps_an_epoch)[done:]:
            yield self._windows.batch(order[number * size : (number + 1) * size])

    def _learn_batch(self, batch: Batch, total: int) -> torch.Tensor:
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate(total)
        ids, mask, casing, taught, gold = (
            torch.from_numpy(array).to(self._device)
            for array in (batch.ids, batch.mask, batch.casing, batch.logits, batch.gold)
        )
        with torch.autocast(self._device, self._type, enabled=self._type is not None):
            logits = self._model(ids, mask, casing)
        loss = self._loss(logits.float(), mask.bool(), taught, gold)
        self._optimizer.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        self._scaler.unscale_(self._optimizer)
        nn.utils.clip_grad_norm_(self._model.parameters(), _LARGEST_GRADIENT)
        self._scaler.step(self._optimizer)
        self._scaler.update()
        return loss.detach()

    def _loss(self, logits: torch.Tensor, read: torch.Tensor, taught: torch.Tensor, gold: torch.Tensor) -> torch.Tensor:
        temperature, share = self._lesson.temperature, self._lesson.soft_weight
        learned = functional.log_softmax(logits[read] / temperature, dim=-1)
        soft = functional.softmax(taught[read].float() / temperature, dim=-1)
        # The square keeps the gradient's size independent of the temperature.
        loss = share * functional.kl_div(learned, soft, reduction="batchmean") * temperature**2
        known = gold >= 0
        if share < 1 and bool(known.any()):
            loss = loss + (1 - share) * functional.cross_entropy(logits[known], gold[known].long())
        return loss

    def _save(self) -> None:
        tensors = {f"model.{name}": tensor for name, tensor in self._model.state_dict().items()}
        for index, state in self._optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": tensor for name, tensor in state.items()}
        tensors["random"] = torch.get_rng_state()
        if self._device == "cuda":
            tensors["random_gpu"] = torch.cuda.get_rng_state()
        notes = {
            "step": str(self._step),
            "seconds": repr(self._seconds),
            "scale": repr(self._scaler.get_scale()),
            "history": json.dumps(self.history),
        }
        self._checkpoint.parent.mkdir(parents=True, exist_ok=True)
        with replacing(self._checkpoint) as file:
            file.write(save({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, notes))

    def _restore(self) -> None:
        with safe_open(self._checkpoint, framework="pt") as stored:
            notes: dict[str, str] = stored.metadata()
            tensors: dict[str, torch.Tensor] = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        model = {name.removeprefix("model."): t for name, t in tensors.items() if name.startswith("model.")}
        self._model.load_state_dict(model)
        states: dict[int, dict[str, Any]] = {}
        for name, tensor in tensors.items():
            if name.startswith("optimizer."):
                _, index, key = name.split(".", 2)
                states.setdefault(int(index), {})[key] = tensor
        self._optimizer.load_state_dict(self._optimizer.state_dict() | {"state": states})
        torch.set_rng_state(tensors["random"])
        if self._device == "cuda":
            torch.cuda.set_rng_state(tensors["random_gpu"])
        self._step, self._seconds = int(notes["step"]), float(notes["seconds"])
        self.history = json.loads(notes["history"])
        if self._scaler.is_enabled():
            self._scaler.update(float(notes["scale"]))
