"""What the columns of a source are, and which holds the text where nobody says."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from itner.bulk.blocks import NO_HEADER, is_record, list_names, read_table, unpack
from itner.bulk.records import as_strings, find_value, parse_line
from itner.bulk.sources import open_parquet, open_source, told_of
from itner.core.errors import InputError
from itner.files.columns import rank_columns
from itner.records.bulk import Source

_LOOKED_AT = 200
_TEXTS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_dictionary)
# Of sources, where the first are damaged or empty.
_TRIED = 20
_LONGEST_LINE = 2**20


@dataclass(frozen=True)
class Table:
    """A source with columns, as far as it was looked at.

    Attributes:
        texts: the columns that hold text: as somebody named them, or what looks most like it.
        rows: the first records.
        header: names as they stand there, where there is a header.
    """

    source: Source
    texts: tuple[str, ...]
    rows: Sequence[dict[str, Any]]
    header: Sequence[str]

    def list_absent(self, names: Sequence[str]) -> list[str]:
        """Columns that none of the first records has; a key of JSON may still come later."""
        return [name for name in names if self.rows and all(find_value(row, name) is None for row in self.rows)]

    def count_repeated(self, names: Sequence[str]) -> dict[str, int]:
        """Names that stand several times in the header, and how often."""
        return {name: count for name in names if (count := self.header.count(name)) > 1}


def find_table(sources: Sequence[Source], columns: Sequence[str], encoding: str, delimiter: str | None) -> Table | None:
    """The first source with columns that can be read; None where all are lines.

    Args:
        columns: that hold text, as somebody named them; none for what looks most like it.
    Raises:
        InputError: none of the first can be read, or holds a column that looks like text.
    """
    tables = [source for source in sources if source.form != "lines"]
    reasons: dict[str, str] = {}
    for source in tables[:_TRIED]:
        with told_of(source) as wrong:
            rows, header = _peek(source, encoding, delimiter)
            if not columns and source.form == "csv" and is_record(header, [list(row.values()) for row in rows]):
                raise InputError(f"{NO_HEADER}, or name a column with --text-column")
            return Table(source, tuple(columns) or (_choose_text(rows),), rows, header)
        reasons[source.address] = str(wrong.reason)
    if reasons:
        address, reason = next(iter(reasons.items()))
        raise InputError(reason, path=address)
    return None


def _choose_text(rows: Sequence[dict[str, Any]]) -> str:
    """The column that looks most like running text; InputError where none does."""
    columns = _list_strings(rows)
    names = list(columns)
    cells = {place: [cell for cell in columns[name] if cell.strip()] for place, name in enumerate(names)}
    ranked = rank_columns(names, cells, max(map(len, columns.values()), default=0))
    if not ranked:
        there = f"; there are {list_names(names)}" if names else ""
        raise InputError(f"no column looks like text; name it with --text-column{there}")
    return names[ranked[0][1]]


def _peek(source: Source, encoding: str, delimiter: str | None) -> tuple[list[dict[str, Any]], list[str]]:
    rows: list[dict[str, Any]]
    header: list[str] = []
    with open_source(source) as file:
        if source.form == "parquet":
            table = open_parquet(file)
            header = table.schema_arrow.names
            batch = next(table.iter_batches(_LOOKED_AT), None)
            columns = dict(map(_look_at, batch.schema, batch.columns)) if batch is not None else {}
            rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        else:
            with unpack(file, source) as stream:
                if source.form == "csv":
                    header, found = read_table(stream, encoding, delimiter, "replace")
                    whole = (row for row in islice(found, _LOOKED_AT) if not isinstance(row, str))
                    rows = [dict(zip(header, row, strict=False)) for row in whole]
                else:
                    text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
                    lines = (text.readline(_LONGEST_LINE).removeprefix("\ufeff") for _ in range(_LOOKED_AT))
                    records = (parse_line(line)[0] for line in lines)
                    rows = [record for record in records if isinstance(record, dict) and record]
    return rows, header


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
