"""What a benchmark says: latency, throughput, memory and size of a run's variants."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Amount, Name, NonNegative, Positive, PositiveAmount, Sha256
from itner.records.int8 import Int8Recipe, check_recipe

# What a sequence's length counts.
Unit = Literal["pieces", "tokens"]


@dataclass(frozen=True, config=STRICT)
class Latency:
    """Quantiles over all timed calls (ms), and each round's own median, which shows how steady the machine was."""

    p50_ms: PositiveAmount
    p95_ms: PositiveAmount
    p99_ms: PositiveAmount
    calls: Positive
    round_p50_ms: Annotated[tuple[PositiveAmount, ...], Field(min_length=1)]

    def __post_init__(self) -> None:
        if not self.p50_ms <= self.p95_ms <= self.p99_ms:
            raise ValueError("quantiles must grow: p50_ms, p95_ms, p99_ms")

    @property
    def spread(self) -> float:
        """Slowest round's median over the fastest's: 1.0 means the rounds agree."""
        return max(self.round_p50_ms) / min(self.round_p50_ms)


@dataclass(frozen=True, config=STRICT)
class BenchResult:
    """One variant of a run.

    `int8` is how the weights were quantised, None for other variants.
    `forward` is the model alone at batch 1, by sequence length in `unit`: word pieces, or tokens for a kind that reads
    no pieces, where it is everything that the tagger does with them; `end_to_end` is one sentence from text to
    mentions; bulk is the whole document set at once. `load_s` is the median time in a fresh process from the
    files on disk (file cache warm) to a ready tagger; `peak_rss_mib` the largest resident memory of such a process.
    """

    variant: Name
    model_sha256: Sha256
    int8: Int8Recipe | None
    file_mib: Amount
    load_s: Amount
    peak_rss_mib: PositiveAmount
    forward: Annotated[dict[Positive, Latency], Field(min_length=1)]
    end_to_end: Latency
    bulk_tokens_per_s: PositiveAmount
    bulk_round_tokens_per_s: tuple[PositiveAmount, ...]
    unit: Unit = "pieces"

    def __post_init__(self) -> None:
        check_recipe(self.variant, self.int8)


@dataclass(frozen=True, config=STRICT)
class BenchReport:
    """`bench.json`: the compared variants, timed in turn on one machine.

    `documents` and `tokens` say what bulk throughput was measured on.
    """

    dataset: Name
    split: Name
    documents: Positive
    tokens: Positive
    threads: Positive
    rounds: Positive
    calls_per_round: Positive
    warmup_calls: NonNegative
    results: tuple[BenchResult, ...]
    provenance: Provenance
    schema_version: Literal[4] = 4

    def result(self, variant: str) -> BenchResult | None:
        """The result of a variant, None when it was not measured."""
        return next((result for result in self.results if result.variant == variant), None)
