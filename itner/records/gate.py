"""What `itner compare` found: two models on the same stored evaluations, and whether the new may replace the old."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Name, NonNegative, Sha256, Share, TypeName, Words

Verdict = Literal["passed", "failed", "undecided"]
Setting = Literal["pass", "fail"]
SETTINGS: tuple[Setting, ...] = get_args(Setting)
Between = Annotated[float, Field(ge=-1, le=1)]
Inside = Annotated[float, Field(gt=0, lt=1)]


@dataclass(frozen=True, config=STRICT)
class GateRule:
    """By what a gate decides (`itner.evaluation.gate`).

    Attributes:
        max_drop: so much F1 may be lost.
        alpha: of the intervals, which have the level 1 - alpha.
        undecided, undecided_type: what follows where data are too few, over all mentions and on a single type.
    """

    max_drop: Inside
    alpha: Inside
    undecided: Setting = "fail"
    undecided_type: Setting = "pass"


@dataclass(frozen=True, config=STRICT)
class GateSide:
    """A model that is compared."""

    run: Name
    variant: Name

    @property
    def label(self) -> str:
        """Run and variant, as a command line takes them."""
        return f"{self.run}:{self.variant}"


@dataclass(frozen=True, config=STRICT)
class Comparison:
    """The new model beside the old one on a dataset split, over all mentions or on one type.

    Attributes:
        type: None for all mentions together.
        difference: F1 of the new model minus the old one's, between `low` and `high`.
        p: that both are equally good, corrected for all comparisons of the gate (Holm), and `finding` in words.
        p_drop: that the new model loses no more than is allowed, corrected likewise.
        mentions: gold mentions; with `needed` of them an equally good model would pass in four of five cases.
    """

    dataset: Name
    split: Name
    split_sha256: Sha256
    old_model_sha256: Sha256
    new_model_sha256: Sha256
    type: TypeName | None
    old_f1: Share
    new_f1: Share
    difference: Between
    low: Between
    high: Between
    p: Share
    finding: Words
    p_drop: Share
    mentions: NonNegative
    needed: NonNegative
    verdict: Verdict

    @property
    def name(self) -> str:
        """What is compared, in words: "helpdesk test" or "helpdesk test, OS"."""
        return f"{self.dataset} {self.split}" + (f", {self.type}" if self.type is not None else "")


@dataclass(frozen=True, config=STRICT)
class GateReport:
    """Everything that a gate compared.

    Attributes:
        left_out: what could have been compared and was not, each a sentence.
    """

    old: GateSide
    new: GateSide
    rule: GateRule
    comparisons: tuple[Comparison, ...]
    left_out: tuple[Words, ...]
    provenance: Provenance
    schema_version: Literal[1] = 1

    def lets_pass(self, comparison: Comparison) -> bool:
        """Whether a comparison is no reason to stop, by its verdict and the rule."""
        if comparison.verdict != "undecided":
            return comparison.verdict == "passed"
        return (self.rule.undecided if comparison.type is None else self.rule.undecided_type) == "pass"

    @property
    def passed(self) -> bool:
        """Whether the new model may replace the old one: no comparison is a reason to stop."""
        return all(map(self.lets_pass, self.comparisons))
