"""Oversampling of training sentences that hold entities, rare ones more."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

from itner.core.types import Document

ENTITY_FACTOR = 1.5
RARE_BONUS = 0.5
OVERSAMPLING_SEED = 13


def oversample(documents: Sequence[Document], rare_types: Collection[str], seed: int) -> list[int]:
    """Indices into `documents` in order, each at least once.

    A sentence that holds a mention counts `ENTITY_FACTOR` times, one that holds a rare type
    `ENTITY_FACTOR + RARE_BONUS` times. Of a fractional factor, the whole part applies to every sentence
    and the rest to a random sample of exactly that share, so sizes depend on the counts alone.
    """
    rng = random.Random(seed)
    groups: dict[float, list[int]] = {1.0: [], ENTITY_FACTOR: [], ENTITY_FACTOR + RARE_BONUS: []}
    for index, document in enumerate(documents):
        factor = 1.0
        if document.mentions:
            factor = ENTITY_FACTOR
            if any(mention.type in rare_types for mention in document.mentions):
                factor += RARE_BONUS
        groups[factor].append(index)
    chosen: list[int] = []
    for factor, members in groups.items():
        whole = int(factor)
        chosen += members * whole
        chosen += rng.sample(members, round((factor - whole) * len(members)))
    return sorted(chosen)
