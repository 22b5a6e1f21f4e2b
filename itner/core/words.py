"""Numbers and names of things in words."""

from __future__ import annotations

import re
from collections.abc import Iterable


def counted(number: int, noun: str) -> str:
    """A number of things: "1 picture", "2 pictures"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """A text that can be shown and hashed; what of it is no Unicode, as in names of files, is written as `\\udcff`."""
    return text.encode("utf-8", "backslashreplace").decode()


def unmarked(text: str) -> str:
    """A text of others as Markdown that shows it as it is: no link, image, formula, colour or emphasis.

    Addresses become links even where every sign is escaped, unless something stands in them that nobody sees.
    """
    text = re.sub(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", "\u2060", text, flags=re.IGNORECASE)
    text = re.sub(r"([\\`*_{}\[\]#+!|<>~$:&=^-])", r"\\\1", " ".join(text.split()))
    # What would begin a list.
    return re.sub(r"^(\d+)([.)])", r"\1\\\2", text)


def listed(names: Iterable[str]) -> str:
    """Names one after the other: "a", "a and b", "a, b and c"."""
    *first, last = list(names) or [""]
    return f"{', '.join(first)} and {last}" if first else last
