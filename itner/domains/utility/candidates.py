"""Which rules a report may be about: whose subject and surroundings it names, for its voltage and standard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from itner.domains.utility.quantities import Quantity, read_quantities
from itner.domains.utility.readings import Reading, before
from itner.domains.utility.rules import Rule
from itner.domains.utility.wording import (
    ADDRESS,
    BESIDE,
    BETWEEN,
    CITED,
    CUE,
    HUNG_FROM,
    LEVELS,
    NEGATED,
    OSHA,
    OVER,
    SHORT,
    STANDARDS,
    TAIL,
)

# Measures of a thing itself, which often stand before its name: a 5/8 in. rod, an 8 ft marker.
OF_THE_THING = frozenset({"length", "diameter"})
# Measures of how far something is above something else.
_UPRIGHT = frozenset({"clearance", "height"})
# No phrase of the table is longer.
_LONGEST_NAME = 60
# Stands for each character of a quantity, in a text of which names are looked for: 5 meters are no meter.
_MASK = "\ue000"


@dataclass(frozen=True)
class Hit:
    """A phrase of the table in a text."""

    start: int
    end: int


@dataclass(frozen=True)
class Candidate:
    """A rule that a text may be about."""

    rule: Rule
    subject: Hit | None
    over: Hit | None

    @property
    def weight(self) -> int:
        """How specifically the text names it."""
        return sum(hit.end - hit.start for hit in self.hits)

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What the text names of it."""
        return tuple(hit for hit in (self.subject, self.over) if hit is not None)


@dataclass(frozen=True)
class Report:
    """A report, of which a text may be a part: what it names stands for what the part does not.

    Attributes:
        readings: its quantities.
    """

    text: str
    readings: Sequence[Reading]


def find_candidates(text: str, readings: Sequence[Reading], rules: Sequence[Rule], report: Report) -> list[Candidate]:
    """The rules that a text may be about; several where it can be read in several ways.

    Args:
        report: where voltages and standards are looked for that the text does not name.
    """
    masked = _mask(text, readings)
    found: list[Candidate] = []
    for rule in rules:
        subject = _longest(masked, rule.subject, readings)
        over = _longest(masked, rule.over, readings, subject)
        if (rule.subject and subject is None) or (rule.over and over is None):
            continue
        if rule.measure == "clearance" and subject is not None and HUNG_FROM.search(before(masked, subject.start)):
            continue
        if over is not None and rule.measure in _UPRIGHT and BESIDE.search(before(masked, over.start)):
            continue
        found.append(Candidate(rule, subject, over))
    voltages = _voltages(text, readings, report)
    found = [each for each in found if _fits_voltage(voltages, each.rule)]
    found = _spanned(masked, _most_specific(found))
    named = [each for each in found if each.rule.subject]
    # A rule for a thing that is not named is for texts that name none.
    found = [each for each in found if each.rule.subject or not named]
    cued = [each for each in found if CUE[each.rule.measure].search(text) or _is_measured(text, each, readings)]
    # Cables hang and lie: cover is told as such.
    found = cued or [each for each in named if each.rule.measure != "cover"]
    cited = _cited(text) or _cited(report.text)
    # A standard that has no rule here says nothing of whether another one is kept.
    return [each for each in found if cited & set(each.rule.standard)] if cited else found


def name_exception(text: str, rule: Rule) -> str:
    """The words of a case that the rule is not for; empty where the text tells none."""
    if not rule.unless:
        return ""
    found = _exceptions(tuple(rule.unless)).finditer(text)
    return next((each[0] for each in found if not NEGATED.search(before(text, each.start()).lower())), "")


