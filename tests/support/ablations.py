"""Ablations made of numbers."""

from __future__ import annotations

from shipped import release
from synthetic import HASH, PROVENANCE

from itner.records.scores import Counts
from itner.records.study import Ablation, AblationArm, AblationRun
from itner.taggers.encoder.presets import preset

PLAN = release().ablation


def trained(arm: str, seed: int, percent: int) -> AblationRun:
    """A training whose F1 is `percent` on dev, all of it SOFTWARE."""
    return AblationRun(
        arm=arm,
        seed=seed,
        config=preset(PLAN.preset, seed=seed),
        dataset="d",
        datasets_sha256={"d": HASH},
        dev={"d": {"SOFTWARE": Counts(percent, 100 - percent, 100 - percent), "ERROR": Counts()}},
        teachers={},
        best_epoch=1.0,
        train_seconds=1.0,
        provenance=PROVENANCE,
    )


def arm(name: str, against: str | None, scores: dict[int, int]) -> AblationArm:
    return AblationArm(name, against, "", tuple(trained(name, seed, score) for seed, score in scores.items()))


def ablation(*arms: AblationArm) -> Ablation:
    return Ablation("it", PLAN.preset, "dev", arms)
