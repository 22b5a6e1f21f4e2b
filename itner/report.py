"""Tables over runs: one row a run and weight precision, for the dashboard, the README and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from itner.ablation import OWN, PUBLIC, ablation_in_words, dev_sets, measure_gain
from itner.config import PRECISION_NAMES, PRECISIONS, Family, Precision, describe
from itner.data.sources import DATA_ROOT
from itner.errors import InputError
from itner.results import (
    Ablation,
    AppTimings,
    BenchResult,
    CorpusReport,
    Counts,
    DataStats,
    ErrorReport,
    EvalReport,
    Published,
    from_json,
)
from itner.store import Run

T = TypeVar("T")

PUBLISHED = DATA_ROOT / "published.json"
README_BEGIN = "<!-- results: written by scripts/write_readme.py -->"
README_END = "<!-- end of results -->"
APP_TIMINGS = DATA_ROOT.parent / "assets" / "app_timings.json"
TIMINGS_BEGIN = "<!-- timings: written by scripts/write_readme.py -->"
TIMINGS_END = "<!-- end of timings -->"
CORPUS_BEGIN = "<!-- corpus: written by scripts/write_readme.py -->"
CORPUS_END = "<!-- end of corpus -->"
AIMS_BEGIN = "<!-- aims: written by scripts/write_readme.py -->"
AIMS_END = "<!-- end of aims -->"
MISSING = "–"


@dataclass(frozen=True)
class Aim:
    """What the shipped run with the best micro-F1 on a test set is to reach there: micro-F1, or F1 of one type."""

    dataset: str
    kind: str | None
    f1: float


AIMS = (Aim(PUBLIC, None, 0.78), Aim(PUBLIC, "ERROR", 0.35), Aim(OWN, None, 0.85))
AIM_PRECISION: Precision = "int8"
# The small run that larger ones taught, the run that it is compared with, and the most that it may lose to it.
TAUGHT, LARGEST, MOST_LOST = "minilm_l3_kd", "minilm_full_kd", 0.015


@dataclass(frozen=True)
class Row:
    """A run at a weight precision; what was not measured is None."""

    run: str
    family: Family
    precision: Precision
    parameters: int
    report: EvalReport | None
    errors: ErrorReport | None
    bench: BenchResult | None
    bench_length: int | None

    @property
    def label(self) -> str:
        """Run and precision, unique in a table."""
        return f"{self.run} · {PRECISION_NAMES[self.precision]}"

    @property
    def micro_f1(self) -> float | None:
        """Strict entity-level micro-F1."""
        return self.report.micro.f1 if self.report else None

    @property
    def recall(self) -> float | None:
        """Share of gold mentions that were found."""
        return self.report.micro.recall if self.report else None

    @property
    def p50_ms(self) -> float | None:
        """Median forward latency at the longest benchmarked length."""
        if self.bench is None or self.bench_length is None:
            return None
        return self.bench.forward[self.bench_length].p50_ms

    @property
    def p95_ms(self) -> float | None:
        """95th percentile of the same."""
        if self.bench is None or self.bench_length is None:
            return None
        return self.bench.forward[self.bench_length].p95_ms

    @property
    def size_mib(self) -> float | None:
        """Size of the deployed weights."""
        return self.bench.file_mib if self.bench else None

    @property
    def tokens_per_s(self) -> float | None:
        """Bulk throughput."""
        return self.bench.bulk_tokens_per_s if self.bench else None


def list_rows(runs: Sequence[Run], dataset: str, split: str = "test") -> list[Row]:
    """Every run at every weight precision that was evaluated on the dataset split or benchmarked."""
    rows = []
    for run in runs:
        for precision in PRECISIONS:
            report = run.report(dataset, split, precision)
            bench = run.bench.result(precision) if run.bench else None
            if report is None and bench is None:
                continue
            length = max(bench.forward) if bench else None
            errors = run.error_report(dataset, split, precision)
            parameters = run.info.parameters_total
            rows.append(Row(run.name, run.info.family, precision, parameters, report, errors, bench, length))
    return rows


def list_datasets(runs: Sequence[Run], split: str = "test") -> list[str]:
    """Datasets that any run was evaluated on: most reports first, then the one most were trained on, then by name."""
    counts: dict[str, int] = {}
    for run in runs:
        for report in run.metrics.reports:
            if report.split == split:
                counts[report.dataset] = counts.get(report.dataset, 0) + 1
    trained = [run.info.dataset.name for run in runs]
    return sorted(counts, key=lambda name: (-counts[name], -trained.count(name), name))


def read_published(path: Path = PUBLISHED) -> Published:
    """Results reported elsewhere; they are shown as such, and never mixed with measured ones."""
    return _read(path, Published)


def results_table(runs: Sequence[Run]) -> str:
    """Measured results as a Markdown table, one block of rows per dataset."""
    lines = [
        "| run | weight precision | dataset | micro-F1 (95% interval) | macro-F1 | size, MiB "
        "| p50 / p95 ms | tokens/s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for dataset in list_datasets(runs):
        for row in list_rows(runs, dataset):
            lines.append(f"| {' | '.join(_cells(row, dataset))} |")
    return "\n".join(lines)


def read_app_timings(path: Path = APP_TIMINGS) -> AppTimings:
    """The dashboard's measured response times."""
    return _read(path, AppTimings)


