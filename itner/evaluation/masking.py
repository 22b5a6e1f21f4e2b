"""What redaction is judged by: personal characters that stay in the text, and harmless ones that are hidden."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

import numpy as np

from itner.core.types import Document, Mention
from itner.records.recall import RecallPoint
from itner.records.scores import MaskedCharacters
from itner.taggers.base import Adjustable

# From what is most likely to what is hardly possible.
THRESHOLDS = (0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.005)


def count_masked(
    documents: Sequence[Document], found: Sequence[Sequence[Mention]], personal: Collection[str]
) -> np.ndarray:
    """Characters of the documents by whether they are personal, and whether hiding what was found would hide them.

    White space counts as nothing. Of which of the personal types something is does not matter, only that it is hidden.

    Returns:
        int array [documents, 4], the columns being those of `MaskedCharacters`.
    """
    table = np.zeros((len(documents), 4), dtype=np.int64)
    for row, document, mentions in zip(table, documents, found, strict=True):
        gold, hidden = (_inside(marks, personal) for marks in (document.mentions, mentions))
        shown = {at for at, char in enumerate(document.text) if not char.isspace()}
        told = gold & shown
        row[:] = len(told), len(told - hidden), len(shown - gold), len((shown - gold) & hidden)
    return table


def sum_masked(table: np.ndarray) -> MaskedCharacters:
    """`count_masked` summed over documents."""
    return MaskedCharacters(*table.sum(axis=0).tolist())


def curve_of(
    tagger: Adjustable,
    documents: Sequence[Document],
    personal: Collection[str],
    on_share: Callable[[float], None] = lambda share: None,
) -> tuple[RecallPoint, ...]:
    """What redaction by a tagger's mentions leaves and hides at each of `THRESHOLDS`."""
    points = []
    for number, threshold in enumerate(THRESHOLDS, start=1):
        found = tagger.at(threshold).tag_documents(documents)
        points.append(RecallPoint(threshold, sum_masked(count_masked(documents, found, personal))))
        on_share(number / len(THRESHOLDS))
    return tuple(points)


def _inside(mentions: Iterable[Mention], types: Collection[str]) -> set[int]:
    return {at for mention in mentions if mention.type in types for at in range(mention.start, mention.end)}
