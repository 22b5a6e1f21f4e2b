"""One training with the Hugging Face Trainer, from documents to a complete run folder."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from torch import nn
from transformers import (
    AutoTokenizer,
    DataCollatorForTokenClassification,
    EvalPrediction,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_callback import EarlyStoppingCallback, PrinterCallback

from itner.core.labels import LabelScheme, decode_label_ids, document_tags
from itner.core.progress import Progress
from itner.core.provenance import collect_provenance, describe_machine
from itner.core.types import Document
from itner.records.config import Arithmetic, EncoderConfig
from itner.records.files import write_atomic
from itner.records.run import DatasetRef, EncoderRun
from itner.records.store import (
    CHECKPOINTS,
    LOG,
    TOKENIZER,
    training,
    write_config,
)
from itner.taggers.encoder.backbone import find_backbone
from itner.taggers.encoder.model import (
    CASING_EMBEDDINGS,
    add_lora,
    build_model,
    save_model,
    save_tokenizer,
)
from itner.taggers.encoder.windows import Encoder, Window
from itner.taggers.tokenizer_file import parse_tokenizer
from itner.training.averaging import AveragedTrainer, WeightAverage
from itner.training.checkpoints import best_of
from itner.training.clock import Clock
from itner.training.device import choose_arithmetic, choose_device, on_device
from itner.training.distill import DistillingTrainer, Lesson, SoftCollator, add_soft_labels
from itner.training.encoder_record import describe_encoder
from itner.training.folder import complete, last_checkpoint
from itner.training.report import Report

IGNORED = -100  # torch's cross entropy skips this label
CASING_LEARNING_RATE = 7e-4
_LAYER = re.compile(r"\.layers?\.(\d+)\.")


def encode_labelled(
    documents: Sequence[Document], encoder: Encoder, scheme: LabelScheme, casing: bool = False
) -> list[dict[str, Any]]:
    """Windows as Trainer features: `input_ids`, `attention_mask`, `labels` (IGNORED but at first pieces), `length`.

    With `casing`, how the pieces are capitalised stands in `token_type_ids`. Between sentences that share a window, an
    O is expected, so that no mention runs from one into the next when these features are scored.
    """
    windows = encoder.encode(documents)
    rows = _label_windows(documents, windows, scheme, casing)
    for row, window in zip(rows, windows, strict=True):
        for begins in window.positions[1:][np.diff(window.documents) != 0]:
            row["labels"][begins - 1] = 0
    return rows


def _label_windows(
    documents: Sequence[Document], windows: Iterable[Window], scheme: LabelScheme, casing: bool
) -> list[dict[str, Any]]:
    ids = {label: index for index, label in enumerate(scheme.labels)}
    tags = [[ids[tag] for tag in document_tags(document)[0]] for document in documents]
    starts = np.cumsum([0, *(len(labels) for labels in tags)])
    flat = np.fromiter(chain.from_iterable(tags), np.int64, starts[-1])
    rows = []
    for window in windows:
        labels = np.full(len(window.ids), IGNORED, dtype=np.int64)
        labels[window.positions] = flat[starts[window.documents] + window.tokens]
        rows.append(
            {
                "input_ids": window.ids.tolist(),
                "attention_mask": [1] * len(window.ids),
                "labels": labels.tolist(),
                **({"token_type_ids": window.casing.tolist()} if casing else {}),
                "length": len(window.ids),
            }
        )
    return rows


def encode_training(
    documents: Sequence[Document], indices: Sequence[int], encoder: Encoder, config: EncoderConfig
) -> list[Window]:
    """The windows of an epoch: every document that `indices` names once in its context, and its repetitions alone."""
    first = sorted(set(indices))
    repeated = list((Counter(indices) - Counter(first)).elements())
    alone = [replace(documents[index], group=None) for index in repeated]
    windows = []
    for chosen, part in (
        (first, [documents[index] for index in first]),
        (repeated, alone),
    ):
        numbers = np.array(chosen, dtype=np.int32)
        windows += [
            replace(window, documents=numbers[window.documents])
            for window in encoder.encode(part, random.Random(config.seed))
        ]
    return windows


def train_run(
    config: EncoderConfig,
    folder: Path,
    scheme: LabelScheme,
    domain: str,
    dataset: DatasetRef,
    train: Sequence[Document],
    train_indices: Sequence[int],
    dev: Sequence[Document],
    resume: bool,
    progress: Progress,
    lesson: Lesson | None = None,
) -> EncoderRun:
    """Train into `folder`, which is marked incomplete until everything is written.

    `train_indices` says which training documents are seen per epoch, and how often. With `resume`, training goes on
    from the last checkpoint; the configuration must be the one it began with. Early stopping and the
    choice of the best epoch go by entity micro-F1 on `dev`. With a `lesson`, the run learns from its teachers, too.
    """
    note = {
        "preset": config.preset,
        "dataset": dataset.name,
        "dataset_sha256": dataset.sha256,
        "teachers": dict(lesson.sha256) if lesson is not None else {},
    }
    last = last_checkpoint(folder, config, note) if resume else None
    backbone = find_backbone(config.backbone)
    # What trains is the code as it is now, whatever happens to the working tree in the meantime.
    provenance = collect_provenance()
    device = choose_device(config.device)
    arithmetic = choose_arithmetic(device, describe_machine().isa)
    set_seed(config.seed)
    tokenizer = AutoTokenizer.from_pretrained(backbone.folder)
    # One that could not be opened afterwards is refused before the training.
    pieces = parse_tokenizer(tokenizer.backend_tokenizer.to_str(), backbone.folder / TOKENIZER)
    encoder = Encoder(pieces, config.max_length, config.context, config.guidelines)
    base = build_model(config, backbone, scheme.labels)
    model = add_lora(base, config) if config.lora is not None else base
    with training(folder, note):
        write_config(folder, config)
        save_tokenizer(backbone, folder)
        train_windows = encode_training(train, train_indices, encoder, config)
        train_rows = _label_windows(train, train_windows, scheme, config.casing)
        if lesson is not None:
            add_soft_labels(train_rows, train_windows, lesson.probabilities)
        dev_rows = encode_labelled(dev, encoder, scheme, config.casing)
        trainer = (AveragedTrainer if lesson is None else DistillingTrainer)(
            model=model,
            args=_arguments(config, folder / CHECKPOINTS, device, arithmetic),
            optimizers=(build_optimizer(model, config), None),
            train_dataset=Dataset.from_list(train_rows),
            eval_dataset=Dataset.from_list(dev_rows),
            data_collator=(DataCollatorForTokenClassification if lesson is None else SoftCollator)(tokenizer),
            compute_metrics=_score,
            preprocess_logits_for_metrics=lambda logits, labels: logits.argmax(-1),
            callbacks=[
                EarlyStoppingCallback(config.early_stopping_patience),
                Report(progress, f"training {folder.name}", ("eval_f1", "F1")),
            ],
        )
        if isinstance(trainer, DistillingTrainer) and lesson is not None:
            trainer.lesson, trainer.smoothing = lesson, config.label_smoothing
        trainer.remove_callback(PrinterCallback)
        trainer.clock = clock = Clock(last)
        trainer.average = WeightAverage(model, config.ema_decay)
        trainer.add_callback(trainer.average)
        trainer.train(resume_from_checkpoint=str(last) if last is not None else None)
        trainer.average.load(best_of(trainer))
        trainer.average.apply()
        weights = save_model(model, backbone, folder)
        history = trainer.state.log_history
        write_atomic(folder / LOG, json.dumps(history, indent=1) + "\n")
        best = max((entry for entry in history if "eval_f1" in entry), key=lambda entry: float(entry["eval_f1"]))
        info = describe_encoder(
            config,
            folder,
            scheme,
            backbone,
            model,
            weights,
            domain=domain,
            dataset=dataset,
            best_epoch=float(best["epoch"]),
            best_dev_f1=float(best["eval_f1"]),
            train_seconds=round(clock.seconds(), 1),
            provenance=provenance,
            teachers=dict(lesson.sha256) if lesson is not None else {},
            arithmetic=arithmetic,
        )
        complete(folder, info, config, train, progress)
    return info


def build_optimizer(model: nn.Module, config: EncoderConfig) -> torch.optim.AdamW:
    """AdamW with layer-wise learning rates; biases and layer norms get no weight decay.

    The embeddings of the casing, a few vectors that begin alike and are seen with every piece, have a rate of their
    own.
    """
    trained = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    numbers = {name: int(match[1]) for name, _ in trained if (match := _LAYER.search(name))}
    layers = max(numbers.values(), default=-1) + 1
    groups: dict[tuple[int, bool], list[nn.Parameter]] = {}
    casing: list[nn.Parameter] = []
    for name, parameter in trained:
        below_top = 0
        if name in numbers:
            below_top = layers - 1 - numbers[name]
        elif config.casing and CASING_EMBEDDINGS in name:
            casing.append(parameter)
            continue
        elif ".embeddings." in name:
            below_top = layers
        groups.setdefault((below_top, parameter.ndim > 1), []).append(parameter)
    return torch.optim.AdamW(
        [
            {
                "params": parameters,
                "lr": config.learning_rate * config.layer_decay**below_top,
                "weight_decay": config.weight_decay if decayed else 0.0,
            }
            for (below_top, decayed), parameters in groups.items()
        ]
        + (
            [{"params": casing, "lr": max(CASING_LEARNING_RATE, config.learning_rate), "weight_decay": 0.0}]
            if casing
            else []
        ),
        lr=config.learning_rate,
        fused=True,
    )


def _arguments(config: EncoderConfig, output: Path, device: str, arithmetic: Arithmetic) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(output),
        num_train_epochs=config.epochs,
        per_device_train_batch_size=config.batch_size,
        per_device_eval_batch_size=64,
        learning_rate=config.learning_rate,
        lr_scheduler_type=config.scheduler,
        warmup_steps=config.warmup_ratio,
        weight_decay=config.weight_decay,
        label_smoothing_factor=config.label_smoothing,
        activation_checkpointing=config.gradient_checkpointing,
        tf32=device == "cuda" or None,
        **on_device(device, arithmetic),
        train_sampling_strategy="group_by_length",
        eval_strategy="epoch",
        save_strategy="epoch",
        metric_for_best_model="f1",
        greater_is_better=True,
        logging_steps=50,
        seed=config.seed,
        disable_tqdm=True,
        report_to="none",
        # Soft labels are no argument of the model; the collator takes away what is not.
        remove_unused_columns=config.distill is None,
        log_level="error",
    )


def _score(prediction: EvalPrediction) -> dict[str, float]:
    """Strict micro-F1 over windows, for choosing an epoch; the scores of record come from `itner.eval`."""
    true = pred = both = 0
    for predicted, labels in zip(np.asarray(prediction.predictions), np.asarray(prediction.label_ids), strict=True):
        read = labels != IGNORED
        found = set(zip(*decode_label_ids(predicted[read]), strict=True))
        gold = set(zip(*decode_label_ids(labels[read]), strict=True))
        true, pred, both = true + len(gold), pred + len(found), both + len(gold & found)
    return {
        "precision": both / pred if pred else 0.0,
        "recall": both / true if true else 0.0,
        "f1": 2 * both / (true + pred) if true + pred else 0.0,
    }
