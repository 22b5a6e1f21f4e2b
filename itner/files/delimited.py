"""Rows of text whose fields are separated by commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from itner.files.columns import names_or_data
from itner.files.limits import MAX_FILE_BYTES

DELIMITERS = (";", "\t", "|", ",")
# Stands in no text; a field separator for files of one column.
_NONE = "\x1f"
# After the last line, to see whether a quotation mark is still open there.
_END = "\x1eend"
TRIED_LINES = 400
_MOST_TITLES = 10
# Lines, which are read ahead of the rows.
_AT_ONCE = 64
_MOST_RESTARTS = 10
_SEPARATOR = re.compile(r'"?sep=(.)"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)
_BACKSLASHED = re.compile(r'(?<!\\)((?:\\\\)*)\\"')
_GOES_ON = re.compile(r" [^\W\dA-Z_]")


@dataclass(frozen=True)
class Delimited:
    """The fields of each row, none for a blank line; what separates them; what to know about it."""

    rows: list[list[str]]
    separator: str
    notes: list[str]


def split_rows(text: str, usual: str | None = None) -> Delimited:
    """The rows of a text.

    A first line `sep=;` names the separator. Else the one is taken that makes the most even columns, and none when
    none does. Quotation marks may be doubled or have a backslash in front.

    Args:
        usual: the separator of files of this kind, which is taken where it occurs.
    """
    csv.field_size_limit(2 * MAX_FILE_BYTES)
    said, begins = find_said(text)
    text = text[begins:]
    lines = list(io.StringIO(text, newline=""))
    tried = lines[:TRIED_LINES]
    if usual is None or usual not in text:
        usual = choose_separator(tried)
    delimiter = said if said is not None else usual
    if has_backslashed_quotes(tried, delimiter):
        lines = list(double_quotes(lines))
    rows, unclosed = _parse(lines, delimiter)
    notes = []
    if unclosed:
        count = "1 quotation mark is" if unclosed == 1 else f"{unclosed} quotation marks are"
        notes.append(f"{count} opened and never closed, and taken for part of the text")
    return Delimited(rows, delimiter, notes)


def find_said(text: str) -> tuple[str | None, int]:
    """The separator that a first line `sep=;` names, and how long that line is; None and 0 without one."""
    said = _SEPARATOR.match(text)
    return (said.group(1), said.end()) if said is not None else (None, 0)


def choose_separator(lines: Sequence[str]) -> str:
    """What makes the most even columns of some lines; a character that is in none of them where nothing does."""
    qualities = {delimiter: _quality(lines, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=qualities.__getitem__)
    return best if qualities[best] > 0 else _NONE


def _quality(lines: Sequence[str], delimiter: str) -> float:
    """From 0, for no table, to 1, for one of many columns with as many fields in every row."""
    if not any(delimiter in line for line in lines):
        return 0.0
    rows = [row for row in _parse(lines, delimiter)[0] if any(field.strip() for field in row)]
    if len(rows) > 1 and len(lines) == TRIED_LINES:
        # The last one may go on.
        rows.pop()
    if not rows:
        return 0.0
    widths = Counter(map(len, rows))
    width, most = max(widths.items(), key=lambda pair: (pair[1], pair[0]))
    count = float(most)
    named = len(rows[0]) > 1 and names_or_data(rows[0], rows[1:]) >= 2
    if named and (count < 0.6 * len(rows) or width == 1):
        # Ragged, below a line of names: at least, no row may be cut off.
        width = len(rows[0])
        count = sum(len(row) >= width for row in rows) / 2
    first = next(place for place, row in enumerate(rows) if len(row) >= width)
    titles = 0 < first <= _MOST_TITLES and all(sum(map(bool, map(str.strip, row))) == 1 for row in rows[:first])
    below_titles = titles and names_or_data(rows[first], rows[first + 1 :]) > 1
    if width == 1 or count < 0.3 * len(rows) or not (named or first == 0 or below_titles):
        return 0.0
    if not named and not below_titles and count < 0.6 * len(rows):
        return 0.0
    # Where a sentence was cut, it goes on with a space and a small letter.
    later = [field for row in rows for field in row[1:]]
    goes_on = sum(_GOES_ON.match(field) is not None for field in later) / max(len(later), 1)
    return count / len(rows) * (1 - 1 / width) * (1 - goes_on)


def _evenness(rows: Sequence[Sequence[str]]) -> float:
    widths = Counter(map(len, rows))
    return max(widths.values()) / len(rows) if rows else 0.0


def has_backslashed_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Whether rows are more even where a quotation mark in a cell is taken to have a backslash in front."""
    if not any('\\"' in line for line in lines):
        return False
    doubled = list(double_quotes(lines))
    return _evenness(_parse(doubled, delimiter)[0]) > _evenness(_parse(lines, delimiter)[0])


