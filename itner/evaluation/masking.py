"""What redaction is judged by: personal characters that stay in the text, and harmless ones that are hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from itner.core.types import Document, Mention
from itner.records.scores import MaskedCharacters


def count_masked(
    documents: Sequence[Document], found: Sequence[Sequence[Mention]], personal: Collection[str]
) -> MaskedCharacters:
    """Characters of the documents by whether they are personal, and whether hiding what was found would hide them.

    White space counts as nothing. Of which of the personal types something is does not matter, only that it is hidden.
    """
    total = MaskedCharacters()
    for document, mentions in zip(documents, found, strict=True):
        gold, hidden = (_inside(marks, personal) for marks in (document.mentions, mentions))
        shown = {at for at, char in enumerate(document.text) if not char.isspace()}
        told = gold & shown
        total += MaskedCharacters(
            personal=len(told),
            left=len(told - hidden),
            harmless=len(shown - gold),
            masked=len((shown - gold) & hidden),
        )
    return total


def _inside(mentions: Iterable[Mention], types: Collection[str]) -> set[int]:
    return {at for mention in mentions if mention.type in types for at in range(mention.start, mention.end)}
