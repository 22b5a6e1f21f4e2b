"""Which of a report's quantities a rule can be about, by the words next to them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from itner.domains.utility.candidates import OF_THE_THING, Candidate, Hit, names_any, stands_before
from itner.domains.utility.readings import (
    Reading,
    before,
    behind,
    ends_sentence,
    statement_before,
    statement_behind,
)
from itner.domains.utility.wording import (
    A_THING,
    ABOVE,
    AMOUNT,
    CUE,
    EARTH,
    ELSEWHERE,
    FROM,
    GROUND,
    KIND_BEFORE,
    KIND_BEHIND,
    LEADING,
    LINES,
    NO_LINE,
    NO_THING,
    OTHER_BEFORE,
    OTHER_BEHIND,
    OVER,
    SIZED,
    STOOD_ON,
    TAIL,
    UPPER_END,
)

# No diameter is given in these.
_LONG_UNITS = frozenset({"foot", "yard", "meter", "mile"})
# Of which a line is above; from it, it is beside.
_STREET = re.compile(r"(?:\w+ )?(?:street|road|alley|highway|driveway|roadway)s?\b(?! surface| level)", re.IGNORECASE)
# Further than any word.
_FAR = 1000


def list_fitting(
    text: str, readings: Sequence[Reading], candidate: Candidate, candidates: Sequence[Candidate]
) -> list[Reading]:
    """The quantities that a rule can be about: of its dimension and kind, no part of a name, found and not required."""
    named = [hit for each in candidates for hit in each.hits]
    fitting = [each for each in readings if _fits(text, each, candidate, named)]
    found = [each for each in fitting if each.role == "found"] or [each for each in fitting if each.role == "told"]
    exact = [each for each in found if not each.is_bound]
    # A bound of what is told exactly too adds nothing: 17'-2", less than 18 ft.
    return [each for each in found if not (each.is_bound and any(_holds(each, other) for other in exact))]


def gap(text: str, reading: Reading, candidate: Candidate) -> int:
    """How far a quantity is from words that tell what the rule is about."""
    measure = candidate.rule.measure
    if measure in (_kinds(text, reading) or ()):
        return 0
    if measure in OF_THE_THING and stands_before(text, reading, candidate.rule):
        return 0
    cues = [match.span() for match in CUE[measure].finditer(text)]
    # A length alone tells nothing; ohms or percent do.
    alone = _FAR if reading.dimension == "length" else 0
    return min((max(start - reading.end, reading.start - end, 0) for start, end in cues), default=alone)


def is_apart(text: str, reading: Reading, candidate: Candidate) -> bool:
    """Whether what lies below is named in another statement than the thing above it and the figure."""
    over = candidate.over
    if over is None or candidate.rule.measure != "clearance" or OVER.search(before(text, over.start)):
        return False
    start = over.start - len(statement_before(text, over.start))
    end = over.end + len(statement_behind(text, over.end))
    places = [reading.start, *([candidate.subject.start] if candidate.subject is not None else [])]
    return not any(start <= place < end for place in places)


def is_explained(text: str, reading: Reading, hits: Sequence[Hit]) -> bool:
    """Whether a figure is plainly of something that no rule is about: a width, an amount, the size of what is named."""
    return (
        _kinds(text, reading) == frozenset()
        or _names_a_thing(text, reading, hits)
        or OTHER_BEHIND.match(text, reading.end) is not None
        or AMOUNT.match(text, reading.end) is not None
        or OTHER_BEFORE.search(before(text, reading.start)) is not None
    )


def is_loose(text: str, reading: Reading, candidate: Candidate) -> bool:
    """Whether the words next to a quantity leave open of what it is told."""
    front = before(text, reading.start)
    led = (
        reading.dimension != "length"
        or LEADING.search(front) is not None
        or any(0 <= reading.start - hit.end <= 2 for hit in candidate.hits)
        or (
            (match := re.search(r"([a-z]+)s? *$", front.lower())) is not None
            and any(match[1] in phrase.split() for phrase in (*candidate.rule.subject, *candidate.rule.over))
        )
    )
    leads = (
        _leads_on(text, reading)
        or stands_before(text, reading, candidate.rule)
        or any(0 <= hit.start - reading.end <= 2 for hit in candidate.hits)
    )
    return not (led and leads)


def _holds(bound: Reading, exact: Reading) -> bool:
    return bound.low <= exact.low and exact.high <= bound.high


def _fits(text: str, reading: Reading, candidate: Candidate, named: Sequence[Hit]) -> bool:
    measure = candidate.rule.measure
    if reading.dimension != candidate.rule.dimension:
        return False
    if any(hit.start <= reading.start and reading.end <= hit.end for hit in named):
        return False
    if reading.dimension != "length":
        # Insulation has megohms, and a bond milliohms: no ground does.
        return reading.unit not in ("megaohm", "milliohm")
    kinds = _kinds(text, reading)
    above = ABOVE.match(text, reading.end)
    if measure == "depth" and UPPER_END.search(before(text, reading.start)):
        return False
    if measure in (*OF_THE_THING, "depth", "circumference", "radius") and kinds is None and above is not None:
        # Where something begins or ends.
        return False
    if kinds is not None and measure not in kinds and not ("depth" in kinds and _is_space(text, candidate)):
        return False
    if not _is_from(text, reading, candidate):
        return False
    if measure == "diameter" and reading.unit in _LONG_UNITS:
        return False
    if measure in OF_THE_THING:
        # A marker on an 8 ft rod has not its length.
        return kinds is not None or stands_before(text, reading, candidate.rule) or _leads_on(text, reading)
    if measure in ("clearance", "separation") and above and _is_above_unnamed(text, above.end(), candidate):
        return False
    if kinds is None and _names_a_thing(text, reading, named):
        return False
    return not _is_other(text, reading, candidate)


def _is_above_unnamed(text: str, start: int, candidate: Candidate) -> bool:
    """Whether what follows "above" is neither what the rule names nor the ground."""
    over = candidate.over
    end = start + len(statement_behind(text, start))
    hits = (over,) if candidate.rule.measure == "clearance" and over is not None else candidate.hits
    if EARTH.match(text, start) is not None:
        return False
    if any(start <= hit.start < end and ELSEWHERE.search(text, start, hit.start) is None for hit in hits):
        return False
    # County Road 9 is named, and 15 ft above the road are told.
    place = ELSEWHERE.search(text, start, end)
    return not names_any(text[start : place.start() if place is not None else end], candidate.rule.over)


def _is_space(text: str, candidate: Candidate) -> bool:
    """Whether a rule is about free space, whose depth is a distance."""
    subject = candidate.subject
    return subject is not None and re.search(r"(?:space|clearance)$", text[subject.start : subject.end]) is not None


def _is_from(text: str, reading: Reading, candidate: Candidate) -> bool:
    """Whether what a length is measured from, where that is told, is something that a rule names."""
    match = FROM.match(text, reading.end)
    if match is None or _is_space(text, candidate):
        return True
    end = match.end() + len(statement_behind(text, match.end()))
    if candidate.rule.measure == "height":
        return STOOD_ON.match(text, match.end()) is not None
    if candidate.rule.measure == "clearance" and _STREET.match(text, match.end()) is not None:
        return False
    # What hangs over something is no clearance away from it sideways.
    over = candidate.over
    hits = (over,) if candidate.rule.measure == "clearance" and over is not None else candidate.hits
    if any(match.end() <= hit.start < end and TAIL.match(text, hit.end) is None for hit in hits):
        return candidate.rule.measure in ("clearance", "separation", "cover")
    if candidate.rule.measure == "separation":
        return LINES.match(text, match.end()) is not None
    return candidate.rule.measure in ("clearance", "cover") and GROUND.match(text, match.end()) is not None


def _kinds(text: str, reading: Reading) -> frozenset[str] | None:
    """The measures that a length can be of by the words next to it; None where they do not tell."""
    if reading.dimension != "length":
        return None
    for pattern, kinds in KIND_BEHIND:
        if pattern.match(text, reading.end):
            return kinds
    return next((kinds for pattern, kinds in KIND_BEFORE if pattern.search(before(text, reading.start))), None)


def _names_a_thing(text: str, reading: Reading, named: Sequence[Hit]) -> bool:
    """Whether a quantity is part of a name, as in a 40 ft pole, 4 in. conduit or 12 kV line."""
    rest = behind(text, reading.end)
    if ends_sentence(text, reading.end):
        return False
    if any(
        0 <= hit.start - reading.end <= 2 and not re.search(r"[,;:.]\s", rest[: hit.start - reading.end])
        for hit in named
    ):
        return re.match(r"\s+(?:of|over|above|from|to)\b", rest) is None
    return SIZED.match(rest) is not None or (
        A_THING.search(before(text, reading.start)) is not None and not _leads_on(text, reading)
    )


def _leads_on(text: str, reading: Reading) -> bool:
    """Whether a quantity is followed by nothing that it may be a size of."""
    return NO_THING.match(text, reading.end) is not None or ends_sentence(text, reading.end)


def _is_other(text: str, reading: Reading, candidate: Candidate) -> bool:
    """Whether a length is a width, an amount or a place of something else than the subject of a rule."""
    subject = candidate.subject
    if OTHER_BEHIND.match(text, reading.end) or AMOUNT.match(text, reading.end):
        return True
    front = before(text, reading.start)
    other = OTHER_BEFORE.search(front)
    if other is not None:
        place = reading.start - len(front) + other.start()
        if subject is None or not subject.start <= place < subject.end:
            return True
    # What is said of another thing, in a statement that does not name the one in question.
    start = reading.start - len(statement_before(text, reading.start))
    end = reading.end + len(statement_behind(text, reading.end))
    if subject is None or start <= subject.start < end:
        return False
    return any(
        not any(hit.start < match.end() and match.start() < hit.end for hit in candidate.hits)
        for match in NO_LINE.finditer(text, start, end)
    )
