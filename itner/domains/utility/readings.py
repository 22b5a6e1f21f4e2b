"""What a report says of its quantities: that they were found, are bounds, required, denied, or a difference."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Literal

from itner.domains.utility.quantities import Quantity, read_quantities
from itner.domains.utility.wording import (
    ABBREVIATED,
    ABOUT,
    ADDED,
    AFTER_REQUIREMENT,
    AND,
    BOUNDARY,
    CHANGED,
    COMPARED,
    COMPARED_BEHIND,
    DENIAL,
    DENIED_BEHIND,
    DIFFERENCE_BEFORE,
    DIFFERENCE_BEHIND,
    DRAWN,
    DRAWN_BEHIND,
    HARMLESS,
    LIMIT,
    LINE,
    MEASURED,
    MEETS,
    MODAL,
    NUMBERED,
    OF_STANDARD,
    REQUIREMENT,
    SIZED,
    TAKEN,
    TOLERANCE,
    UP_TO_END,
)

# How far "just over" reaches, as a share.
_SLIGHTLY = 0.05
# Units that the standards are written in; others are often rounded.
_OWN_UNITS = {"foot", "inch", "yard"}
# A quantity that is told twice, in two units.
_SAME = 0.03
# Words further from a quantity are not about it.
_REACH = 200
_SENTENCE_END = re.compile(r"[.!?](?=\s+[\"'(]?[A-Z0-9])|[\n;]")
_CAPITAL = re.compile(r"\s+[A-Z][a-z]+\b")
Role = Literal["found", "told", "required", "difference", "denied", "drawn"]


@dataclass(frozen=True)
class Reading:
    """A quantity of a text and what is said of it.

    Attributes:
        role: found; told by what is required (below the 18 ft of the rule); required; a difference to something that is
            not named; denied; or taken from a drawing.
        low, high: between which the value lies, infinite where there is no bound.
        low_open, high_open: whether it lies strictly between.
        rough: whether it is given as near so.
    """

    start: int
    end: int
    dimension: str
    unit: str
    role: Role
    low: float
    high: float
    low_open: bool = False
    high_open: bool = False
    rough: bool = False

    @property
    def is_bound(self) -> bool:
        """Whether it says only what the value is above or below."""
        return math.isinf(self.low) or math.isinf(self.high) or self.low_open or self.high_open

    def lies_within(self, least: float | None, greatest: float | None) -> bool | None:
        """Whether the value is within limits, which belong to what is allowed; None where it may be or not."""
        if self._is_above(least) and self._is_below(greatest):
            return True
        slack = _slack(self)
        if least is not None and (self.high < least - slack or (self.high_open and self.high <= least + slack)):
            return False
        if greatest is not None and (self.low > greatest + slack or (self.low_open and self.low >= greatest - slack)):
            return False
        return None

    def _is_above(self, least: float | None) -> bool:
        return least is None or self.low >= least - _slack(self)

    def _is_below(self, greatest: float | None) -> bool:
        return greatest is None or self.high <= greatest + _slack(self)


def _slack(reading: Reading) -> float:
    # Units are converted, so that equal values can differ in the last digits.
    ends = [abs(end) for end in (reading.low, reading.high) if math.isfinite(end)]
    return 1e-6 * max((*ends, 1.0))


def read_report(text: str) -> list[Reading]:
    """The quantities of a report, in order, and what it says of each."""
    quantities = read_quantities(text)
    readings: list[Reading] = []
    used: set[int] = set()
    for number, quantity in enumerate(quantities):
        if number in used:
            continue
        following = quantities[number + 1] if number + 1 < len(quantities) else None
        joined = _join(text, quantity, following) if following is not None else None
        if joined is not None:
            used.add(number + 1)
            readings.append(joined)
        else:
            readings.append(_read(text, quantity))
    return readings


def before(text: str, start: int) -> str:
    """What stands in front of a place, as far as it can be about it."""
    return text[max(0, start - _REACH) : start]


def behind(text: str, end: int) -> str:
    """What stands behind a place, as far as it can be about it."""
    return text[end : end + _REACH]


def statement_before(text: str, start: int) -> str:
    """What stands in front of a place in the same statement."""
    begin = max(0, start - _REACH)
    for match in BOUNDARY.finditer(text, begin, start):
        if not _is_inside(text, match):
            begin = match.end()
    return text[begin:start]


def statement_behind(text: str, end: int) -> str:
    """What stands behind a place in the same statement."""
    for match in BOUNDARY.finditer(text, end, end + _REACH):
        if not _is_inside(text, match):
            return text[end : match.start()]
    return behind(text, end)


def list_sentences(text: str) -> list[tuple[int, int]]:
    """Where the sentences of a text stand, without the white space around them."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text) if not _is_inside(text, match)]
    spans = zip([0, *ends], [*ends, len(text)], strict=True)
    return [
        (start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip()))
        for start, end in spans
        if (part := text[start:end]).strip()
    ]


