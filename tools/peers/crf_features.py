"""What the CRF sees of a token: the usual features of named-entity recognition, nothing of a domain."""

from __future__ import annotations

import re
from collections.abc import Sequence

_LONGEST_AFFIX = 4


def shape(word: str) -> str:
    """Capitals as X, other letters as x, digits as d, the rest as it is: `Win-11` is `Xxx-dd`."""
    return "".join(
        "X" if char.isupper() else "x" if char.isalpha() else "d" if char.isdigit() else char for char in word
    )


def short_shape(word: str) -> str:
    """The shape with each run of one sign said once: `Win-11` is `Xx-d`."""
    return re.sub(r"(.)\1+", r"\1", shape(word))


def features(words: Sequence[str], guideline: str = "") -> list[list[str]]:
    """The features of each token.

    Args:
        words: the sentence's tokens.
        guideline: the annotation guideline that the sentence follows; every feature of the token itself is then there
            twice, alone and with the guideline, so that both corpora share what they can and differ where they must.
            Empty: not told.
    """
    lower = [word.lower() for word in words]
    shapes = [shape(word) for word in words]
    short = [short_shape(word) for word in words]
    found = []
    for index, word in enumerate(words):
        own = [f"w={lower[index]}", f"W={word}", f"s={shapes[index]}", f"ss={short[index]}"]
        for length in range(1, min(_LONGEST_AFFIX, len(word)) + 1):
            own += [f"p{length}={lower[index][:length]}", f"e{length}={lower[index][-length:]}"]
        own += [f"long={min(len(word), 12)}"] + [
            name
            for name, holds in (
                ("upper", word.isupper()),
                ("title", word.istitle()),
                ("digits", word.isdigit()),
                ("has digit", any(char.isdigit() for char in word)),
                ("has letter and digit", any(char.isdigit() for char in word) and any(map(str.isalpha, word))),
                ("has hyphen", "-" in word),
                ("has dot", "." in word),
                ("no letter or digit", not any(map(str.isalnum, word))),
            )
            if holds
        ]
        beside = []
        for step in (-2, -1, 1, 2):
            at = index + step
            if 0 <= at < len(words):
                beside += [f"{step}w={lower[at]}", f"{step}s={short[at]}"]
            elif at in (-1, len(words)):
                beside.append("first" if at < 0 else "last")
        if index:
            beside += [f"-1|0={lower[index - 1]}|{lower[index]}", f"-1|0s={short[index - 1]}|{short[index]}"]
        if index + 1 < len(words):
            beside += [f"0|1={lower[index]}|{lower[index + 1]}", f"0|1s={short[index]}|{short[index + 1]}"]
        told = [f"{guideline}: {feature}" for feature in ("", *own)] if guideline else []
        found.append(["bias", *own, *beside, *told])
    return found
