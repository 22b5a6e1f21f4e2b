"""Whether a new model may replace an old one: a test of non-inferiority, with a margin that somebody chose.

The question is not whether a difference is significant, which a small test set never finds, but what can be ruled out
(Piaggio and others, Reporting of Noninferiority and Equivalence Randomized Trials, JAMA 308, 2012). The interval of the
difference has the level 1 - alpha:

- passed: all of it is above -max_drop. Such a loss is ruled out.
- failed: all of it is below -max_drop, corrected for how many comparisons there are (Holm). More is lost for sure.
- undecided: neither. There are too few texts to tell.

A gate passes when all comparisons do, so that one model that is too bad has to get past each of them, and passing needs
no correction (the intersection-union principle, Berger, Technometrics 24, 1982). It fails when any one does, which
chance brings about the more easily the more there are: failing is corrected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from itner.evaluation.compare import Difference
from itner.evaluation.significance import Judgement, correct, judge
from itner.records.gate import Verdict

_NORMAL = NormalDist()
# How often an equally good model is to pass.
_POWER = 0.8


@dataclass(frozen=True)
class Decision:
    """What a gate says of one difference among those of its table.

    Attributes:
        low, high: the interval of level 1 - alpha: so many standard errors of the resamples around the difference, and
            never narrower than what so few mentions cannot rule out.
        p_drop: that no more is lost than allowed: one-sided, corrected for the others of the table (Holm).
        needed: with so many gold mentions an equally good model would pass in four of five cases.
        judgement: whether there is any difference, corrected likewise.
    """

    verdict: Verdict
    low: float
    high: float
    p_drop: float
    needed: int
    judgement: Judgement


def decide(differences: Sequence[Difference], max_drop: float, alpha: float) -> list[Decision]:
    """What each of a table of differences, new minus old, means for a gate.

    Args:
        max_drop: so much F1 may be lost, more than 0.
        alpha: above 0 and below 1. A model that loses exactly what is allowed passes in about half of it, and fails in
            the other half.
    """
    if not 0 < max_drop < 1 or not 0 < alpha < 1:
        raise ValueError("the allowed drop and alpha lie between 0 and 1")
    drops = correct([_tail(each, -max_drop - each.value) for each in differences])
    judged = judge(differences, alpha, max_drop)
    return [
        _decide(each, p, judgement, max_drop, alpha)
        for each, p, judgement in zip(differences, drops, judged, strict=True)
    ]


def _decide(difference: Difference, p_drop: float, judgement: Judgement, max_drop: float, alpha: float) -> Decision:
    reach = _reach(difference, alpha / 2)
    low, high = max(difference.value - reach, -1.0), min(difference.value + reach, 1.0)
    verdict: Verdict = "passed" if low > -max_drop else "failed" if p_drop < alpha / 2 else "undecided"
    return Decision(verdict, low, high, p_drop, _needed(difference, max_drop, alpha / 2), judgement)


def _needed(difference: Difference, max_drop: float, tail: float) -> int:
    errors = _NORMAL.inv_cdf(_POWER) - _NORMAL.inv_cdf(tail)
    by_error = difference.mentions * (errors * difference.error / max_drop) ** 2
    return math.ceil(max(by_error, math.log(tail) / math.log1p(-max_drop)))


def _reach(difference: Difference, tail: float) -> float:
    """How far the true difference may lie from what was measured, but for a share `tail` of the cases.

    What happens to one mention in many is not seen in few, so that resampling knows nothing of it: a share q is not
    seen in n mentions with probability (1 - q)^n.
    """
    unseen = 1 - tail ** (1 / difference.mentions) if difference.mentions else 1.0
    return max(-_NORMAL.inv_cdf(tail) * difference.error, unseen)


def _tail(difference: Difference, gap: float) -> float:
    """How likely it is to measure a difference that is `gap` too low: the tail at which `_reach` is `gap`."""
    if gap <= 0:
        return 1.0
    by_error = _NORMAL.cdf(-gap / difference.error) if difference.error else 0.0
    return max(by_error, (1 - min(gap, 1.0)) ** difference.mentions)
