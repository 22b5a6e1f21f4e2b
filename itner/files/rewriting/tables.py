"""Tables: each field is edited where it stands, so that nothing else about the file changes."""

from __future__ import annotations

import re

from itner.files.delimited import split_rows
from itner.files.rewriting.texts import decode_exactly
from itner.files.rewriting.units import Opened, Piece, Unit, edit_text, whole


def open_table(data: bytes) -> Opened:
    """A unit for each field; where fields are not separated, for each line."""
    found = decode_exactly(data)
    separator = split_rows(found.text).separator
    if len(separator) != 1 or separator not in found.text:
        lines = re.finditer(r"[^\r\n]+", found.text)
        units = [whole(line[0], line.start()) for line in lines]
        return Opened(units, lambda edits: found.encode(edit_text(found.text, units, edits)))
    rows = _Table(found.text, separator).scan()
    header = ["".join(piece.text for piece in field) for field in rows[0]] if rows else []
    named = len(rows) > 1 and all(cell.strip() and not re.search(r"[\d@]", cell) for cell in header)
    units = [
        Unit(field, f"{header[place]}: " if named and number and place < len(header) else "")
        for number, row in enumerate(rows)
        for place, field in enumerate(row)
    ]
    return Opened(units, lambda edits: found.encode(edit_text(found.text, units, edits)))


class _Table:
    """The fields of a table where they stand: every character of a field is in one of its pieces.

    A quotation mark closes its field where the separator or the line's end follows. One that neither follows, and none
    like that comes after it in its line, closes it too, and what stands behind it is another piece of the field. One
    that nothing closes is a character like any other.
    """

    def __init__(self, text: str, separator: str):
        self._text = text
        self._separator = separator
        ends = f"[{re.escape(separator)}\r\n]"
        self._end = _Next(text, re.compile(ends))
        self._closing = _Next(text, re.compile(rf'"(?={ends}|\Z)'))
        self._line_end = _Next(text, re.compile(r"[\r\n]"))
        # A backslash at a field's end may be its last character; before a mark within a field it is none.
        escaped = re.search(rf'\\"(?!{ends}|\Z)', text) is not None
        self._marks = re.compile(r'\\\\|\\"|""|"' if escaped else '""|"')

    def scan(self) -> list[list[tuple[Piece, ...]]]:
        """The pieces of each field of each row, from the separator before to the one after."""
        text = self._text
        rows: list[list[tuple[Piece, ...]]] = [[]]
        at = 0
        while at <= len(text):
            quoted = self._read_quoted(at) if text.startswith('"', at) else None
            if quoted is None:
                end = self._end.after(at)
                rows[-1].append((Piece(text[at:end], at, None, self._write_plain, as_one=True),))
            else:
                field, end = quoted
                rows[-1].append(field)
            if text.startswith(self._separator, end):
                at = end + 1
            else:
                at = end + (2 if text.startswith("\r\n", end) else 1)
                rows.append([])
        return [row for row in rows if row]

    def _read_quoted(self, at: int) -> tuple[tuple[Piece, ...], int] | None:
        """A field that begins with a quotation mark, and where it ends; None where nothing closes it."""
        text = self._text
        chars: list[str] = []
        widths: list[int] = []
        begin = at + 1
        for mark in self._marks.finditer(text, begin):
            chars += text[begin : mark.start()]
            widths += [1] * (mark.start() - begin)
            begin = mark.end()
            closing = self._closing.after(mark.start())
            if len(mark[0]) == 1 and (closing == mark.start() or closing > self._line_end.after(mark.start())):
                plain = all(width == 1 for width in widths)
                inside = Piece("".join(chars), at + 1, None if plain else tuple(widths), _double)
                end = self._end.after(mark.end())
                rest = Piece(text[mark.end() : end], mark.end(), None, self._write_rest)
                # The mark between them is read and not edited.
                return ((inside, Piece('"', -1), rest) if rest.text else (inside,)), end
            chars.append(mark[0][-1])
            widths.append(len(mark[0]))
        return None

    def _write_plain(self, new: str) -> str:
        return f'"{_double(new)}"' if self._end.pattern.search(new) else new

    def _write_rest(self, new: str) -> str:
        # Behind a closing mark, no other can be opened.
        return self._end.pattern.sub(" ", new)


class _Next:
    """Where something stands next; places are asked for in order, so that the text is searched once."""

    def __init__(self, text: str, pattern: re.Pattern[str]):
        self.pattern = pattern
        self._text = text
        self._asked, self._found = 0, -1

    def after(self, place: int) -> int:
        """The first place from `place` on, or the text's end."""
        if not self._asked <= place <= self._found:
            found = self.pattern.search(self._text, place)
            self._asked, self._found = place, len(self._text) if found is None else found.start()
        return self._found


def _double(new: str) -> str:
    return new.replace('"', '""')
