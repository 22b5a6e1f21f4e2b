"""Few sentences of many, as somebody takes them who annotates few: such that every type occurs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from itner.core.types import Document

_OF_EACH = 2


def draw_few(documents: Sequence[Document], wanted: int, seed: int) -> list[int]:
    """The places of so many documents, in order; all where there are fewer.

    What is drawn of few is part of what the same seed draws of more.
    """
    order = list(range(len(documents)))
    random.Random(seed).shuffle(order)
    seen: Counter[str] = Counter()
    first: dict[int, None] = {}
    for place in order:
        types = {mention.type for mention in documents[place].mentions}
        if any(seen[name] < _OF_EACH for name in types):
            first[place] = None
            seen.update(types)
    return sorted(list(first | dict.fromkeys(order))[:wanted])
