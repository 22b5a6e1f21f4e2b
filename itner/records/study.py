"""Studies beside the runs: INT8 trials, the ablation, results published elsewhere, the dashboard's response times."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, NonNegative, Positive, Sha256
from itner.records.bench import Latency
from itner.records.config import EncoderConfig
from itner.records.int8 import Int8Recipe
from itner.records.scores import Counts


@dataclass(frozen=True, config=STRICT)
class Int8Trial:
    """One INT8 recipe on one run, scored on dev; `forward_ratio` is its latency over the kept recipe's."""

    run: str
    recipe: Int8Recipe
    dev_f1: float
    dev_f1_fp32: float
    dev_tag_agreement: float
    forward: Latency
    forward_ratio: float
    file_mib: float
    kept: bool
    # The share of sentences that get the same tags alone as in a batch; not measured in older trials.
    dev_alone_agreement: float | None = None


@dataclass(frozen=True, config=STRICT)
class Int8Trials:
    """`models/int8_trials.json`: why the INT8 recipe is what it is."""

    dataset: str
    split: str
    forward_length: int
    threads: int
    trials: tuple[Int8Trial, ...]
    provenance: Provenance
    schema_version: Literal[2] = 2


@dataclass(frozen=True, config=STRICT)
class PublishedResult:
    """A result reported elsewhere, to stand beside ours; what was not reported is None."""

    name: str
    family: str
    backbone: str
    parameters: int
    dataset: str
    split: str
    micro_f1: float


@dataclass(frozen=True, config=STRICT)
class Published:
    """`data/published.json`."""

    source: str
    results: tuple[PublishedResult, ...]
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class AblationRun:
    """One training of an ablation: an arm with a seed, scored on the dev split of several datasets.

    `dev` holds the counts of each type, by dataset; `datasets_sha256` the hashes of what it was trained and scored on,
    `teachers` those of the weights that it learned from.
    """

    arm: str
    seed: NonNegative
    config: EncoderConfig
    dataset: str
    datasets_sha256: dict[str, Sha256]
    dev: dict[str, dict[str, Counts]]
    teachers: dict[str, Sha256]
    best_epoch: float
    train_seconds: float
    provenance: Provenance
    schema_version: Literal[2] = 2

    def f1(self, dataset: str, kind: str | None = None) -> float:
        """Micro-F1 on a dataset's dev split, or the F1 of one type."""
        counts = self.dev[dataset]
        return counts[kind].f1 if kind is not None else sum(counts.values(), Counts()).f1


@dataclass(frozen=True, config=STRICT)
class AblationArm:
    """What an arm of an ablation is: the arm that it is compared with (None: the first), and what it adds to it."""

    name: str
    against: str | None
    what: str
    runs: Annotated[tuple[AblationRun, ...], Field(min_length=1)]


@dataclass(frozen=True, config=STRICT)
class Ablation:
    """`models/ablation.json`: what each step of the training brought, on dev, over several seeds."""

    domain: str
    preset: str
    split: str
    arms: Annotated[tuple[AblationArm, ...], Field(min_length=1)]
    schema_version: Literal[2] = 2


@dataclass(frozen=True, config=STRICT)
class AppTiming:
    """How long a user waits for one thing, in a real browser (ms); `limit_ms` is what was promised, if anything."""

    what: str
    runs: int
    limit_ms: float | None
    median_ms: float
    slowest_ms: float
    repeats: Positive


@dataclass(frozen=True, config=STRICT)
class AppTimings:
    """`assets/app_timings.json`: the dashboard's response times. `memory_mib` is the server's resident memory."""

    browser: str
    timings: tuple[AppTiming, ...]
    sessions: NonNegative
    memory_before_mib: float
    memory_after_mib: float
    provenance: Provenance
    schema_version: Literal[1] = 1
