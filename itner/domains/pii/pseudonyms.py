"""Invented values in the place of personal ones: of the same kind and form, and always the same for the same.

Each depends on what it replaces and on where chance comes from, and on nothing else. Names are made up word by word, so
that a person who is called by first and last name here and by one of them there is one person in the result, too.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator

from itner.domains.pii.functions import passes_luhn
from itner.domains.pii.lexicons import COUNTRIES, GIVEN_NAMES
from itner.domains.pii.pseudonym_dates import invent_date
from itner.domains.pii.words import (
    FAMILY,
    GIVEN,
    PLACES,
    Draw,
    change_words,
    compose,
    fold,
    like,
    make_digits,
    make_letters,
    make_number_word,
    make_word,
)

# Between the names of a person, they are no names.
_PARTICLES = frozenset({
    "al", "and", "ap", "bin", "bint", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "e",
    "el", "ibn", "la", "le", "of", "ter", "the", "van", "vom", "von", "y", "zu", "zum", "zur",
})  # fmt: skip
# How addresses are spelled.
_SPELLING = frozenset({
    "and", "at", "dash", "dot", "eh", "er", "erm", "hm", "hyphen", "minus", "plus", "point", "the", "uh", "uhm", "um",
    "underscore",
})  # fmt: skip
# In the names of hosts, what stands before the country.
_SECOND_LEVELS = frozenset(("ac", "co", "com", "dot", "edu", "go", "gov", "ne", "net", "or", "org"))
# What kind of a place it is, which tells nobody where.
_PLACE_WORDS = frozenset({
    "alley", "apartment", "apt", "at", "ave", "avenue", "block", "blvd", "boulevard", "building", "by", "close",
    "corner", "court", "crescent", "desk", "drive", "east", "first", "flat", "floor", "fourth", "gate", "ground",
    "hall", "highway", "house", "in", "lane", "ln", "nd", "near", "no", "north", "number", "of", "office", "on",
    "park", "parkway", "place", "platz", "plaza", "rd", "road", "room", "row", "rue", "second", "site", "south",
    "square", "st", "straat", "strasse", "straße", "street", "suite", "terrace", "th", "the", "third", "unit", "via",
    "way", "weg", "west", "wing", "zip",
})  # fmt: skip
_COUNTRIES = frozenset(map(fold, COUNTRIES))
_GIVEN_NAMES = frozenset(map(fold, GIVEN_NAMES))
_TRIES = 60
_TRUNK = "(\0)"


def pseudonym(kind: str, surface: str, draw: Draw) -> str:
    """What stands in the place of a mention.

    Args:
        draw: a source of chance that depends on a label and on the key alone.
    """
    surface = compose(surface)
    match kind:
        case "PERSON_NAME":
            return change_words(surface, lambda word, inside: _name_word(word, inside, draw))
        case "PHONE" | "CREDIT_CARD":
            return _number(surface, kind, draw)
        case "EMAIL":
            return _address(surface, draw)
        case "DATE":
            return invent_date(surface, draw)
        case "CITY":
            return like(make_word(draw(f"city {fold(surface)}"), PLACES), surface)
    if fold(surface) in _COUNTRIES:
        return like(make_word(draw(f"country {fold(surface)}"), PLACES), surface)
    return change_words(surface, lambda word, inside: _place_word(word, draw))


def _name_word(word: str, inside: int, draw: Draw) -> str:
    """Another name.

    Args:
        inside: how many words stand before or behind it at least.
    """
    if inside and word.casefold() in _PARTICLES:
        return word
    drawn = draw(f"name {fold(word)}")
    if word.isdecimal():
        return make_digits(word, drawn)
    if len(word) == 1 and word.isascii():
        return make_letters(word, drawn)
    return like(make_word(drawn, GIVEN if fold(word) in _GIVEN_NAMES else FAMILY), word)


def _place_word(word: str, draw: Draw) -> str:
    drawn = draw(f"place {fold(word)}")
    if word.isdecimal():
        return make_digits(word, drawn)
    if word.casefold() in _PLACE_WORDS | _PARTICLES:
        return word
    if make_number_word(word, drawn) != word:
        return make_number_word(word, drawn)
    return make_letters(word, drawn) if len(word) < 4 and word.isascii() else like(make_word(drawn, PLACES), word)


def _number(surface: str, kind: str, draw: Draw) -> str:
    """Other digits in the same groups, of the same country where the number names it.

    A card that passes the check does so again, and one that fails fails.
    """
    # It is dialled within a country alone, and part of no number.
    surface = surface.replace("(0)", _TRUNK)
    digits = "".join(str(int(char)) for char in surface if char.isdecimal())
    if len(digits) < 4:
        drawn = draw(f"{kind} {fold(surface)}")
        return change_words(
            surface,
            lambda word, inside: make_digits(word, drawn) if word.isdecimal() else make_number_word(word, drawn),
        )
    abroad = re.match(r"[^\d+]*(?:\+|(00))", surface) if kind == "PHONE" else None
    zeros = "00" if abroad is not None and abroad[1] else ""
    own = digits.removeprefix(zeros)
    drawn = draw(f"{kind} {own}")
    if kind == "CREDIT_CARD":
        new = _card(own, drawn)
    else:
        new = _abroad(own, drawn) if abroad is not None else own[0] + _other(own[1:], drawn)
    rest = iter(zeros + new)
    return "".join(next(rest) if char.isdecimal() else char for char in surface).replace(_TRUNK, "(0)")


def _other(digits: str, drawn: random.Random) -> str:
    """Digits of the same number that are not all the same."""
    while True:
        made = "".join(drawn.choice(string.digits) for _ in digits)
        if made != digits or not digits:
            return made


def _card(digits: str, drawn: random.Random) -> str:
    new = digits[0] + _other(digits[1:], drawn)
    if len(digits) > 11:
        right = next(digit for digit in string.digits if passes_luhn(new[:-1] + digit))
        new = new[:-1] + (right if passes_luhn(digits) else str((int(right) + 1) % 10))
    return new


def _abroad(digits: str, drawn: random.Random) -> str:
    """A number that begins with the code of a country: the code stays, and so does a country that shares it."""
    import phonenumbers

    code = next(
        (digits[:size] for size in (1, 2, 3) if int(digits[:size]) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE), ""
    )
    region = _region(digits)
    for kept in _kept(code, digits):
        for _ in range(_TRIES):
            new = kept + _other(digits[len(kept) :], drawn)
            # A zero there would be one that is dialled within the country.
            if new[len(code)] != "0" and (region is None or _region(new) == region):
                return new
    return digits[:-1] + _other(digits[-1], drawn)


def _kept(code: str, digits: str) -> Iterator[str]:
    """How much of a number stays, from the code of the country on."""
    yield code
    # Countries of one code are told apart by what follows it.
    for more in range(1, max(len(digits) - len(code) - 3, 2)):
        yield digits[: len(code) + more]


def _region(digits: str) -> str | None:
    import phonenumbers

    try:
        region: str | None = phonenumbers.region_code_for_number(phonenumbers.parse(f"+{digits}"))
    except phonenumbers.NumberParseException:
        return None
    return region


def _address(surface: str, draw: Draw) -> str:
    at = re.search(r"@|[\[({<]at[\])}>]| at ", surface, re.IGNORECASE)
    user, sign, host = (surface, "", "") if at is None else (surface[: at.start()], at[0], surface[at.end() :])
    # The last part names no one: a country, or a kind of organisation.
    top = re.search(r"(?:[^\w-]|_)+(?:dot\W+)?[^\W\d_]+\Z", host, re.IGNORECASE)
    names, ending = (host, "") if top is None else (host[: top.start()], top[0])
    made = change_words(user, lambda word, inside: _user_word(word, draw))
    return made + sign + change_words(names, lambda word, inside: _host_word(word, draw)) + ending


def _user_word(word: str, draw: Draw) -> str:
    return word if word.casefold() in _SPELLING else _name_word(word, 0, draw)


def _host_word(word: str, draw: Draw) -> str:
    drawn = draw(f"host {fold(word)}")
    if word.isdecimal():
        return make_digits(word, drawn)
    if word.casefold() in _SECOND_LEVELS | _SPELLING:
        return word
    return make_letters(word, drawn) if len(word) < 3 and word.isascii() else like(make_word(drawn, PLACES), word)
