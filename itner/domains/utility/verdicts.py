"""What follows from a statement of a field report: it breaks a rule, keeps all that apply, or is for a person to see.

Its things and quantities are looked up in the table of rules: whose subject and surroundings it names, for its voltage,
by the standard that it cites. The quantity that is measured is compared with their limits. Where it can be read in two
ways that lead to different verdicts, it is for review.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from itner.core.types import Evidence, Mention, Verdict
from itner.domains.utility.candidates import Candidate, Report, differ_by_voltage, find_candidates, name_exception
from itner.domains.utility.fitting import gap, is_apart, is_explained, is_loose, list_fitting
from itner.domains.utility.quantities import DASHES
from itner.domains.utility.readings import Reading, before, statement_before, statement_behind
from itner.domains.utility.rules import Limit, Rule
from itner.domains.utility.wording import (
    BREACH,
    CALLED_RIGHT,
    DOUBT,
    HEARSAY,
    NO_BREACH,
    NOT_RIGHT,
    NOT_YET,
    NOW,
    OF_A_KIND,
    ORDER,
    OTHER_POINT,
    PAST,
    PLAIN,
    PLANNED,
    REPAIR,
    REPAIRED,
    SOME_LINE,
)

# What is decided on a spoken figure is not sure so near to a limit.
_NEAR = 0.03
# A quantity is as near to the words about it as another one, within so many characters.
_AS_NEAR = 12
# Of a quantity further from every word that tells its kind, nothing is said by a second rule.
_BESIDE = 25
# A figure so much above or below a limit may be meant for it.
_COMPARABLE = 2.0
# How sure a verdict is without a mention on what it rests on, and what else lessens it.
_UNREAD, _UNMARKED, _UNNAMED, _ROUGH, _TOLD, _LOOSE = 0.93, 0.96, 0.95, 0.97, 0.96, 0.9
_MOST, _UNTOLD = 0.99, 0.9
# How sure it is that nothing can be decided.
NO_RULE, NO_FIGURE = 0.95, 0.93
# A value that is so many times a least one, or so small a part of it, is a slip of the pen.
_FAR_OFF, _FAR_BELOW, _WHOLE = 10.0, 30.0, 100.0
_WORD = re.compile(r"[^\W\d_]+")
_SIGN = re.compile(rf"(?:^|[\s(:=])[{DASHES}]$")
_OPEN = "it can be read in two ways"


@dataclass(frozen=True)
class _Finding:
    """A quantity that a rule may be about.

    Attributes:
        keeps: whether it keeps the rule; None where it may or not.
        gap: how many characters lie between it and words that tell what the rule is about.
    """

    candidate: Candidate
    reading: Reading
    keeps: bool | None
    gap: int


@dataclass(frozen=True)
class _Outcome:
    """What follows for one measure, by the findings that say so."""

    keeps: bool | None
    findings: tuple[_Finding, ...]
    why: str = ""

    @property
    def first(self) -> _Finding:
        return max(self.findings, key=lambda finding: finding.candidate.weight)


def judge_statement(
    text: str, readings: Sequence[Reading], mentions: Sequence[Mention], rules: Sequence[Rule], report: Report
) -> Verdict:
    """What follows from a statement.

    Args:
        readings: its quantities.
        mentions: what a tagger found in it; a quantity or a thing that it did not mark makes the verdict less certain.
        report: where the statement stands, which may name the voltage and the standard.
    """
    candidates = find_candidates(text, readings, rules, report)
    if not candidates:
        return Verdict("review", (), (), NO_RULE, "no rule of the table is about what is described")
    outcomes = _weigh(text, readings, candidates)
    if not outcomes:
        why = f"no {candidates[0].rule.measure} is given"
        if any(each.dimension == candidates[0].rule.dimension for each in readings):
            why = f"no {candidates[0].rule.measure} is said to have been found"
        return Verdict("review", (), _evidence(candidates[0], None), NO_FIGURE, why)
    outcome = _combine(outcomes)
    evidence = _evidence(outcome.first.candidate, outcome.first.reading)
    if outcome.keeps is None:
        return Verdict("review", (), evidence, 0.8, outcome.why)
    if doubt := _doubt(text, readings, outcome):
        return Verdict("review", (), evidence, 0.75, doubt)
    verdict: Literal["violation", "compliant"] = "compliant" if outcome.keeps else "violation"
    decided = tuple(dict.fromkeys(each.candidate.rule.id for each in outcome.findings))
    sure = min(_confidence(text, each, mentions) for each in outcome.findings)
    return Verdict(verdict, decided, evidence, sure, _reason(outcome.first, text))


# What is measured


def _weigh(text: str, readings: Sequence[Reading], candidates: Sequence[Candidate]) -> list[_Outcome]:
    """What follows for each thing that is measured, first for the one whose words are nearest to a quantity."""
    pairs = [
        _Finding(each, reading, _keeps(each.rule, reading), gap(text, reading, each))
        for each in candidates
        for reading in list_fitting(text, readings, each, candidates)
    ]
    # A quantity is of the kind that the nearest words tell; as near words are two ways to read it.
    nearest: dict[Reading, int] = {}
    for pair in pairs:
        nearest[pair.reading] = min(pair.gap, nearest.get(pair.reading, pair.gap))
    pairs = sorted((pair for pair in pairs if pair.gap == nearest[pair.reading]), key=lambda pair: pair.gap)
    outcomes: list[_Outcome] = []
    while pairs:
        measure = pairs[0].candidate.rule.measure
        of_it = {pair.reading for pair in pairs if pair.candidate.rule.measure == measure}
        group = [pair for pair in pairs if pair.candidate.rule.measure == measure or pair.reading in of_it]
        pairs = [pair for pair in pairs if pair not in group]
        if not outcomes or group[0].gap <= _BESIDE:
            outcomes.append(_settle(text, readings, candidates, group))
    return outcomes


def _settle(
    text: str, readings: Sequence[Reading], candidates: Sequence[Candidate], group: Sequence[_Finding]
) -> _Outcome:
    """What follows from the findings about one thing; open where they can be read in ways that differ."""
    now = [pair for pair in group if not _is_past(text, pair.reading)]
    group = now or group
    near = [
        pair
        for pair in group
        if pair.gap <= min(each.gap for each in group if each.candidate is pair.candidate) + _AS_NEAR
    ]
    if case := next(filter(None, (name_exception(text, pair.candidate.rule) for pair in near)), ""):
        return _Outcome(None, tuple(near), f"a special case ({case}), for which standards differ")
    broken, kept, unsettled = ([pair for pair in near if pair.keeps is keeps] for keeps in (False, True, None))
    several = len({pair.reading for pair in near}) > 1
    by_voltage = differ_by_voltage(text, readings, candidates)
    other = [*kept, *unsettled]
    # One rule that is broken is enough, whatever others of the same thing allow; but not one of several figures.
    fine = {pair.reading for pair in other} - {pair.reading for pair in broken}
    if (unsettled and not broken) or (broken and other and (fine or by_voltage or _are_apart(broken, other))):
        why = "the rules depend on a voltage that is not given" if by_voltage and not several else _OPEN
        return _Outcome(None, tuple(unsettled or broken), why)
    chosen = broken or kept
    aside = [pair for pair in group if pair not in near and pair.keeps is not chosen[0].keeps]
    if any(_is_comparable(pair) for pair in aside):
        return _Outcome(None, tuple(chosen), "it is not clear which of the figures is meant")
    return _Outcome(bool(kept) and not broken, tuple(chosen))


def _combine(outcomes: Sequence[_Outcome]) -> _Outcome:
    """What follows from all things that were measured: one that breaks a rule is enough."""
    first, *others = outcomes
    if first.keeps is not False:
        for other in others:
            apart = other.first.reading.dimension != first.first.reading.dimension
            if other.keeps is False and (apart or (first.keeps and other.first.gap == 0)):
                return other
        if open_ := next((each for each in outcomes if not each.keeps), None):
            return open_ if open_.keeps is None else _Outcome(None, open_.findings, _OPEN)
    same = [each for each in outcomes if each.keeps is first.keeps]
    return _Outcome(first.keeps, tuple(finding for each in same for finding in each.findings))


def _are_apart(broken: Sequence[_Finding], kept: Sequence[_Finding]) -> bool:
    """Whether one thing breaks a rule and another one, which the same words may be about, may keep all of its rules."""
    mine = {hit for pair in broken if (hit := pair.candidate.subject) is not None}
    other = {
        hit
        for pair in kept
        # A branch near a conductor, and the same branch in a fire district, are one.
        if (hit := pair.candidate.subject) is not None and pair.candidate.over not in mine
    }
    return bool(mine) and any(all(b.end <= a.start or a.end <= b.start for a in mine) for b in other)


def _is_past(text: str, reading: Reading) -> bool:
    front = before(text, reading.start)
    return PAST.search(front) is not None and NOW.search(front[-25:]) is None


def _limits(rule: Rule) -> tuple[float | None, float | None]:
    least, greatest = rule.least, rule.greatest
    return least.value if least is not None else None, greatest.value if greatest is not None else None


def _keeps(rule: Rule, reading: Reading) -> bool | None:
    return reading.lies_within(*_limits(rule))


def _is_comparable(pair: _Finding) -> bool:
    return any(
        limit / _COMPARABLE <= end <= limit * _COMPARABLE
        for limit in _limits(pair.candidate.rule)
        if limit is not None
        for end in (pair.reading.low, pair.reading.high)
    )


# What makes it doubtful


def _doubt(text: str, readings: Sequence[Reading], outcome: _Outcome) -> str:
    """Why a person has to look at what the figures say; empty where nothing speaks against it."""
    reading = outcome.first.reading
    if told := OF_A_KIND.search(text):
        return f"it tells a rule, and no finding ({told[0].strip()})"
    if any(_is_implausible(finding) for finding in outcome.findings):
        return "it can hardly be meant so"
    if any(_is_signed(text, finding.reading) for finding in outcome.findings):
        return "its figure has a minus sign"
    if outcome.first.candidate.subject is None and (word := _foreign(text, readings)):
        return f"it is not said what hangs there ({word})"
    if other := _other_point(text, outcome):
        return f"it is told of another point ({other})"
    unsure = [each for each in PLANNED.finditer(text) if outcome.keeps or not _is_repair(text, each, outcome)]
    unsure += DOUBT.finditer(text)
    start = reading.start - len(statement_before(text, reading.start))
    unsure += HEARSAY.finditer(text, start, reading.end + len(statement_behind(text, reading.end)))
    if unsure:
        return f"it is not said to be so ({unsure[0][0].strip()})"
    if ordered := ORDER.search(before(text, reading.start)):
        return f"it is an order ({ordered[0].strip(' .;:!?')})"
    if any(finding.reading.rough and _is_near(finding) for finding in outcome.findings):
        return "the figure is rough, and close to the limit"
    if outcome.keeps:
        if unexplained := _unexplained(text, readings, outcome):
            return f"it is not clear what {unexplained} is of"
        if outcome.first.candidate.subject is None and (
            SOME_LINE.search(text) or any(each.dimension == "voltage" for each in readings)
        ):
            return "what the line needs depends on its kind, which is not told"
        limited = outcome.first.candidate.rule.least is not None
        called = (
            each
            for each in BREACH.finditer(text)
            if not NO_BREACH.search(before(text, each.start()))
            and (limited or not each[0].startswith(("below", "under")))
        )
        breach = next(called, None)
        return f"the report calls it wrong ({breach[0]})" if breach is not None else ""
    rights = (each for each in CALLED_RIGHT.finditer(text) if not NOT_RIGHT.search(before(text, each.start())))
    if right := next(rights, None):
        return f"the report calls it right ({right[0].strip()})"
    repairs = (each for each in REPAIRED.finditer(text, reading.end) if not NOT_YET.search(before(text, each.start())))
    repaired = next(repairs, None)
    return f"it is said to have been put right ({repaired[0]})" if repaired is not None else ""


def _is_implausible(finding: _Finding) -> bool:
    """Whether a value is a slip rather than what was found: nought, a share above the whole, far from any limit."""
    reading = finding.reading
    least, _ = _limits(finding.candidate.rule)
    ends = [end for end in (reading.low, reading.high) if math.isfinite(end)]
    if reading.dimension == "temperature" or not ends:
        return False
    if min(ends) < 0 or max(ends) == 0 or (reading.dimension == "share" and max(ends) > _WHOLE):
        return True
    return least is not None and (max(ends) > _FAR_OFF * least or min(ends) < least / _FAR_BELOW)


def _is_signed(text: str, reading: Reading) -> bool:
    """Whether a minus sign stands before a figure, or a dash that begins an entry and touches it."""
    if reading.dimension == "temperature" or not reading.start:
        return False
    return _SIGN.search(text, 0, reading.start) is not None


def _foreign(text: str, readings: Sequence[Reading]) -> str:
    """A word that is none of those in which a report that names no line tells a clearance."""
    for match in _WORD.finditer(text):
        if any(each.start < match.end() and match.start() < each.end for each in readings):
            continue
        # Names have capitals, which the first word of a sentence has too.
        named = match[0][:1].isupper() and (match[0].isupper() or match.start() > 0)
        if not named and match[0].casefold() not in PLAIN and not SOME_LINE.fullmatch(match[0]):
            return match[0]
    return ""


def _other_point(text: str, outcome: _Outcome) -> str:
    """The words that put a clearance at a point that is not the lowest one."""
    for finding in outcome.findings:
        if finding.candidate.rule.measure != "clearance":
            continue
        start = finding.reading.start - len(statement_before(text, finding.reading.start))
        end = finding.reading.end + len(statement_behind(text, finding.reading.end))
        for match in OTHER_POINT.finditer(text, start, end):
            if not any(hit.start < match.end() and match.start() < hit.end for hit in finding.candidate.hits):
                return match[0]
    return ""


def _unexplained(text: str, readings: Sequence[Reading], outcome: _Outcome) -> str:
    """A figure that was found and that no rule was about: it may break one."""
    used = [finding.reading for finding in outcome.findings]
    named = [hit for finding in outcome.findings for hit in finding.candidate.hits]
    spans = [*((each.start, each.end) for each in used), *((each.start, each.end) for each in named)]
    for each in readings:
        if each.role not in ("found", "told") or each.dimension in ("voltage", "temperature"):
            continue
        if any(each.start < end and start < each.end for start, end in spans):
            continue
        if any(each.is_bound and each.low <= other.low and other.high <= each.high for other in used):
            continue
        if not _is_past(text, each) and not is_explained(text, each, named):
            return text[each.start : each.end]
    return ""


def _is_repair(text: str, planned: re.Match[str], outcome: _Outcome) -> bool:
    """Whether what is planned is to mend what was found, in a statement of its own."""
    start = planned.start() - len(statement_before(text, planned.start()))
    end = planned.end() + len(statement_behind(text, planned.end()))
    return REPAIR.search(text[start:end]) is not None and not any(
        start <= finding.reading.start < end for finding in outcome.findings
    )


def _is_near(finding: _Finding) -> bool:
    return any(
        abs(end - limit) <= _NEAR * limit
        for limit in _limits(finding.candidate.rule)
        if limit is not None
        for end in (finding.reading.low, finding.reading.high)
    )


# What is said of it


def _evidence(candidate: Candidate, reading: Reading | None) -> tuple[Evidence, ...]:
    spans = [
        (hit.start, hit.end, name)
        for name, hit in (("subject", candidate.subject), ("over", candidate.over))
        if hit is not None
    ]
    if reading is not None:
        spans.append((reading.start, reading.end, candidate.rule.measure))
    return tuple(Evidence(start, end, role) for start, end, role in sorted(spans))


def _confidence(text: str, finding: _Finding, mentions: Sequence[Mention]) -> float:
    """How sure a verdict is: as sure as the least certain mention it rests on, less for what no tagger marked."""
    candidate, reading = finding.candidate, finding.reading
    quantity = _score(reading.start, reading.end, mentions)
    things = [_score(hit.start, hit.end, mentions) for hit in candidate.hits]
    sure = min((score for score in (quantity, *things) if score is not None), default=_UNTOLD)
    sure = min(sure, _MOST) * _UNMARKED ** things.count(None)
    if quantity is None:
        sure *= _UNREAD
    if candidate.subject is None:
        sure *= _UNNAMED
    if is_loose(text, reading, candidate) or is_apart(text, reading, candidate):
        sure *= _LOOSE
    if reading.rough:
        sure *= _ROUGH
    if reading.role == "told":
        sure *= _TOLD
    return round(sure, 4)


def _score(start: int, end: int, mentions: Sequence[Mention]) -> float | None:
    """The score of the mention on a span; None where nothing is marked."""
    on = [mention for mention in mentions if mention.start < end and start < mention.end]
    # Rules give no score.
    return max((1.0 if mention.score is None else mention.score for mention in on), default=None)


def _reason(finding: _Finding, text: str) -> str:
    rule = finding.candidate.rule
    least, greatest = rule.least, rule.greatest

    def told(word: str, limit: Limit) -> str:
        return f"{rule.measure} is to be {word} {limit.written}"

    wanted = " and ".join(
        [
            *([told("at least", least)] if least is not None else []),
            *([told("at most", greatest)] if greatest is not None else []),
        ]
    )
    said = text[finding.reading.start : finding.reading.end]
    return f"{wanted} ({rule.source}); the report says {_bound(finding.reading)}{said}"


def _bound(reading: Reading) -> str:
    """On which side of a quantity the value is said to lie; empty where it is the quantity."""
    if math.isinf(reading.low):
        return "less than " if reading.high_open else "at most "
    if math.isinf(reading.high):
        return "more than " if reading.low_open else "at least "
    return ""