def ends_sentence(text: str, end: int) -> bool:
    """Whether a point in front of a place ends a sentence, though it may shorten a unit too: 24 ft. Ground rod."""
    return text[end - 1 : end] == "." and _CAPITAL.match(text, end) is not None


def _is_inside(text: str, match: re.Match[str]) -> bool:
    """Whether a point shortens a word, and ends no statement."""
    shortened = ABBREVIATED.search(text[max(0, match.start() - 12) : match.start()])
    return match[0] == "." and shortened is not None and not ends_sentence(text, match.end())


def _read(text: str, quantity: Quantity, end: int | None = None) -> Reading:
    """What is said of a quantity, which is told again up to an end behind it."""
    end = quantity.end if end is None else end
    front, rest = before(text, quantity.start), behind(text, end)
    if quantity.low != quantity.high and CHANGED.search(front):
        quantity = _end_of_change(text, quantity)
    reading = Reading(
        quantity.start,
        quantity.end,
        quantity.dimension,
        quantity.unit,
        "found",
        quantity.low,
        quantity.high,
        rough=ABOUT.search(front) is not None,
    )
    if quantity.dimension in ("length", "resistance") and (
        DIFFERENCE_BEHIND.match(rest) or DIFFERENCE_BEFORE.search(front)
    ):
        return replace(reading, role="difference")
    compared, meets = COMPARED.search(front), MEETS.search(front)
    if compared is not None and (UP_TO_END.search(front) or _is_place(quantity, compared, rest)):
        compared = None
    stands_at = min(match.start() if match is not None else quantity.start for match in (compared, meets))
    if _is_required(text, stands_at, end, compared is not None):
        return replace(reading, role="required")
    if compared is not None:
        reading = replace(_bound(reading, compared), role="told" if compared["the"] else "found")
    elif behind_it := COMPARED_BEHIND.match(rest):
        reading = _bound(reading, behind_it)
    elif meets is not None:
        reading = replace(reading, role="told")
    elif REQUIREMENT.search(front):
        return replace(reading, role="required")
    if _is_denied(text, stands_at, end):
        return replace(reading, role="denied")
    if DRAWN.search(front) or DRAWN_BEHIND.match(rest):
        return replace(reading, role="drawn")
    return reading


def _end_of_change(text: str, quantity: Quantity) -> Quantity:
    """What something became: the 14 ohms of "down from 60 to 14 ohms"."""
    written = text[quantity.start : quantity.end]
    joint = re.search(r"\bto\b", written)
    ends = read_quantities(written[joint.end() :]) if joint is not None else []
    return replace(quantity, low=ends[0].low, high=ends[0].high) if len(ends) == 1 else quantity


def _is_place(quantity: Quantity, compared: re.Match[str], rest: str) -> bool:
    """Whether what looks like a comparison says where something is: below 12 kV conductors, over 4 in. conduit."""
    if re.match(r"(?:over|above|under|below|beneath|beyond|past|within)\b", _word(compared), re.IGNORECASE) is None:
        return False
    return SIZED.match(rest) is not None or (quantity.dimension == "voltage" and LINE.match(rest) is not None)


def _word(compared: re.Match[str]) -> str:
    return next((each for name in ("less", "most", "more", "least", "unclear") if (each := compared[name])), "")


