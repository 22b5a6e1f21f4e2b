"""What an ablation of the training tries, and what its results say beyond the noise of the seeds.

Each arm adds one thing to another arm; what is trained is the smallest shipped architecture, where a training is cheap.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from itner.config import DistillSettings
from itner.results import Ablation, AblationArm

PRESET = "minilm_l3"
SEEDS = (13, 14, 15)
PUBLIC, OWN, BOTH, WEAK = "stackoverflow", "helpdesk", "combined", "combined-weak"
DEV_SETS = (PUBLIC, OWN)
# What the shipped student is trained like, and what the shipped run of its size is trained like.
STUDENT, UNTAUGHT = "distillation with weak labels", "casing"


@dataclass(frozen=True)
class Arm:
    """An arm before it is trained: `settings` replace fields of the preset."""

    name: str
    against: str | None
    what: str
    dataset: str
    settings: Mapping[str, Any] = field(default_factory=dict)


_PLAIN = {
    "oversample": False,
    "casing": False,
    "context": False,
    "guidelines": (),
    "ema_decay": 0.0,
    "layer_decay": 1.0,
    "batch_size": 16,
}
_OVERSAMPLED = _PLAIN | {"oversample": True}
_MARKED = _OVERSAMPLED | {"guidelines": (PUBLIC, OWN)}
_CASED = _MARKED | {"casing": True}
_TAUGHT = _CASED | {"distill": DistillSettings(teachers=("minilm_full_kd", "minilm_lora"))}

ARMS: tuple[Arm, ...] = (
    Arm("base", None, "the public corpus alone, every sentence once and by itself", PUBLIC, _PLAIN),
    Arm("oversampling", "base", "sentences with mentions 1.5 times, with rare types twice", PUBLIC, _OVERSAMPLED),
    Arm("helpdesk", "oversampling", "the helpdesk corpus", BOTH, _OVERSAMPLED),
    Arm("guidelines", "helpdesk", "a mark that says whose guideline to follow", BOTH, _MARKED),
    Arm(UNTAUGHT, "guidelines", "how each piece is capitalised, as its token type", BOTH, _CASED),
    Arm(
        "context",
        UNTAUGHT,
        "sentences of one text read together (8 windows a batch, not 16)",
        BOTH,
        _CASED | {"context": True, "batch_size": 8},
    ),
    Arm("averaging", UNTAUGHT, "a moving average of the weights", BOTH, _CASED | {"ema_decay": 0.998}),
    Arm("layer decay", UNTAUGHT, "each layer down learns at 0.7 times the rate", BOTH, _CASED | {"layer_decay": 0.7}),
    Arm("weak labels", UNTAUGHT, "weakly labelled tickets and forum threads", WEAK, _CASED),
    Arm("distillation", UNTAUGHT, "the token probabilities of two larger runs", BOTH, _TAUGHT),
    Arm(STUDENT, "weak labels", "the same on weakly labelled text, too", WEAK, _TAUGHT),
)


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
    """What weak labels and distillation gain together over neither, by dev set; empty when one was not trained."""
    arms = {arm.name: arm for arm in ablation.arms}
    if not {STUDENT, UNTAUGHT} <= arms.keys():
        return {}
    student = replace(arms[STUDENT], against=UNTAUGHT)
    return {dataset: measure_gain(ablation, student, dataset) for dataset in dev_sets(ablation)}


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
    if together:
        words += f" Weak labels and distillation together bring {' and '.join(together)} over {UNTAUGHT}."
    return words
