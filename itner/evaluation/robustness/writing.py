"""Perturbations of how words are written: slips of the keyboard, misread letters, capitals, look-alikes.

Each finds edits for a severity from 1 to 3; the shares of words that it then changes stand at its head.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from itner.core.view import Edit
from itner.evaluation.robustness.edits import Given, list_pieces, some

TYPO_SHARES = (0.05, 0.15, 0.3)
MISREAD_SHARES = (0.05, 0.15, 0.3)
LOOKALIKE_SHARES = (0.05, 0.15, 0.3)
CASE_SHARES = (1 / 3, 2 / 3, 1.0)

_WORD = re.compile(r"[^\W\d_]+")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SHORTEST = 3
# What a scanner takes for what, both ways.
_MISREAD = {
    "rn": "m", "m": "rn", "cl": "d", "d": "cl", "vv": "w", "w": "vv", "li": "h", "l": "1", "1": "l", "I": "l", "i": "j",
    "O": "0", "0": "O", "o": "c", "c": "e", "e": "c", "S": "5", "5": "S", "B": "8", "8": "B", "Z": "2", "2": "Z",
    "G": "6", "6": "G", "g": "q", "h": "b", "t": "f", "f": "t", "u": "ii", "n": "ri", "a": "o",
}  # fmt: skip
_MISREADABLE = re.compile("|".join(sorted(map(re.escape, _MISREAD), key=len, reverse=True)))
_SIGNS = re.compile(r"\w+")
# Cyrillic and Greek letters that look like Latin ones.
_ALIKE = str.maketrans("aceiopsxyABEHIKMNOPTXYZjv", "асеіорѕхуАВЕНІКМΝОРТХΥΖјν")


def _neighbours() -> dict[str, str]:
    """The keys beside each letter's, in its row and in those above and below."""
    places = {key: (row, column) for row, keys in enumerate(_ROWS) for column, key in enumerate(keys)}
    return {
        key: "".join(
            other
            for other, (r, c) in places.items()
            if other != key and abs(r - row) <= 1 and abs((c + r / 2) - (column + row / 2)) <= 1
        )
        for key, (row, column) in places.items()
    }


_BESIDE = _neighbours()


def find_typos(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """A key beside the right one, a letter left out, doubled, or swapped with the next; never the first letter."""
    long = [span for span in list_pieces(given, _WORD) if span[1] - span[0] >= _SHORTEST]
    edits: list[Edit] = []
    for start, end in some(long, TYPO_SHARES[severity - 1], chance):
        place = chance.randrange(start + 1, end)
        letter = given.text[place]
        kind = chance.choice(("beside", "left out", "doubled", "swapped"))
        following = given.text[place + 1] if place + 1 < end else letter
        if kind == "left out":
            edits.append((place, place + 1, ""))
        elif kind == "swapped" and following != letter:
            edits.append((place, place + 2, following + letter))
        elif kind == "beside" and letter.lower() in _BESIDE:
            other = chance.choice(_BESIDE[letter.lower()])
            edits.append((place, place + 1, other.upper() if letter.isupper() else other))
        else:
            edits.append((place, place + 1, letter * 2))
    return edits


def find_misreadings(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """One letter or digit a word taken for another one that looks like it."""
    edits: list[Edit] = []
    for start, end in some(list_pieces(given, _SIGNS), MISREAD_SHARES[severity - 1], chance):
        sites = [match.span() for match in _MISREADABLE.finditer(given.text, start, end)]
        if sites:
            first, last = chance.choice(sites)
            edits.append((first, last, _MISREAD[given.text[first:last]]))
    return edits


def find_lookalikes(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """One letter a word replaced by one of another script that looks the same."""
    edits: list[Edit] = []
    for start, end in some(list_pieces(given, _WORD), LOOKALIKE_SHARES[severity - 1], chance):
        sites = [place for place in range(start, end) if ord(given.text[place]) in _ALIKE]
        if sites:
            place = chance.choice(sites)
            edits.append((place, place + 1, given.text[place].translate(_ALIKE)))
    return edits


def find_lower(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Words in lower case."""
    return _find_case(given, severity, chance, str.lower)


def find_upper(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Words in capitals."""
    return _find_case(given, severity, chance, str.upper)


def find_title(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Words with a capital at their beginning."""
    return _find_case(given, severity, chance, lambda word: word[:1].upper() + word[1:])


def _find_case(given: Given, severity: int, chance: random.Random, change: Callable[[str], str]) -> list[Edit]:
    chosen = some(list_pieces(given, _WORD), CASE_SHARES[severity - 1], chance)
    return [(start, end, change(given.text[start:end])) for start, end in chosen]