def app_timings_table(timings: AppTimings) -> str:
    """Response times as a Markdown table, with the machine in the last line."""
    lines = ["| what | runs | limit | median | slowest |", "|---|---|---|---|---|"]
    for timing in timings.timings:
        numbers = (timing.limit_ms, timing.median_ms, timing.slowest_ms)
        cells = " | ".join(f"{value / 1000:.2f} s" if value is not None else MISSING for value in numbers)
        lines.append(f"| {timing.what} | {timing.runs} | {cells} |")
    machine = timings.provenance.machine
    lines.append(
        f"\n{timings.timings[0].repeats} repeats, each in a new session, server caches warm; {timings.browser} on the "
        f"server's machine: {machine.cpu}, {machine.cores} cores. {timings.sessions} browser sessions tagging at "
        f"once all finish; the server's memory was {timings.memory_before_mib:,.0f} MiB after one session with three "
        f"models loaded, {timings.memory_after_mib:,.0f} MiB after {timings.sessions} more."
    )
    return "\n".join(lines)


def fill_readme(text: str, runs: Sequence[Run], published: Published, timings: AppTimings) -> str:
    """The README with its results and timings written anew, each between its two markers."""
    text = _replace_section(text, TIMINGS_BEGIN, TIMINGS_END, app_timings_table(timings))
    reported = "\n".join(
        f"| {result.name} | {result.backbone} | {result.parameters / 1e6:.0f} M | {result.micro_f1:.3f} |"
        for result in published.results
    )
    section = (
        f"{results_table(runs)}\n\n{_bench_note(runs)}\n\nPublished, for comparison. {published.source}.\n\n"
        f"| model | backbone | parameters | micro-F1 |\n|---|---|---|---|\n{reported}"
    )
    return _replace_section(text, README_BEGIN, README_END, section)


