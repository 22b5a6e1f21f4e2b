"""One training of a compact tagger, from a transfer set to a complete run folder."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import set_seed

from itner.compress.calibrate import draw_sentences
from itner.compress.smooth import smooth_channels
from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.progress import Progress
from itner.core.provenance import collect_provenance
from itner.core.types import Document
from itner.records.config import CompactConfig
from itner.records.files import sha256_file
from itner.records.run import CompactRun, DatasetRef
from itner.records.store import TOKENIZER, Run, training
from itner.records.transfer import TransferRecord
from itner.taggers.compact.model import CompactModel, project, share_rows
from itner.taggers.compact.tagger import read_encoder
from itner.taggers.compact.weights import save_model
from itner.taggers.encoder.model import load_model
from itner.taggers.encoder.tagger import EncoderTagger, make_batches
from itner.taggers.encoder.torch_backend import TorchScorer
from itner.taggers.tokenizer_file import read_tokenizer
from itner.training.device import choose_device
from itner.training.folder import check_same, complete
from itner.training.student import begun, describe_lesson, micro_f1, teach
from itner.training.transfer_set import TransferSet

_TOKENIZER_FILES = (TOKENIZER, "tokenizer_config.json")


def train_compact(
    config: CompactConfig,
    folder: Path,
    scheme: LabelScheme,
    dataset: DatasetRef,
    record: TransferRecord,
    windows: TransferSet,
    lender: Run,
    train: Sequence[Document],
    dev: Sequence[Document],
    resume: bool,
    progress: Progress,
) -> CompactRun:
    """Train into `folder`, which is marked incomplete until everything is written.

    Args:
        lender: the run whose tokenizer and embeddings are taken over: the transfer set's first teacher.
        train: what the ranges of INT8 are measured on.
        dev: scored after each epoch; nothing is chosen by it.
        resume: go on from the last checkpoint; the configuration must be the one it began with.
    """
    note = describe_lesson(record)
    if resume and begun(folder):
        check_same(folder, config, note)
    provenance = collect_provenance()
    device = choose_device(config.device)
    set_seed(config.seed)
    model = build_model(config, lender, windows, len(scheme.labels))
    with training(folder, note):
        for name in _TOKENIZER_FILES:
            shutil.copyfile(lender.path / name, folder / name)
        encoder = read_encoder(folder / TOKENIZER, config.guidelines)
        tagger = EncoderTagger(TorchScorer(model), encoder, scheme)
        taught = teach(model, config, folder, device, windows, lambda: micro_f1(tagger, dev), resume, progress)
        smooth_channels(model, make_batches(encoder, draw_sentences(train)))
        weights = save_model(model, folder)
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
            best_dev_f1=taught.dev_f1,
            train_seconds=taught.seconds,
            weights_sha256=sha256_file(weights),
            tokenizer_sha256=sha256_file(folder / TOKENIZER),
            arithmetic=taught.arithmetic,
            provenance=provenance,
        )
        complete(folder, info, config, train, progress)
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
    found = read_tokenizer(path).get_vocab()
    return sorted(found, key=found.__getitem__)
