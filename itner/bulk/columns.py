"""What the columns of a source are, and which holds the text where nobody says."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from itertools import islice
from typing import Any

import pyarrow as pa

from itner.bulk.blocks import list_names, read_table, unpack
from itner.bulk.records import as_strings, find_value
from itner.bulk.sources import open_parquet, open_source, told_of
from itner.core.errors import InputError
from itner.files.columns import rank_columns
from itner.records.bulk import Source

_LOOKED_AT = 200
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_dictionary)
# Of sources, where the first are damaged or empty.
_TRIED = 20
_LONGEST_LINE = 2**20


def choose_text_column(source: Source, encoding: str, delimiter: str | None) -> str:
    """The column of the first records that looks most like running text; InputError where none does."""
    columns = _list_strings(_peek(source, encoding, delimiter))
    names = list(columns)
    cells = {place: [cell for cell in columns[name] if cell.strip()] for place, name in enumerate(names)}
    ranked = rank_columns(names, cells, max(map(len, columns.values()), default=0))
    if not ranked:
        there = f"; there are {list_names(names)}" if names else ""
        raise InputError(f"no column looks like text; name it with --text-column{there}", path=source.address)
    return names[ranked[0][1]]


def find_table(
    sources: Sequence[Source], columns: Sequence[str], encoding: str, delimiter: str | None
) -> tuple[Source | None, tuple[str, ...]]:
    """The first source with columns that can be read, and the columns that hold text; None where all are lines.

    Args:
        columns: as somebody named them; none for what looks most like text.
    Raises:
        InputError: none of the first can be read, or holds a column that looks like text.
    """
    tables = [source for source in sources if source.form != "lines"]
    reasons: dict[str, str] = {}
    for source in tables[:_TRIED]:
        with told_of(source) as wrong:
            if not columns:
                return source, (choose_text_column(source, encoding, delimiter),)
            _peek(source, encoding, delimiter)
            return source, tuple(columns)
        reasons[source.address] = str(wrong.reason)
    for address, reason in reasons.items():
        raise InputError(reason, path=address)
    return None, tuple(columns)


def find_absent(source: Source, encoding: str, delimiter: str | None, names: Sequence[str]) -> list[str]:
    """Columns that none of the first records has; a key of JSON may still come later."""
    rows = _peek(source, encoding, delimiter)
    return [name for name in names if rows and all(find_value(row, name) is None for row in rows)]


def find_repeated(source: Source, encoding: str, delimiter: str | None, names: Sequence[str]) -> dict[str, int]:
    """Names that stand several times in a header of CSV, and how often."""
    if source.form != "csv":
        return {}
    with open_source(source) as file, unpack(file, source) as stream:
        header, _ = read_table(stream, encoding, delimiter, "replace")
    return {name: header.count(name) for name in names if header.count(name) > 1}


def _peek(source: Source, encoding: str, delimiter: str | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]]
    with open_source(source) as file:
        if source.form == "parquet":
            batches = open_parquet(file).iter_batches(_LOOKED_AT)
            batch = next(batches, None)
            columns = dict(map(_look_at, batch.schema, batch.columns)) if batch is not None else {}
            rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        else:
            with unpack(file, source) as stream:
                if source.form == "csv":
                    header, found = read_table(stream, encoding, delimiter, "replace")
                    rows = [
                        dict(zip(header, row, strict=False))
                        for row in islice(found, _LOOKED_AT)
                        if not isinstance(row, str)
                    ]
                else:
                    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
                    lines = (text.readline(_LONGEST_LINE).removeprefix("\ufeff") for _ in range(_LOOKED_AT))
                    rows = [row for line in lines if (row := _parse(line))]
    return rows


def _look_at(field: Any, column: Any) -> tuple[str, list[Any]]:
    """A column's name and cells; of what is no text, only whether there is something."""
    if not any(is_kind(field.type) for is_kind in _TEXTS):
        return field.name, [True if there else None for there in column.is_valid().to_pylist()]
    return field.name, as_strings(column, field.name, True)


def _list_strings(rows: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for row in rows:
        for name, value in row.items():
            if isinstance(value, str):
                columns.setdefault(name, []).append(value)
    return columns


def _parse(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
