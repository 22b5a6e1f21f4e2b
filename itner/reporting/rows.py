"""Rows over runs: one a run and variant, for the dashboard, the README and the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from itner.evaluation.compare import weigh
from itner.evaluation.uncertainty import ranges_of_counts
from itner.records.bench import BenchResult
from itner.records.evaluation import ErrorReport, EvalReport
from itner.records.scores import Counts, Interval, Range, ScoreName
from itner.records.store import Run
from itner.reporting.latency import Timing, pool_timings
from itner.taggers.registry import family_of, lack_of, model_label, variants_of

MISSING = "–"


def in_megabytes(mebibytes: float) -> float:
    """A size in MB, as people and shops count it: a million bytes."""
    return mebibytes * 2**20 / 1e6


def megabytes(size: float) -> str:
    """A size in MB with the digits that tell small ones apart."""
    return f"{size:.1f}" if size >= 1 else f"{size:.2f}"


def milliseconds(time: float) -> str:
    """A time in ms with the digits that tell short ones apart."""
    return f"{time:.1f}" if time >= 1 else f"{time:.2f}"


def f1_in_words(report: EvalReport) -> str:
    """Micro-F1 with its interval: "0.882 (0.871 to 0.892)"."""
    return in_words(report.micro.f1, report.micro_f1_interval)


def in_words(value: float | None, interval: Interval | None) -> str:
    """A score with its interval: "0.882 (0.871 to 0.892)"; "0.882 (interval unknown)" where none was measured."""
    if value is None:
        return MISSING
    return f"{value:.3f} ({interval_in_words(interval) if interval is not None else 'interval unknown'})"


def score_in_words(value: float, ends: Range | None) -> str:
    """A score between ends that are known, or the score alone: "0.882 (0.871 to 0.892)"."""
    return f"{value:.3f} ({ends[0]:.3f} to {ends[1]:.3f})" if ends is not None else f"{value:.3f}"


def change_in_words(value: float, low: float, high: float) -> str:
    """A change of a score with its interval: "-0.084 (-0.106 to -0.065)"."""
    return f"{value:+.3f} ({low:+.3f} to {high:+.3f})"


def counted_in_words(counts: Counts | None, score: ScoreName = "f1") -> str:
    """A score of which nothing but counts is known, with its interval as if mentions were independent."""
    if counts is None:
        return MISSING
    value = {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1}[score]
    ends = ranges_of_counts(counts).of(score)
    return score_in_words(value, ends) if ends is not None else MISSING


# What is said beside such intervals.
FROM_COUNTS = "In brackets: the 95% interval from counts alone, as if mentions were independent, so rather too narrow."


def percent_in_words(share: float | None, ends: Range | None) -> str:
    """A share with its interval: "4.2 % (3.1 to 5.6)"."""
    if share is None:
        return MISSING
    within = f"{100 * ends[0]:.1f} to {100 * ends[1]:.1f}" if ends is not None else "interval unknown"
    return f"{100 * share:.1f} % ({within})"


def interval_in_words(interval: Interval | None) -> str:
    """Between what a score lies: "0.871 to 0.892"."""
    return f"{interval.low:.3f} to {interval.high:.3f}" if interval is not None else MISSING


@dataclass(frozen=True)
class Row:
    """A variant of a run; what was not measured, or what its kind has not, is None.

    `timing` is of its network, whichever run it was timed in. A run that lacks its weights is not `deployable`.
    `teachers` counts the runs that it learned from. `weights` says how often a mention of a type counts, once where a
    type is not named; that bears on `micro_f1` and `recall`.
    """

    run: str
    family: str
    variant: str
    parameters: int | None
    report: EvalReport | None
    errors: ErrorReport | None
    bench: BenchResult | None
    timing: Timing | None
    deployable: bool = True
    teachers: int = 0
    weights: Mapping[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Run and variant, unique in a table."""
        return model_label(self.run, self.variant)

    @property
    def unit(self) -> str:
        """What the length that latency was measured at counts."""
        return self.bench.unit if self.bench else "pieces"

    @cached_property
    def micro_f1(self) -> float | None:
        """Strict entity-level micro-F1, each mention counted as often as its type weighs."""
        if self.report is None or not self.weights:
            return self.report.micro.f1 if self.report else None
        tp, fp, fn = self._weighed(self.report)
        return 2 * tp / (2 * tp + fp + fn) if tp else 0.0

    def _weighed(self, report: EvalReport) -> tuple[float, float, float]:
        pairs = [(self.weights.get(name, 1.0), counts) for name, counts in report.per_type.items()]
        return (
            sum(weight * counts.tp for weight, counts in pairs),
            sum(weight * counts.fp for weight, counts in pairs),
            sum(weight * counts.fn for weight, counts in pairs),
        )

    @cached_property
    def recall(self) -> float | None:
        """Share of gold mentions that were found, each counted as often as its type weighs."""
        if self.report is None or not self.weights:
            return self.report.micro.recall if self.report else None
        tp, _, fn = self._weighed(self.report)
        return tp / (tp + fn) if tp else 0.0

    def interval(self, score: ScoreName) -> Interval | None:
        """Between what a score over all types lies, as its types weigh; None where that is not known."""
        if self.report is None or not self.weights:
            return self.report.interval(score) if self.report is not None else None
        if self.errors is None or not self.errors.by_type:
            return None
        known = self.report.uncertainty
        return known.interval(weigh(self.errors, known.units, self.weights).of(score))

    @property
    def p50_ms(self) -> float | None:
        """Median forward latency of its network at the longest benchmarked length, in `unit`."""
        return self.timing.p50.value if self.timing is not None else None

    @property
    def p95_ms(self) -> float | None:
        """95th percentile of the same."""
        return self.timing.p95.value if self.timing is not None else None

    @property
    def size_mb(self) -> float | None:
        """Size of what has to be deployed beside the program."""
        return in_megabytes(self.bench.file_mib) if self.bench else None

    @property
    def tokens_per_s(self) -> float | None:
        """Bulk throughput."""
        return self.bench.bulk_tokens_per_s if self.bench else None


