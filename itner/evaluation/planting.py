"""Errors planted in an annotation, to measure how many of them a ranking of suspects finds, and how early.

A quarter of them each: a mention that is left out, one of another type, one with a token too many or too few at one
end, and one where nothing is named, on a token that is marked elsewhere in the corpus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from itner.core.labels import TokenSpan, align_mentions, spans_to_mentions
from itner.core.types import Document
from itner.records.suspects import PLANT_KINDS, PlantKind, Suspect

_FIRST, _SECOND = 50, 100


@dataclass(frozen=True)
class Planted:
    """Where an error was planted: a stretch of the text that holds the mention as it was, and as it is now."""

    start: int
    end: int
    kind: PlantKind


def plant_errors(
    documents: Sequence[Document], share: float, types: Sequence[str], seed: int
) -> tuple[list[Document], dict[int, Planted]]:
    """Documents of which some have one error each, and the error of each of those by the document's number.

    As many errors as `share` of the mentions, of each kind as many as of any other but for rounding. Where the drawn
    documents have no place for a kind, there are fewer.
    """
    drawn = np.random.default_rng(seed)
    spans = [align_mentions(document)[0] for document in documents]
    marked = _list_marked(documents, spans)
    wanted = Counter(PLANT_KINDS[number % len(PLANT_KINDS)] for number in range(round(share * sum(map(len, spans)))))
    planters: Mapping[PlantKind, Callable[[int], tuple[list[TokenSpan], int, int] | None]] = {
        "left out": lambda number: _leave_out(spans[number], drawn),
        "type": lambda number: _change_type(spans[number], types, drawn),
        "boundary": lambda number: _shift(spans[number], len(documents[number].tokens), drawn),
        "made up": lambda number: _make_up(documents[number], spans[number], marked, types, drawn),
    }
    changed, planted = list(documents), dict[int, Planted]()
    for number in map(int, drawn.permutation(len(documents))):
        document = documents[number]
        # Unaligned mentions would be lost in the way through tokens.
        if len(spans[number]) != len(document.mentions):
            continue
        # What most are left to plant of comes first, so that rare places are not used up by others.
        for kind in sorted((kind for kind in PLANT_KINDS if wanted[kind]), key=lambda kind: -wanted[kind]):
            made = planters[kind](number)
            if made is not None:
                after, first, last = made
                changed[number] = replace(document, mentions=spans_to_mentions(after, document.tokens))
                planted[number] = Planted(document.tokens[first].start, document.tokens[last - 1].end, kind)
                wanted[kind] -= 1
                break
    return changed, planted


@dataclass(frozen=True)
class Ranks:
    """How early planted errors come among ranked suspects.

    Attributes:
        planted: how many, by kind.
        found_in_50, found_in_100: how many among the first so many suspects.
        found: among the first as many suspects as errors were planted, by kind.
        found_anywhere: among all suspects.
    """

    planted: dict[PlantKind, int]
    found_in_50: int
    found_in_100: int
    found: dict[PlantKind, int]
    found_anywhere: int


def rank_planted(suspects: Sequence[Suspect], planted: Mapping[tuple[str, str], Planted]) -> Ranks:
    """How early the planted errors come.

    Args:
        suspects: the least plausible labels first.
        planted: the error of each document that has one, by split and document id.
    """
    found: set[tuple[str, str]] = set()
    at = {}
    for rank, suspect in enumerate(suspects, start=1):
        name = (suspect.split, suspect.document)
        error = planted.get(name)
        if error is not None and suspect.start < error.end and error.start < suspect.end:
            # A planted error that two suspects touch is found once.
            found.add(name)
        if rank in (_FIRST, _SECOND, len(planted)):
            at[rank] = frozenset(found)
    early = at.get(len(planted), frozenset(found))
    return Ranks(
        planted=_count_kinds(planted.values()),
        found_in_50=len(at.get(_FIRST, found)),
        found_in_100=len(at.get(_SECOND, found)),
        found=_count_kinds(planted[name] for name in early),
        found_anywhere=len(found),
    )


def _count_kinds(errors: Iterable[Planted]) -> dict[PlantKind, int]:
    counts = Counter(error.kind for error in errors)
    return {kind: counts[kind] for kind in PLANT_KINDS}


def _list_marked(documents: Sequence[Document], spans: Sequence[Sequence[TokenSpan]]) -> frozenset[str]:
    """The words that stand in mentions, in lower case."""
    return frozenset(
        word.lower()
        for document, found in zip(documents, spans, strict=True)
        for start, end, _ in found
        for word in document.token_texts()[start:end]
        if any(char.isalnum() for char in word)
    )


def _leave_out(spans: Sequence[TokenSpan], drawn: np.random.Generator) -> tuple[list[TokenSpan], int, int] | None:
    if not spans:
        return None
    start, end, _ = gone = spans[int(drawn.integers(len(spans)))]
    return [span for span in spans if span != gone], start, end


def _change_type(
    spans: Sequence[TokenSpan], types: Sequence[str], drawn: np.random.Generator
) -> tuple[list[TokenSpan], int, int] | None:
    if not spans or len(types) < 2:
        return None
    place = int(drawn.integers(len(spans)))
    start, end, name = spans[place]
    others = [other for other in types if other != name]
    changed = list(spans)
    changed[place] = (start, end, others[int(drawn.integers(len(others)))])
    return changed, start, end


def _shift(
    spans: Sequence[TokenSpan], tokens: int, drawn: np.random.Generator
) -> tuple[list[TokenSpan], int, int] | None:
    taken = {token for start, end, _ in spans for token in range(start, end)}
    ways = []
    for place, (start, end, name) in enumerate(spans):
        shifted = [(start - 1, end, name)] if start > 0 and start - 1 not in taken else []
        shifted += [(start, end + 1, name)] if end < tokens and end not in taken else []
        shifted += [(start + 1, end, name), (start, end - 1, name)] if end - start > 1 else []
        ways += [(place, way) for way in shifted]
    if not ways:
        return None
    place, way = ways[int(drawn.integers(len(ways)))]
    changed = list(spans)
    changed[place] = way
    return changed, min(way[0], spans[place][0]), max(way[1], spans[place][1])


def _make_up(
    document: Document,
    spans: Sequence[TokenSpan],
    marked: frozenset[str],
    types: Sequence[str],
    drawn: np.random.Generator,
) -> tuple[list[TokenSpan], int, int] | None:
    taken = {token for start, end, _ in spans for token in range(start, end)}
    free = [index for index, word in enumerate(document.token_texts()) if index not in taken and word.lower() in marked]
    if not free:
        return None
    at = free[int(drawn.integers(len(free)))]
    return sorted([*spans, (at, at + 1, types[int(drawn.integers(len(types)))])]), at, at + 1
