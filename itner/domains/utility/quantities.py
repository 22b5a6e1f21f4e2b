"""Quantities in text, as people write them, in SI units.

Read are feet and inches in all their spellings (18 ft, 18'-6", 18'6'', 3-1/2 in., 16½ ft, eighteen point five feet),
metric lengths, volts (12.47/7.2 kV is one quantity), ohms, degrees, percentages and times; a range is one quantity with
two ends. What carries no unit is none, nor is the number of a rule or a pole (Rule 37 m). What can be read in several
ways, such as 18-6", is left out.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

_ONES = {
    "zero": 0.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0,
    "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0, "thirteen": 13.0, "fourteen": 14.0, "fifteen": 15.0,
    "sixteen": 16.0, "seventeen": 17.0, "eighteen": 18.0, "nineteen": 19.0,
}  # fmt: skip
_TENS = {
    "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0,
    "ninety": 90.0,
}  # fmt: skip
_PARTS = {"half": 2.0, "third": 3.0, "quarter": 4.0, "eighth": 8.0, "sixteenth": 16.0}

# Hyphens, dashes and minus signs of any width, as a regular expression has them between brackets.
DASHES = r"\-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
_FEET_MARKS = "'\u2019\u2032\u2018\u00b4`\u02b9\u02bc"
_INCH_MARKS = '"\u201d\u2033\u201c\u02ba'
_OHMS = "\u03a9\u2126"
# White space, and what text copied from a page has between a number and its unit.
_GAP = r"[\s\u200b\u2060\ufeff]{0,4}"
_LETTER = r"[^\W\d_]"
# "4 in the trench": a preposition, no unit.
_PREPOSITION = (
    r"\s+(?:(?:the|a|an|this|that|these|those|our|its|my|his|her|their|all|any|each|every|place|service|line|front|back"
    r"|town|use|order|addition|here|there|which|firm|solid|rock|soil|series|parallel|good|bad|poor|(?:19|20)[0-9]{2})\b"
    r"|(?!Sch|Cond|Dia|Cov|Rig|Galv|Cable|Pipe|Duct)[A-Z][a-z])"
)
_INCH = rf"(?:(?i:inche?s?)(?!{_LETTER})|(?i:ins?)(?!{_LETTER})\.?|[{_INCH_MARKS}]|[{_FEET_MARKS}]{{2}})"
# What a unit is called in text, by what pint calls it. Words may be in capitals; V is volts, m metres, M a million.
# Two apostrophes are inches, so inches come before feet.
_UNITS = {
    "inch": rf"(?:{_INCH}(?!(?<=[iI][nN])(?:{_PREPOSITION}|-(?:line|service|house|field))))",
    "foot": rf"(?i:feet|foot|ft)(?!{_LETTER})(?!{_GAP}[²³]|[23](?!\w)|[{DASHES}]?\s?(?i:lbs?|pounds?|candles?)\b)\.?"
    rf"|[{_FEET_MARKS}](?!s\b)",
    "millimeter": rf"(?i:millimet(?:er|re)s?|mm)(?!{_LETTER}|[²³23])",
    "centimeter": rf"(?i:centimet(?:er|re)s?|cm)(?!{_LETTER}|[²³23])",
    "kilovolt": rf"(?i:kilovolts?|kv(?:ac|dc)?)(?!{_LETTER})",
    "megaohm": rf"(?i:meg(?:a|-)?ohms?)(?!{_LETTER})|M-?(?:[oO]hms?|OHMS?)(?!{_LETTER})|M[{_OHMS}]",
    "kiloohm": rf"(?i:kilo?-?ohms?|k-?ohms?)(?!{_LETTER})|[kK][{_OHMS}]",
    "milliohm": rf"(?i:milli-?ohms?)(?!{_LETTER})|m[{_OHMS}]",
    "meter": rf"(?i:met(?:er|re)s?)(?!{_LETTER})|m(?!{_LETTER}|[²³23/^]|\.p\.h)",
    "yard": rf"(?i:yards?|yds?)(?!{_LETTER})\.?",
    "mile": rf"(?i:miles?)(?!{_LETTER})",
    "volt": rf"(?i:volts?|vac|vdc|v)(?!{_LETTER})",
    "ohm": rf"(?i:ohms?)(?!{_LETTER})|[{_OHMS}]",
    "degC": rf"(?:[°º˚]\s?C|(?i:deg(?:rees?)?\.?\s?c|degrees? celsius)|C(?<=[0-9]C))(?!{_LETTER})",
    "degF": rf"[°º˚]\s?F(?!{_LETTER})|(?i:deg(?:rees?)?\.?\s?f|degrees? fahrenheit)(?!{_LETTER})",
    "percent": rf"(?i:percent|per cent|pct)(?!{_LETTER})\.?|%",
    "minute": rf"(?i:minutes?|mins?)(?!{_LETTER})\.?",
    "hour": rf"(?:(?i:hours?|hrs?)|h)(?!{_LETTER})\.?",
    "second": rf"(?i:seconds?|secs?)(?!{_LETTER})\.?",
}
# Digits of these ten alone: \d is those of every script.
_DECIMAL = (
    r"(?:0,[0-9]+|[0-9]{1,3}(?:[,\u00a0\u2009\u202f][0-9]{3})+(?![0-9])(?:\.[0-9]+)?"
    r"|[0-9]+(?:\.[0-9]+|,[0-9]{1,2}(?![0-9]))?|\.[0-9]+)"
)
_VULGAR = "".join(
    char
    for char in map(chr, (*range(0xBC, 0xBF), *range(0x2150, 0x215F)))
    if "\u2044" in unicodedata.normalize("NFKC", char)
)
_FRACTION = rf"(?:[0-9]{{1,2}}{_GAP}[/\u2044]{_GAP}[0-9]{{1,2}}(?![0-9])|[{_VULGAR}])"
_PART = rf"(?i:(?:an?|one|two|three|five|seven)[- ](?:{'|'.join(_PARTS)})s?)"
_DIGITS = (
    rf"(?:{_DECIMAL}(?:{_GAP}[{DASHES}]?{_GAP}{_FRACTION}|\s(?i:and|&)\s(?:{_FRACTION}|{_PART}))"
    rf"|{_FRACTION}|{_DECIMAL})"
)
_WORD = rf"(?i:{'|'.join((*_ONES, *_TENS))}|hundred|thousand)"
# "Two hundred and forty" is one number, "seventeen and nineteen" are two.
_WORDS = (
    rf"(?:\b{_WORD}(?:(?:[{DASHES} ]|(?i:(?<=hundred) and |(?<=thousand) and )){_WORD}){{0,8}}(?!\w)"
    rf"(?i:(?: point(?: (?:{'|'.join(list(_ONES)[:10])})){{1,8}}(?!\w))?(?: and {_PART})?)"
    rf"|\b(?:{_PART}|(?i:half|quarter))(?!\w)(?i: of)?(?i: an?)?)"
)
_NUMBER = rf"(?:{_DIGITS}|{_WORDS})"
_UNIT = "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items())
# A number begins where no other one may have begun.
_BEGIN = r"(?<![\w./\u2044])(?<![0-9],)"
_JOINT = rf"{_GAP}[{DASHES}]?{_GAP}"
_TO = rf"(?:{_GAP}(?:[{DASHES}]|(?i:to|and|or)(?!\w)){_GAP})"
_FEET_AND_INCHES = re.compile(
    rf"{_BEGIN}(?:(?P<low>{_DECIMAL})(?P<link>{_TO}))?"
    rf"(?P<feet>{_NUMBER}){_JOINT}(?:{_UNITS['foot']})[\s,{DASHES}]{{0,4}}(?i:and |& ?)?"
    rf"(?:(?P<inches>{_NUMBER}){_JOINT}{_INCH}"
    # The mark of the inches is often left out: 18'-6, 18'6, 18 ft 6 over.
    rf"|(?<=[{_FEET_MARKS}{DASHES}])(?P<bare>[0-9]{{1,2}})(?![\w/\u2044.,{_FEET_MARKS}{_INCH_MARKS}{DASHES}]{{0,4}}"
    rf"[\w{_FEET_MARKS}])(?!{_JOINT}(?:{_UNIT}))"
    rf"|(?:(?<=(?i:foot)\s)|(?<=(?i:feet)\s)|(?<=(?i:ft)\s)|(?<=(?i:ft)\.\s))(?P<spoken>{_WORD}|[0-9]{{1,2}})"
    rf"(?=\s*$|[.,;:)]|\s+(?i:over|above|of|to|off|from|at|clear|deep|high)\b))"
)
_PAIR = re.compile(
    rf"{_BEGIN}(?P<one>{_DECIMAL})\s?(?i:gr?n?d\.?)?\s?[YyΔ]?\s?[/\u2044]\s?(?P<two>{_DECIMAL})\s?Y?[\s{DASHES}]{{0,4}}"
    rf"(?:(?P<kilovolt>{_UNITS['kilovolt']})|(?P<volt>{_UNITS['volt']}))"
)
# What is told in two units of one kind, the second one smaller: 1 h 45 min, an hour and ten minutes, 5 m 60 cm.
_TWO_UNITS = tuple(
    (
        re.compile(
            rf"(?:{_BEGIN}(?P<first>{_NUMBER})|\b(?P<single>(?i:an?|one)))[\s{DASHES}]{{0,4}}(?:{_UNITS[large]})"
            rf"[\s,]{{0,4}}(?i:and |& ?)?(?P<second>{_NUMBER})[\s{DASHES}]{{0,4}}(?:{_UNITS[small]})"
        ),
        large,
        small,
    )
    for large, small in (("hour", "minute"), ("minute", "second"), ("meter", "centimeter"), ("yard", "foot"))
)
_ONE = re.compile(
    rf"{_BEGIN}(?P<low>{_NUMBER})"
    rf"(?:(?P<link>{_TO})(?P<high>{_NUMBER})"
    # The same number again: 25 (twenty-five) feet.
    rf"|\s*[(\[]\s*(?P<again>{_NUMBER})\s*[)\]])?"
    rf"[\s{DASHES}\u200b\u2060\ufeff]{{0,4}}(?:{_UNIT})"
)
# A number behind these is a name, whatever follows.
_NAMED = re.compile(
    r"(?:\b(?:rules?|class|type|grade|zone|schedule|sch\.?|tier|general order(?: no\.?)?|G\.?\s?O\.?)\s*"
    r"|\b(?:no\.|nos\.|number)\s*|[§#]\s*)$",
    re.IGNORECASE,
)
# Behind these it is one where what follows need not be a unit.
_NUMBERED = re.compile(
    r"\b(?:tables?|cases?|sections?|sec\.|articles?|art\.|chapters?|ch\.|figures?|fig\.|items?|notes?|columns?|col\."
    r"|parts?|appendix|pages?|drawings?|dwg\.?|forms?|sheet|exhibit|permit|ticket|order|job|bulletin|NESC|NEC|NFPA"
    r"|IEEE|OSHA|ANSI|ASTM|UL|RUS|route|highway|hwy\.?|mp|milepost|poles?|structures?|str\.|towers?|sta\.?|stations?"
    r"|stakes?|lots?|units?|vaults?|mh|circuits?|feeders?|loc\.?|locations?|spans?)\s*$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:highway|hwy\.?|route|spans?|NESC|NEC|OSHA)\s*$", re.IGNORECASE)
_UNCLEAR = re.compile(r"m|in|v|c|min|sec", re.IGNORECASE)
# The beginning of a number that was not read to its end: twelve-and-five feet, sixteen 1/2 ft, point 5 ft, 1/ 2 ft.
_WORD_BEFORE = re.compile(rf"\b{_WORD}(?:[{DASHES}\s]|(?i:and(?=[{DASHES}\s])))*$")
_CUT = re.compile(rf"(?:(?:\b{_WORD}|[0-9])\s+(?i:point)\s*|[0-9]\s*[/\u2044]\s*)$")
_THOUSANDS = re.compile(r"(?<![\w.,/])[0-9]{1,3} $")
_MINUS = re.compile(rf"(?:^|[\s(=:@])[{DASHES}]\s?$")
_NEGATIVE = re.compile(rf"(?:^|[\s(=:@])[{DASHES}]$")
# No name in front of a number is longer.
_LONGEST_NAME = 40


@dataclass(frozen=True)
class Quantity:
    """A quantity of a text.

    Attributes:
        dimension: length (m), voltage (V), resistance (ohm), temperature (°C), share (percent) or time (s).
        low, high: in those units, the same where it is no range.
        unit: what pint calls the one it is written in.
    """

    start: int
    end: int
    dimension: str
    low: float
    high: float
    unit: str


def read_quantities(text: str) -> list[Quantity]:
    """The quantities of a text, in order."""
    found: list[Quantity] = []
    taken = bytearray(len(text))
    for start, end, quantity in (
        *_read_feet_and_inches(text),
        *_read_two_units(text),
        *_read_pairs(text),
        *_read_single(text),
    ):
        if any(taken[start:end]):
            continue
        # What is left out keeps its place, so that no part of it is read as something else.
        taken[start:end] = b"\1" * (end - start)
        if quantity is not None and math.isfinite(quantity.low) and math.isfinite(quantity.high):
            found.append(quantity)
    return sorted(found, key=lambda quantity: quantity.start)


_Found = Iterator[tuple[int, int, Quantity | None]]


def _read_feet_and_inches(text: str) -> _Found:
    for match in _FEET_AND_INCHES.finditer(text):
        start, low = match.start(), match["low"]
        if low is not None and _is_name(text, start, match["link"]):
            start, low = match.start("feet"), None
        feet, inches = read_number(match["feet"]), read_number(match["inches"] or match["bare"] or match["spoken"])
        if feet is None or inches is None or (match["inches"] is None and inches >= 12):
            continue
        if _is_cut(text, match.start("feet"), match["feet"]):
            yield start, match.end(), None
            continue
        high = to_si(feet, "foot") + to_si(inches, "inch")
        least = read_number(low) if low is not None else None
        ends = sorted((high if least is None else to_si(least, "foot"), high))
        yield start, match.end(), Quantity(start, match.end(), "length", ends[0], ends[1], "foot")


def _read_two_units(text: str) -> _Found:
    for pattern, large, small in _TWO_UNITS:
        for match in pattern.finditer(text):
            first = 1.0 if match["single"] else read_number(match["first"])
            second = read_number(match["second"])
            cut = match["first"] is not None and _is_cut(text, match.start(), match["first"])
            value = None if first is None or second is None or cut else to_si(first, large) + to_si(second, small)
            found = None if value is None else Quantity(*match.span(), dimension_of(large), value, value, large)
            yield match.start(), match.end(), found


def _read_pairs(text: str) -> _Found:
    """Voltages between phases and to ground, or of a service's two halves and of the whole."""
    for match in _PAIR.finditer(text):
        unit = "kilovolt" if match["kilovolt"] else "volt"
        ends = sorted(to_si(read_number(match[name]) or 0.0, unit) for name in ("one", "two"))
        yield match.start(), match.end(), Quantity(match.start(), match.end(), "voltage", ends[0], ends[1], unit)


