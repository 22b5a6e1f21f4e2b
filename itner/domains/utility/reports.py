"""Go-back analysis: whether what a field report says breaks a rule, keeps all that apply, or is for a person to see.

A short report is one statement. A longer one is read sentence by sentence, because most of them are about something
else: who was there, what else was seen, what will be done. Only what takes a finding back counts wherever it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from itner.core.types import Mention, Verdict
from itner.domains.utility.candidates import Report, name_exception
from itner.domains.utility.readings import list_sentences, read_report
from itner.domains.utility.rules import Rule
from itner.domains.utility.verdicts import NO_FIGURE, NO_RULE, judge_statement
from itner.domains.utility.wording import CALLED_WRONG, NO_BREACH, NOT_YET, PUT_RIGHT, WITHDRAWN

# A longer text says more than one thing, and so does one with more figures.
_LONGEST = 2_000
_MOST_FIGURES = 12
# Up to so many words a report is one statement.
_SHORT = 25
# How sure a verdict of a longer report is beside that of its sentence, and that it is for a person.
_AMONG_OTHERS, _TAKEN_BACK = 0.99, 0.75


def judge(text: str, mentions: Sequence[Mention], rules: Sequence[Rule]) -> Verdict:
    """What follows from a report.

    Args:
        mentions: what a tagger found in it; a quantity or a thing that it did not mark makes the verdict less certain.
    """
    if len(text) > _LONGEST:
        return Verdict("review", (), (), NO_RULE, f"it is longer than a report, with {len(text):,} characters")
    report = Report(text, read_report(text))
    if len(report.readings) > _MOST_FIGURES:
        return Verdict("review", (), (), NO_RULE, f"it has more figures than a report, {len(report.readings):,}")
    if len(text.split()) <= _SHORT:
        return judge_statement(text, report.readings, mentions, rules, report)
    found = [_judge_part(report, start, end, mentions, rules) for start, end in list_sentences(text)]
    decided = [each for each in found if each.verdict != "review"]
    first = next((each for each in decided if each.verdict == "violation"), decided[0] if decided else None)
    if first is None:
        return max(found, key=lambda each: (bool(each.evidence), -each.confidence))
    if why := _taken_back(text, first, found, rules):
        return Verdict("review", (), first.evidence, _TAKEN_BACK, why)
    same = [each for each in decided if each.verdict == first.verdict]
    return replace(
        first,
        rules=tuple(dict.fromkeys(rule for each in same for rule in each.rules)),
        confidence=round(min(each.confidence for each in same) * _AMONG_OTHERS, 4),
    )


def _judge_part(report: Report, start: int, end: int, mentions: Sequence[Mention], rules: Sequence[Rule]) -> Verdict:
    inside = [
        replace(each, start=each.start - start, end=each.end - start)
        for each in mentions
        if start <= each.start and each.end <= end
    ]
    part = report.text[start:end]
    found = judge_statement(part, read_report(part), inside, rules, report)
    moved = tuple(replace(each, start=each.start + start, end=each.end + start) for each in found.evidence)
    return replace(found, evidence=moved)


def _taken_back(text: str, first: Verdict, found: Sequence[Verdict], rules: Sequence[Rule]) -> str:
    """Why a person has to see what a sentence says, by the others; empty where nothing speaks against it."""
    used = set(first.rules)
    if case := next(filter(None, (name_exception(text, rule) for rule in rules if rule.id in used)), ""):
        return f"a special case ({case}), for which standards differ"
    if taken := WITHDRAWN.search(text):
        return f"it is taken back or left open ({taken[0].strip()})"
    if first.verdict == "violation":
        repairs = (each for each in PUT_RIGHT.finditer(text) if not NOT_YET.search(text[: each.start()]))
        repaired = next(repairs, None)
        return f"it is said to have been put right ({repaired[0]})" if repaired is not None else ""
    called = (each for each in CALLED_WRONG.finditer(text) if not NO_BREACH.search(text[: each.start()]))
    if breach := next(called, None):
        return f"the report calls it wrong ({breach[0]})"
    open_ = next((each for each in found if each.verdict == "review" and each.confidence < NO_FIGURE), None)
    return open_.why if open_ is not None else ""
