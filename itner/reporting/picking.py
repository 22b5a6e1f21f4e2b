"""Which runs to look at, of many: by name, by what was done to make them, by date; and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import Literal

from itner.core.errors import InputError
from itner.records.store import Run
from itner.taggers.registry import family_of

Order = Literal["name", "family", "newest"]
ORDERS: dict[Order, str] = {"name": "by name", "family": "by family", "newest": "newest first"}


@dataclass(frozen=True)
class Picking:
    """What runs must have to be shown; nothing is asked where nothing is said.

    Attributes:
        named: patterns with commas between them, of which one has to fit. `*` stands for anything; a pattern without it
            fits every name that it is in.
        families: of which a run has one.
        since: the day, as YYYY-MM-DD, since when it was made.
        pinned: runs that come first, whatever else is asked.
    """

    named: str = ""
    families: tuple[str, ...] = ()
    since: str = ""
    order: Order = "name"
    pinned: tuple[str, ...] = ()


def pick_runs(runs: Sequence[Run], picking: Picking) -> list[Run]:
    """The runs that are asked for, pinned ones first; InputError for what is no date."""
    if picking.since:
        try:
            date.fromisoformat(picking.since)
        except ValueError:
            raise InputError(f"{picking.since!r} is no date; write it as 2026-01-31") from None
    pinned = [run for name in picking.pinned for run in runs if run.name == name]
    rest = [run for run in runs if run not in pinned and _fits(run, picking)]
    if picking.order == "family":
        met = list(dict.fromkeys(map(family_of, runs)))
        rest.sort(key=lambda run: met.index(family_of(run)))
    elif picking.order == "newest":
        rest.sort(key=lambda run: run.info.provenance.created, reverse=True)
    return [*pinned, *rest]


def _fits(run: Run, picking: Picking) -> bool:
    patterns = [pattern.strip().lower() for pattern in picking.named.split(",") if pattern.strip()]
    return (
        (not patterns or any(_like(run.name.lower(), pattern) for pattern in patterns))
        and (not picking.families or family_of(run) in picking.families)
        # Dates of records are ISO, which sort as text.
        and run.info.provenance.created[:10] >= picking.since
    )


def _like(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) if "*" in pattern else pattern in name
