"""What a run folder holds, as types: run facts, evaluation, error and benchmark reports, data statistics.

Reports store counts; precision, recall and F1 are derived. All types are validated when built and go to
JSON and back without loss; an unknown key is an error that names it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import Field, TypeAdapter, field_validator
from pydantic.dataclasses import dataclass

from itner.config import STRICT, Family, Precision, TrainConfig

T = TypeVar("T")

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Positive = Annotated[int, Field(gt=0)]
NonNegative = Annotated[int, Field(ge=0)]
Arithmetic = Literal["fp32", "bf16", "fp16"]
OUTSIDE = "O"


@dataclass(frozen=True, config=STRICT)
class Machine:
    """Where a number was measured."""

    cpu: str
    cores: int
    memory_gib: float
    isa: tuple[str, ...]
    os: str
    gpu: str | None = None


@dataclass(frozen=True, config=STRICT)
class Provenance:
    """What made a file: code, library versions, machine, time (UTC, ISO 8601)."""

    created: str
    commit: str | None
    commit_dirty: bool | None
    versions: dict[str, str]
    machine: Machine


@dataclass(frozen=True, config=STRICT)
class Counts:
    """True positives, false positives and false negatives, with the scores they imply.

    A score with an empty denominator is 0, as in seqeval with zero_division=0.
    """

    tp: NonNegative = 0
    fp: NonNegative = 0
    fn: NonNegative = 0

    @property
    def precision(self) -> float:
        """Share of predicted mentions that are right."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    @property
    def recall(self) -> float:
        """Share of gold mentions that were found."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / total if total else 0.0

    @property
    def support(self) -> int:
        """Number of gold mentions."""
        return self.tp + self.fn

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn)


@dataclass(frozen=True, config=STRICT)
class Interval:
    """A confidence interval from resampling documents."""

    low: float
    high: float
    level: float
    resamples: int


# The second matrix of each feed-forward block, as BERT and DistilBERT name it. Its inputs hold the largest outliers. In
# FP32 it brings the logits nearer to those of FP32, but no F1 on dev, and costs half as much again in size and a third
# more time.
FFN_OUTPUT = r"layer\.\d+/(output/dense|ffn/lin2)/"


@dataclass(frozen=True, config=STRICT)
class Int8Recipe:
    """How dynamic INT8 quantisation is done. The defaults were chosen by the trials in `models/int8_trials.json`.

    `reduce_range` keeps weights to 7 bits: CPUs without VNNI add two products in 16 bits, which overflow with 8 bits,
    so that the same file scored differently there. `fp32_nodes` is a regular expression: nodes whose name it finds are
    left alone; empty means none.
    """

    weight_type: Literal["QInt8", "QUInt8"] = "QInt8"
    per_channel: bool = True
    reduce_range: bool = True
    embeddings: bool = True
    fp32_nodes: str = ""
    fused: bool = True

    @property
    def name(self) -> str:
        """The recipe in words."""
        parts = [self.weight_type, "per channel" if self.per_channel else "per tensor"]
        parts.append("embeddings INT8" if self.embeddings else "embeddings FP32")
        parts.append("fused graph" if self.fused else "plain graph")
        if self.reduce_range:
            parts.append("reduced range")
        if self.fp32_nodes:
            parts.append("FFN output FP32" if self.fp32_nodes == FFN_OUTPUT else f"FP32 nodes {self.fp32_nodes}")
        return ", ".join(parts)


def _check_recipe(precision: Precision, recipe: Int8Recipe | None) -> None:
    if (precision == "int8") != (recipe is not None):
        raise ValueError("int8 must say how the weights were quantised at precision int8, and be null at others")


@dataclass(frozen=True, config=STRICT)
class EvalReport:
    """Entity-level strict IOB2 counts of one run at one weight precision on one dataset split.

    `int8` is how the weights were quantised, None at other precisions. `max_logit_difference` (absolute, over all
    tokens) and `tag_agreement` (share of tokens) compare with FP32 in PyTorch; None for that precision itself.
    """

    dataset: str
    split: str
    split_sha256: Sha256
    precision: Precision
    weights_sha256: Sha256
    int8: Int8Recipe | None
    repair_rule: str
    documents: int
    tokens: int
    tokens_correct: int
    unaligned_gold: int
    per_type: dict[str, Counts]
    micro_f1_interval: Interval
    max_logit_difference: float | None
    tag_agreement: float | None
    provenance: Provenance

    def __post_init__(self) -> None:
        _check_recipe(self.precision, self.int8)

    @property
    def micro(self) -> Counts:
        """Counts summed over types: every mention weighs the same."""
        return sum(self.per_type.values(), Counts())

    @property
    def macro_f1(self) -> float:
        """Mean F1 over types that occur in gold or prediction: every type weighs the same."""
        return _mean(counts.f1 for counts in self._seen())

    @property
    def macro_precision(self) -> float:
        """Mean precision over types that occur."""
        return _mean(counts.precision for counts in self._seen())

    @property
    def macro_recall(self) -> float:
        """Mean recall over types that occur."""
        return _mean(counts.recall for counts in self._seen())

    @property
    def token_accuracy(self) -> float:
        """Share of tokens whose BIO tag is right, O included."""
        return self.tokens_correct / self.tokens if self.tokens else 0.0

    def _seen(self) -> list[Counts]:
        return [counts for counts in self.per_type.values() if counts.tp + counts.fp + counts.fn]


# "fragment": a prediction on a gold mention that another prediction matches better. With it, the distinct gold spans of
# the records are the false negatives of strict scoring, and the distinct predicted spans its false positives.
ErrorClass = Literal["boundary", "type", "boundary and type", "missed", "spurious", "fragment"]
ERROR_CLASSES: tuple[ErrorClass, ...] = get_args(ErrorClass)


@dataclass(frozen=True, config=STRICT)
class Span:
    """A mention without its text: character offsets and type."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, config=STRICT)