def _bound(reading: Reading, compared: re.Match[str]) -> Reading:
    groups = compared.groupdict()
    kind = next(name for name in ("less", "most", "more", "least", "unclear") if groups.get(name))
    if groups.get("denied"):
        kind = {"less": "least", "least": "less", "more": "most", "most": "more", "unclear": "unclear"}[kind]
    if kind == "unclear":
        return replace(reading, low=-math.inf, high=math.inf)
    end = reading.high if kind in ("less", "most") else reading.low
    reach = _SLIGHTLY * abs(end) if groups.get("slightly") else math.inf
    if kind in ("less", "most"):
        return replace(reading, low=end - reach, high_open=kind == "less")
    return replace(reading, high=end + reach, low_open=kind == "more")


def _is_required(text: str, start: int, end: int, compared: bool) -> bool:
    modal = MODAL.search(statement_before(text, start))
    if modal is not None and not MEASURED.search(modal["rest"]):
        return True
    if AFTER_REQUIREMENT.match(statement_behind(text, end)):
        return True
    return compared and REQUIREMENT.search(before(text, start)) is not None


def _is_denied(text: str, start: int, end: int) -> bool:
    said = statement_before(text, start)
    said = said[max((joint.end() for joint in AND.finditer(said)), default=0) :]
    for match in DENIAL.finditer(said):
        numbered = match[0].casefold() == "no" and NUMBERED.search(said[: match.start()])
        if not numbered and not HARMLESS.match(said, match.end()):
            return True
    return DENIED_BEHIND.match(statement_behind(text, end)) is not None


def _join(text: str, first: Quantity, second: Quantity) -> Reading | None:
    """Two quantities that say one thing: a range, a tolerance, the same in another unit, a difference to a limit."""
    if first.dimension != second.dimension:
        return None
    between, front, rest = text[first.end : second.start], before(text, first.start), behind(text, second.end)
    one = _read(text, first)
    if TOLERANCE.fullmatch(between):
        return replace(one, end=second.end, low=first.low - second.high, high=first.high + second.high)
    if re.fullmatch(r"\s*[(\[=/]\s*(?:or |about |approx\.? |~)?", between) and _are_same(first, second):
        bracket = re.match(r"\s*[)\]]", rest)
        one = _read(text, first, second.end + (bracket.end() if bracket is not None else 0))
        exact = second if second.unit in _OWN_UNITS and first.unit not in _OWN_UNITS else first
        return one if one.is_bound else replace(one, low=exact.low, high=exact.high, unit=exact.unit)
    if SIZED.match(rest):
        return None
    joint = re.fullmatch(r"\s*(?:(?P<to>to|-|\u2013|\u2014|through|thru)|(?P<and>and|or))\s*", between, re.IGNORECASE)
    if joint is not None and not CHANGED.search(front) and (joint["to"] or _spans(front)):
        low, high = min(first.low, second.low), max(first.high, second.high)
        return replace(one, end=second.end, low=low, high=high)
    return _compute(text, first, second)


def _are_same(first: Quantity, second: Quantity) -> bool:
    return first.unit != second.unit and abs(first.low - second.low) <= _SAME * max(abs(first.low), abs(second.low))


def _spans(front: str) -> bool:
    return re.search(r"\b(?:between|from|varies|ranges?|either)\s*$", front, re.IGNORECASE) is not None


def _compute(text: str, difference: Quantity, limit: Quantity) -> Reading | None:
    """What a difference to a limit that is told comes to: 3 in. above the required 18 ft."""
    between = text[difference.end : limit.start]
    for pattern, sign in ((ADDED, 1.0), (TAKEN, -1.0)):
        match = pattern.fullmatch(between)
        if match is None:
            continue
        low, high = sorted((limit.low + sign * difference.low, limit.high + sign * difference.high))
        reading = Reading(difference.start, limit.end, limit.dimension, limit.unit, "found", low, high)
        rest = statement_behind(text, limit.end)
        if not (match["clear"] or LIMIT.search(between) or AFTER_REQUIREMENT.match(rest) or OF_STANDARD.match(rest)):
            # 16 ft over a 14 ft truck.
            return replace(reading, role="difference")
        return replace(reading, role="denied") if _is_denied(text, difference.start, limit.end) else reading
    return None