def corpus_tables(report: CorpusReport, stats: DataStats) -> str:
    """Sizes, agreement and diversity of an annotated corpus of ours as Markdown."""
    splits = list(stats.splits)
    kinds = list(report.agreement.per_type)
    channels = ", ".join(f"{count:,} {name}" for name, count in report.channels.items())
    sizes = [f"| | {' | '.join(splits)} |", f"|---|{'---|' * len(splits)}"]
    sizes.append(f"| sentences | {' | '.join(f'{stats.splits[name].sentences:,}' for name in splits)} |")
    sizes.append(f"| tokens | {' | '.join(f'{stats.splits[name].tokens:,}' for name in splits)} |")
    for kind in kinds:
        sizes.append(f"| {kind} mentions | {' | '.join(f'{stats.splits[name].mentions[kind]:,}' for name in splits)} |")
    test = stats.splits["test"]
    for kind in kinds:
        unseen, total = test.unseen_mentions[kind], test.mentions[kind]
        share = f"{unseen / total:.0%}" if total else MISSING
        sizes.append(f"| {kind} mentions of test not in train | | | {unseen:,} ({share}) |")
    pairs = (report.agreement, report.first_to_gold, report.second_to_gold)
    agreed = ["| F1 | first to second pass | first to settled | second to settled |", "|---|---|---|---|"]
    agreed.append(f"| all types | {' | '.join(f'{pair.overall.f1:.3f}' for pair in pairs)} |")
    for kind in kinds:
        agreed.append(f"| {kind} | {' | '.join(f'{pair.per_type[kind].f1:.3f}' for pair in pairs)} |")
    for name, kappas in (
        ("all tokens", [pair.kappa for pair in pairs]),
        ("tokens that either marked", [pair.kappa_marked for pair in pairs]),
    ):
        cells = [f"{kappa:.3f}" if kappa is not None else MISSING for kappa in kappas]
        agreed.append(f"| Cohen's kappa, {name} | {' | '.join(cells)} |")
    same = report.agreement
    varied = report.diversity
    return (
        f"{report.tickets:,} tickets ({channels}), {report.sentences:,} sentences.\n\n"
        + "\n".join(sizes)
        + f"\n\nThe two passes are identical in {same.identical_sentences:,} of {same.sentences:,} sentences.\n\n"
        + "\n".join(agreed)
        + f"\n\nDiversity: {varied.distinct_4gram_share:.1%} of all 4-grams are distinct, the type/token ratio is "
        f"{varied.type_token_ratio:.3f}, {varied.once_only_share:.1%} of the {varied.mention_strings:,} different "
        f"mention strings occur once, the different openings (two tokens) are {varied.distinct_opening_share:.1%} of "
        "all."
    )


def aims_table(runs: Sequence[Run]) -> str:
    """What the shipped runs were to reach on test and what they do, as Markdown; a run that is not there has no F1."""
    lines = ["| aim (test, INT8) | run | reached | gold mentions | |", "|---|---|---|---|---|"]
    for aim in AIMS:
        reports = {
            run.name: report for run in runs if (report := run.report(aim.dataset, "test", AIM_PRECISION)) is not None
        }
        best = max(reports, key=lambda name: reports[name].micro.f1, default=None)
        counts = None
        if best is not None:
            report = reports[best]
            counts = report.micro if aim.kind is None else report.per_type[aim.kind]
        what = f"{aim.dataset} {'micro-F1' if aim.kind is None else f'{aim.kind} F1'} at least {aim.f1:.2f}"
        reached = counts.f1 if counts else None
        lines.append(_aim_line(what, best, reached, counts, reached is not None and reached >= aim.f1))
    for dataset in dict.fromkeys(aim.dataset for aim in AIMS):
        scores = {
            run.name: report.micro for run in runs if (report := run.report(dataset, "test", AIM_PRECISION)) is not None
        }
        lost = scores[TAUGHT].f1 - scores[LARGEST].f1 if TAUGHT in scores and LARGEST in scores else None
        what = f"{dataset} micro-F1 within {MOST_LOST} of {LARGEST}"
        met = lost is not None and lost >= -MOST_LOST
        lines.append(_aim_line(what, TAUGHT, lost, scores.get(TAUGHT), met, signed=True))
    return "\n".join(lines)


def _aim_line(
    what: str, run: str | None, reached: float | None, counts: Counts | None, met: bool, signed: bool = False
) -> str:
    number = MISSING if reached is None else f"{reached:+.3f}" if signed else f"{reached:.3f}"
    verdict = "not measured" if reached is None else "yes" if met else "no"
    gold = MISSING if counts is None else f"{counts.support:,}"
    return f"| {what} | {run or MISSING} | {number} | {gold} | {verdict} |"