class ErrorRecord:
    """One error, as document id and offsets; the text stays in the dataset."""

    document: str
    kind: ErrorClass
    gold: Span | None
    pred: Span | None


@dataclass(frozen=True, config=STRICT)
class ErrorReport:
    """Confusions and errors of one run at one weight precision on one dataset split.

    `confusion[gold][pred]` counts mentions. Each gold mention is paired with the prediction that overlaps it
    most (O when none does), each prediction that overlaps no gold mention counts under gold type O.
    `gold_mentions` counts the gold mentions of each document that has any, which is what resampling documents needs.
    """

    dataset: str
    split: str
    split_sha256: Sha256
    precision: Precision
    weights_sha256: Sha256
    confusion: dict[str, dict[str, NonNegative]]
    gold_mentions: dict[str, Positive]
    errors: tuple[ErrorRecord, ...]


@dataclass(frozen=True, config=STRICT)
class Metrics:
    """`metrics.json`: one report per (dataset, split, weight precision)."""

    reports: tuple[EvalReport, ...]
    schema_version: Literal[2] = 2


@dataclass(frozen=True, config=STRICT)
class Errors:
    """`errors.json`: one report per (dataset, split, weight precision)."""

    reports: tuple[ErrorReport, ...]
    schema_version: Literal[2] = 2


