"""Latency, throughput, memory and load time of a run's variants.

The compared variants take turns in rounds, each time in a fresh process, because the idle worker threads of one
runtime slow down whatever runs beside them, and because a machine's speed drifts.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from itner.benchmark.apart import measure_apart
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance, peak_memory_mib, usable_cores
from itner.core.types import Document
from itner.records.bench import BenchReport, BenchResult, Latency, Unit
from itner.records.store import Run, RunStore
from itner.taggers.registry import check_variants, kind_of, recipe_of


@dataclass(frozen=True)
class BenchSettings:
    """The protocol of record: 5 rounds of 40 timed calls, so 200 in all, after warm-up, at batch 1."""

    rounds: int = 5
    calls_per_round: int = 40
    warmup_calls: int = 10
    lengths: tuple[int, ...] = (16, 128)
    bulk_documents: int = 500
    threads: int | None = None


@dataclass(frozen=True)
class Block:
    """One variant in one round, times in seconds; lengths in `unit`."""

    unit: Unit
    load: float
    peak_rss_mib: float
    forward: dict[int, list[float]]
    end_to_end: list[float]
    bulk: float


def benchmark_run(
    run: Run,
    documents: Sequence[Document],
    dataset: str,
    split: str,
    settings: BenchSettings,
    variants: Sequence[str] | None = None,
    progress: Progress = silent,
) -> BenchReport:
    """Measure a run's variants, all of them for None; what they are opened from must be there.

    `documents` supply natural lengths and the bulk load.
    """
    variants = check_variants(run, variants)
    bulk = list(documents[: settings.bulk_documents])
    blocks: dict[str, list[Block]] = {variant: [] for variant in variants}
    total = settings.rounds * len(variants)
    for done in range(total):
        # Each round begins with another variant, so that none always runs after the same neighbour.
        round_number, turn = divmod(done, len(variants))
        variant = variants[(turn + round_number) % len(variants)]
        progress(f"benchmarking {run.name}", done / total)
        blocks[variant].append(measure_apart(measure_block, run.path, variant, bulk, settings, round_number))
    progress(f"benchmarking {run.name}", 1.0)
    tokens = sum(len(document.tokens) for document in bulk)
    return BenchReport(
        dataset=dataset,
        split=split,
        documents=len(bulk),
        tokens=tokens,
        threads=settings.threads or usable_cores(),
        rounds=settings.rounds,
        calls_per_round=settings.calls_per_round,
        warmup_calls=settings.warmup_calls,
        results=tuple(_summarize(run, variant, blocks[variant], tokens) for variant in variants),
        provenance=collect_provenance(),
    )


def measure_block(path: Path, variant: str, documents: list[Document], settings: BenchSettings, seed: int) -> Block:
    """Measure one variant in this process, which should be a fresh one."""
    run = RunStore(path.parent).load(path.name)
    kind = kind_of(run)
    # Imported before the clock starts: loading means the tagger, not its libraries.
    kind.warm(variant)
    started = time.perf_counter()
    probe = kind.probe(run, variant, settings.threads)
    load = time.perf_counter() - started
    rng = np.random.default_rng(seed)
    forward = {}
    for length in settings.lengths:
        call = probe.forward(length, documents)
        forward[length] = _time_calls(lambda _, call=call: call(), settings)  # type: ignore[misc]
    texts = [documents[index].text for index in rng.integers(0, len(documents), settings.calls_per_round)]
    end_to_end = _time_calls(lambda call: probe.tagger.tag([texts[call % len(texts)]]), settings)
    started = time.perf_counter()
    probe.tagger.tag_documents(documents)
    bulk = time.perf_counter() - started
    return Block(probe.unit, load, _peak_rss_mib(), forward, end_to_end, bulk)


def summarize_latency(rounds: Sequence[Sequence[float]]) -> Latency:
    """Quantiles over all calls of all rounds (given in seconds), and each round's median."""
    calls = np.concatenate([np.asarray(times) for times in rounds]) * 1000
    p50, p95, p99 = (round(float(np.quantile(calls, q)), 3) for q in (0.5, 0.95, 0.99))
    medians = tuple(round(statistics.median(times) * 1000, 3) for times in rounds)
    return Latency(p50_ms=p50, p95_ms=p95, p99_ms=p99, calls=len(calls), round_p50_ms=medians)


def _time_calls(call: Callable[[int], object], settings: BenchSettings) -> list[float]:
    for number in range(settings.warmup_calls):
        call(number)
    times = []
    for number in range(settings.calls_per_round):
        started = time.perf_counter()
        call(number)
        times.append(time.perf_counter() - started)
    return times


def _summarize(run: Run, variant: str, blocks: Sequence[Block], tokens: int) -> BenchResult:
    rates = tuple(round(tokens / block.bulk, 1) for block in blocks)
    kind = kind_of(run)
    return BenchResult(
        variant=variant,
        model_sha256=run.info.model_sha256,
        int8=recipe_of(run, variant),
        file_mib=round(kind.deployed_bytes(run, variant) / 2**20, 2),
        load_s=round(statistics.median(block.load for block in blocks), 3),
        peak_rss_mib=round(max(block.peak_rss_mib for block in blocks), 1),
        forward={
            length: summarize_latency([block.forward[length] for block in blocks]) for length in blocks[0].forward
        },
        end_to_end=summarize_latency([block.end_to_end for block in blocks]),
        bulk_tokens_per_s=statistics.median(rates),
        bulk_round_tokens_per_s=rates,
        unit=blocks[0].unit,
    )


def _peak_rss_mib() -> float:
    found = peak_memory_mib()
    if found is None:
        raise RuntimeError("/proc/self/status has no VmHWM; the benchmark needs Linux")
    return found