def row_f1_in_words(row: Row) -> str:
    """A row's micro-F1 with its interval, as its types weigh: "0.882 (0.871 to 0.892)"."""
    return in_words(row.micro_f1, row.interval("f1"))


def find_weakest(row: Row) -> tuple[str, Counts] | None:
    """The type of the lowest F1, with its counts; None where nothing was scored."""
    known = [(name, counts) for name, counts in row.report.per_type.items() if counts.support] if row.report else []
    if not known:
        return None
    return min(known, key=lambda each: (each[1].f1, each[0]))


def list_rows(runs: Sequence[Run], dataset: str, split: str = "test") -> list[Row]:
    """Every run at every variant that was evaluated on the dataset split or benchmarked."""
    rows = []
    timings = pool_timings(runs)
    for run in runs:
        for variant in variants_of(run):
            report = run.report(dataset, split, variant)
            bench = run.bench.result(variant) if run.bench else None
            if report is None and bench is None:
                continue
            errors = run.error_report(dataset, split, variant)
            rows.append(make_row(run, variant, report, errors, timings.get((run.name, variant))))
    return rows


def make_row(
    run: Run, variant: str, report: EvalReport | None, errors: ErrorReport | None, timing: Timing | None = None
) -> Row:
    """A variant of a run with what was measured of it."""
    return Row(
        run=run.name,
        family=family_of(run),
        variant=variant,
        parameters=run.info.parameters_total,
        report=report,
        errors=errors,
        bench=run.bench.result(variant) if run.bench else None,
        timing=timing,
        deployable=lack_of(run) is None,
        teachers=len(run.info.teachers),
    )


def of_each_run(rows: Sequence[Row], kinds: Mapping[str, Sequence[str]]) -> list[Row]:
    """A row a run: the variant to deploy, of those that were measured.

    Args:
        kinds: of each run, its variants by how much they are worth a look.
    """
    first: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: (row.report is None, row.bench is None, _place(row, kinds))):
        first.setdefault(row.run, row)
    return list(first.values())


def _place(row: Row, kinds: Mapping[str, Sequence[str]]) -> int:
    order = kinds[row.run]
    return order.index(row.variant) if row.variant in order else len(order)


def list_datasets(runs: Sequence[Run], split: str = "test") -> list[str]:
    """Datasets that any run was evaluated on: most reports first, then the one most were trained on, then by name."""
    counts: dict[str, int] = {}
    for run in runs:
        for report in run.metrics.reports:
            if report.split == split:
                counts[report.dataset] = counts.get(report.dataset, 0) + 1
    trained = [run.info.dataset.name for run in runs if run.info.dataset is not None]
    return sorted(counts, key=lambda name: (-counts[name], -trained.count(name), name))
