"""One training of an encoder from a transfer set, to a complete run folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from peft import PeftModel
from transformers import PreTrainedModel, set_seed

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.progress import Progress
from itner.core.provenance import collect_provenance
from itner.core.types import Document
from itner.records.config import EncoderConfig
from itner.records.run import DatasetRef, EncoderRun
from itner.records.store import TOKENIZER, Run, training
from itner.records.transfer import TransferRecord
from itner.taggers.encoder.backbone import Backbone, find_backbone
from itner.taggers.encoder.model import (
    Logits,
    add_lora,
    build_model,
    keep_layers,
    load_apart,
    load_model,
    save_model,
    save_tokenizer,
)
from itner.taggers.encoder.tagger import EncoderTagger
from itner.taggers.encoder.torch_backend import TorchScorer
from itner.taggers.encoder.variants import facts_of
from itner.taggers.encoder.windows import Encoder
from itner.training.device import choose_device
from itner.training.encoder_record import describe_encoder
from itner.training.folder import check_same, complete
from itner.training.student import begun, describe_lesson, micro_f1, teach
from itner.training.transfer_set import TransferSet


def train_transferred(
    config: EncoderConfig,
    folder: Path,
    scheme: LabelScheme,
    dataset: DatasetRef,
    record: TransferRecord,
    windows: TransferSet,
    begin: Run | None,
    train: Sequence[Document],
    dev: Sequence[Document],
    resume: bool,
    progress: Progress,
) -> EncoderRun:
    """Train into `folder`, which is marked incomplete until everything is written.

    Args:
        begin: the run whose weights are begun with, None for the backbone's; `config.layers` says which layers are
            kept of either.
        train: what the ranges of INT8 are measured on.
        dev: scored after each epoch; nothing is chosen by it.
        resume: go on from the last checkpoint; the configuration must be the one it began with.
    """
    note = describe_lesson(record) | ({} if begin is None else {"begin": begin.info.model_sha256})
    if resume and begun(folder):
        check_same(folder, config, note)
    backbone = find_backbone(config.backbone)
    provenance = collect_provenance()
    device = choose_device(config.device)
    set_seed(config.seed)
    model = _begin_with(begin, config, scheme) if begin is not None else _begin(config, backbone, scheme)
    with training(folder, note):
        save_tokenizer(backbone, folder)
        encoder = Encoder.from_file(folder / TOKENIZER, config.max_length, guidelines=config.guidelines)
        network = Logits(model, config.casing)
        tagger = EncoderTagger(TorchScorer(network), encoder, scheme, batch_pieces=2048)
        taught = teach(network, config, folder, device, windows, lambda: micro_f1(tagger, dev), resume, progress)
        weights = save_model(model, backbone, folder)
        info = describe_encoder(
            config,
            folder,
            scheme,
            backbone,
            model,
            weights,
            domain=record.domain,
            dataset=dataset,
            best_epoch=float(config.epochs),
            best_dev_f1=taught.dev_f1,
            train_seconds=taught.seconds,
            provenance=provenance,
            teachers=record.teachers,
            transfer=record.facts,
            begin_sha256=begin.info.model_sha256 if begin is not None else None,
            arithmetic=taught.arithmetic,
        )
        complete(folder, info, config, train, progress)
    return info


def _begin(config: EncoderConfig, backbone: Backbone, scheme: LabelScheme) -> PreTrainedModel | PeftModel:
    model = build_model(config, backbone, scheme.labels)
    return add_lora(model, config) if config.lora is not None else model


def _begin_with(run: Run, config: EncoderConfig, scheme: LabelScheme) -> PreTrainedModel | PeftModel:
    info, theirs = facts_of(run)
    if info.labels != scheme.labels:
        raise InputError(
            f"{run.name} marks {', '.join(info.types)}, the transfer set {', '.join(scheme.types)}; "
            "its weights cannot be begun with",
            path=run.path,
        )
    if (theirs.backbone, theirs.casing, theirs.guidelines) != (config.backbone, config.casing, config.guidelines):
        raise InputError(f"{run.name} reads its input otherwise; its weights cannot be begun with", path=run.path)
    if config.lora is not None and theirs.lora != config.lora:
        raise InputError(f"{run.name} has other adapters than those asked for, or none", path=run.path)
    if config.lora is None:
        # What adapters were merged into is still frozen.
        model: PreTrainedModel | PeftModel = load_model(run).requires_grad_(True).train()
    else:
        model = load_apart(run).train()
    if theirs.layers == config.layers:
        return model
    if theirs.layers is not None or config.layers is None or isinstance(model, PeftModel):
        raise InputError(f"{run.name} has other layers than those asked for, and none to leave out", path=run.path)
    keep_layers(model, config.layers)
    return model
