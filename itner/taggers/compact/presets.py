"""The named configurations of compact taggers."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.validation import describe
from itner.records.config import CompactConfig, TransferLesson

# What differs from the defaults of `CompactConfig`; what is learned from, everybody says for themselves.
PRESETS: dict[str, dict[str, Any]] = {
    "compact_s": {},
    "compact_m": {"width": 128, "hidden": 192, "dilations": (1, 1, 2, 1, 4, 1), "epochs": 6},
}


def preset(name: str, lesson: TransferLesson, **changes: Any) -> CompactConfig:
    """The named preset, to learn from a transfer set, with fields replaced; None means "as the preset has it"."""
    if name not in PRESETS:
        raise InputError(
            f"unknown preset {name!r}; the presets that learn from a transfer set are {', '.join(PRESETS)}"
        )
    given = {key: value for key, value in changes.items() if value is not None}
    try:
        return CompactConfig(preset=name, transfer=lesson, **(PRESETS[name] | given))
    except ValidationError as error:
        raise InputError(f"preset {name}: {describe(error)}") from error