def _read_single(text: str) -> _Found:
    for match in _ONE.finditer(text):
        unit = next(name for name in _UNITS if match[name])
        start, low, high = match.start(), match["low"], match["high"] or match["again"]
        if match["high"] and _is_name(text, start, match["link"]):
            # Pole 12 - 16 ft over the street: the first number is the pole's.
            start, low, high = match.start("high"), match["high"], None
        elif _NAMED.search(_before(text, start)) and (parts := re.fullmatch(rf"(.+?\s)({_FRACTION})", low)):
            # No. 12 5/8 in.
            start, low = start + len(parts[1]), parts[2]
        elif _NAMED.search(_before(text, start)) or (
            _UNCLEAR.fullmatch(match[unit]) and _NUMBERED.search(_before(text, start))
        ):
            yield start, match.end(), None
            continue
        ends = None if _is_cut(text, start, low) else _read_ends(low, high, match["link"] or "to")
        if ends is None:
            yield start, match.end(), None
            continue
        if dimension_of(unit) == "temperature" and _MINUS.search(_before(text, start)):
            ends = (-ends[0], -ends[1])
        elif dimension_of(unit) == "resistance" and _NEGATIVE.search(_before(text, start)):
            # None is below nought: it is a slip.
            yield start, match.end(), None
            continue
        least, greatest = sorted(to_si(end, unit) for end in ends)
        yield start, match.end(), Quantity(start, match.end(), dimension_of(unit), least, greatest, unit)


