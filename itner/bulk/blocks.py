"""The input cut into blocks, each of which becomes a shard: the same cuts in every call.

What can be read from any place is cut by numbers alone, and whoever tags a block reads it: lines and JSON Lines by
bytes, Parquet by rows. What can only be read from its beginning, packed files and tables with quoted line breaks, is
read by who deals the blocks out, and travels with them. Small files share a block.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import pyarrow as pa

from itner.bulk.sources import open_parquet, open_source, told_of
from itner.core.errors import InputError
from itner.files.columns import names_or_data
from itner.files.delimited import (
    DELIMITERS,
    TRIED_LINES,
    RowReader,
    choose_separator,
    double_quotes,
    find_said,
    has_backslashed_quotes,
)
from itner.records.bulk import BulkJob, Source

# A longer record is no ticket and no line of a log; it is left out, so that memory stays bounded.
LONGEST_RECORD = 16 * 2**20
_READ = 2**20
# Of what is packed: all that is read before damage is seen.
_PACKED_READ = 2**18
NO_HEADER = "its first row holds what others hold rather than names of columns; put a row with names before it"
IS_UTF16 = "is UTF-16, which cannot be cut by bytes; convert it to UTF-8 first"
# How its first bytes look in other encodings, by how these are told to deal with what is none of theirs.
_UTF16 = ("\udcff\udcfe", "\udcfe\udcff", "\ufffd\ufffd", "ÿþ", "þÿ")
# Rows that a header is held against, and what is no name of a column.
_COMPARED = 200
_ADDRESS = re.compile(r"\w@\w")
# A row takes memory that has nothing in its cells.
_ROW_BYTES = 64
# Fewer would make a shard of next to nothing.
_ROWS_AT_LEAST = 1_000


@dataclass(frozen=True)
class Range:
    """Of a source that can be read from any place: the records that begin in [start, end), bytes or rows."""

    source: Source
    start: int
    end: int


@dataclass(frozen=True)
class Lines:
    """Whole lines of a source, which begin at so many bytes of what is packed in it.

    Attributes:
        too_long: at which bytes lines were that are longer than any record.
    """

    source: Source
    start: int
    data: bytes
    too_long: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rows:
    """Rows of a table, the first of which is the record number `start`, from 1 on.

    Attributes:
        cells: of the columns that are read, by name.
        broken: numbers of records with another number of cells than the header, with their reason.
        numbers: of the rows in `cells`.
    """

    source: Source
    numbers: tuple[int, ...]
    cells: dict[str, list[str]]
    broken: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Unread:
    """A source that cannot be read, or can be no further than to what was dealt out before."""

    source: Source
    reason: str


Stretch = Range | Lines | Rows | Unread


@dataclass(frozen=True)
class Block:
    """What one shard is made of.

    Attributes:
        stored: bytes of the sources that it accounts for.
        most: records that are tagged of it; None for all.
    """

    number: int
    stretches: tuple[Stretch, ...]
    stored: int
    most: int | None = None


def cut_blocks(job: BulkJob) -> Iterator[Block]:
    """All blocks of a job, in order."""
    held: list[Stretch] = []
    size = stored = number = 0
    for stretch, length, taken in (found for source in job.sources for found in _cut(source, job)):
        held.append(stretch)
        size, stored = size + length, stored + taken
        if size >= job.block_bytes:
            yield Block(number, tuple(held), stored)
            held, size, stored, number = [], 0, 0, number + 1
    if held:
        yield Block(number, tuple(held), stored)


def _cut(source: Source, job: BulkJob) -> Iterator[tuple[Stretch, int, int]]:
    """Stretches of a source, each with how long it is to whoever tags it, and bytes of the source."""
    told = 0
    with told_of(source) as wrong:
        if source.form == "parquet":
            cuts = _cut_rows(source, job)
        elif source.form == "csv":
            cuts = _cut_table(source, job)
        elif source.packing:
            cuts = _cut_packed(source, job)
        else:
            cuts = _cut_bytes(source, job)
        for stretch, length, place in cuts:
            yield stretch, length, max(0, place - told)
            told = max(told, place)
    if wrong.reason is not None:
        yield Unread(source, wrong.reason), 0, source.size - told


def _cut_bytes(source: Source, job: BulkJob) -> Iterator[tuple[Stretch, int, int]]:
    for start in range(0, source.size, job.block_bytes):
        end = min(start + job.block_bytes, source.size)
        yield Range(source, start, end), end - start, end


def _cut_rows(source: Source, job: BulkJob) -> Iterator[tuple[Stretch, int, int]]:
    with open_source(source) as file:
        facts = open_parquet(file).metadata
        rows = facts.num_rows
        if not rows:
            return
        size = sum(facts.row_group(number).total_byte_size for number in range(facts.num_row_groups))
    step = max(_ROWS_AT_LEAST, rows * job.block_bytes // max(size, 1))
    for start in range(0, rows, step):
        end = min(start + step, rows)
        share = size * (end - start) // rows
        yield Range(source, start, end), share, source.size * end // rows


def _cut_packed(source: Source, job: BulkJob) -> Iterator[tuple[Stretch, int, int]]:
    with open_source(source) as file, unpack(file, source) as stream:
        start = 0
        held = bytearray()
        too_long: list[int] = []
        skipping = False
        while True:
            try:
                chunk = stream.read(_PACKED_READ)
            except (pa.ArrowException, OSError, EOFError):
                # What is damaged is so from here on.
                if last := held.rfind(b"\n") + 1:
                    yield Lines(source, start, bytes(held[:last]), tuple(too_long)), last, file.tell()
                raise
            if not chunk:
                break
            if skipping:
                end = chunk.find(b"\n") + 1
                if not end:
                    start += len(chunk)
                    continue
                start, chunk, skipping = start + end, chunk[end:], False
            held += chunk
            last = held.rfind(b"\n") + 1
            if len(held) >= job.block_bytes and last:
                yield Lines(source, start, bytes(held[:last]), tuple(too_long)), last, file.tell()
                start += last
                del held[:last]
                too_long = []
            elif not last and len(held) > LONGEST_RECORD:
                too_long.append(start)
                start, skipping = start + len(held), True
                held.clear()
        if held or too_long:
            yield Lines(source, start, bytes(held), tuple(too_long)), len(held), source.size


def _cut_table(source: Source, job: BulkJob) -> Iterator[tuple[Stretch, int, int]]:
    with open_source(source) as file, unpack(file, source) as stream:
        # What cannot be decoded is told of its record.
        header, rows = read_table(stream, job.encoding, job.delimiter, "surrogateescape")
        places = {}
        for name in dict.fromkeys((*job.text_columns, *job.other_columns)):
            if name not in header:
                # Cells of a record are nobody's to see in a message, which also stands in the manifest.
                bare = is_record(header, [row for row in islice(rows, _COMPARED) if not isinstance(row, str)])
                raise InputError(f"no column {name!r}; {NO_HEADER if bare else f'there are {list_names(header)}'}")
            places[name] = header.index(name)
        cells: dict[str, list[str]] = {name: [] for name in places}
        numbers: list[int] = []
        broken: list[tuple[int, str]] = []
        size = 0
        for number, row in enumerate(rows, start=1):
            if not row:
                continue
            size += _ROW_BYTES
            if isinstance(row, str):
                broken.append((number, row))
            elif len(row) == len(header):
                numbers.append(number)
                for name, place in places.items():
                    cells[name].append(row[place])
                    size += len(row[place])
            else:
                broken.append((number, f"{len(row)} cells under a header of {len(header)}"))
            if size >= job.block_bytes:
                yield Rows(source, tuple(numbers), cells, tuple(broken)), size, file.tell()
                cells, numbers, broken, size = {name: [] for name in places}, [], [], 0
        if numbers or broken:
            yield Rows(source, tuple(numbers), cells, tuple(broken)), size, source.size


def read_table(
    stream: Any, encoding: str, delimiter: str | None, errors: str
) -> tuple[list[str], Iterator[list[str] | str]]:
    """The names in the first row of CSV, and the rows below, as they are read; see `files.delimited.RowReader`.

    Args:
        delimiter: None for what a first line `sep=;` says, or the first lines look like.
        errors: what becomes of bytes that cannot be decoded, as Python calls it.
    """
    text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
    lines: list[str] = []
    while len(lines) < TRIED_LINES and sum(map(len, lines)) < _READ and (line := text.readline()):
        lines.append(line)
    if lines and lines[0].startswith(_UTF16):
        raise InputError(IS_UTF16)
    if lines:
        said, begins = find_said(lines[0].removeprefix("\ufeff"))
        lines[0] = lines[0].removeprefix("\ufeff")[begins:]
        if delimiter is None:
            delimiter = said or choose_separator(lines)
            if delimiter not in lines[0]:
                # Rows are uneven, or there is one column alone; the names tell which.
                delimiter = max((delimiter, *DELIMITERS), key=lines[0].count)
        all_lines: Iterator[str] = chain(lines, text)
        if has_backslashed_quotes(lines, delimiter):
            all_lines = double_quotes(all_lines)
        rows = _list_rows(text, RowReader(all_lines, delimiter, LONGEST_RECORD))
    else:
        rows = iter(())
    header = next((row for row in rows if row and not isinstance(row, str)), [])
    return [name.strip() for name in header], rows


def _list_rows(text: io.TextIOWrapper, rows: RowReader) -> Iterator[list[str] | str]:
    yield from rows
    # It would close what it reads when nobody needs it any more, which whoever opened that still asks where it is.
    text.detach()


def is_record(header: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Whether the first row of a table is one of those below it rather than names of columns."""
    return any(map(_ADDRESS.search, header)) or names_or_data(header, below) < 0


def list_names(names: Sequence[str]) -> str:
    """Names of columns for a message, as far as they can be shown."""
    shown = ", ".join(names)[:500]
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in shown)


def unpack(file: Any, source: Source) -> Any:
    """What a source holds, as a stream of bytes that is closed with it."""
    if not source.packing:
        return file
    # A packed file that ends early, and is thereby damaged, is told by an error.
    return pa.CompressedInputStream(pa.PythonFile(file, mode="r"), source.packing)
