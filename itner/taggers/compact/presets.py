"""The named configurations of compact taggers."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.validation import describe
from itner.domains.registry import own_preset
from itner.records.config import CompactConfig, TransferLesson

# What differs from the defaults of `CompactConfig`; what is learned from, everybody says for themselves.
PRESETS: dict[str, dict[str, Any]] = {
    "compact_s": {},
    "compact_m": {"width": 128, "hidden": 192, "dilations": (1, 1, 2, 1, 4, 1), "epochs": 8},
}


def preset(name: str, lesson: TransferLesson, **changes: Any) -> CompactConfig:
    """The named preset, to learn from a transfer set, with fields replaced; None means "as the preset has it"."""
    settings = _find(name)
    if settings is None:
        raise InputError(
            f"unknown preset {name!r}; the presets that learn from a transfer set are {', '.join(PRESETS)}"
        )
    given = {key: value for key, value in changes.items() if value is not None}
    try:
        return CompactConfig(preset=name, transfer=lesson, **(settings | given))
    except ValidationError as error:
        raise InputError(f"preset {name}: {describe(error)}") from error


def is_compact(name: str) -> bool:
    """Whether there is such a preset of compact taggers."""
    return _find(name) is not None


def _find(name: str) -> dict[str, Any] | None:
    """What a preset sets, also of one that a domain names and that is like one of these."""
    own = own_preset(name)
    if own is None or own.like not in PRESETS:
        return PRESETS.get(name)
    return PRESETS[own.like] | dict(own.changes)
