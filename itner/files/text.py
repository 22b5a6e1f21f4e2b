"""Plain text."""

from __future__ import annotations

from itner.files.encodings import decode
from itner.files.items import Parsed, Part, Settings


def read_text(data: bytes, settings: Settings) -> Parsed:
    """The whole file as one text."""
    parsed = Parsed()
    parsed.parts.append(Part("", decode(data, settings, parsed)))
    return parsed
