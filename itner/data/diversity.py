"""How varied a corpus is: what a template or a copying hand would give away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from itner.core.types import Document
from itner.data.stats import list_mentions
from itner.records.dataset import Diversity

GRAM = 4


def measure_diversity(documents: Sequence[Document]) -> Diversity:
    """Repetition of words, of word sequences and of mentions; case is ignored throughout."""
    words = [[token.casefold() for token in document.token_texts()] for document in documents]
    grams = Counter(chain.from_iterable(zip(*(line[start:] for start in range(GRAM)), strict=False) for line in words))
    vocabulary = Counter(chain.from_iterable(words))
    mentions = Counter(list_mentions(documents))
    openings = Counter(tuple(line[:2]) for line in words)
    return Diversity(
        distinct_4gram_share=_share(len(grams), grams.total()),
        type_token_ratio=_share(len(vocabulary), vocabulary.total()),
        mention_strings=len(mentions),
        once_only_share=_share(sum(count == 1 for count in mentions.values()), len(mentions)),
        distinct_opening_share=_share(len(openings), openings.total()),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
