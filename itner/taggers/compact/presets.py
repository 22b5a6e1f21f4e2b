"""The named configurations of compact taggers."""

from __future__ import annotations

import dataclasses
from typing import Any

from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.validation import describe
from itner.records.config import CompactConfig

PRESETS: dict[str, CompactConfig] = {
    config.preset: config
    for config in (
        CompactConfig(preset="compact_s", transfer="it"),
        CompactConfig(preset="compact_m", transfer="it", width=128, hidden=256, dilations=(1, 1, 2, 1, 4, 1, 2, 1)),
    )
}


def preset(name: str, transfer: str, **changes: Any) -> CompactConfig:
    """The named preset, to learn from a transfer set, with fields replaced; None means "as the preset has it"."""
    if name not in PRESETS:
        raise InputError(
            f"unknown preset {name!r}; the presets that learn from a transfer set are {', '.join(PRESETS)}"
        )
    given = {key: value for key, value in changes.items() if value is not None}
    try:
        return dataclasses.replace(PRESETS[name], transfer=transfer, **given)
    except ValidationError as error:
        raise InputError(f"preset {name}: {describe(error)}") from error