def double_quotes(lines: Iterable[str]) -> Iterator[str]:
    """Lines in which quotation marks are doubled that had a backslash in front."""
    return (_BACKSLASHED.sub(r'\1""', line) for line in lines)


class RowReader:
    """The rows of lines that are read one after another, however many there are.

    Args:
        longest: characters of a cell.
    """

    OPEN = "a quotation mark is opened and never closed"

    def __init__(self, lines: Iterator[str], delimiter: str, longest: int):
        csv.field_size_limit(longest)
        self._lines, self._delimiter, self._longest = lines, delimiter, longest
        self._width = 0
        # Lines that were handed out, from that on at which a row begins; how many came before them; and whether the
        # last one was among them, when more was asked for.
        self._held: list[str] = []
        self._begin = self._before = 0
        self._ended = False

    def __iter__(self) -> Iterator[list[str] | str]:
        """The cells of each row, or why it cannot be read: what follows a mark that nothing closes is not lost."""
        again: list[str] | None = []
        while again is not None:
            again = yield from self._read(again)

    def _read(self, again: list[str]) -> Generator[list[str] | str, None, list[str] | None]:
        """The rows up to one that cannot be read; returns the lines behind the first of that, None at the end."""
        self._held, self._begin, self._before, self._ended = [], 0, 0, False
        reader = csv.reader(chain.from_iterable(self._feed(again)), delimiter=self._delimiter)
        try:
            for row in reader:
                end = reader.line_num - self._before
                if end - self._begin > 1 and (self._ended or self._is_several(end)):
                    yield self.OPEN
                    return self._held[self._begin + 1 :]
                yield row
                self._width = len(row) or self._width
                self._begin = end
            return None
        except csv.Error:
            # A cell beyond the limit; nothing else is an error where the reader is not strict.
            several = reader.line_num - self._before - self._begin > 1
        yield self.OPEN if several else f"a cell is longer than {self._longest:,} characters"
        return self._held[self._begin + 1 :]

    def _feed(self, again: list[str]) -> Iterator[list[str]]:
        lines = again or list(islice(self._lines, _AT_ONCE))
        while lines:
            del self._held[: self._begin]
            self._before += self._begin
            self._begin = 0
            self._held += lines
            yield lines
            lines = list(islice(self._lines, _AT_ONCE))
        # Whoever asks for more is within a cell.
        self._ended = True

    def _is_several(self, end: int) -> bool:
        # Counted first: most cells of several lines are what they look like.
        is_row = 1 < self._width == self._held[self._begin + 1].count(self._delimiter) + 1
        return is_row and _swallows(self._held[self._begin : end], self._delimiter, self._width)


def _parse(lines: Sequence[str], delimiter: str) -> tuple[list[list[str]], int]:
    """The rows, and how many quotation marks were opened and never closed, which would swallow what follows."""
    rows: list[list[str]] = []
    begin = unclosed = 0
    while begin < len(lines):
        found, open_at = _parse_until_open(lines, begin, delimiter, rows)
        rows += found
        if open_at is None:
            break
        unclosed += 1
        begin = open_at + 1 if unclosed < _MOST_RESTARTS else len(lines)
        rows += csv.reader(lines[open_at:begin], delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return rows, unclosed


def _parse_until_open(
    lines: Sequence[str], begin: int, delimiter: str, above: Sequence[Sequence[str]]
) -> tuple[list[list[str]], int | None]:
    """The rows up to the line with a quotation mark that nothing closes, and its place; None where there is none."""
    found: list[list[str]] = []
    reader = csv.reader(chain(_from(lines, begin), (_END,)), delimiter=delimiter)
    start = 0
    width = next((len(row) for row in reversed(above) if row), 0)
    for row in reader:
        if row == [_END]:
            return found, None
        first, start = begin + start, reader.line_num
        taken = lines[first : begin + start]
        if row and (row[-1].endswith(_END) or (len(taken) > 1 and _swallows(taken, delimiter, width))):
            return found, first
        found.append(row)
        width = len(row) or width
    return found, None


def _swallows(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a row of several lines is several rows: badly quoted, and its second line is as wide as the row above."""
    try:
        deque(csv.reader(lines, delimiter=delimiter, strict=True), maxlen=0)
    except csv.Error:
        second = next(csv.reader(lines[1:2], delimiter=delimiter, quoting=csv.QUOTE_NONE))
        return 1 < len(second) == width
    return False


def _from(lines: Sequence[str], begin: int) -> Iterator[str]:
    for place in range(begin, len(lines)):
        line = lines[place]
        yield line if line.endswith(("\n", "\r")) else line + "\n"
