"""Words of a view as they stand in its text."""

from __future__ import annotations

from itner.core.view import read_view


def shown_as(text: str, word: str) -> str:
    """What stands in the text for the first occurrence of a word in its view."""
    view = read_view(text)
    start = view.text.index(word)
    first, last = view.back(start, start + len(word))
    return text[first:last]
