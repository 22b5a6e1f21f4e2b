"""The records of a block: texts with what names them, and what cannot be read, each with its reason."""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from itner.bulk.blocks import IS_UTF16, LONGEST_RECORD, Block, Lines, Range, Rows, Unread, list_names
from itner.bulk.sources import open_parquet, open_source, told_of
from itner.core.characters import is_blank, is_encodable
from itner.core.errors import InputError
from itner.records.bulk import BulkJob, Source

_READ = 2**18
# Of Parquet at once.
_ROWS = 4096
_BOM = b"\xef\xbb\xbf"
# From so many characters on, a NUL at every second place is no chance.
_FEWEST_WIDE = 8
_HAS_NULS = "a NUL at every second place, as in UTF-16; convert it to UTF-8 first"
_TOO_LONG = f"longer than {LONGEST_RECORD // 2**20} MiB"


@dataclass(frozen=True)
class LeftOut:
    """A record that could not be read.

    Attributes:
        place: where it begins: a byte of what the source holds, or the number of a row, from 1.
    """

    source: str
    place: int
    reason: str


@dataclass
class Records:
    """Texts in the order of the block, as columns of the same length.

    Attributes:
        places: of each, where its record begins; see `LeftOut`.
        ids: as the id column says, or else `SOURCE:PLACE`.
        columns: the text column that each is of; empty where there is one for all.
        dates: what the date column holds; empty where there is none.
        carried: other columns of the same records; None where a record has nothing there.
    """

    places: list[tuple[str, int]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    dates: list[str | None] = field(default_factory=list)
    carried: dict[str, list[str | None]] = field(default_factory=dict)
    without_text: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    most: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether no more is asked for: what stands behind is of no concern."""
        return self.most is not None and len(self) >= self.most

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def parallel(self) -> list[list[Any]]:
        """All that has an entry for each text."""
        columns: list[list[Any]] = [self.places, self.ids, self.texts, *self.carried.values()]
        return [*columns, *(each for each in (self.columns, self.dates) if each)]


def read_block(block: Block, job: BulkJob) -> Records:
    """The records of a block."""
    records = Records(carried={name: [] for name in job.carried}, most=block.most)
    for stretch in block.stretches:
        if records.is_full:
            break
        if isinstance(stretch, Unread):
            records.unread[stretch.source.address] = stretch.reason
            continue
        with told_of(stretch.source) as wrong:
            if isinstance(stretch, Rows):
                _add_rows(stretch, records, job)
            elif stretch.source.form == "parquet":
                _add_parquet(stretch, records, job)
            else:
                _add_lines(stretch, records, job)
        if wrong.reason is not None:
            records.unread[stretch.source.address] = wrong.reason
    if block.most is not None and len(records) > block.most:
        for column in records.parallel:
            del column[block.most :]
    return records


def _add_lines(stretch: Range | Lines, records: Records, job: BulkJob) -> None:
    source = stretch.source
    for start, line in _list_lines(stretch, records):
        if records.is_full:
            return
        if not line.strip():
            continue
        try:
            text = line.decode(job.encoding)
        except UnicodeDecodeError as error:
            # Bytes of the text stay out of it.
            records.left_out.append(LeftOut(source.address, start, f"not {job.encoding}: byte {error.start}"))
            continue
        if source.form == "lines":
            _add(records, job, source, start, {}, {"": text})
            continue
        record, problem = parse_line(text)
        if problem:
            records.left_out.append(LeftOut(source.address, start, f"not JSON: {problem}"))
            continue
        if not isinstance(record, dict):
            records.left_out.append(LeftOut(source.address, start, f"no object, but {type(record).__name__}"))
            continue
        values = {name: find_value(record, name) for name in job.text_columns}
        strange = next((name for name, value in values.items() if isinstance(value, dict | list | bool)), None)
        if strange is not None:
            said = type(values[strange]).__name__
            records.left_out.append(LeftOut(source.address, start, f"{strange!r} holds no text, but {said}"))
            continue
        others = {name: find_value(record, name) for name in job.other_columns}
        _add(records, job, source, start, others, values)


def parse_line(text: str) -> tuple[Any, str]:
    """What JSON says, and why it cannot be read, without any of it."""
    try:
        return json.loads(text), ""
    except json.JSONDecodeError as error:
        return None, error.msg
    except RecursionError:
        return None, "nested too deeply"
    except ValueError:
        return None, "a number is too long"


def _list_lines(stretch: Range | Lines, records: Records) -> Iterator[tuple[int, bytes]]:
    """Lines without their ends, each with the byte at which it begins."""
    if isinstance(stretch, Lines):
        records.left_out += [LeftOut(stretch.source.address, place, _TOO_LONG) for place in stretch.too_long]
        start = stretch.start
        lines: Iterator[tuple[int, bytes | None]] = iter(_split(stretch.data, start))
    else:
        lines = _read_range(stretch)
    for start, line in lines:
        if start == 0 and line is not None and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise InputError(IS_UTF16)
        if line is None or len(line) > LONGEST_RECORD:
            records.left_out.append(LeftOut(stretch.source.address, start, _TOO_LONG))
            continue
        yield start, line.removeprefix(_BOM) if start == 0 else line


def _split(data: bytes, start: int) -> Iterator[tuple[int, bytes | None]]:
    for line in data.split(b"\n"):
        yield start, line.removesuffix(b"\r")
        start += len(line) + 1


def _read_range(stretch: Range) -> Iterator[tuple[int, bytes | None]]:
    """The lines that begin in a range; None in the place of one that is too long."""
    with open_source(stretch.source) as file:
        start = stretch.start
        file.seek(max(0, start - 1))
        if start:
            # A line that was begun before belongs to the range before.
            skipped = _skip_line(file, stretch.end - start + 1)
            if skipped is None:
                return
            start += skipped - 1
        while start < stretch.end:
            line = file.readline(LONGEST_RECORD + 2)
            if not line:
                return
            if len(line) > LONGEST_RECORD and not line.endswith(b"\n"):
                yield start, None
                rest = _skip_line(file, None)
                if rest is None:
                    return
                start += len(line) + rest
                continue
            yield start, line.rstrip(b"\n").removesuffix(b"\r")
            start += len(line)


def _skip_line(file: Any, most: int | None) -> int | None:
    """How many bytes there are up to the end of a line and with it; None where none ends within so many."""
    skipped = 0
    while most is None or skipped < most:
        chunk = file.readline(_READ if most is None else min(_READ, most - skipped))
        if not chunk:
            return None
        skipped += len(chunk)
        if chunk.endswith(b"\n"):
            return skipped
    return None


def _add_rows(rows: Rows, records: Records, job: BulkJob) -> None:
    for place, number in enumerate(rows.numbers):
        if records.is_full:
            break
        cells = {name: column[place] for name, column in rows.cells.items()}
        if not all(map(is_encodable, cells.values())):
            records.left_out.append(LeftOut(rows.source.address, number, f"not {job.encoding}"))
            continue
        _add(records, job, rows.source, number, cells, {name: cells[name] for name in job.text_columns})
    last = records.places[-1] if records.is_full else None
    records.left_out += [
        LeftOut(rows.source.address, number, reason)
        for number, reason in rows.broken
        if last is None or (last[0] == rows.source.address and number < last[1])
    ]


def _add_parquet(stretch: Range | Lines, records: Records, job: BulkJob) -> None:
    if not isinstance(stretch, Range):
        raise TypeError("rows of Parquet travel as numbers")
    wanted = list(dict.fromkeys((*job.text_columns, *job.other_columns)))
    with open_source(stretch.source) as file:
        table = open_parquet(file)
        known = table.schema_arrow.names
        if missing := [name for name in wanted if name not in known]:
            raise InputError(f"no column {missing[0]!r}; there are {list_names(known)}")
        first = 0
        for group in range(table.metadata.num_row_groups):
            count = table.metadata.row_group(group).num_rows
            start, end = max(stretch.start, first), min(stretch.end, first + count)
            if start < end:
                # A group may be larger than memory; what comes before the range is read and let go.
                row = first
                for batch in table.iter_batches(_ROWS, row_groups=[group], columns=wanted):
                    read = batch.slice(max(0, start - row), max(0, min(end - row, len(batch)) - max(0, start - row)))
                    columns = {
                        name: as_strings(read.column(read.schema.names.index(name)), name, name in job.text_columns)
                        for name in wanted
                    }
                    for place in range(len(read)):
                        if records.is_full:
                            break
                        cells = {name: column[place] for name, column in columns.items()}
                        if not all(cell is None or is_encodable(cell) for cell in cells.values()):
                            number = max(row, start) + place + 1
                            records.left_out.append(LeftOut(stretch.source.address, number, "not utf-8"))
                            continue
                        texts = {name: cells[name] for name in job.text_columns}
                        _add(records, job, stretch.source, max(row, start) + place + 1, cells, texts)
                    row += len(batch)
                    if row >= end:
                        break
            first += count


def as_strings(column: Any, name: str, is_text: bool) -> list[str | None]:
    """The cells of a column of Arrow's as text; bytes that are no UTF-8 become halves of surrogate pairs.

    Raises:
        InputError: it is one of text, and holds something else.
    """
    found: list[str | None]
    if is_text and pa.types.is_boolean(column.type):
        raise InputError(f"column {name!r} holds {column.type}, which is no text")
    try:
        cells = column.cast(pa.string())
        try:
            found = cells.to_pylist()
        except UnicodeDecodeError:
            raw = cells.cast(pa.binary()).to_pylist()
            found = [None if cell is None else cell.decode("utf-8", "surrogateescape") for cell in raw]
    except pa.ArrowException:
        if is_text:
            raise InputError(f"column {name!r} holds {column.type}, which is no text") from None
        # As JSON writes it, like what JSON has there.
        values = column.to_pylist()
        found = [None if value is None else json.dumps(value, ensure_ascii=False, default=str) for value in values]
    return found


def find_value(record: dict[str, Any], name: str) -> Any:
    """The value of a key, or of a dotted path of keys."""
    if name in record:
        return record[name]
    value: Any = record
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return None
        value = value[part]
    return value


def _say(value: Any) -> str | None:
    """A value as text: what is no string as JSON writes it; ValueError where that is nested too deeply."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and math.isnan(value):
        # How tables are written that have nothing there.
        return None
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        raise ValueError from None


def _add(
    records: Records, job: BulkJob, source: Source, place: int, others: dict[str, Any], texts: dict[str, Any]
) -> None:
    """A record for each of its texts."""
    beside = {}
    for name, value in others.items():
        try:
            beside[name] = said = _say(value)
        except ValueError:
            records.left_out.append(LeftOut(source.address, place, f"{name!r} is nested too deeply"))
            return
        if said is not None and not is_encodable(said):
            records.left_out.append(LeftOut(source.address, place, f"{name!r} holds half of a surrogate pair"))
            return
    own = beside.get(job.id_column) if job.id_column else None
    many = len(job.text_columns) > 1
    for name, value in texts.items():
        text = _say(value)
        if text is None or is_blank(text):
            records.without_text += 1
            continue
        if len(text) > LONGEST_RECORD:
            records.left_out.append(LeftOut(source.address, place, _TOO_LONG))
            continue
        if "\0" in text and len(text) >= _FEWEST_WIDE and any(set(text[at::2]) == {"\0"} for at in (0, 1)):
            records.left_out.append(LeftOut(source.address, place, _HAS_NULS))
            continue
        if not is_encodable(text):
            # Half of a surrogate pair, which JSON can spell.
            records.left_out.append(LeftOut(source.address, place, "holds half of a surrogate pair"))
            continue
        records.places.append((source.address, place))
        records.ids.append(own if own else f"{source.address}:{place}")
        records.texts.append(text)
        if many:
            records.columns.append(name)
        if job.date_column:
            records.dates.append(beside.get(job.date_column))
        for other in job.carried:
            records.carried[other].append(beside.get(other))
