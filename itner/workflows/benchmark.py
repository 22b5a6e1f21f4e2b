"""Timing a run's variants, and trying INT8 recipes."""

from __future__ import annotations

from collections.abc import Sequence

from itner.benchmark.protocol import BenchSettings, benchmark_run
from itner.benchmark.trials import try_recipes
from itner.compress.calibrate import draw_sentences
from itner.core.progress import Progress, silent
from itner.data.processed import read_split, read_stats
from itner.records.bench import BenchReport
from itner.records.codec import to_json
from itner.records.files import write_atomic
from itner.records.store import INT8_TRIALS, RunStore, write_bench
from itner.records.study import Int8Trials
from itner.records.workspace import Workspace
from itner.taggers.encoder.variants import facts_of
from itner.workflows.card import write_run_card
from itner.workflows.open import built, check_domain


def benchmark(
    name: str,
    dataset: str,
    place: Workspace,
    split: str = "dev",
    settings: BenchSettings = BenchSettings(),  # noqa: B008 - frozen
    variants: Sequence[str] | None = None,
    progress: Progress = silent,
) -> BenchReport:
    """Time a run's variants (all for None) in turn; writes bench.json and the card."""
    check_domain(RunStore(place.models).load(name), read_stats(dataset, place))
    run = built(name, place, tuple(variants) if variants is not None else None, progress)
    documents = read_split(dataset, split, place)
    report = benchmark_run(run, documents, dataset, split, settings, variants, progress)
    write_bench(run, report)
    write_run_card(name, place)
    return report


def try_int8(name: str, dataset: str, place: Workspace, progress: Progress = silent) -> Int8Trials:
    """Measure every INT8 recipe on a run, on dev; writes `models/int8_trials.json`.

    Fixed scales are measured on some of what the run learned from, which must be prepared here.
    """
    run = RunStore(place.models).load(name)
    check_domain(run, read_stats(dataset, place))
    learned = read_split(facts_of(run)[0].dataset.name, "train", place)
    documents = read_split(dataset, "dev", place)
    trials = try_recipes(run, documents, draw_sentences(learned), dataset, "dev", progress=progress)
    write_atomic(place.models / INT8_TRIALS, to_json(trials))
    return trials
