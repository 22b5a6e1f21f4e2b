"""Measuring the ranges that INT8 scales activations by, for a run that has none."""

from __future__ import annotations

from dataclasses import dataclass

from itner.compress.calibrate import calibrate_run
from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.data.processed import read_split, read_stats
from itner.records.int8 import INT8, Int8Ranges
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.workflows.open import check_domain


@dataclass(frozen=True)
class Calibrated:
    """The ranges, and whether the run's INT8 was measured with others."""

    ranges: Int8Ranges
    outdated: bool


def calibrate(name: str, place: Workspace, dataset: str | None = None, progress: Progress = silent) -> Calibrated:
    """Measure the ranges of a run's activations on training text; writes `int8_ranges.json`.

    Args:
        dataset: a prepared dataset; None for the one that the run learned from, which must be here as it was then.
    Raises:
        InputError: no such run or dataset, another version of what it learned from, or a run without weights.
    """
    run = RunStore(place.models).load(name)
    learned = run.info.dataset
    if learned is None:
        raise InputError(f"run {name} is of kind {run.info.kind!r}, which has no weights to multiply by in INT8")
    if run.weights_path is None:
        raise InputError(f"run {name} ships no weights to measure", path=run.path)
    stats = read_stats(dataset or learned.name, place)
    check_domain(run, stats)
    if dataset is None and stats.sha256 != learned.sha256:
        raise InputError(
            f"run {name} learned from another version of {learned.name} than the one prepared here; prepare that one, "
            "or name a dataset with --dataset"
        )
    try:
        before = run.read_int8_ranges()
    except InputError:
        # Damaged, or of other weights: that is why it is measured anew.
        before = None
    ranges = calibrate_run(run, read_split(stats.name, "train", place), stats.name, stats.sha256, progress)
    bench = run.bench.results if run.bench is not None else ()
    measured = INT8 in {report.variant for report in run.metrics.reports} | {result.variant for result in bench}
    return Calibrated(ranges, measured and (before is None or before.tensors != ranges.tensors))
