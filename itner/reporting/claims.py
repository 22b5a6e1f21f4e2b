"""What the tests of claims about compression say, in words and rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from itner.core.words import listed
from itner.evaluation.significance import ALPHA
from itner.records.claims import Claim, ClaimReport, Estimate, Step
from itner.reporting.rows import change_in_words
from itner.taggers.registry import model_label

Answer = Literal["more", "less", "not measurably"]


@dataclass(frozen=True)
class StepRow:
    """A step of a claim, with what it says of it."""

    label: str
    step: Step
    answer: Answer


def list_step_rows(claim: Claim) -> list[StepRow]:
    """The steps of a claim."""
    return [StepRow(step_label(step), step, answer_of(step)) for step in claim.steps]


def step_label(step: Step) -> str:
    """From which model to which: of one run, its variants alone are said."""
    base, other = model_label(step.base.run, step.base.variant), model_label(step.other.run, step.other.variant)
    return f"{base} → {other}"


def answer_of(step: Step) -> Answer:
    """Whether hard mentions lose more than easy ones, beyond chance, all steps of the report considered."""
    if step.p >= ALPHA:
        return "not measurably"
    return "more" if step.apart.value < 0 else "less"


def claim_in_words(claim: Claim) -> str:
    """The answer to a claim in a sentence or two, with its numbers."""
    rows = list_step_rows(claim)
    more, less = ([row for row in rows if row.answer == wanted] for wanted in ("more", "less"))
    of = f"{len(rows)} steps"
    if more and less:
        verdict = f"**Mixed**: {len(more)} of {of} say so, {len(less)} the other way round"
    elif more:
        verdict = f"**Yes**, in all {of}" if len(more) == len(rows) else f"**In part**: in {len(more)} of {of}"
    elif less:
        verdict = f"**The other way round** in {len(less)} of {of}"
    else:
        verdict = f"**Not shown**: none of {of} tells the two apart beyond chance"
    hardest = sorted(more + less or rows, key=lambda row: row.step.apart.value)[:2]
    each = [
        f"{row.label} changes {claim.score} by {estimate_in_words(row.step.hard)} ({claim.hard}, "
        f"{row.step.hard_mentions:,} mentions) and {estimate_in_words(row.step.easy)} ({claim.easy}, "
        f"{row.step.easy_mentions:,})"
        for row in hardest
    ]
    return f"{verdict}. {'; '.join(each)}."


def estimate_in_words(change: Estimate) -> str:
    """A change with its interval."""
    return change_in_words(change.value, change.low, change.high)


def method_in_words(report: ClaimReport) -> str:
    """How the claims were tested."""
    steps = sum(len(claim.steps) for claim in report.claims)
    return (
        f"{report.dataset} {report.split}: {report.resamples:,} resamples of {report.units:,} texts, both models on "
        f"the same; p-values corrected (Holm) for all {steps} steps of "
        f"{listed([claim.name for claim in report.claims])}."
    )
