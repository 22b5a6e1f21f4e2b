"""The named configurations."""

from __future__ import annotations

import dataclasses
from typing import Any

from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.validation import describe
from itner.records.config import (
    EMBEDDED_BACKBONE,
    DistillSettings,
    EncoderConfig,
    Family,
    LoraSettings,
    TransferLesson,
)


def _hub(preset: str, family: Family, backbone: str, **changes: Any) -> EncoderConfig:
    return EncoderConfig(preset=preset, family=family, backbone=backbone, gradient_checkpointing=True, **changes)


def _embedded(preset: str, family: Family, **changes: Any) -> EncoderConfig:
    # Its pieces are lower case.
    return EncoderConfig(
        preset=preset,
        family=family,
        backbone=EMBEDDED_BACKBONE,
        casing=True,
        mark_guidelines=True,
        early_stopping_patience=2,
        **changes,
    )


# A window of several sentences is a batch of them, so batches are half as large.
_IN_CONTEXT: dict[str, Any] = {"context": True, "batch_size": 8, "ema_decay": 0.998}


PRESETS: dict[str, EncoderConfig] = {
    config.preset: config
    for config in (
        _hub("bert_full", "full", "bert-base-cased"),
        _hub("bert_lora", "lora", "bert-base-cased", learning_rate=1e-4, lora=LoraSettings()),
        _hub("distil_full", "distilled architecture", "distilbert-base-cased"),
        _embedded("minilm_full", "full", learning_rate=1.5e-4, layer_decay=0.7, **_IN_CONTEXT),
        _embedded("minilm_lora", "lora", learning_rate=5e-4, lora=LoraSettings(), **_IN_CONTEXT),
        _embedded(
            "minilm_full_kd",
            "full",
            learning_rate=1.5e-4,
            epochs=5,
            distill=DistillSettings(teachers=("minilm_full", "minilm_lora")),
        ),
        _embedded(
            "minilm_lora_kd",
            "lora",
            learning_rate=5e-4,
            lora=LoraSettings(),
            epochs=6,
            distill=DistillSettings(teachers=("minilm_full_kd", "minilm_lora")),
        ),
        _embedded("minilm_l3", "distilled architecture", layers=(0, 2, 4), learning_rate=1.5e-4),
        _embedded(
            "minilm_l3_kd",
            "distilled architecture",
            layers=(0, 2, 4),
            learning_rate=1.5e-4,
            epochs=8,
            distill=DistillSettings(teachers=("minilm_full_kd", "minilm_lora")),
        ),
    )
}


def preset(name: str, **changes: Any) -> EncoderConfig:
    """The named preset with fields replaced; values of None mean "as the preset has it"."""
    return _replaced(name, {key: value for key, value in changes.items() if value is not None})


def _replaced(name: str, changes: dict[str, Any]) -> EncoderConfig:
    if name not in PRESETS:
        raise InputError(f"unknown preset {name!r}; the presets are {', '.join(PRESETS)}")
    try:
        return dataclasses.replace(PRESETS[name], **changes)
    except ValidationError as error:
        raise InputError(f"preset {name}: {describe(error)}") from error


# Of a preset that learns from a transfer set; the rest is for learning from annotation.
_FROM_TRANSFER: dict[str, Any] = {
    "distill": None,
    "context": False,
    "oversample": False,
    "early_stopping_patience": 1,
    "label_smoothing": 0.0,
    "layer_decay": 1.0,
    "ema_decay": 0.0,
    "batch_size": 256,
    "learning_rate": 3e-4,
    "epochs": 6,
}


def taught_preset(name: str, lesson: TransferLesson, **changes: Any) -> EncoderConfig:
    """The named preset's network, to learn from a transfer set, with fields replaced."""
    given = {key: value for key, value in changes.items() if value is not None}
    return _replaced(name, _FROM_TRANSFER | {"transfer": lesson} | given)


def distilling(**values: Any) -> DistillSettings:
    """`DistillSettings` from the command line; InputError for values out of range."""
    try:
        return DistillSettings(**values)
    except ValidationError as error:
        raise InputError(f"distillation: {describe(error)}") from error