def _before(text: str, start: int) -> str:
    return text[max(0, start - _LONGEST_NAME) : start]


def _is_name(text: str, start: int, link: str) -> bool:
    """Whether the first number of what looks like a range is a name, and no end of it."""
    before = _before(text, start)
    return _NAMED.search(before) is not None or (
        len(link) > 1 and _NUMBERED.search(before) is not None and _PLACE.search(before) is None
    )


def _is_cut(text: str, start: int, number: str) -> bool:
    """Whether a number is only the end of one."""
    before = _before(text, start)
    if _CUT.search(before):
        return True
    if not re.match(rf"{_DECIMAL}(?!{_GAP}[/\u2044])", number) and _WORD_BEFORE.search(before):
        # Two 8 ft rods, but neither sixteen 1/2 ft nor twelve-and-five feet.
        return True
    thousands = _THOUSANDS.search(before)
    return (
        thousands is not None
        and re.match(r"[0-9]{3}(?![0-9])", number) is not None
        and _NUMBERED.search(before[: thousands.start()]) is None
    )


def _read_ends(low: str, high: str | None, link: str) -> tuple[float, float] | None:
    least = read_number(low)
    greatest = read_number(high) if high is not None else least
    if least is None or greatest is None or (greatest < least and not link.strip().isalpha()):
        # 18-6" is 18 ft 6 in. to one and a slip to another.
        return None
    return least, greatest