def tried_table(ablation: Ablation) -> str:
    """What each step of the training brought on dev, as Markdown: mean F1 over the seeds, gain, noise of the gain."""
    datasets = dev_sets(ablation)
    header = ["step", "what it adds", "to", "seeds"]
    for dataset in datasets:
        header += [f"{dataset} dev", "gain (noise)", "ERROR"]
    lines = [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
    for arm in ablation.arms:
        cells = [arm.name, arm.what, arm.against or MISSING, str(len(arm.runs))]
        for dataset in datasets:
            found = measure_gain(ablation, arm, dataset)
            gain = f"{found.gain:+.3f}" if found.gain is not None else MISSING
            noise = f"{found.noise:.3f}" if found.noise is not None else MISSING
            error = measure_gain(ablation, arm, dataset, "ERROR").mean
            cells += [f"{found.mean:.3f}", f"{gain} ({noise})", f"{error:.3f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def fill_data_card(
    text: str, report: CorpusReport, stats: DataStats, runs: Sequence[Run], ablation: Ablation | None
) -> str:
    """A corpus's data card with its numbers, and those of the taggers trained on it, written anew, between markers."""
    text = _replace_section(text, CORPUS_BEGIN, CORPUS_END, corpus_tables(report, stats))
    section = aims_table(runs)
    if ablation is not None:
        section += f"\n\n{ablation_in_words(ablation)}\n\n{tried_table(ablation)}"
    return _replace_section(text, AIMS_BEGIN, AIMS_END, section)


def _replace_section(text: str, begin: str, end: str, section: str) -> str:
    first, last = text.find(begin), text.find(end)
    if first < 0 or last < first:
        raise InputError(f"the README has no section between {begin!r} and {end!r}")
    return f"{text[:first]}{begin}\n\n{section}\n\n{text[last:]}"


def _read(path: Path, kind: type[T]) -> T:
    try:
        return from_json(kind, path.read_bytes())
    except FileNotFoundError:
        raise InputError("no such file", path=path) from None
    except ValidationError as error:
        raise InputError(describe(error), path=path) from None


def _cells(row: Row, dataset: str) -> list[str]:
    f1 = macro = MISSING
    if row.report:
        interval = row.report.micro_f1_interval
        f1 = f"{row.report.micro.f1:.3f} ({interval.low:.3f} to {interval.high:.3f})"
        macro = f"{row.report.macro_f1:.3f}"
    latency = f"{row.p50_ms:.1f} / {row.p95_ms:.1f}" if row.p50_ms is not None else MISSING
    size = f"{row.size_mib:.1f}" if row.size_mib is not None else MISSING
    rate = f"{row.tokens_per_s:,.0f}" if row.tokens_per_s is not None else MISSING
    return [row.run, PRECISION_NAMES[row.precision], f"{dataset} test", f1, macro, size, latency, rate]


def _bench_note(runs: Sequence[Run]) -> str:
    benches = [run.bench for run in runs if run.bench]
    if not benches:
        return "Not benchmarked."
    machines = [bench.provenance.machine for bench in benches]
    machine = machines[0]
    if len({(m.cpu, m.cores, m.isa, b.threads) for m, b in zip(machines, benches, strict=True)}) > 1:
        raise InputError("the runs were timed on different machines or threads; time all on one: scripts/benchmark.py")
    isa = ", ".join(machine.isa)
    return (
        f"Latency: the model alone at 128 pieces, batch 1, {benches[0].threads} threads; "
        f"{benches[0].rounds * benches[0].calls_per_round} calls in {benches[0].rounds} rounds in which the "
        f"precisions take turns, each in a process of its own. Throughput: {benches[0].documents:,} dev sentences at "
        f"once. Machine: {machine.cpu}, {machine.cores} cores ({isa})."
    )
