"""What a language model says is in a text, as offsets: what it wrote is looked for, never guessed into place.

The rule: longer surfaces first, and those of equal length in the order of the answer; each takes the first place that
is still free, one with its very characters before one that differs in case or white space. A place begins and ends
where a token does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from itner.core.types import Mention, Token
from itner.records.answers import Losses

# Changes whenever the same answer could be placed elsewhere.
PLACING_RULE = "longest first, in order, 1"


@dataclass(frozen=True)
class Pair:
    """What a model says: a surface, and of which type it is."""

    surface: str
    type: str


@dataclass(frozen=True)
class Placed:
    """The mentions of a text in order, without overlap, and what of the answer has no place in it."""

    mentions: tuple[Mention, ...]
    losses: Losses


def place(text: str, tokens: Sequence[Token], pairs: Iterable[Pair], types: Sequence[str]) -> Placed:
    """The pairs as mentions of the text. Types are told apart without regard to case, spaces, hyphens."""
    known = {_plain(name): name for name in types}
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    taken: list[Mention] = []
    absent = unknown = crowded = 0
    for pair in sorted(pairs, key=lambda pair: -len(pair.surface.strip())):
        name = known.get(_plain(pair.type))
        if name is None:
            unknown += 1
            continue
        places = [(a, b) for a, b in _occurrences(text, pair.surface.strip()) if a in starts and b in ends]
        free = next(((a, b) for a, b in places if not any(a < one.end and one.start < b for one in taken)), None)
        if free is not None:
            taken.append(Mention(*free, name))
        elif places:
            crowded += 1
        else:
            absent += 1
    return Placed(tuple(sorted(taken, key=lambda mention: mention.start)), Losses(absent, unknown, crowded))


def _occurrences(text: str, surface: str) -> Iterator[tuple[int, int]]:
    if not surface:
        return
    at = text.find(surface)
    while at >= 0:
        yield at, at + len(surface)
        at = text.find(surface, at + 1)
    tolerant = r"\s+".join(map(re.escape, surface.split()))
    for match in re.finditer(tolerant, text, re.IGNORECASE):
        if match[0] != surface:
            yield match.span()


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()