def read_number(text: str) -> float | None:
    """A number in digits (1,200.5, 18,5, 3-1/2, 16½) or words (one hundred twenty, five and a half); else None."""
    folded = re.sub(rf"[{DASHES}&]|\band\b", " ", text.casefold())
    # A fraction is a word of its own.
    folded = re.sub(f"[{_VULGAR}]", lambda match: f" {unicodedata.normalize('NFKC', match[0])} ", folded)
    words = re.sub(rf"{_GAP}[/\u2044]{_GAP}", "/", folded).split()
    if not any(word not in ("of", "a", "an") for word in words):
        return None
    total = part = 0.0
    while words:
        word = words.pop(0)
        value = _read_word(word)
        if word == "point":
            digits = "".join(str(int(_ONES[each])) if _ONES.get(each, 10.0) < 10 else "x" for each in words)
            return _finite(total + part + float(f"0.{digits}")) if digits.isdigit() else None
        if value is not None:
            if words and words[0].removesuffix("s") in _PARTS:
                value /= _PARTS[words.pop(0).removesuffix("s")]
            part += value
        elif word == "hundred":
            part = (part or 1.0) * 100
        elif word == "thousand":
            total, part = total + (part or 1.0) * 1000, 0.0
        elif word not in ("of", "a", "an"):
            return None
    return _finite(total + part)


