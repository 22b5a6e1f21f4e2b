"""The data engine's records: how a folder of texts came about."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, NonNegative, Positive


@dataclass(frozen=True, config=STRICT)
class HarvestSettings:
    """Which texts are kept; lengths are in characters.

    Attributes:
        text_key: of a JSON record, a dotted path.
        shortest: what a text has at least, also without its boilerplate.
        longest: what it has at most.
        languages: ISO 639-1; empty: all, and those that nobody found out.
        least_sure: less probable than this, a text's language counts as not found out.
        boilerplate: a line of so many texts is removed; 0: none is.
        limit: so many texts are kept at most; None: all.
    """

    text_key: str = "text"
    shortest: Positive = 20
    longest: Annotated[int, Field(ge=1, le=1_000_000)] = 4000
    languages: tuple[str, ...] = ()
    least_sure: Annotated[float, Field(ge=0, le=1)] = 0.5
    boilerplate: NonNegative = 20
    limit: Positive | None = None


@dataclass(frozen=True, config=STRICT)
class HarvestReport:
    """`report.json` of a folder of texts that was harvested.

    `read` counts texts, and lines and pages that no text came of: it is `kept` and all of `left_out`, by reason.
    `files_left_out` counts files of which nothing or only the beginning was read, by reason. `unread` counts what is
    broken among both. `lines_removed` are lines of boilerplate, also those of texts that were left out then.
    `languages` (`unknown`: not found out) and `sources` (by number and name) count what was kept.
    """

    read: NonNegative
    kept: NonNegative
    left_out: dict[str, int]
    files_left_out: dict[str, int]
    unread: NonNegative
    lines_removed: NonNegative
    languages: dict[str, int]
    sources: dict[str, int]
    settings: HarvestSettings
    provenance: Provenance
    schema_version: Literal[1] = 1
