"""The named configurations of generative taggers."""

from __future__ import annotations

import dataclasses
from typing import Any

from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.validation import describe
from itner.records.config import AdapterSettings, GenerativeConfig
from itner.taggers.generative.base import BUILT

SMALL = f"{BUILT}small"
_QWEN = "Qwen/Qwen3-0.6B"
_LORA, _DORA = AdapterSettings(), AdapterSettings(dora=True)


def _qwen(preset: str, adapter: AdapterSettings) -> GenerativeConfig:
    return GenerativeConfig(
        preset, _QWEN, adapter, window=1024, batch_size=4, accumulate=4, gradient_checkpointing=True
    )


def _small(preset: str, adapter: AdapterSettings) -> GenerativeConfig:
    # What it was built with is little, so that the adapters have more to learn than those of a large one.
    wide = dataclasses.replace(adapter, r=32, alpha=64)
    return GenerativeConfig(preset, SMALL, wide, epochs=4, learning_rate=2e-3)


PRESETS: dict[str, GenerativeConfig] = {
    config.preset: config
    for config in (
        _qwen("qwen3_lora", _LORA),
        _qwen("qwen3_dora", _DORA),
        _small("decoder_lora", _LORA),
        _small("decoder_dora", _DORA),
    )
}


def is_generative(name: str) -> bool:
    """Whether the preset is one of these."""
    return name in PRESETS


def preset(name: str, **changes: Any) -> GenerativeConfig:
    """The named preset with fields replaced; values of None mean "as the preset has it"."""
    if name not in PRESETS:
        raise InputError(f"unknown preset {name!r}; the generative presets are {', '.join(PRESETS)}")
    given = {key: value for key, value in changes.items() if value is not None}
    try:
        return dataclasses.replace(PRESETS[name], **given)
    except ValidationError as error:
        raise InputError(f"preset {name}: {describe(error)}") from error
