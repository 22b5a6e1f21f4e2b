"""What the offsets of a file count: code points, or the UTF-16 units or UTF-8 bytes of other languages' strings.

Where all characters are of ASCII, the three are the same; only spans behind another character tell them apart. Code
points are believed unless such spans do not fit the tokens (or the text that is recorded with them) by code points and
do by another unit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from itner.core.types import Token
from itner.data.fitting import Edges, Span, fits
from itner.records.dataset import OffsetUnit

_WIDTHS: dict[OffsetUnit, Callable[[str], int]] = {
    "UTF-16 units": lambda char: 2 if ord(char) > 0xFFFF else 1,
    "bytes": lambda char: len(char.encode("utf-8", "surrogatepass")),
}
# So many of the telling spans have to fit by another unit; the rest may be at odds with the tokens for its own reasons.
_ENOUGH = 0.9
# Spans of a small file that fit by chance, as those of one character do.
_STRAYS = 1
# What is added to start and end, and what it means.
_SHIFTS = {
    (0, 1): "the ends in this file seem to be the last characters of the spans; an end is the place behind it: add 1",
    (-1, -1): "the offsets in this file seem to count from 1; they count from 0: subtract 1",
    (-1, 0): "the starts in this file seem to count from 1; they count from 0: subtract 1",
}


@dataclass(frozen=True)
class Unit:
    """What offsets count; `doubtful` when they do not fit, and no other unit was found that does."""

    name: OffsetUnit
    doubtful: bool


def recognise_unit(texts: Sequence[tuple[str, Sequence[Token], Sequence[Span]]]) -> Unit:
    """The unit of a file's spans, from its texts with their tokens."""
    wide = [(text, Edges(tokens), spans) for text, tokens, spans in texts if spans and not text.isascii()]
    if all(fits(span, text, edges) for text, edges, spans in wide for span in spans):
        return Unit("code points", False)
    better: dict[OffsetUnit, int] = {}
    doubtful = False
    for name in _WIDTHS:
        telling = fitting = fitting_as_they_are = 0
        for text, edges, spans in wide:
            for span, other in zip(spans, convert_spans(text, spans, name), strict=True):
                if (span.start, span.end) != (other.start, other.end):
                    telling += 1
                    fitting += fits(other, text, edges)
                    fitting_as_they_are += fits(span, text, edges)
        doubtful = doubtful or fitting_as_they_are < telling
        if fitting > fitting_as_they_are and fitting >= _ENOUGH * telling:
            better[name] = fitting - fitting_as_they_are
    best = [name for name, gain in better.items() if gain == max(better.values())]
    # Where two explain the file equally well, neither is believed.
    return Unit(best[0], False) if len(best) == 1 else Unit("code points", doubtful)


def convert_spans(text: str, spans: Sequence[Span], unit: OffsetUnit) -> list[Span]:
    """The spans by code points; one that begins or ends inside a character, or behind the text, ends up behind it."""
    if unit == "code points" or text.isascii():
        return list(spans)
    ends = list(accumulate(map(_WIDTHS[unit], text), initial=0))

    def code_points(offset: int) -> int:
        if offset < 0:
            return offset
        place = bisect_left(ends, offset)
        return place if place < len(ends) and ends[place] == offset else len(text) + 1

    return [replace(span, start=code_points(span.start), end=code_points(span.end)) for span in spans]


def find_shift(texts: Iterable[tuple[str, Sequence[Token], Sequence[Span]]]) -> str | None:
    """In words, how a file's offsets (in code points) are shifted, where its spans do not fit, and would by that."""
    fitting: Counter[tuple[int, int]] = Counter()
    number = 0
    for text, tokens, spans in texts:
        edges = Edges(tokens)
        for span in spans:
            number += 1
            for shift in ((0, 0), *_SHIFTS):
                moved = replace(span, start=span.start + shift[0], end=span.end + shift[1])
                fitting[shift] += fits(moved, text, edges) and moved.start < moved.end
    best = max(_SHIFTS, key=lambda shift: fitting[shift])
    # Chance does not make most of them fit, and few as they are.
    enough = fitting[best] >= _ENOUGH * number and fitting[0, 0] <= (1 - _ENOUGH) * number + _STRAYS * (number > 1)
    return _SHIFTS[best] if number and enough and fitting[best] > fitting[0, 0] else None