@dataclass(frozen=True, config=STRICT)
class Latency:
    """Quantiles over all timed calls (ms), and each round's own median, which shows how steady the machine was."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    calls: int
    round_p50_ms: Annotated[tuple[float, ...], Field(min_length=1)]

    @property
    def spread(self) -> float:
        """Slowest round's median over the fastest's: 1.0 means the rounds agree."""
        return max(self.round_p50_ms) / min(self.round_p50_ms)


@dataclass(frozen=True, config=STRICT)
class BenchResult:
    """One weight precision of one run.

    `int8` is how the weights were quantised, None at other precisions.
    `forward` is the model alone at batch 1, by sequence length in pieces; `end_to_end` is one sentence from text to
    mentions; bulk is the whole document set at once. `load_s` is the median time in a fresh process from the
    weights on disk (file cache warm) to a ready model; `peak_rss_mib` the largest resident memory of such a process.
    """

    precision: Precision
    weights_sha256: Sha256
    int8: Int8Recipe | None
    file_mib: float
    load_s: float
    peak_rss_mib: float
    forward: Annotated[dict[int, Latency], Field(min_length=1)]
    end_to_end: Latency
    bulk_tokens_per_s: float
    bulk_round_tokens_per_s: tuple[float, ...]

    def __post_init__(self) -> None:
        _check_recipe(self.precision, self.int8)


@dataclass(frozen=True, config=STRICT)
class BenchReport:
    """`bench.json`: the compared precisions, timed in turn on one machine.

    `documents` and `tokens` say what bulk throughput was measured on.
    """

    dataset: str
    split: str
    documents: int
    tokens: int
    threads: int
    rounds: int
    calls_per_round: int
    warmup_calls: int
    results: tuple[BenchResult, ...]
    provenance: Provenance
    schema_version: Literal[2] = 2

    def result(self, precision: Precision) -> BenchResult | None:
        """The result at a weight precision, None when it was not measured."""
        return next((result for result in self.results if result.precision == precision), None)


@dataclass(frozen=True, config=STRICT)
class DatasetRef:
    """Which data a run was trained on; the hash covers the processed train and dev splits."""

    name: str
    source: str
    sha256: Sha256
    train_documents: int
    train_documents_oversampled: int


@dataclass(frozen=True, config=STRICT)
class RunInfo:
    """`run.json`: what the run is.

    `teachers` gives the SHA-256 of the weights of the runs that it learned from, `arithmetic` what its training
    multiplied in; the weights themselves are trained in FP32.
    """

    name: str
    domain: str
    scheme: str
    labels: tuple[str, ...]
    family: Family
    preset: str
    backbone: str
    backbone_sha256: Sha256
    dataset: DatasetRef
    parameters_total: Positive
    parameters_trainable: Positive
    seed: int
    max_length: int
    best_epoch: float
    best_dev_f1: float
    train_seconds: float
    weights_sha256: Sha256
    provenance: Provenance
    teachers: dict[str, Sha256] = field(default_factory=dict)
    arithmetic: Arithmetic = "fp32"
    schema_version: Literal[1] = 1

    @field_validator("labels")
    @classmethod
    def _labels_in_order(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        types = [label[2:] for label in labels if label.startswith("B-")]
        expected = ("O", *(f"{prefix}-{name}" for name in types for prefix in "BI"))
        if not types or len(set(types)) != len(types) or labels != expected:
            raise ValueError("labels must be O, then B-X and I-X for each type")
        return labels


@dataclass(frozen=True, config=STRICT)
class SplitStats:
    """One split after preparation: sizes, lengths, mentions, and everything that was changed or dropped.

    `length_histogram` gives sentences by their number of tokens; `unseen_mentions` the mentions of each type whose
    text, case ignored, is no mention of that type in train.
    """

    input_sha256: Sha256
    processed_sha256: Sha256
    sentences: int
    tokens: int
    tokens_mean: float
    tokens_median: float
    length_histogram: dict[int, int]
    mentions: dict[str, int]
    unseen_mentions: dict[str, int]
    source_types: dict[str, int]
    repaired_tags: int
    unaligned_mentions: int
    dropped: dict[str, int]
    duplicates_inside: int
    also_in: dict[str, int]


@dataclass(frozen=True, config=STRICT)
class OversamplingStats:
    """Train sizes before and after oversampling, with the rule's settings."""

    entity_factor: float
    rare_bonus: float
    rare_types: tuple[str, ...]
    seed: int
    sentences_before: int
    sentences_after: int
    mentions_before: dict[str, int]
    mentions_after: dict[str, int]


@dataclass(frozen=True, config=STRICT)
class MixPart:
    """A part of a mixture; `weak_ratio` is the share of train that weakly labelled text was to make up."""

    name: str
    sha256: Sha256
    weak_ratio: float | None = None


@dataclass(frozen=True, config=STRICT)
class DataStats:
    """One prepared dataset; `parts` are those of a mixture."""

    name: str
    source: str
    scheme: str
    labels: tuple[str, ...]
    mapping: dict[str, str | None]
    splits: dict[str, SplitStats]
    oversampling: OversamplingStats
    sha256: Sha256
    parts: tuple[MixPart, ...] = ()


@dataclass(frozen=True, config=STRICT)
class ProcessedMeta:
    """`data/processed_meta.json`: every dataset prepared so far, by name."""

    datasets: dict[str, DataStats]
    schema_version: Literal[2] = 2


