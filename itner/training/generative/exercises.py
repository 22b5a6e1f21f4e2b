"""Exercises for a decoder before it is taught a domain: what a sentence holds of kinds that anybody can check.

Little text teaches a small network few facts about words. Copying out of a text what was asked for is all that it will
do afterwards, so a part of what it is built from is just that, in the wording of the taggers (see
`itner.taggers.generative.wording`), of kinds that no domain marks.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from itner.taggers.generative.wording import word_answer, word_prompt
from itner.taggers.placing import Pair

_SHORTEST, _LONGEST = 20, 220
_MOST_KINDS = 6
_KINDS = {
    "NUMBER": r"\b\d+(?:[.,:]\d+)*\b",
    "CAPITALISED": r"\b[A-Z][a-z]+\b",
    "CAPITALS": r"\b[A-Z]{2,}\b",
    "NAME": r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)+\b",
    "MIXED": r"\b(?=\w*\d)(?=\w*[A-Za-z])\w+\b",
    "PATH": r"(?<!\S)[\w.~-]*(?:[\\/][\w.-]+)+",
    "QUOTED": r"(?<=\")[^\"]+(?=\")",
    "LONG": r"\b[a-z]{10,}\b",
    "SHORT": r"\b[a-z]{1,2}\b",
    "BRACKETED": r"(?<=\()[^()]+(?=\))",
    "DOTTED": r"\b\w+(?:\.\w+)+\b",
    "JOINED": r"\b\w+(?:[-_]\w+)+\b",
    "BEFORE_COMMA": r"\b\w+(?=,)",
    "AFTER_THE": r"(?<=\bthe )\w+",
    "AFTER_A": r"(?<=\ba )\w+",
    "ENDING_ING": r"\b\w+ing\b",
    "ENDING_ED": r"\b\w+ed\b",
    "PLURAL": r"\b[a-z]{3,}s\b",
    "FIRST": r"\A\S+",
    "LAST": r"\S+\Z",
}
_PATTERNS = {name: re.compile(pattern) for name, pattern in _KINDS.items()}


def make_exercises(texts: Sequence[str], count: int, seed: int) -> Iterator[str]:
    """So many exercises on sentences of the texts, each with kinds drawn anew; fewer where there is no sentence."""
    sentences = [line.strip() for text in texts for line in text.splitlines()]
    sentences = [line for line in sentences if _SHORTEST <= len(line) <= _LONGEST]
    if not sentences:
        return
    chance = random.Random(seed)
    for _ in range(count):
        text = chance.choice(sentences)
        kinds = chance.sample(sorted(_KINDS), chance.randint(1, _MOST_KINDS))
        yield word_prompt(text, kinds) + word_answer(find_kinds(text, kinds))


def find_kinds(text: str, kinds: Sequence[str]) -> list[Pair]:
    """What of these kinds stands in a text, in order; where two overlap, the longer one, or the kind named first."""
    found = [
        (-len(match[0]), place, match.start(), match.end(), kind)
        for place, kind in enumerate(kinds)
        for match in _PATTERNS[kind].finditer(text)
    ]
    taken: list[tuple[int, int, str]] = []
    for _, _, start, end, kind in sorted(found):
        if not any(start < other_end and other_start < end for other_start, other_end, _ in taken):
            taken.append((start, end, kind))
    return [Pair(text[start:end], kind) for start, end, kind in sorted(taken)]
