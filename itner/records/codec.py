"""The one JSON codec: any record to JSON and back without loss, older schemas upgraded on the way."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from itner.records.upgrades import upgrade

T = TypeVar("T")


def to_json(value: object, indent: int | None = 2) -> str:
    """Any record as JSON."""
    kind: Any = type(value)
    return _adapter(kind).dump_json(value, indent=indent).decode() + "\n"


def from_json(kind: Any, text: str | bytes) -> Any:
    """A record of a kind (a dataclass, or a union of some) from JSON.

    What an earlier version wrote is upgraded first. pydantic's ValidationError names what does not fit.
    """
    adapter = _adapter(kind)
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        upgraded = _upgrade(kind, text)
        if upgraded is None:
            raise
        try:
            return adapter.validate_json(json.dumps(upgraded))
        except ValidationError as still:
            raise still from error


def is_current(kind: Any, text: str | bytes) -> bool:
    """Whether the text is a valid record as it stands, without an upgrade."""
    try:
        _adapter(kind).validate_json(text)
    except ValidationError:
        return False
    return True


def _upgrade(kind: Any, text: str | bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return upgrade(kind, data) if isinstance(data, dict) else None


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def list_settings(record: object) -> dict[str, str]:
    """Every field of a record as text, nested ones with a dot."""
    return _flatten(json.loads(to_json(record)))


def _flatten(value: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        return {key: text for name, part in value.items() for key, text in _flatten(part, f"{prefix}{name}.").items()}
    return {prefix.removesuffix("."): ", ".join(map(str, value)) if isinstance(value, list) else str(value)}
