"""Words that dates, numbers and pseudonyms are made of: taken apart, made up, and read as numbers."""

from __future__ import annotations

import random
import string
import unicodedata
from collections.abc import Callable, Sequence

Draw = Callable[[str], random.Random]

_ONSETS = (
    "b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "kl", "l", "m", "n", "p", "pr", "r", "s",
    "sh", "st", "t", "th", "tr", "v", "w", "z",
)  # fmt: skip
_INNER = ("b", "d", "f", "g", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "ll", "nn", "rr", "st", "nd")
_FIRST_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ie")
_VOWELS = ("a", "e", "i", "o", "u")
_CODAS = ("", "l", "m", "n", "r", "s")
GIVEN = (
    "a", "ana", "ara", "as", "e", "el", "ela", "en", "ena", "eth", "ette", "i", "ia", "ian", "ik", "in", "ina", "ine",
    "is", "isa", "o", "old", "on", "ora", "os", "ra", "ric", "rin", "ro", "us", "win", "y",
)  # fmt: skip
FAMILY = (
    "ach", "ander", "berg", "bert", "by", "dahl", "den", "dorf", "elli", "er", "es", "ez", "feld", "ford", "ham",
    "holm", "ing", "ini", "ler", "ley", "lund", "man", "mer", "nik", "off", "rup", "sen", "ski", "son", "stad", "vik",
    "well",
)  # fmt: skip
PLACES = (
    "borg", "bourg", "brook", "bury", "by", "cester", "dorf", "field", "ford", "gate", "grad", "hall", "ham", "haven",
    "heim", "hill", "holm", "ia", "land", "ley", "mere", "mont", "mouth", "pool", "port", "stad", "stead", "ton",
    "vale", "ville", "wick", "worth",
)  # fmt: skip
# Said while thinking, which changes nothing.
NOISE = frozenset(("uh", "uhm", "um", "er", "erm", "eh", "hm", "hmm"))

UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip


def compose(text: str) -> str:
    """A text in which accents are no characters of their own."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """What is the same however somebody writes it: without regard to capitals, accents and white space."""
    plain = "".join(char for char in unicodedata.normalize("NFD", text) if not "\u0300" <= char <= "\u036f")
    return " ".join(compose(plain).split()).casefold()


def split(text: str) -> list[str]:
    """Words, numbers, and each other character; together they are the text."""
    parts: list[str] = []
    kinds: list[str] = []
    for place, char in enumerate(text):
        kind = "digit" if char.isdecimal() else "letter" if char.isalpha() else "mark"
        before = kinds[-1] if kinds else ""
        if unicodedata.category(char)[0] == "M" or (
            char in "'’" and before == "letter" and text[place + 1 : place + 2].isalpha()
        ):
            kind = before or kind
        if kind == before != "mark":
            parts[-1] += char
        else:
            parts.append(char)
            kinds.append(kind)
    return parts


def change_words(text: str, change: Callable[[str, int], str]) -> str:
    """A text with its words and numbers changed, each with its place among them and their count from the end."""
    parts = split(text)
    words = [place for place, part in enumerate(parts) if part[0].isalnum()]
    for number, place in enumerate(words):
        parts[place] = change(parts[place], min(number, len(words) - 1 - number))
    return "".join(parts)


def like(made: str, word: str) -> str:
    """In capitals or in lower case, where what it replaces is."""
    if word.isupper() and len(word) > 1:
        return made.upper()
    return made.lower() if word.islower() else made


def make_word(drawn: random.Random, endings: Sequence[str]) -> str:
    """A word that can be spoken and that is nobody's name: one of more than four hundred million."""
    first = drawn.choice(_ONSETS) + drawn.choice(_FIRST_VOWELS)
    second, third = (drawn.choice(_INNER) + drawn.choice(_VOWELS) for _ in range(2))
    return (first + second + third + drawn.choice(_CODAS) + drawn.choice(endings)).capitalize()


def make_letters(word: str, drawn: random.Random) -> str:
    """Other letters, as many."""
    made = "".join(drawn.choice(string.ascii_uppercase.replace(char.upper(), "")) for char in word)
    return like(made.capitalize(), word)


def make_digits(digits: str, drawn: random.Random) -> str:
    """Other digits, as many, none of them zero."""
    return "".join(drawn.choice("123456789") for _ in digits)


def make_number_word(word: str, drawn: random.Random) -> str:
    """A number in words for another of the same kind; any other word as it is."""
    small = word.casefold()
    for words in (UNITS, TEENS, TENS, ORDINALS):
        if small in words:
            return like(drawn.choice([each for each in words if each != small]).capitalize(), word)
    return like(drawn.choice(UNITS[1:]).capitalize(), word) if small in ("oh", "o", "nought") else word
