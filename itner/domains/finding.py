"""What labelling functions are made of: names written down between bars, and finding by pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable

from itner.core.types import Document, Mention


def list_names(text: str) -> tuple[str, ...]:
    """The names that stand between the bars, whatever the line breaks in them."""
    return tuple(" ".join(name.split()) for name in text.split("|") if name.strip())


def any_of(names: Iterable[str]) -> str:
    """A pattern's group for one of the names, the longest that fits."""
    return f"(?:{'|'.join(map(re.escape, sorted(names, key=len, reverse=True)))})"


def find(document: Document, kind: str, *patterns: re.Pattern[str], group: int = 0, trim: str = "") -> list[Mention]:
    """What the patterns, or a group of theirs, match, as mentions of a type.

    Args:
        trim: characters that end no mention.
    """
    found = []
    for pattern in patterns:
        for match in pattern.finditer(document.text):
            start, end = match.span(group)
            while end > start and document.text[end - 1] in trim:
                end -= 1
            found.append(Mention(start, end, kind))
    return found
