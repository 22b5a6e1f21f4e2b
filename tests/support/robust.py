"""Reports on robustness made of numbers alone."""

from __future__ import annotations

from typing import Any

from synthetic import HASH, PROVENANCE

from itner.records.robustness import Effect, Example, RobustnessReport
from itner.records.scores import Interval

TYPES = ("OS", "SOFTWARE")


def effect(perturbation: str = "typos", severity: int = 2, **changes: Any) -> Effect:
    """SOFTWARE loses two of eight mentions; OS is as it was."""
    facts: dict[str, Any] = {
        "changed": 5,
        "cut": 0,
        "before": ((5, 0, 5), (8, 0, 0)),
        "after": ((5, 0, 5), (6, 0, 2)),
        "interval": (-0.2, -0.05),
        "intervals": ((0.0, 0.0), (-0.3, -0.1)),
        "lost": 2,
        "won": 0,
        "examples": (Example(("d1",), 1, ((0, 3, 1),), ()),),
    }
    return Effect(perturbation=perturbation, severity=severity, **facts | changes)


def robustness_report(*effects: Effect, variant: str = "fp32") -> RobustnessReport:
    """A report on ten sentences of four texts."""
    return RobustnessReport(
        dataset="helpdesk",
        split="test",
        split_sha256=HASH,
        variant=variant,
        model_sha256=HASH,
        int8=None,
        types=TYPES,
        sentences=10,
        units=4,
        seed=13,
        level=0.95,
        resamples=2000,
        clean=((5, 0, 5), (8, 0, 0)),
        clean_interval=Interval(0.7, 0.9, 0.95, 2000),
        effects=effects or (effect(),),
        provenance=PROVENANCE,
    )