@lru_cache(maxsize=1024)
def _exceptions(phrases: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(r"[\s-]+".join(map(re.escape, re.split(r"[ -]+", phrase))) for phrase in phrases)
    return re.compile(rf"(?<![\w-])(?:{words})(?:s|es)?(?!\w)", re.IGNORECASE)


def names_any(text: str, phrases: Sequence[str]) -> bool:
    """Whether a text names one of a rule's things."""
    return any(_phrase(phrase)[0].search(text.lower()) is not None for phrase in phrases)


def differ_by_voltage(text: str, readings: Sequence[Reading], candidates: Sequence[Candidate]) -> bool:
    """Whether candidates are for different voltages, and the text tells none."""
    ranges = {tuple(each.rule.voltage) for each in candidates if each.rule.voltage is not None}
    return len(ranges) > 1 and not any(each.dimension == "voltage" for each in readings)


def _mask(text: str, readings: Sequence[Reading]) -> str:
    # Letter by letter, so that offsets stay those of the text: some have no lower case of one character.
    masked = [low if len(low := char.lower()) == 1 else char for char in text]
    for each in readings:
        masked[each.start : each.end] = _MASK * (each.end - each.start)
    return "".join(masked)


def _most_specific(found: list[Candidate]) -> list[Candidate]:
    """Without rules whose phrase stands inside a longer one of another rule of the same standard and measure."""

    def inside(mine: Hit | None, other: Hit | None) -> bool:
        return (
            mine is not None
            and other is not None
            and other.start <= mine.start
            and mine.end <= other.end
            and (mine.start, mine.end) != (other.start, other.end)
        )

    kept = []
    for each in found:
        beaten = any(
            other is not each
            and other.rule.measure == each.rule.measure
            and set(other.rule.standard) & set(each.rule.standard)
            and (inside(each.over, other.over) or (inside(each.subject, other.subject) and each.over == other.over))
            for other in found
        )
        if not beaten:
            kept.append(each)
    return kept


def _spanned(masked: str, found: list[Candidate]) -> list[Candidate]:
    """Without clearances above a street that is only named, where the same line is said to hang over something else."""
    over = [each for each in found if each.over is not None and OVER.search(before(masked, each.over.start))]
    return [
        each
        for each in found
        if each in over
        or each.rule.measure != "clearance"
        or not any(other.subject == each.subject and other.rule.measure == "clearance" for other in over)
    ]


def _spellings(word: str) -> str:
    """A word, how it is shortened, and how it comes out when a letter is left out, doubled or swapped."""
    ways = [re.escape(word)]
    if len(word) > 6 and word.isalpha():
        ways += [word[:i] + word[i + 1 :] for i in range(1, len(word))]
        ways += [word[:i] + word[i] + word[i:] for i in range(1, len(word))]
        ways += [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(1, len(word) - 1)]
    if word in SHORT:
        ways.append(SHORT[word])
    return f"(?:{'|'.join(dict.fromkeys(ways))})"


# Phrases come from tables alone, never from texts, and all of a table are wanted for every text.
@cache
def _phrase(phrase: str) -> tuple[re.Pattern[str], Quantity | None]:
    """What finds a phrase, and the size that it begins with: 40 ft pole is a pole that is said to have 40 ft."""
    size = next((each for each in read_quantities(phrase) if each.start == 0), None)
    words = [_spellings(word) for word in re.split(r"[ -]+", phrase[size.end if size is not None else 0 :].strip(" -"))]
    between = rf"[ -](?:(?:{_MASK}+|{BETWEEN})[ ,-]+){{0,3}}"
    begin = rf"(?P<size>{_MASK}+){between}" if size is not None else r"(?<![\w-])"
    return re.compile(rf"{begin}{between.join(words)}(?:s|es|'s)?(?![\w])"), size


def _longest(masked: str, phrases: Sequence[str], readings: Sequence[Reading], but: Hit | None = None) -> Hit | None:
    hits = []
    for phrase in phrases:
        pattern, size = _phrase(phrase)
        for match in pattern.finditer(masked):
            front = before(masked, match.start())
            if NEGATED.search(front) or ADDRESS.search(front) or TAIL.match(masked, match.end()):
                continue
            if but is not None and match.start() < but.end and but.start < match.end():
                continue
            if size is None or any(_has_size(each, size, match.end("size")) for each in readings):
                hits.append(Hit(*match.span()))
    return max(hits, key=lambda hit: (hit.end - hit.start, -hit.start), default=None)


def _has_size(reading: Reading, size: Quantity, end: int) -> bool:
    return (
        reading.end == end
        and reading.dimension == size.dimension
        and reading.low == reading.high
        and abs(reading.low - size.low) <= 1e-3 * size.low
    )


def _is_measured(text: str, candidate: Candidate, readings: Sequence[Reading]) -> bool:
    """Whether a quantity tells without a word what it measures: ohms, or the 5/8 in. of a 5/8 in. ground rod."""
    rule = candidate.rule
    if rule.dimension != "length":
        return any(each.dimension == rule.dimension for each in readings)
    return rule.measure in OF_THE_THING and any(stands_before(text, each, rule) for each in readings)


def stands_before(text: str, reading: Reading, rule: Rule) -> bool:
    """Whether a quantity stands directly before the name of what a rule is about."""
    behind = re.sub(r"^[ -]{1,2}", "", text[reading.end : reading.end + _LONGEST_NAME].lower())
    return any(size is None and pattern.match(behind) for pattern, size in map(_phrase, rule.subject))


def _cited(text: str) -> set[str]:
    found = {name for name, pattern in CITED.items() if pattern.search(text)}
    if OSHA.search(text):
        found |= {name for name in STANDARDS if name.startswith("OSHA")}
    return found


def _voltages(text: str, readings: Sequence[Reading], report: Report) -> list[tuple[float, float]]:
    """The voltages that a text gives, or its report, or else those of the kind of line that they name."""
    for given in (readings, report.readings):
        if known := [(each.low, each.high) for each in given if each.dimension == "voltage"]:
            return known
    texts = (text, report.text)
    return next(([level] for each in texts for pattern, level in LEVELS if pattern.search(each)), [])


def _fits_voltage(known: Sequence[tuple[float, float]], rule: Rule) -> bool:
    if rule.voltage is None or rule.measure == "voltage":
        return True
    return not known or any(low <= rule.voltage[1] and high >= rule.voltage[0] for low, high in known)