@dataclass(frozen=True, config=STRICT)
class Diversity:
    """How varied a corpus is. Case is ignored; shares are of all occurrences unless the name says otherwise.

    `once_only_share` is the share of different mention strings (with their type) that occur once;
    `distinct_opening_share` compares the first two tokens of the sentences.
    """

    distinct_4gram_share: float
    type_token_ratio: float
    mention_strings: NonNegative
    once_only_share: float
    distinct_opening_share: float


@dataclass(frozen=True, config=STRICT)
class Agreement:
    """How far two annotators agree, before the differences were settled; the first one stands as gold.

    Kappa is Cohen's over BIO tags: of all tokens, and of those that at least one of the two marked. None: not defined.
    """

    sentences: NonNegative
    identical_sentences: NonNegative
    per_type: dict[str, Counts]
    kappa: float | None
    kappa_marked: float | None

    @property
    def overall(self) -> Counts:
        """Counts over all types."""
        return sum(self.per_type.values(), Counts())


@dataclass(frozen=True, config=STRICT)
class CorpusReport:
    """`data/<corpus>/report.json`: how an annotated corpus of ours came about, and how varied it is.

    `agreement` compares the two passes, `first_to_gold` and `second_to_gold` each pass with what was settled on.
    `sha256` is of each file that was read, by its name.
    """

    tickets: NonNegative
    sentences: NonNegative
    channels: dict[str, int]
    diversity: Diversity
    agreement: Agreement
    first_to_gold: Agreement
    second_to_gold: Agreement
    sha256: dict[str, Sha256]
    provenance: Provenance
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class FunctionStats:
    """A labelling function on unlabelled text, and how often it is right on dev.

    `coverage` is the share of sentences with a vote of it; `overlap` and `conflict` the shares of its mentions that
    another function marks too, and marks otherwise (None: it has no mention).
    """

    coverage: float
    mentions: NonNegative
    overlap: float | None
    conflict: float | None
    dev: dict[str, Counts]


@dataclass(frozen=True, config=STRICT)
class WeakReport:
    """`data/weak/<name>.json`: how unlabelled text became training text.

    `dev_settled` scores the combined votes on those dev sentences whose votes were all settled, as they are kept in
    the unlabelled text; `weak_sha256` is of the sentences that were written, `tagger_sha256` of the weights that voted.
    """

    name: str
    inputs: dict[str, Sha256]
    dev: str
    tagger: str | None
    tagger_sha256: Sha256 | None
    tagger_threshold: float | None
    threshold: float
    sentences: NonNegative
    kept: NonNegative
    mentions: dict[str, int]
    functions: dict[str, FunctionStats]
    dev_sentences: NonNegative
    dev_settled_sentences: NonNegative
    dev_settled: dict[str, Counts]
    weak_sha256: Sha256
    provenance: Provenance
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class PublishedResult:
    """A result reported elsewhere, to stand beside ours; what was not reported is None."""

    name: str
    family: Family
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


@dataclass(frozen=True, config=STRICT)
class Int8Trials:
    """`models/int8_trials.json`: why the INT8 recipe is what it is."""

    dataset: str
    split: str
    forward_length: int
    threads: int
    trials: tuple[Int8Trial, ...]
    provenance: Provenance
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class AblationRun:
    """One training of an ablation: an arm with a seed, scored on the dev split of several datasets.

    `dev` holds the counts of each type, by dataset; `datasets_sha256` the hashes of what it was trained and scored on,
    `teachers` those of the weights that it learned from.
    """

    arm: str
    seed: NonNegative
    config: TrainConfig
    dataset: str
    datasets_sha256: dict[str, Sha256]
    dev: dict[str, dict[str, Counts]]
    teachers: dict[str, Sha256]
    best_epoch: float
    train_seconds: float
    provenance: Provenance
    schema_version: Literal[1] = 1

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

    preset: str
    split: str
    arms: Annotated[tuple[AblationArm, ...], Field(min_length=1)]
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


def to_json(value: object, indent: int | None = 2) -> str:
    """Any of these types as JSON."""
    return TypeAdapter(type(value)).dump_json(value, indent=indent).decode() + "\n"


def from_json(kind: type[T], text: str | bytes) -> T:
    """Any of these types from JSON; pydantic's ValidationError names what does not fit."""
    return TypeAdapter(kind).validate_json(text)


def _mean(values: Iterable[float]) -> float:
    numbers = list(values)
    return sum(numbers) / len(numbers) if numbers else 0.0
