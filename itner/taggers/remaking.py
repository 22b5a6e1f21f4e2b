"""The command that makes a run again: options for settings that are not as usual, and what none brings back."""

from __future__ import annotations

from collections.abc import Container, Mapping

from itner.records.codec import list_settings


def changed(settings: object, usual: object | None, options: Mapping[str, str]) -> list[str]:
    """Options, by the field that they set, for what is not as usual; for all fields where nothing is usual (None)."""
    words = []
    for field, option in options.items():
        value = getattr(settings, field)
        if usual is None or value != getattr(usual, field):
            words += [option, str(value)]
    return words


def lost(settings: object, usual: object | None, reachable: Container[str]) -> tuple[str, ...]:
    """Settings, nested ones with a dot, that differ from the usual ones and are not among the reachable."""
    if usual is None:
        return ("preset",)
    mine, theirs = list_settings(settings), list_settings(usual)
    return tuple(key for key in {**mine, **theirs} if mine.get(key) != theirs.get(key) and key not in reachable)
