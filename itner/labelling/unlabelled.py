"""Raw texts as documents for somebody to label."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import replace

from itner.core.sentences import list_sentences
from itner.core.types import Document
from itner.files.items import TextItem

_BLANK_LINE = re.compile(r"\n\s*\n")


def list_unlabelled(items: Sequence[TextItem], source: str) -> list[Document]:
    """The different sentences of the texts, as documents without mentions; a blank line ends a text."""
    seen: dict[str, Document] = {}
    for number, item in enumerate(items):
        blanks = [blank.start() for blank in _BLANK_LINE.finditer(item.text)]
        for sentence in list_sentences(item.text):
            document, start = sentence.document, int(sentence.document.id)
            group = f"{number}-{bisect(blanks, start)}"
            seen.setdefault(document.text, replace(document, id=f"{number}-{start}", source=source, group=group))
    return list(seen.values())
