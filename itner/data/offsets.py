"""What the offsets of a file count: code points, or the UTF-16 units or UTF-8 bytes of other languages' strings.

Where all characters are of ASCII, the three are the same; only spans behind another character tell them apart. Code
points are believed unless such spans do not fit the tokens (or the text that is recorded with them) by code points and
do by another unit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
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
