"""What the columns of a source are, and which holds the text where nobody says."""

from __future__ import annotations

import csv
import io
import json
from itertools import islice
from typing import Any

import pyarrow.parquet as pq

from itner.bulk.blocks import find_delimiter, unpack
from itner.bulk.sources import open_source
from itner.core.errors import InputError
from itner.files.columns import rank_columns
from itner.records.bulk import Source

_LOOKED_AT = 200
_LONGEST_LINE = 2**20


def choose_text_column(source: Source, encoding: str, delimiter: str | None) -> str:
    """The column of the first records that looks most like running text; InputError where none does."""
    columns = _peek(source, encoding, delimiter)
    names = list(columns)
    cells = {place: [cell for cell in columns[name] if cell.strip()] for place, name in enumerate(names)}
    ranked = rank_columns(names, cells, max(map(len, columns.values()), default=0))
    if not ranked:
        there = f"; there are {', '.join(names)[:500]}" if names else ""
        raise InputError(f"no column looks like text; name it with --text-column{there}", path=source.address)
    return names[ranked[0][1]]


def _peek(source: Source, encoding: str, delimiter: str | None) -> dict[str, list[str]]:
    with open_source(source) as file:
        if source.form == "parquet":
            batches = pq.ParquetFile(file).iter_batches(_LOOKED_AT)
            table = next(batches, None)
            rows: list[dict[str, Any]] = table.to_pylist() if table is not None else []
        else:
            with unpack(file, source) as stream:
                text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
                lines = iter(lambda: text.readline(_LONGEST_LINE), "")
                first = next(lines, "").removeprefix("\ufeff")
                if source.form == "csv":
                    found = csv.reader(_chain(first, lines), delimiter=delimiter or find_delimiter(first))
                    header = [name.strip() for name in next(found, [])]
                    rows = [dict(zip(header, row, strict=False)) for row in islice(found, _LOOKED_AT)]
                else:
                    rows = [row for line in islice(_chain(first, lines), _LOOKED_AT) if (row := _parse(line))]
    columns: dict[str, list[str]] = {}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, str):
                columns.setdefault(name, []).append(value)
    return columns


def _chain(first: str, rest: Any) -> Any:
    yield first
    yield from rest


def _parse(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
