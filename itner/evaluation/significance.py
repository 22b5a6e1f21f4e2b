"""What differences between taggers mean, in words: a whole table of them at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from itner.evaluation.compare import Difference

Finding = Literal["better", "worse", "no measurable difference", "too little data to tell"]
ALPHA = 0.05
# The smallest difference in F1 that matters: one point.
MARGIN = 0.01
# A difference is to be found in so many samples (Cohen, Statistical Power Analysis, 1988).
_POWER = 0.8
# What happens in one of so many mentions is seen in 95 of 100 samples of three times as many (the rule of three).
_UNSEEN = 3


@dataclass(frozen=True)
class Judgement:
    """What a difference means beside the others of its table.

    Attributes:
        p: its p-value, corrected for the others by Holm's method.
        needed: with how many gold mentions a difference of the margin would be found in four of five samples, among as
            many differences as the table has.
    """

    finding: Finding
    p: float
    needed: int

    @property
    def sure(self) -> bool:
        """Whether it is better or worse beyond chance, all differences of the table considered."""
        return self.finding in ("better", "worse")

    def in_words(self, mentions: int) -> str:
        """The finding; where data are too few, with how many there are and would have to be."""
        if self.finding == "too little data to tell":
            return f"{self.finding}: {mentions:,} mentions, {self.needed:,} needed"
        return self.finding


def correct(values: Sequence[float]) -> list[float]:
    """p-values of one table, corrected for each other: below alpha, in one of 1 / alpha tables one is by chance alone.

    Holm, A simple sequentially rejective multiple test procedure, 1979: the smallest times as many as there are, the
    next times one less, and none below one before it. (statsmodels' `multipletests`, which a test holds this to, takes
    a second to load and collects all garbage at each call, half a second where many records are kept.)
    """
    order = sorted(range(len(values)), key=values.__getitem__)
    corrected = [0.0] * len(values)
    least = 0.0
    for rank, place in enumerate(order):
        least = max(least, min((len(values) - rank) * values[place], 1.0))
        corrected[place] = least
    return corrected


def judge(differences: Sequence[Difference], alpha: float = ALPHA, margin: float = MARGIN) -> list[Judgement]:
    """What each of a table of differences means.

    A difference is better or worse when its corrected p-value is below `alpha`. Where it is not, either there are
    mentions enough to see a difference of `margin`, and this one is smaller: none is measurable. Or nothing can be
    told. Mentions are enough when a difference of the margin, in units of its standard error, is the sum of the normal
    quantiles of the power and of the level that the hardest comparison of the table is held to (Bonferroni).
    """
    corrected = correct([each.p for each in differences])
    quantile = NormalDist().inv_cdf
    errors = quantile(1 - alpha / 2 / max(len(differences), 1)) + quantile(_POWER)
    return [_judge(each, p, alpha, margin, errors) for each, p in zip(differences, corrected, strict=True)]


def _judge(difference: Difference, p: float, alpha: float, margin: float, errors: float) -> Judgement:
    needed = math.ceil(max(difference.mentions * (errors * difference.error / margin) ** 2, _UNSEEN / margin))
    if p < alpha:
        return Judgement("better" if difference.value > 0 else "worse", p, needed)
    enough = difference.mentions >= needed and abs(difference.value) < margin
    return Judgement("no measurable difference" if enough else "too little data to tell", p, needed)
