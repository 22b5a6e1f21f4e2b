"""Which sentences robustness is measured on: neighbours in pairs, so that two can be joined."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import groupby

from itner.core.types import Document

Part = tuple[Document, ...]


def draw_parts(documents: Sequence[Document], size: int, seed: int) -> list[Part]:
    """A sample of so many sentences as parts of one or two, in the order of the corpus.

    Two are neighbours of the same text; of a text with an odd number of sentences the last one is a part by itself, and
    so is one that was drawn where a single one was lacking. All of them where there are no more.
    """
    parts = _pair(documents)
    order = list(range(len(parts)))
    random.Random(f"{seed} sample").shuffle(order)
    drawn: dict[int, Part] = {}
    lacking = size
    for number in order:
        if lacking <= 0:
            break
        drawn[number] = parts[number][:lacking]
        lacking -= len(drawn[number])
    return [drawn[number] for number in sorted(drawn)]


def number_units(parts: Sequence[Part]) -> list[int]:
    """Of each part, the number of the text that it belongs to: what can be taken to be independent of the others.

    That is the group of its sentences; one without a group is a text of its own.
    """
    known: dict[str, int] = {}
    numbers = []
    for place, part in enumerate(parts):
        group = part[0].group
        key = f"group {group}" if group is not None else f"part {place}"
        numbers.append(known.setdefault(key, len(known)))
    return numbers


def _pair(documents: Sequence[Document]) -> list[Part]:
    parts: list[Part] = []
    for group, found in groupby(documents, key=lambda document: document.group):
        members = list(found)
        step = 1 if group is None else 2
        parts += [tuple(members[start : start + step]) for start in range(0, len(members), step)]
    return parts
