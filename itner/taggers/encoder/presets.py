"""The named configurations."""

from __future__ import annotations

import dataclasses
from typing import Any

from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.validation import describe
from itner.records.config import EMBEDDED_BACKBONE, DistillSettings, EncoderConfig, Family, LoraSettings


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
    if name not in PRESETS:
        raise InputError(f"unknown preset {name!r}; the presets are {', '.join(PRESETS)}")
    given = {key: value for key, value in changes.items() if value is not None}
    try:
        return dataclasses.replace(PRESETS[name], **given)
    except ValidationError as error:
        raise InputError(f"preset {name}: {describe(error)}") from error


def distilling(**values: Any) -> DistillSettings:
    """`DistillSettings` from the command line; InputError for values out of range."""
    try:
        return DistillSettings(**values)
    except ValidationError as error:
        raise InputError(f"distillation: {describe(error)}") from error
