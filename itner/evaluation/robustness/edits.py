"""Edits of a text, and what becomes of its mentions: one mechanism for all perturbations."""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from itner.core.types import Mention
from itner.core.view import Edit

BORDER_RULE = (
    "an edit that reaches over the border of a mention is left out, and so are those within a mention that would leave "
    "nothing of it or white space at its ends"
)


@dataclass(frozen=True)
class Given:
    """What a perturbation looks at.

    Attributes:
        mentions: in text order, without overlap.
        names: of types, those that a mention may be replaced by.
        seam: where the line break stands between two texts that are joined; None in a text by itself.
    """

    text: str
    mentions: tuple[Mention, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seam: int | None = None


# From what is given, a severity from 1 to 3 and a source of chance to edits, in any order.
Find = Callable[[Given, int, random.Random], list[Edit]]


@dataclass(frozen=True)
class Edited:
    """A text after its edits.

    Attributes:
        mentions: those that are left, in text order: each is what became of its old text, to the letter.
        kept: which of the old mentions these are, by number.
        edits: what was done, in text order, with places in the old text.
    """

    text: str
    mentions: tuple[Mention, ...]
    kept: tuple[int, ...]
    edits: tuple[Edit, ...]


def apply_edits(text: str, mentions: Sequence[Mention], edits: Iterable[Edit], cuts: bool = False) -> Edited:
    """Apply edits once; the mentions go along.

    What is put in at the border of a mention is no part of it. Left out are edits that change nothing, that overlap an
    earlier one, and those of `BORDER_RULE`.

    Args:
        mentions: in text order, without overlap.
        edits: (start, end, replacement) in any order; start == end puts something in.
        cuts: whether an edit that takes away a stretch takes away the mentions in it; otherwise it is left out.
    """
    mentions = list(mentions)
    inside: dict[int, list[Edit]] = {}
    outside: list[Edit] = []
    gone: set[int] = set()
    position = 0
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        if start < position or text[start:end] == new:
            continue
        touched = [n for n, m in enumerate(mentions) if m.start < end and start < m.end]
        if not touched:
            outside.append((start, end, new))
        elif cuts and new == "" and all(_holds(start, end, mentions[n]) for n in touched):
            gone.update(touched)
            outside.append((start, end, new))
        elif len(touched) == 1 and mentions[touched[0]].start <= start and end <= mentions[touched[0]].end:
            inside.setdefault(touched[0], []).append((start, end, new))
        else:
            continue
        position = end
    for number, found in inside.items():
        mention = mentions[number]
        shifted = [(start - mention.start, end - mention.start, new) for start, end, new in found]
        before = text[mention.start : mention.end]
        after = _rewrite(before, shifted)
        if after.strip() and (after == after.strip() or before != before.strip()):
            outside += found
    done = sorted(outside, key=lambda edit: edit[:2])
    ends = [end for _, end, _ in done]
    shifts = [0]
    for start, end, new in done:
        shifts.append(shifts[-1] + len(new) - (end - start))
    kept = tuple(number for number in range(len(mentions)) if number not in gone)
    moved = []
    for number in kept:
        mention = mentions[number]
        first, last = bisect_right(ends, mention.start), bisect_right(ends, mention.end)
        while last and done[last - 1][:2] == (mention.end, mention.end):
            last -= 1
        moved.append(replace(mention, start=mention.start + shifts[first], end=mention.end + shifts[last]))
    return Edited(_rewrite(text, done), tuple(moved), kept, tuple(done))


def _holds(start: int, end: int, mention: Mention) -> bool:
    return start <= mention.start and mention.end <= end


def _rewrite(text: str, edits: Sequence[Edit]) -> str:
    """The text after its edits, which are in order and do not overlap."""
    parts: list[str] = []
    position = 0
    for start, end, new in edits:
        parts += (text[position:start], new)
        position = end
    return "".join((*parts, text[position:]))


def list_pieces(given: Given, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Where the pattern matches, cut at the borders of mentions, so that no piece reaches over one."""
    borders = sorted({place for mention in given.mentions for place in (mention.start, mention.end)})
    for match in pattern.finditer(given.text):
        start, end = match.span()
        for border in borders[bisect_right(borders, start) : bisect_right(borders, end - 1)]:
            yield start, border
            start = border
        yield start, end


def list_outside(given: Given, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """The pieces outside of mentions."""
    spans = [(mention.start, mention.end) for mention in given.mentions]
    pieces = list_pieces(given, pattern)
    return [piece for piece in pieces if not any(start <= piece[0] and piece[1] <= end for start, end in spans)]


def list_units(given: Given, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """Mentions as wholes, and the pieces outside of them, in text order."""
    return sorted([*((mention.start, mention.end) for mention in given.mentions), *list_outside(given, pattern)])


def some(items: Iterable[tuple[int, int]], share: float, chance: random.Random) -> list[tuple[int, int]]:
    """Each of the spans with this probability."""
    return [item for item in items if chance.random() < share]
