"""Latency belongs to a network, not to a run: what was timed of equal networks on one machine is one measurement."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from itner.core.words import counted
from itner.records.bench import BenchReport, BenchResult
from itner.records.store import Run
from itner.taggers.registry import kind_of, variants_of

Quantile = Literal["p95", "p50"]
# With what people call them.
QUANTILES: dict[Quantile, str] = {"p95": "p95", "p50": "median"}
# At least so sure is the interval of a median, where there are rounds enough; five rounds give 0.94.
_SURE = 0.9


@dataclass(frozen=True)
class Times:
    """A time (ms) and how far it is known: what is slower than `high` is slower, what is faster than `low` faster."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Timing:
    """One sequence of the longest benchmarked length through a network.

    Attributes:
        p50: the median over runs of each one's median, and the interval of all their rounds' medians by order
            statistics; with less than five rounds that is all that was seen.
        p95: the median over runs of each one's p95. Its interval is what the runs differ by, and no narrower than that
            of the medians in proportion, since rounds keep no p95 of their own.
        rounds: that were timed, of all runs.
        runs: whose networks are equal.
        machine: where, in words; times of other machines do not compare.
        length: of the sequence.
    """

    p50: Times
    p95: Times
    rounds: int
    runs: tuple[str, ...]
    machine: str
    length: int

    def at(self, quantile: Quantile) -> Times:
        """The one or the other."""
        return self.p95 if quantile == "p95" else self.p50


def pool_timings(runs: Sequence[Run]) -> dict[tuple[str, str], Timing]:
    """What was timed of the network of each run and variant, by both names."""
    groups: dict[tuple[object, ...], list[tuple[Run, str, BenchResult]]] = {}
    for run in runs:
        for variant in variants_of(run):
            result = run.bench.result(variant) if run.bench is not None else None
            if run.bench is not None and result is not None:
                groups.setdefault(_network(run, variant, result, run.bench), []).append((run, variant, result))
    pooled: dict[tuple[str, str], Timing] = {}
    for members in groups.values():
        bench = members[0][0].bench
        assert bench is not None
        timing = _pool([result for _, _, result in members], tuple(run.name for run, _, _ in members), bench)
        pooled |= {(run.name, variant): timing for run, variant, _ in members}
    return pooled


def _network(run: Run, variant: str, result: BenchResult, bench: BenchReport) -> tuple[object, ...]:
    """What a time depends on beside the noise of a machine; a run whose kind says nothing has its own."""
    machine = bench.provenance.machine
    where = (machine.cpu, machine.cores, bench.threads, bench.provenance.versions.get("onnxruntime"))
    graph = kind_of(run).graph(run)
    return (run.info.kind, graph or ("", run.name), variant, repr(result.int8), max(result.forward), result.unit, where)


def _pool(results: Sequence[BenchResult], names: tuple[str, ...], bench: BenchReport) -> Timing:
    length = max(results[0].forward)
    timed = [result.forward[length] for result in results]
    rounds = sorted(each for latency in timed for each in latency.round_p50_ms)
    slow = [latency.p95_ms for latency in timed]
    p50, p95 = statistics.median(latency.p50_ms for latency in timed), statistics.median(slow)
    low, high = median_interval(rounds)
    low, high = min(low, p50), max(high, p50)
    machine = bench.provenance.machine
    return Timing(
        Times(p50, low, high),
        Times(p95, min(*slow, p95 * low / p50), max(*slow, p95 * high / p50)),
        len(rounds),
        names,
        f"{machine.cpu}, {counted(machine.cores, 'core')}, {counted(bench.threads, 'thread')}",
        length,
    )


def median_interval(values: Sequence[float]) -> tuple[float, float]:
    """The narrowest interval between two of the values that holds the median of what they are drawn from (`_SURE`).

    The numbers below a median are as many as heads in as many throws of a coin. With too few values, it is all of them.
    """
    ordered, count = sorted(values), len(values)
    outside = 0
    left = 0
    # The interval from the k-th smallest to the k-th largest misses it when fewer than k are on one side.
    for k in range(1, count // 2 + 1):
        outside += math.comb(count, k - 1)
        if 1 - 2 * outside / 2**count < _SURE:
            break
        left = k - 1
    return ordered[left], ordered[count - 1 - left]
