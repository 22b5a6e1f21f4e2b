"""Latency, throughput, memory and load time of a run's weight precisions.

The compared precisions take turns in rounds, each time in a fresh process, because the idle worker threads of one
runtime slow down whatever runs beside them, and because a machine's speed drifts.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from itner.config import PRECISIONS, Precision
from itner.encoding import Encoder
from itner.export.onnx import RECIPE
from itner.infer.load import load_encoder, load_scorer, load_tagger
from itner.progress import Progress, silent
from itner.provenance import collect_provenance, usable_cores
from itner.results import BenchReport, BenchResult, Latency
from itner.store import Run, RunStore
from itner.types import Document


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
    """One precision in one round, times in seconds."""

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
    precisions: Sequence[Precision] = PRECISIONS,
    progress: Progress = silent,
) -> BenchReport:
    """Measure a run; its ONNX files must be there. `documents` supply natural lengths and the bulk load."""
    bulk = list(documents[: settings.bulk_documents])
    blocks: dict[Precision, list[Block]] = {precision: [] for precision in precisions}
    total = settings.rounds * len(precisions)
    for done in range(total):
        # Each round begins with another precision, so that none always runs after the same neighbour.
        round_number, turn = divmod(done, len(precisions))
        precision = precisions[(turn + round_number) % len(precisions)]
        progress(f"benchmarking {run.name}", done / total)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            work = pool.submit(measure_block, run.path, precision, bulk, settings, round_number)
            blocks[precision].append(work.result())
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
        results=tuple(_summarize(run, precision, blocks[precision], tokens) for precision in precisions),
        provenance=collect_provenance(),
    )


def measure_block(
    path: Path, precision: Precision, documents: list[Document], settings: BenchSettings, seed: int
) -> Block:
    """Measure one precision in this process, which should be a fresh one."""
    if precision == "torch-fp32":
        # Imported before the clock starts, as onnxruntime is: loading means the model, not the runtime.
        import itner.infer.torch_backend  # noqa: F401
    run = RunStore(path.parent).load(path.name)
    started = time.perf_counter()
    scorer = load_scorer(run, precision, settings.threads)
    load = time.perf_counter() - started
    tagger = load_tagger(run, precision, settings.threads)
    encoder = load_encoder(run)
    rng = np.random.default_rng(seed)
    forward = {}
    for length in settings.lengths:
        pieces = real_pieces(encoder, documents, length)
        forward[length] = _time_calls(lambda _, given=pieces: scorer.score(*given), settings)  # type: ignore[misc]
    texts = [documents[index].text for index in rng.integers(0, len(documents), settings.calls_per_round)]
    end_to_end = _time_calls(lambda call: tagger.tag([texts[call % len(texts)]]), settings)
    started = time.perf_counter()
    tagger.predict(documents)
    bulk = time.perf_counter() - started
    return Block(load, _peak_rss_mib(), forward, end_to_end, bulk)


def real_pieces(
    encoder: Encoder, documents: Sequence[Document], length: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What `Scorer.score` takes, int64 [1, length] each, from the documents' own text, repeated when it is short."""
    windows = encoder.encode(documents[:length])
    ids, casing = (
        np.resize(np.concatenate(arrays), (1, length)).astype(np.int64)
        for arrays in ([window.ids for window in windows], [window.casing for window in windows])
    )
    return ids, np.ones_like(ids), casing


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


def _summarize(run: Run, precision: Precision, blocks: Sequence[Block], tokens: int) -> BenchResult:
    rates = tuple(round(tokens / block.bulk, 1) for block in blocks)
    return BenchResult(
        precision=precision,
        weights_sha256=run.info.weights_sha256,
        int8=RECIPE if precision == "int8" else None,
        file_mib=round(deployed_bytes(run, precision) / 2**20, 2),
        load_s=round(statistics.median(block.load for block in blocks), 3),
        peak_rss_mib=round(max(block.peak_rss_mib for block in blocks), 1),
        forward={
            length: summarize_latency([block.forward[length] for block in blocks]) for length in blocks[0].forward
        },
        end_to_end=summarize_latency([block.end_to_end for block in blocks]),
        bulk_tokens_per_s=statistics.median(rates),
        bulk_round_tokens_per_s=rates,
    )


def deployed_bytes(run: Run, precision: Precision) -> int:
    """Bytes of weights to deploy: the ONNX file, or every parameter in FP32 for PyTorch (adapters merged)."""
    if precision == "torch-fp32":
        return run.info.parameters_total * 4
    return run.onnx_path(precision).stat().st_size


def _peak_rss_mib() -> float:
    # Not getrusage: its high-water mark is inherited from the process that started this one.
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status has no VmHWM; the benchmark needs Linux")
