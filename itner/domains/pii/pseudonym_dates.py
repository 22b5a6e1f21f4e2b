"""Invented dates in the form of those they replace: in digits or in words, with names of months of many languages."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import cache

from itner.domains.pii.words import (
    NOISE,
    ORDINALS,
    TEENS,
    TENS,
    UNITS,
    Draw,
    fold,
    like,
    make_digits,
    split,
)

# What months and days are called is the locales' own; English first, which is written where nothing is known.
_LOCALES = (
    "en", "de", "de_AT", "fr", "es", "it", "pt", "nl", "da", "nb", "sv", "pl", "cs", "fi", "hu", "ro", "tr", "id",
)  # fmt: skip
_NUMBERS = frozenset((*UNITS, *TEENS, *TENS, *ORDINALS, "oh", "thousand", "hundred"))
# They tell nothing of the day.
_FORM = frozenset({
    "a", "am", "and", "at", "cest", "cet", "d", "da", "de", "del", "den", "der", "di", "do", "e", "el", "est", "g",
    "gmt", "h", "in", "kl", "le", "m", "min", "nd", "o", "of", "on", "pm", "rd", "s", "st", "t", "th", "the", "uhr",
    "um", "utc", "vom", "y", "z", "ª", "º", "年", "月", "日", "号", "년", "월", "일",
})  # fmt: skip
# Between the words of one number.
_BETWEEN = frozenset((" ", "-", "and", "\u00a0", "\u2010", "\u2011"))
_FEWEST_LETTERS = 3
_SUFFIXES = ("st", "nd", "rd", "th")


def invent_date(surface: str, draw: Draw) -> str:
    """Another day, month and year in the same form.

    Where a word is none of those, such as in a language that is not known, all of it is invented: "9 April 1968".
    """
    drawn = draw(f"date {fold(surface)}")
    parts = split(surface)
    words = [part.casefold() for part in parts if part[0].isalpha()]
    months = next((row for row in _names()[0] if any(_find(word, row) is not None for word in words)), ())
    weekdays = next((row for row in _names()[1] if any(_find(word, row) is not None for word in words)), ())
    for word in words:
        if word not in _NUMBERS | _FORM | NOISE and _find(word, months) is None and _find(word, weekdays) is None:
            return f"{drawn.randrange(1, 29)} {drawn.choice(_names()[0][0]).capitalize()} {drawn.randrange(1940, 2020)}"
    return "".join(_Date(parts, months, weekdays, drawn).change())


@cache
def _names() -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """What months and days of the week are called in each language: within a date, and by themselves."""
    # Opened when it is needed, as every library that few calls need.
    from babel import Locale

    locales = [Locale.parse(name) for name in _LOCALES]

    def each(kind: str) -> tuple[tuple[str, ...], ...]:
        rows = [getattr(locale, kind)[form]["wide"] for form in ("format", "stand-alone") for locale in locales]
        # Of "segunda-feira" the first word names the day.
        return tuple(dict.fromkeys(tuple(row[at].casefold().split("-")[0] for at in sorted(row)) for row in rows))

    return each("months"), each("days")


def _find(word: str, names: Sequence[str]) -> int | None:
    """Which month or day of the week a word names, in full or by its first letters."""
    plain = _plain(word)
    if len(plain) < _FEWEST_LETTERS:
        return None
    return next((place for place, name in enumerate(names) if _plain(name).startswith(plain)), None)


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


class _Date:
    """One date, part by part."""

    def __init__(self, parts: Sequence[str], months: Sequence[str], weekdays: Sequence[str], drawn: random.Random):
        self._parts = parts
        self._months = months
        self._weekdays = weekdays
        self._drawn = drawn
        self._years = drawn.randrange(1, 9)

    def change(self) -> Iterator[str]:
        """What stands in the place of each part."""
        place, number = 0, ""
        while place < len(self._parts):
            part = self._parts[place]
            small = part.casefold()
            place += 1
            if part[0].isdecimal():
                number = self._digits(part, place - 1)
                yield number
            elif small in _NUMBERS:
                words, place = self._read_number(place - 1)
                yield like(self._say_number(words).capitalize(), part)
            elif _find(small, self._months) is not None:
                yield self._name(part, self._months)
            elif _find(small, self._weekdays) is not None:
                yield self._name(part, self._weekdays)
            elif small in _SUFFIXES and number:
                yield like(_suffix(int(number)), part)
            else:
                yield part

    def _name(self, word: str, names: Sequence[str]) -> str:
        """Another month or day, as short as it was."""
        old = _find(word, names)
        made = self._drawn.choice([name for place, name in enumerate(names) if place != old])
        short = old is not None and len(word) < len(names[old])
        # "Sept" and "Tues" are longer than others are cut.
        return like((made[:_FEWEST_LETTERS] if short else made).capitalize(), word)

    def _digits(self, digits: str, place: int) -> str:
        drawn, size = self._drawn, len(digits)
        if size == 4 and "1000" <= digits <= "2999":
            return str(int(digits) - self._years)
        if size in (8, 12, 14) and digits[:2] in ("19", "20"):
            return self._digits(digits[:4], place) + "".join(self._pair() for _ in range(size // 2 - 2))
        if size == 6:
            return "".join(self._pair() for _ in range(3))
        if place and self._parts[place - 1] in ("'", "’"):
            return f"{(int(digits) - self._years) % 100:02d}"
        if size == 1:
            return drawn.choice("123456789".replace(digits, ""))
        if size == 2 and self._ends_span(digits, place):
            return f"{(int(digits) - self._years) % 100:02d}"
        if size == 2 and digits[0] != "0" and (self._months or self._follows(place, _SUFFIXES)):
            return str(drawn.choice([day for day in range(10, 29) if day != int(digits)]))
        # A day, a month, a year or a time: all can be one to twelve.
        return self._pair() if size == 2 else make_digits(digits, drawn)

    def _ends_span(self, digits: str, place: int) -> bool:
        """Whether these are the second year of two, as in 2024/25."""
        first = self._parts[place - 2] if place > 1 and self._parts[place - 1] in "/-–" else ""
        return len(first) == 4 and first.isdecimal() and int(digits) > 12 and (int(first) + 1) % 100 == int(digits)

    def _follows(self, place: int, words: Collection[str]) -> bool:
        return place + 1 < len(self._parts) and self._parts[place + 1].casefold() in words

    def _pair(self) -> str:
        return f"{self._drawn.randrange(1, 13):02d}"

    def _read_number(self, place: int) -> tuple[list[str], int]:
        """The words of a number, up to one that says which of many, and where they end."""
        words = [self._parts[place].casefold()]
        end = place + 1
        for following in range(end, len(self._parts)):
            small = self._parts[following].casefold()
            if words[-1] in ORDINALS or not (small in _NUMBERS or small in _BETWEEN or small in NOISE):
                break
            if small in _NUMBERS:
                words.append(small)
                end = following + 1
        return words, end

    def _say_number(self, words: Sequence[str]) -> str:
        choose = self._drawn.choice
        if words[-1] in ORDINALS:
            return choose([word for word in ORDINALS if word != words[-1]])
        unit = choose([word for word in UNITS[1:] if word not in words])
        teen = choose([word for word in TEENS if word not in words])
        ten = choose([word for word in TENS[3:] if word not in words])
        if "thousand" in words:
            return f"two thousand and {unit}" if len(words) == 2 or unit < teen else f"two thousand {teen}"
        if words[0] == "nineteen" and len(words) > 1:
            return f"nineteen {ten} {unit}"
        if words[0] == "twenty" and len(words) > 1 and words[1] not in UNITS[1:]:
            return f"twenty {teen}"
        day = len(words) == 1 or words[0] in TENS[:2]
        return (unit if unit < teen else teen) if day else f"{ten} {unit}"


def _suffix(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
