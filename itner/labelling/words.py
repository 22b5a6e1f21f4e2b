"""The words of a text, to tell whether two texts are one but for how they are written."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from itertools import groupby


def split_words(text: str, signs: str = "") -> tuple[str, ...]:
    """Words in order, whatever their case and however their accents are written; vowel signs belong to them.

    Of a text without any word it is the text itself, without white space.

    Args:
        signs: that belong to a word which stands right before them, such as those of C++ and C#.
    """
    same = unicodedata.normalize("NFC", text.casefold())
    return tuple(_pattern(signs).findall(same)) or tuple(filter(None, ["".join(same.split())]))


@cache
def _pattern(signs: str) -> re.Pattern[str]:
    # What `\w` leaves out: marks, without which words of Hindi or Thai are others, or several.
    marks = [code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code))[0] == "M"]
    ranges = []
    for _, grouped in groupby(enumerate(marks), lambda pair: pair[1] - pair[0]):
        run = [code for _, code in grouped]
        ranges.append(f"{chr(run[0])}-{chr(run[-1])}")
    after = f"[{re.escape(signs)}]*" if signs else ""
    return re.compile(rf"[\w{''.join(ranges)}]+{after}")
