"""Perturbations of what mentions say: other names of their type, other numbers."""

from __future__ import annotations

import random
import re

from itner.core.view import Edit
from itner.evaluation.robustness.edits import Given

SHARES = (1 / 3, 2 / 3, 1.0)
# A number, dotted or not, with a letter or two: 16.0.1, v7, 22H2.
_NUMBER = re.compile(r"[A-Za-z]?\d+(?:\.\d+)*[A-Za-z]?\d*")
_DIGITS = re.compile(r"\d+")


def find_swaps(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Mentions replaced by other names of their type, where names of it are known; capitals at the beginning stay."""
    edits: list[Edit] = []
    for mention in given.mentions:
        surface = given.text[mention.start : mention.end]
        others = [name for name in given.names.get(mention.type, ()) if name.casefold() != surface.casefold()]
        if not others or chance.random() >= SHARES[severity - 1]:
            continue
        name = chance.choice(others)
        if surface[:1].isupper():
            name = name[:1].upper() + name[1:]
        edits.append((mention.start, mention.end, name))
    return edits


def find_numbers(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Other digits in mentions that are a number, dotted or not: as many, and no zero at the beginning of many."""
    edits: list[Edit] = []
    for mention in given.mentions:
        if not _NUMBER.fullmatch(given.text, mention.start, mention.end) or chance.random() >= SHARES[severity - 1]:
            continue
        for match in _DIGITS.finditer(given.text, mention.start, mention.end):
            size = len(match[0])
            low = 10 ** (size - 1) if size > 1 else 0
            edits.append((*match.span(), str(chance.randrange(low, 10**size))))
    return edits
