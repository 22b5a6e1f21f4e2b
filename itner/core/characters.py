"""Classes of Unicode characters as parts of regular expressions, made when a text first needs them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

# Beyond the last ideographs there are only selectors and tags, which are in `IGNORED`.
_LAST = 0x323B0
# What is never shown, or only changes how its neighbours are: soft hyphen, joiners, marks of direction, byte order
# mark, variation selectors, tags. Signs that enclose the digits after them (U+0600 to 0605 and the like) are shown.
IGNORED = (
    "\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Spaces of other widths, and blanks that are no spaces by their category.
SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u115f\u1160\u3164\uffa0\u2800"
# Of one character to be read as others, those that mean something else when they are: ordinals, jamo, half-width jamo.
_KEPT = {*"ªºµ", *map(chr, range(0x3131, 0x318F)), *map(chr, range(0xFFA0, 0xFFDD))}


@cache
def _shown() -> re.Pattern[str]:
    return re.compile(f"[^\\s{IGNORED}{SPACES}]")


def is_blank(text: str) -> bool:
    """Whether nothing of a text is shown."""
    return not _shown().search(text)


def is_encodable(text: str) -> bool:
    """Whether a text has a form in UTF-8: halves of surrogate pairs, as in JSON and names of files, have none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@cache
def marks() -> str:
    """Characters that belong to the one before them: accents, vowel signs."""
    ignored = re.compile(f"[{IGNORED}]")
    return _ranges(
        code
        for code in range(0x300, _LAST)
        if unicodedata.category(chr(code)).startswith("M") and not ignored.match(chr(code))
    )


@cache
def caseless_letters() -> str:
    """Letters of scripts without capitals, which are written without spaces or glue prefixes to foreign words."""
    return _ranges(code for code in range(0x300, _LAST) if unicodedata.category(chr(code)) == "Lo")


@cache
def variants() -> str:
    """Letters, digits and signs that are others in another shape: ligatures, full width, mathematical bold."""
    return _ranges(code for code in range(0x80, _LAST) if _is_variant(chr(code)))


def word_character() -> str:
    """A letter or digit with its marks, caseless letters apart."""
    return rf"(?:(?![{caseless_letters()}])\w[{marks()}]*)"


def _is_variant(character: str) -> bool:
    if character in _KEPT:
        return False
    plain = unicodedata.normalize("NFKC", character)
    if plain in (character, unicodedata.normalize("NFC", character)):
        return False
    wide = "\uff01" <= character <= "\uff5e"
    return wide or (unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lo", "Nd") and plain.isalnum())


def _ranges(codes: Iterable[int]) -> str:
    parts = []
    first = last = -2
    for code in [*codes, -2]:
        if code == last + 1:
            last = code
            continue
        if first >= 0:
            parts.append(re.escape(chr(first)) + (f"-{re.escape(chr(last))}" if last > first else ""))
        first = last = code
    return "".join(parts)
