"""`models/claims.json`: claims about what compression costs and where, tested on stored predictions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Name, NonNegative, Positive, Sha256, Share, Words

Change = Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)]


@dataclass(frozen=True, config=STRICT)
class Estimate:
    """A change with its confidence interval."""

    value: Change
    low: Change
    high: Change


@dataclass(frozen=True, config=STRICT)
class ModelRef:
    """A variant of a run, as it was then."""

    run: Name
    variant: Name
    model_sha256: Sha256


@dataclass(frozen=True, config=STRICT)
class Step:
    """From one model to a smaller one.

    Attributes:
        hard, easy: how the score of the mentions that should suffer changes, and that of the others.
        apart: the first minus the second: below zero, the hard ones suffer more.
        p: of `apart` being none, from the same resamples, corrected by Holm's method for all steps of the report.
        hard_mentions, easy_mentions: gold mentions.
    """

    base: ModelRef
    other: ModelRef
    hard: Estimate
    easy: Estimate
    apart: Estimate
    p: Share
    hard_mentions: NonNegative
    easy_mentions: NonNegative


@dataclass(frozen=True, config=STRICT)
class Claim:
    """What is claimed, of which mentions, by which score, and what each step says."""

    name: Name
    title: Words
    hard: Words
    easy: Words
    score: Words
    steps: tuple[Step, ...]


@dataclass(frozen=True, config=STRICT)
class ClaimReport:
    """The claims on one dataset split."""

    domain: Name
    dataset: Name
    split: Name
    split_sha256: Sha256
    train_sha256: Sha256
    units: Positive
    resamples: Positive
    level: Share
    claims: tuple[Claim, ...]
    provenance: Provenance


@dataclass(frozen=True, config=STRICT)
class Claims:
    """One report per (dataset, split)."""

    reports: tuple[ClaimReport, ...] = ()
    schema_version: Literal[1] = 1

    def of(self, dataset: str, split: str) -> ClaimReport | None:
        """The report on a dataset split."""
        return next((each for each in self.reports if (each.dataset, each.split) == (dataset, split)), None)

    def with_report(self, report: ClaimReport) -> Claims:
        """The same with a report in the place of what was there."""
        others = [each for each in self.reports if (each.dataset, each.split) != (report.dataset, report.split)]
        return Claims(tuple(sorted((*others, report), key=lambda each: (each.dataset, each.split))))
