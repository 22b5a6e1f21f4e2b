"""Thresholds that were tried on dev: which of them hides as much as somebody wishes, and what that costs, in words."""

from __future__ import annotations

from dataclasses import dataclass

from itner.core.errors import InputError
from itner.domains.registry import get_domain
from itner.records.recall import RecallCurve, RecallPoint
from itner.records.store import Run
from itner.taggers.registry import is_current


@dataclass(frozen=True)
class Wish:
    """A threshold that was chosen on dev, and what it did there, in words."""

    threshold: float
    told: str


def curve_of(run: Run, dataset: str, variant: str) -> RecallCurve | None:
    """What a variant of a run hides at thresholds on dev; None where nobody measured it of both as they are."""
    report = run.report(dataset, "dev", variant)
    for curve in run.recalls.curves:
        same = (curve.dataset, curve.variant) == (dataset, variant)
        if same and report is not None and curve.split_sha256 == report.split_sha256 and is_current(run, curve):
            return curve
    return None


def usual_curve(run: Run, variant: str) -> RecallCurve | None:
    """The curve on the corpus that the run's domain ships, else on the first dataset that there is one of."""
    release = get_domain(run.info.domain).release
    datasets = [curve.dataset for curve in run.recalls.curves]
    first = [release.corpus] if release is not None else []
    found = (curve_of(run, dataset, variant) for dataset in dict.fromkeys((*first, *datasets)))
    return next((curve for curve in found if curve is not None), None)


def choose_threshold(run: Run, variant: str, share: float) -> Wish:
    """The threshold at which redaction hides such a share of the personal characters of dev, and the fewest others.

    Raises:
        InputError: that was not measured, or no threshold hides as many.
    """
    curve = usual_curve(run, variant)
    if curve is None:
        raise InputError(_not_measured(run, variant))
    point = curve.least(share)
    if point is None:
        raise InputError(
            f"{share:.1%} of the personal characters of {curve.dataset} {curve.split} are hidden at no threshold of "
            f"{run.name}; the most are {_in_words(curve.most)}"
        )
    return Wish(point.threshold, f"on {curve.dataset} {curve.split}, {_in_words(point)} are hidden so")


def _not_measured(run: Run, variant: str) -> str:
    domain = get_domain(run.info.domain)
    if not domain.personal:
        return f"the domain {domain.name!r} of {run.name} has no types that point at a person, so no share of them"
    dataset = domain.release.corpus if domain.release is not None else "NAME"
    return (
        f"what {run.name} ({variant}) hides at thresholds was not measured; run "
        f"`itner evaluate {run.name} --dataset {dataset} --split dev`, if it is a network: rules have no threshold"
    )


def _in_words(point: RecallPoint) -> str:
    others = point.masking.share_masked
    beside = f", and {others:.1%} of the others" if others is not None else ""
    return f"{point.found:.1%} of the personal characters{beside}"
