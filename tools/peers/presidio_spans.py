"""What Presidio finds, as spans of ours: its types by our names, whole words, and one where several overlap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from tools.peers.handover import Span

# What it is asked for, with our names. It has one type for places of all kinds.
TYPES = {
    "CREDIT_CARD": "CREDIT_CARD",
    "DATE_TIME": "DATE",
    "EMAIL_ADDRESS": "EMAIL",
    "LOCATION": "LOCATION",
    "PERSON": "PERSON_NAME",
    "PHONE_NUMBER": "PHONE",
}


class Result(Protocol):
    """What its analyzer returns of an entity: offsets in characters, end exclusive, and a score from 0 to 1."""

    entity_type: str
    start: int
    end: int
    score: float


def to_spans(results: Iterable[Result], tokens: Sequence[tuple[int, int]]) -> list[Span]:
    """The results as token spans in text order.

    A span takes the words that it touches with it, as in our corpus; of several that overlap then, the one with the
    highest score is kept, of these the longest, of these the first. Types that are none of ours are left out.
    """
    proposed = []
    for result in results:
        name = TYPES.get(result.entity_type)
        touched = [number for number, (start, end) in enumerate(tokens) if start < result.end and result.start < end]
        if name is not None and touched:
            start, end = touched[0], touched[-1] + 1
            proposed.append((-result.score, start - end, start, end, name))
    taken: set[int] = set()
    kept = []
    for _, _, start, end, name in sorted(proposed):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            kept.append((start, end, name))
    return sorted(kept)
