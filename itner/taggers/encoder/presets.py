"""The named configurations."""

from __future__ import annotations

import dataclasses
from typing import Any

from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.validation import describe
from itner.domains.registry import list_presets, own_preset
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


_EVERY_OTHER = (0, 2, 4)
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
        _embedded("minilm_l3", "distilled architecture", layers=_EVERY_OTHER, learning_rate=1.5e-4),
        _embedded(
            "minilm_full_first",
            "full",
            learning_rate=1.5e-4,
            epochs=5,
            distill=DistillSettings(teachers=("minilm_full", "minilm_lora")),
        ),
        _embedded(
            "minilm_lora_first",
            "lora",
            learning_rate=5e-4,
            lora=LoraSettings(),
            epochs=6,
            distill=DistillSettings(teachers=("minilm_full_first", "minilm_lora")),
        ),
        _embedded(
            "minilm_l3_first",
            "distilled architecture",
            layers=_EVERY_OTHER,
            learning_rate=1.5e-4,
            epochs=8,
            distill=DistillSettings(teachers=("minilm_full_first", "minilm_lora")),
        ),
    )
}


# What learning from a transfer set asks of a preset that is for learning from annotation.
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


def _taught(preset: str, like: str, **changes: Any) -> EncoderConfig:
    return dataclasses.replace(PRESETS[like], preset=preset, **(_FROM_TRANSFER | {"batch_size": 128} | changes))


# These learn from a transfer set alone; which one, and whose weights are begun with, everybody says for themselves.
TAUGHT: dict[str, EncoderConfig] = {
    config.preset: config
    for config in (
        _taught("minilm_full_kd", "minilm_full", learning_rate=2e-4, epochs=3),
        _taught("minilm_lora_kd", "minilm_lora", learning_rate=5e-4, epochs=1),
        _taught("minilm_l3_kd", "minilm_l3", learning_rate=3e-4, epochs=4),
    )
}


def preset(name: str, **changes: Any) -> EncoderConfig:
    """The named preset with fields replaced; values of None mean "as the preset has it"."""
    if is_taught(name):
        raise InputError(f"{name} learns from a transfer set: itner train {name} --transfer NAME")
    base = _find(name, PRESETS)
    if base is None:
        known = (*PRESETS, *TAUGHT, *list_presets())
        raise InputError(f"unknown preset {name!r}; the presets are {', '.join(known)}")
    return _replaced(base, changes)


def is_taught(name: str) -> bool:
    """Whether the preset learns from a transfer set alone."""
    return _find(name, TAUGHT) is not None


def taught_preset(name: str, lesson: TransferLesson, **changes: Any) -> EncoderConfig:
    """The named preset's network, to learn from a transfer set, with fields replaced; None as for `preset`."""
    base = _find(name, TAUGHT) or dataclasses.replace(preset(name), **_FROM_TRANSFER)
    return _replaced(base, {"transfer": lesson} | changes)


def _find(name: str, presets: dict[str, EncoderConfig]) -> EncoderConfig | None:
    """A preset of these, or one that a domain names and that is like one of these."""
    own = own_preset(name)
    if own is None or own.like not in presets:
        return presets.get(name)
    return _replaced(presets[own.like], {"preset": name, **own.changes})


def _replaced(config: EncoderConfig, changes: dict[str, Any]) -> EncoderConfig:
    given = {key: value for key, value in changes.items() if value is not None}
    try:
        return dataclasses.replace(config, **given)
    except ValidationError as error:
        raise InputError(f"preset {config.preset}: {describe(error)}") from error


def distilling(**values: Any) -> DistillSettings:
    """`DistillSettings` from the command line; InputError for values out of range."""
    try:
        return DistillSettings(**values)
    except ValidationError as error:
        raise InputError(f"distillation: {describe(error)}") from error
