"""Tables and records: which column or key holds the text, and the rows' texts."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections.abc import Sequence

from itner.core.errors import InputError
from itner.files.encodings import decode
from itner.files.items import DEFAULTS, Parsed, Part, Settings, Upload
from itner.files.limits import MAX_FILE_BYTES
from itner.files.names import extension

_TEXT_NAMES = ("text", "description", "body", "message", "content", "comment", "summary", "subject", "title")
_DELIMITERS = ",;\t|"
_SAMPLE = 65_536
_GUESS_ROWS = 200


def list_columns(upload: Upload) -> list[str]:
    """The columns of a .csv or the keys of a .jsonl, the one that most likely holds the text first.

    Empty for other files, and for files that cannot be read.
    """
    kind = extension(upload.name)
    if kind not in (".csv", ".jsonl"):
        return []
    try:
        text = decode(upload.data, DEFAULTS, Parsed())
        header, rows = _csv_table(text) if kind == ".csv" else _jsonl_table(text)
    except Exception:  # noqa: BLE001 - what is wrong with the file is said when it is read
        return []
    best = _guess_column(header, rows)
    return [best, *(name for name in header if name != best)]


def read_csv(data: bytes, settings: Settings) -> Parsed:
    parsed = Parsed()
    header, rows = _csv_table(decode(data, settings, parsed))
    column = _pick(settings, header, rows, "column", parsed)
    place = header.index(column)
    parsed.parts += [Part(f"row {number}", row[place]) for number, row in enumerate(rows, start=1)]
    return parsed


def read_jsonl(data: bytes, settings: Settings) -> Parsed:
    parsed = Parsed()
    header, rows = _jsonl_table(decode(data, settings, parsed))
    column = _pick(settings, header, rows, "key", parsed)
    place = header.index(column)
    parsed.parts += [Part(f"record {number}", row[place]) for number, row in enumerate(rows, start=1)]
    return parsed


def read_rows(rows: list[list[str]], settings: Settings, parsed: Parsed, prefix: str = "") -> None:
    """Add the texts of a table's rows, the first of which names its columns, as parts "row 1" and so on.

    Args:
        prefix: stands before each part's name.
    """
    header, *below = rows
    if below:
        place = header.index(_pick(settings, header, below, "column", parsed))
        parsed.parts += [Part(f"{prefix}row {number}", row[place]) for number, row in enumerate(below, start=1)]


def _csv_table(text: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows; every row has as many fields as the header."""
    csv.field_size_limit(MAX_FILE_BYTES)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:_SAMPLE], _DELIMITERS)
        dialect.doublequote = True
    except csv.Error:
        # One column, or too irregular to tell: then commas.
        dialect = csv.excel
    reader = csv.reader(io.StringIO(text, newline=""), dialect)
    header: list[str] | None = None
    rows = []
    try:
        for row in reader:
            if not row:
                continue
            if header is None:
                header = row
                if len(set(header)) != len(header):
                    raise InputError("two columns have the same name in the first line")
            elif len(row) != len(header):
                raise InputError(
                    f"line {reader.line_num}: {len(row)} fields where the first line has {len(header)}; "
                    "a text with a delimiter or a line break in it must be quoted"
                )
            else:
                rows.append(row)
    except csv.Error as error:
        raise InputError(f"line {reader.line_num}: not valid CSV ({error})") from None
    if header is None or not rows:
        raise InputError("the file holds no row below the line of column names")
    return header, rows


def _jsonl_table(text: str) -> tuple[list[str], list[list[str]]]:
    """Keys with a string in every record, and the records' strings."""
    records = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            raise InputError(f"line {number}: not valid JSON") from None
        if not isinstance(record, dict):
            raise InputError(f"line {number}: not a JSON object")
        records.append(record)
    header = [key for key in (records[0] if records else {}) if all(isinstance(r.get(key), str) for r in records)]
    if not header:
        raise InputError("no key holds a text in every record")
    return header, [[record[key] for key in header] for record in records]


def _pick(settings: Settings, header: Sequence[str], rows: Sequence[Sequence[str]], what: str, parsed: Parsed) -> str:
    column = settings.columns[0] if settings.columns else None
    if column is None:
        column = _guess_column(header, rows)
        if len(header) > 1:
            parsed.notes.append(f"read {what} number {header.index(column) + 1} of {len(header)}")
    elif column not in header:
        raise InputError(f"has no {what} of that name")
    return column


def _guess_column(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A column whose name says that it holds text, else the one with the longest cells."""
    names = {name.strip().casefold(): name for name in header}
    for known in _TEXT_NAMES:
        if known in names:
            return names[known]
    sample = rows[:_GUESS_ROWS]
    lengths = [statistics.fmean(len(row[place]) for row in sample) for place in range(len(header))]
    return header[lengths.index(max(lengths))]
