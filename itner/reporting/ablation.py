"""What an ablation says beyond the noise of the seeds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from itner.core.words import listed
from itner.domains.registry import get_domain
from itner.domains.release import AblationPlan
from itner.records.study import Ablation, AblationArm


@dataclass(frozen=True)
class Gain:
    """What an arm scores on a dev set, and what it gains over the arm that it is compared with.

    Attributes:
        scores: micro-F1 of each seed.
        mean: of these.
        spread: their standard deviation, None for a single seed.
        gain: mean over the seeds that both arms have of the difference, None without any.
        noise: standard error of the gain, from the spread of both arms' seeds; None without two seeds each.
    """

    scores: tuple[float, ...]
    mean: float
    spread: float | None
    gain: float | None
    noise: float | None

    @property
    def beyond_noise(self) -> bool | None:
        """Whether the gain or loss is more than twice its standard error; None when it cannot be told."""
        return None if self.gain is None or self.noise is None else abs(self.gain) > 2 * self.noise


def measure_gain(ablation: Ablation, arm: AblationArm, dataset: str, kind: str | None = None) -> Gain:
    """An arm's scores on a dev set, overall or for one type."""
    own = {run.seed: run.f1(dataset, kind) for run in arm.runs}
    scores = tuple(own.values())
    other = next((one for one in ablation.arms if one.name == arm.against), None)
    gain = noise = None
    if other is not None:
        theirs = {run.seed: run.f1(dataset, kind) for run in other.runs}
        shared = sorted(own.keys() & theirs.keys())
        if shared:
            gain = statistics.fmean(own[seed] - theirs[seed] for seed in shared)
        if len(own) > 1 and len(theirs) > 1:
            noise = (_variance_of_mean(list(own.values())) + _variance_of_mean(list(theirs.values()))) ** 0.5
    spread = statistics.stdev(scores) if len(scores) > 1 else None
    return Gain(scores, statistics.fmean(scores), spread, gain, noise)


def measure_student(ablation: Ablation) -> dict[str, Gain]:
    """What the student's arm gains over the untaught one, by dev set; empty when one was not trained."""
    arms = {arm.name: arm for arm in ablation.arms}
    plan = _plan(ablation)
    if plan is None or not {plan.student, plan.untaught} <= arms.keys():
        return {}
    student = replace(arms[plan.student], against=plan.untaught)
    return {dataset: measure_gain(ablation, student, dataset) for dataset in dev_sets(ablation)}


def rarest_type(ablation: Ablation) -> str:
    """The type that is told apart from the rest: the rarest of the ablation's domain."""
    return get_domain(ablation.domain).rare_types[0]


def _plan(ablation: Ablation) -> AblationPlan | None:
    return get_domain(ablation.domain).ablation


def _variance_of_mean(scores: Sequence[float]) -> float:
    return statistics.variance(scores) / len(scores)


def dev_sets(ablation: Ablation) -> list[str]:
    """The datasets whose dev splits the arms were scored on."""
    return list(ablation.arms[0].runs[0].dev)


def ablation_in_words(ablation: Ablation) -> str:
    """What was done, and which steps earned their place."""
    counts = [len(arm.runs) for arm in ablation.arms]
    times = f"{min(counts)} to {max(counts)} times" if min(counts) < max(counts) else f"{max(counts)} times"
    times = "once" if max(counts) == 1 else times
    better, worse, noise, unknown = [], [], [], []
    for arm in ablation.arms:
        gains = [measure_gain(ablation, arm, dataset) for dataset in dev_sets(ablation)]
        if all(found.gain is None for found in gains):
            continue
        stands = [found.gain or 0.0 for found in gains if found.beyond_noise]
        if any(gain > 0 for gain in stands):
            better.append(arm.name)
        elif stands:
            worse.append(arm.name)
        elif all(found.beyond_noise is None for found in gains):
            unknown.append(arm.name)
        else:
            noise.append(arm.name)
    epochs = " or ".join(str(n) for n in sorted({run.config.epochs for arm in ablation.arms for run in arm.runs}))
    words = (
        f"Each step was trained {times} for {epochs} epochs as `{ablation.preset}`, each time with another seed, "
        f"and scored on {ablation.split} alone; each is compared with the step named beside it."
    )
    for names, said in (
        (better, "Better beyond the noise of the seeds on at least one dev set"),
        (worse, "Worse beyond the noise, and better on none"),
        (noise, "Within the noise"),
        (unknown, "Too few seeds to tell"),
    ):
        if names:
            words += f" {said}: {', '.join(names)}."
    together = [
        f"{found.gain:+.3f} (noise {found.noise:.3f}) on {dataset}"
        for dataset, found in measure_student(ablation).items()
        if found.gain is not None and found.noise is not None
    ]
    plan = _plan(ablation)
    if together and plan is not None:
        words += f" {plan.student_adds} together bring {listed(together)} over {plan.untaught}."
    return words
