"""Perturbations of what stands round about words: punctuation, white space, symbols, lines, colours of terminals."""

from __future__ import annotations

import math
import random
import re

from itner.core.view import Edit
from itner.evaluation.robustness.edits import Given, list_outside, list_units, some

PUNCTUATION_SHARES = (0.1, 0.25, 0.5)
SPACE_SHARES = (0.25, 0.5, 1.0)
GLUE_SHARES = (0.05, 0.1, 0.2)
SYMBOL_SHARES = (0.05, 0.15, 0.3)
CUT_SHARES = (0.25, 0.5, 0.75)
WIDTHS = (60, 40, 20)
COLOUR_SHARES = (0.1, 0.3, 1.0)

_WORD = re.compile(r"\S+")
_GAP = re.compile(r"(?<=\S)[ ]+(?=\S)")
_SIGNS = re.compile(r"[.,;:!?]+(?=\s|\Z)")
_LAST_SIGNS = re.compile(r"[.!?…]+[ ]*(?=\n)")
# Blanks of other widths, and more of them; none of them ends a sentence or a line.
_SPACES = ("  ", "   ", "\u00a0", "\u2009", "\u2003", " \u00a0")
# What stands before and behind a word without a blank.
_SYMBOLS = (
    ("(", ")"), ("[", "]"), ("\u201c", "\u201d"), ("\u00ab", "\u00bb"), ("|", "|"), ("\u2192", ""), ("\u2705", ""),
    ("\u26a0\ufe0f", ""), ("\u2022", ""), ("=", ""), ("", "\u2122"), ("", "\u00ae"), ("", "\u2026"), ("", "/"),
    ("", "\U0001f600"),
)  # fmt: skip
_COLOURS = ("\x1b[31m", "\x1b[1;33m", "\x1b[32m", "\x1b[1m", "\x1b[38;5;208m")
_COLOUR_END = "\x1b[0m"
_LEVELS = ("error", "warn", "info", "debug")
_TAGS = ("app[{n}]: ", "[worker-{n}] ", "svc-{n} | ", "<{n}> (main) ")


def find_punctuation(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Signs behind words left out or doubled, and commas where none were; mentions stay as they are."""
    share = PUNCTUATION_SHARES[severity - 1]
    signs = list_outside(given, _SIGNS)
    edits: list[Edit] = [
        (start, end, chance.choice(("", given.text[start:end] * 2))) for start, end in some(signs, share, chance)
    ]
    followed = [(end, end) for start, end in list_units(given, _WORD) if given.text[end : end + 1] == " "]
    signed = {end for _, end in signs}
    edits += [(place, place, ",") for place, _ in some(followed, share / 2, chance) if place not in signed]
    return edits


def find_spaces(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Blanks between words doubled, or of other widths."""
    gaps = [match.span() for match in _GAP.finditer(given.text)]
    return [(start, end, chance.choice(_SPACES)) for start, end in some(gaps, SPACE_SHARES[severity - 1], chance)]


def find_glue(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Blanks between words left out."""
    gaps = [match.span() for match in _GAP.finditer(given.text)]
    return [(start, end, "") for start, end in some(gaps, GLUE_SHARES[severity - 1], chance)]


def find_symbols(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Brackets, arrows, pictures and the like directly before or behind words and mentions, and no part of these."""
    edits: list[Edit] = []
    for start, end in some(list_units(given, _WORD), SYMBOL_SHARES[severity - 1], chance):
        before, behind = chance.choice(_SYMBOLS)
        edits += [(place, place, sign) for place, sign in ((start, before), (end, behind)) if sign]
    return edits


def find_cut(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """The last words cut away. A mention is cut away as a whole; a text keeps its first word or mention."""
    words = [match.span() for match in _WORD.finditer(given.text)]
    if len(words) < 2:
        return []
    place = words[max(1, math.ceil(len(words) * (1 - CUT_SHARES[severity - 1]))) - 1][1]
    for mention in given.mentions:
        if mention.start < place < mention.end:
            before = len(given.text[: mention.start].rstrip())
            place = before or mention.end
    return [(place, len(given.text), "")]


def find_wraps(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Line breaks in the place of blanks, so that no line is longer than so many characters if that can be."""
    edits: list[Edit] = []
    begin = 0
    last: tuple[int, int] | None = None
    for gap in [*(match.span() for match in _GAP.finditer(given.text)), (len(given.text), len(given.text))]:
        if gap[0] - begin > WIDTHS[severity - 1] and last is not None:
            edits.append((*last, "\n"))
            begin = last[1]
        last = gap
    return edits


def find_colours(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Words and mentions in colours of a terminal: escape sequences before and behind them."""
    edits: list[Edit] = []
    for start, end in some(list_units(given, _WORD), COLOUR_SHARES[severity - 1], chance):
        edits += [(start, start, chance.choice(_COLOURS)), (end, end, _COLOUR_END)]
    return edits


def find_log_prefix(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """What loggers write before a line: a clock, then a level, then a process.

    Without a date, which would be a mention itself where dates are looked for.
    """
    clock = (
        f"{chance.randrange(24):02d}:{chance.randrange(60):02d}:{chance.randrange(60):02d}.{chance.randrange(1000):03d}"
    )
    prefix = chance.choice((f"{clock} ", f"[{clock}] ", f"[{chance.uniform(1, 99999):12.6f}] "))
    if severity > 1:
        level = chance.choice(_LEVELS).upper()
        prefix += chance.choice((f"{level} ", f"[{level}] ", f"{level}: "))
    if severity > 2:
        prefix += chance.choice(_TAGS).format(n=chance.randrange(1, 10_000))
    return [(0, 0, prefix)]


def find_join(given: Given, severity: int, chance: random.Random) -> list[Edit]:
    """Two texts made one: by a blank; by a blank in the place of the sign at the first one's end; by nothing."""
    if given.seam is None:
        return []
    edits: list[Edit] = [(given.seam, given.seam + 1, "" if severity == 3 else " ")]
    if severity == 2 and (match := _LAST_SIGNS.search(given.text, 0, given.seam + 1)) is not None:
        edits.append((match.start(), match.end(), ""))
    return edits
