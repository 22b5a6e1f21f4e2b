"""What can be read in a file, piece by piece, and what is to stand there instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

Encode = Callable[[str], str]


@dataclass(frozen=True)
class Edit:
    """What is to stand in the place of a stretch of a unit."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Piece:
    """A stretch of a unit as it stands in the file's own text.

    Attributes:
        text: as it is read.
        start: where it begins in the file's text; -1 for what is read and stands nowhere, such as a line's end that a
            tag makes.
        widths: how many characters of the file each character takes; None where each takes one.
        encode: how a new text is written there.
        as_one: whether the piece is written anew as one where any of it is edited, such as a number that becomes a
            string; otherwise only what is new is.
    """

    text: str
    start: int
    widths: tuple[int, ...] | None = None
    encode: Encode = str
    as_one: bool = False


@dataclass(frozen=True)
class Unit:
    """A text in a file.

    Attributes:
        before: what stands in front of it where it is read, such as the name of its column and a colon; it is not part
            of the text, but tells what it is.
        free: whether somebody wrote it as they liked; otherwise the format prescribes what can stand there, and only
            what cannot be part of that is replaced.
        aside: whether what stands before it is read on after it, as a field is over the name of the next one.
    """

    pieces: tuple[Piece, ...]
    before: str = ""
    free: bool = True
    aside: bool = False

    @property
    def text(self) -> str:
        """As it is read."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Opened:
    """A file that is ready to be written anew.

    Attributes:
        units: everything that can be read in it, in order.
        write: the file's bytes with edits of each unit, which must not overlap.
        notes: what changes beside the edits, or was not looked into.
        left_out: what of the file is not in what is written.
    """

    units: list[Unit]
    write: Callable[[Sequence[Sequence[Edit]]], bytes]
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def whole(text: str, start: int = 0, before: str = "", free: bool = True, aside: bool = False) -> Unit:
    """A unit that stands in the file as it is read."""
    return Unit((Piece(text, start),), before, free, aside)


def edit_text(text: str, units: Iterable[Unit], edits: Iterable[Sequence[Edit]]) -> str:
    """A file's text with the edits of its units."""
    changes: list[tuple[int, int, str]] = []
    for unit, wanted in zip(units, edits, strict=True):
        if wanted:
            changes += _locate(unit, sorted(wanted, key=lambda edit: edit.start))
    return change(text, sorted(changes))


def _locate(unit: Unit, edits: Sequence[Edit]) -> Iterator[tuple[int, int, str]]:
    """Edits in the places of the file's text: what is new stands where an edit begins, the rest goes."""
    begin = first = 0
    placed: set[int] = set()
    for piece in unit.pieces:
        end = begin + len(piece.text)
        while first < len(edits) and edits[first].end <= begin:
            first += 1
        inside: list[tuple[int, int, str]] = []
        for number in range(first, len(edits) if piece.start >= 0 else first):
            edit = edits[number]
            if edit.start >= end:
                break
            new = "" if number in placed else edit.text
            placed.add(number)
            inside.append((max(edit.start, begin) - begin, min(edit.end, end) - begin, new))
        if inside:
            yield from _place(piece, inside)
        begin = end


def _place(piece: Piece, changes: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    ends = None if piece.widths is None else list(accumulate(piece.widths, initial=0))
    if piece.as_one:
        size = len(piece.text) if ends is None else ends[-1]
        yield piece.start, piece.start + size, piece.encode(change(piece.text, changes))
        return
    for low, high, new in changes:
        start, stop = (low, high) if ends is None else (ends[low], ends[high])
        yield piece.start + start, piece.start + stop, piece.encode(new) if new else ""


def change(text: str, changes: Sequence[tuple[int, int, str]]) -> str:
    """A text with other stretches in the place of some, which are in order and do not overlap."""
    out, end = [], 0
    for start, stop, new in changes:
        out += [text[end:start], new]
        end = stop
    return "".join([*out, text[end:]])