def _read_word(word: str) -> float | None:
    """What one word adds to a number."""
    if word in _ONES or word in _TENS:
        return _ONES.get(word, 0.0) + _TENS.get(word, 0.0)
    if word.removesuffix("s") in _PARTS:
        return 1.0 / _PARTS[word.removesuffix("s")]
    if re.fullmatch(r"[0-9]{1,2}/[0-9]{1,2}", word):
        above, below = word.split("/")
        return float(above) / float(below) if float(below) else None
    if re.fullmatch(_DECIMAL, word):
        # A comma before three digits parts thousands, another one decimals.
        if not word.startswith("0,"):
            word = re.sub(r",(?=[0-9]{3}(?![0-9]))", "", word)
        return float(word.replace(",", "."))
    return None


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def to_si(value: float, unit: str) -> float:
    """A value in the units of `Quantity`, from one of those that pint knows."""
    quantity = _registry().Quantity(value, unit)
    if unit in ("percent", "%"):
        return value
    if quantity.check("[temperature]"):
        return float(quantity.to("degC").magnitude)
    return (
        float(quantity.to_base_units().magnitude)
        if not quantity.check("[length]")
        else float(quantity.to("m").magnitude)
    )


@cache
def dimension_of(unit: str) -> str:
    """What a unit that pint knows measures, as in `Quantity`."""
    if unit in ("percent", "%"):
        return "share"
    try:
        quantity = _registry().Quantity(1, unit)
    except AttributeError:  # what pint raises for a unit that it does not know is one
        raise ValueError(f"{unit!r} is no unit that pint knows") from None
    for name, dimension in (
        ("length", "[length]"),
        ("time", "[time]"),
        ("temperature", "[temperature]"),
        ("voltage", "[mass] * [length] ** 2 / [current] / [time] ** 3"),
        ("resistance", "[mass] * [length] ** 2 / [current] ** 2 / [time] ** 3"),
    ):
        if quantity.check(dimension):
            return name
    raise ValueError(f"{unit} is a unit of nothing that a rule can be about")


@cache
def _registry() -> Any:
    # Opened when it is needed: it takes a third of a second.
    import pint

    return pint.UnitRegistry(cache_folder=None)
