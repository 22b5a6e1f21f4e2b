"""The text of bytes in whatever encoding they are."""

from __future__ import annotations

import codecs

from itner.core.errors import InputError
from itner.files.items import Parsed, Settings

_SAMPLE = 65_536
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def decode(data: bytes, settings: Settings, parsed: Parsed) -> str:
    """The text: UTF-8, UTF-16 with a mark, or, with a note, the encoding it looks like."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise InputError(f"not valid {encoding}, although it begins so (byte {error.start:,})") from None
    if b"\0" in data:
        raise InputError(f"holds NUL bytes (the first at byte {data.index(0):,}), so it is not text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        from charset_normalizer import from_bytes

        start = max(0, error.start - _SAMPLE // 2)
        guess = from_bytes(data[start : start + _SAMPLE]).best()
        where = f"byte {error.start:,} is not UTF-8"
        if guess is None:
            raise InputError(f"{where}, and no other encoding fits; save the file as UTF-8") from None
    try:
        text = data.decode(guess.encoding)
    except UnicodeDecodeError:
        raise InputError(f"{where}, and neither is it {guess.encoding} throughout; save the file as UTF-8") from None
    parsed.notes.append(f"{where}; read as {guess.encoding}")
    return text
