"""Annotated files, read as `itner prepare` reads them."""

from __future__ import annotations

from pathlib import Path

from itner.core.labels import LabelScheme
from itner.data.annotations import Request
from itner.data.corpus import Split
from itner.data.formats import read_file
from itner.domains.it.scheme import SCHEME
from itner.records.dataset import ImportStats, Misaligned


def read(
    path: Path,
    split: str = "train",
    source: str = "x",
    misaligned: Misaligned = "error",
    tag_column: int | None = None,
    scheme: LabelScheme = SCHEME,
) -> Split:
    """A file in any format, for the IT-support domain; it need not hold a mention."""
    return read_file(Request(path, scheme, source, split, misaligned, tag_column))


def imported(split: Split) -> ImportStats:
    """How it was read."""
    assert split.imported is not None
    return split.imported
