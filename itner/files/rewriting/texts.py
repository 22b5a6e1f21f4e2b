"""Texts: edited where they stand, in the encoding that they came in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from itner.core.errors import InputError
from itner.files.encodings import decode
from itner.files.items import Parsed, Settings
from itner.files.rewriting.units import Opened, edit_text, whole

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_UNMARKED = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")


@dataclass(frozen=True)
class Decoded:
    """A file's text, and how it becomes bytes again."""

    text: str
    encode: Callable[[str], bytes]


def decode_exactly(data: bytes) -> Decoded:
    """The text of bytes that are the same again when it is encoded; InputError where there is no such encoding."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                text = data[len(mark) :].decode(encoding)
            except UnicodeError:
                break
            return Decoded(text, partial(_encode, encoding=encoding, mark=mark))
    parsed = Parsed()
    read = decode(data, Settings(), parsed)
    for encoding in _UNMARKED:
        try:
            if data.decode(encoding) == read:
                return Decoded(read, partial(_encode, encoding=encoding))
        except UnicodeError:
            continue
    raise InputError(
        f"its encoding was guessed, so that it could not be written as it was ({'; '.join(parsed.notes)}); save it as "
        "UTF-8"
    )


def _encode(text: str, encoding: str, mark: bytes = b"") -> bytes:
    # What stands in the place of something may have letters that the encoding lacks.
    return mark + text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")


def open_text(data: bytes) -> Opened:
    """The whole text is one unit."""
    found = decode_exactly(data)
    units = [whole(found.text)]
    return Opened(units, lambda edits: found.encode(edit_text(found.text, units, edits)))
