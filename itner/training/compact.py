"""One training of a compact tagger, from a transfer set to a complete run folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import set_seed

from itner.core.errors import InputError
from itner.core.labels import LabelScheme, decode_label_ids, document_tags
from itner.core.progress import Progress
from itner.core.provenance import collect_provenance, describe_machine
from itner.core.types import Document
from itner.records.config import CompactConfig
from itner.records.files import sha256_file, write_atomic
from itner.records.run import CompactRun, DatasetRef
from itner.records.store import (
    CHECKPOINTS,
    LOG,
    TOKENIZER,
    Run,
    read_config,
    read_training_note,
    training,
    write_config,
    write_run,
)
from itner.records.transfer import TransferRecord
from itner.taggers.compact.load import read_encoder
from itner.taggers.compact.model import CompactModel, project, share_rows
from itner.taggers.compact.weights import TorchScorer, save_model
from itner.taggers.encoder.model import load_model
from itner.taggers.encoder.tagger import EncoderTagger
from itner.training.device import choose_arithmetic, choose_device
from itner.training.student import Schedule, Student
from itner.training.transfer_set import TransferSet

_STATE = "state.safetensors"
_TOKENIZER_FILES = (TOKENIZER, "tokenizer_config.json")


def train_compact(
    config: CompactConfig,
    folder: Path,
    scheme: LabelScheme,
    dataset: DatasetRef,
    record: TransferRecord,
    windows: TransferSet,
    lender: Run,
    dev: Sequence[Document],
    resume: bool,
    progress: Progress,
) -> CompactRun:
    """Train into `folder`, which is marked incomplete until everything is written.

    Args:
        lender: the run whose tokenizer and embeddings are taken over: the transfer set's first teacher.
        dev: scored after each epoch; nothing is chosen by it.
        resume: go on from the last checkpoint; the configuration must be the one it began with.
    """
    note = {"transfer": record.name, "dataset_sha256": record.dataset_sha256, "teachers": dict(record.teachers)}
    checkpoint = folder / CHECKPOINTS / _STATE
    going_on = resume and checkpoint.is_file()
    if going_on and read_config(folder) != config:
        raise InputError(
            "the configuration differs from the one this training began with; "
            "pass the same options, or remove the folder and begin anew",
            path=folder,
        )
    if going_on and read_training_note(folder) != note:
        raise InputError("this training began with another transfer set; remove the folder and begin anew", path=folder)
    provenance = collect_provenance()
    device = choose_device(config.device)
    arithmetic = choose_arithmetic(device, describe_machine().isa)
    set_seed(config.seed)
    model = build_model(config, lender, windows, len(scheme.labels))
    with training(folder, note):
        write_config(folder, config)
        for name in _TOKENIZER_FILES:
            shutil.copyfile(lender.path / name, folder / name)
        tagger = EncoderTagger(TorchScorer(model), read_encoder(folder / TOKENIZER, config.guidelines), scheme)
        schedule = Schedule(
            config.epochs,
            config.batch_size,
            config.learning_rate,
            config.weight_decay,
            config.warmup_steps,
            config.temperature,
            config.soft_weight,
            config.seed,
        )
        student = Student(
            model,
            windows,
            schedule,
            arithmetic,
            device,
            checkpoint,
            lambda: micro_f1(tagger, dev),
            progress,
            folder.name,
        )
        if going_on:
            student.resume()
        student.learn()
        weights = save_model(model, folder)
        write_atomic(folder / LOG, json.dumps(student.history, indent=1) + "\n")
        parameters = sum(parameter.numel() for parameter in model.parameters())
        info = CompactRun(
            name=folder.name,
            domain=record.domain,
            scheme=scheme.name,
            labels=scheme.labels,
            preset=config.preset,
            dataset=dataset,
            transfer=record.facts,
            teachers=record.teachers,
            parameters_total=parameters,
            parameters_trainable=parameters,
            seed=config.seed,
            best_epoch=float(config.epochs),
            best_dev_f1=next(entry["eval_f1"] for entry in reversed(student.history) if "eval_f1" in entry),
            train_seconds=round(student.seconds, 1),
            weights_sha256=sha256_file(weights),
            arithmetic=arithmetic,
            provenance=provenance,
        )
        write_run(folder, info)
        shutil.rmtree(folder / CHECKPOINTS)
    return info


def build_model(config: CompactConfig, lender: Run, windows: TransferSet, labels: int) -> CompactModel:
    """A fresh network whose embeddings are the lender's in fewer dimensions, and for fewer pieces if so configured."""
    embeddings = load_model(lender).get_input_embeddings()
    if not isinstance(embeddings, torch.nn.Embedding):
        raise InputError(f"{lender.name} has no table of embeddings to lend")
    wide = embeddings.weight.detach()
    narrow = project(wide, config.width)
    parts = None
    if config.pieces is not None and config.pieces < len(narrow):
        names = _piece_names(lender.path / TOKENIZER)
        kept = choose_pieces(names, windows.count_pieces(len(names)), config.pieces)
        parts, narrow = share_rows(names, kept), narrow[torch.tensor(kept)]
    model = CompactModel(config, labels, len(narrow), parts)
    with torch.no_grad():
        model.embeddings.weight.copy_(narrow)
    return model


def choose_pieces(names: Sequence[str], counts: np.ndarray, number: int) -> list[int]:
    """The pieces that keep an embedding, ascending: special ones, single characters, and the most frequent others.

    InputError when the first two are more than `number` already.
    """
    # Without the single characters, a piece that is left out could not be spelled.
    needed = {
        piece
        for piece, name in enumerate(names)
        if len(name.removeprefix("##")) == 1 or _is_special(name, int(counts[piece]))
    }
    if len(needed) > number:
        raise InputError(f"{number} pieces are too few: {len(needed)} are special or single characters")
    kept = set(needed)
    for piece in np.argsort(-counts, kind="stable"):
        if len(kept) == number:
            break
        kept.add(int(piece))
    return sorted(kept)


def _is_special(name: str, count: int) -> bool:
    # Of the pieces in brackets, those that are held in reserve stand in no text, but for the marks of guidelines.
    return name.startswith("[") and name.endswith("]") and (count > 0 or not name.startswith("[unused"))


def _piece_names(path: Path) -> list[str]:
    found = Tokenizer.from_file(str(path)).get_vocab()
    return sorted(found, key=found.__getitem__)


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
