"""Studies beside the runs: INT8 trials, the ablation, the compression study, results published elsewhere, the
dashboard's response times.
"""

from __future__ import annotations

import statistics
from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, NonNegative, Positive, Sha256
from itner.records.bench import Latency
from itner.records.config import CompactConfig, EncoderConfig
from itner.records.int8 import Int8Recipe, check_recipe
from itner.records.scores import Counts
from itner.records.transfer import TransferFacts


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
    # Of the run's weights that were quantised; older trials do not say.
    model_sha256: Sha256 | None = None


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
        return _f1(self.dev[dataset], kind)


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
class InTurns:
    """One call of a variant and the same of the reference, timed in turns in one process.

    A call reads `windows` windows of `length` word pieces each.
    """

    windows: Positive
    length: Positive
    own: Latency
    reference: Latency

    @property
    def ratio(self) -> float:
        """How many times as fast as the reference: the median over the rounds, which a drifting machine moves least."""
        pairs = zip(self.reference.round_p50_ms, self.own.round_p50_ms, strict=True)
        return statistics.median(theirs / own for theirs, own in pairs)

    @property
    def pieces_per_s(self) -> float:
        """Word pieces read in a second, from the median call."""
        return 1000 * self.windows * self.length / self.own.p50_ms


@dataclass(frozen=True, config=STRICT)
class PointVariant:
    """A variant of a point: what it takes, finds and costs; what was not measured is None.

    `int8` is how the weights were quantised, None for other variants. `dev` holds the counts of each type, by dataset.
    `forward` is one window by itself, `bulk` many short ones at once; both were timed on `threads` threads of the
    machine of `timed`.
    """

    int8: Int8Recipe | None
    file_mib: float
    dev: dict[str, dict[str, Counts]]
    forward: InTurns | None = None
    bulk: InTurns | None = None
    threads: Positive | None = None
    timed: Provenance | None = None

    def f1(self, dataset: str, kind: str | None = None) -> float:
        """Micro-F1 on a dataset's dev split, or the F1 of one type."""
        return _f1(self.dev[dataset], kind)


@dataclass(frozen=True, config=STRICT)
class CompressionPoint:
    """One network of a compression study, trained with one seed.

    `varies` names what sets it apart from the study's base, or is the base's own name; `datasets_sha256` has the hashes
    of what the transfer set was made from and of what the variants were scored on; `teachers` those of the models that
    labelled the set, `model_sha256` that of the point's own weights, which every measurement is tied to.
    `parameters_outside_embeddings` leaves out the tables of which a text needs a few rows. `steps` are batches.
    """

    name: str
    varies: str
    what: str
    config: Annotated[EncoderConfig | CompactConfig, Field(discriminator="kind")]
    datasets_sha256: dict[str, Sha256]
    transfer: TransferFacts
    teachers: dict[str, Sha256]
    model_sha256: Sha256
    parameters_total: Positive
    parameters_outside_embeddings: Positive | None
    steps: Positive
    train_seconds: float
    provenance: Provenance
    variants: dict[str, PointVariant] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, variant in self.variants.items():
            check_recipe(name, variant.int8)

    @property
    def seed(self) -> int:
        """What the training was drawn with."""
        return self.config.seed


@dataclass(frozen=True, config=STRICT)
class StudyReference:
    """The run and variant whose speed every point is compared with; `dev` holds its counts of each type, by dataset."""

    run: str
    variant: str
    model_sha256: Sha256
    int8: Int8Recipe | None
    parameters_total: Positive | None
    parameters_outside_embeddings: Positive | None
    file_mib: float
    datasets_sha256: dict[str, Sha256]
    dev: dict[str, dict[str, Counts]]

    def f1(self, dataset: str, kind: str | None = None) -> float:
        """Micro-F1 on a dataset's dev split, or the F1 of one type."""
        return _f1(self.dev[dataset], kind)


@dataclass(frozen=True, config=STRICT)
class CompressionStudy:
    """`models/compression_study.json`: size against F1 against speed, of networks taught alike for as many steps.

    Points of one name are one network with several seeds. `base` names the point that the others are variations of.
    """

    domain: str
    transfer: str
    split: str
    base: str
    reference: StudyReference
    points: Annotated[tuple[CompressionPoint, ...], Field(min_length=1)]
    schema_version: Literal[1] = 1


def _f1(counts: dict[str, Counts], kind: str | None) -> float:
    return counts[kind].f1 if kind is not None else sum(counts.values(), Counts()).f1


@dataclass(frozen=True, config=STRICT)
class ServiceTiming:
    """How long clients of the HTTP service wait for an answer to one kind of request, each with one text.

    `clients` send at once, each the next request as soon as it has its answer; `requests` are those of all.
    """

    address: str
    domain: str
    found_by: str
    clients: Positive
    requests: Positive
    p50_ms: Annotated[float, Field(gt=0)]
    p95_ms: Annotated[float, Field(gt=0)]
    slowest_ms: Annotated[float, Field(gt=0)]
    requests_per_s: Annotated[float, Field(gt=0)]


@dataclass(frozen=True, config=STRICT)
class ServiceTimings:
    """`assets/service_timings.json`: the HTTP service's response times, and its resident memory.

    `memory_before_mib` is that after the first requests, `memory_peak_mib` the most it had.
    """

    timings: Annotated[tuple[ServiceTiming, ...], Field(min_length=1)]
    memory_before_mib: Annotated[float, Field(gt=0)]
    memory_peak_mib: Annotated[float, Field(gt=0)]
    provenance: Provenance
    schema_version: Literal[1] = 1


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
