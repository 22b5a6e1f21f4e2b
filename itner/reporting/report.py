"""One page on a comparison that can be passed on: question, answer, evidence, method and limits, for reading and print.

Everything is what the pages say, by the functions that they call; what was not measured is shown as missing.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import jinja2
from markupsafe import Markup, escape

from itner._version import __version__
from itner.core.errors import InputError
from itner.core.provenance import Provenance, collect_provenance
from itner.core.words import counted, listed
from itner.domains.registry import Domain, get_domain
from itner.evaluation.compare import ROUNDS, Difference
from itner.evaluation.significance import ALPHA, MARGIN, Judgement, judge
from itner.records.dataset import DataStats, SplitStats
from itner.records.evaluation import ERROR_CLASSES, MACRO, MICRO, EvalReport
from itner.records.prices import Prices
from itner.records.scores import Interval, ScoreName, Uncertainty
from itner.records.store import Run
from itner.reporting.advice import Advice, Compare, Limits, advise, compare_rows, compare_rows_by_type
from itner.reporting.findings import FEW_MENTIONS, Finding, list_findings
from itner.reporting.glossary import CLASS_MEANINGS
from itner.reporting.latency import QUANTILES, Times
from itner.reporting.plots import Dot, Spot, draw_dots, draw_spots
from itner.reporting.rows import MISSING, Row, in_words, list_rows, megabytes, milliseconds, of_each_run
from itner.reporting.scope import scope_in_words
from itner.reporting.seeds import SeedRow, list_seed_rows
from itner.taggers.base import CardText
from itner.taggers.registry import VARIANT_NAMES, kind_of

_TEMPLATES = Path(__file__).with_name("templates")
_PAGE = "report.html.jinja"
ByType = Callable[[Row, Row], Mapping[str, Difference]]


@dataclass(frozen=True)
class Model:
    """A run of the comparison, as its kind tells of it."""

    run: Run
    row: Row
    card: CardText


@dataclass(frozen=True)
class Compared:
    """A model's F1 minus that of the one that the others are held against, overall or on a type, and what it means."""

    difference: Difference
    judgement: Judgement

    @property
    def sure(self) -> bool:
        """See `Judgement`."""
        return self.judgement.sure


@dataclass(frozen=True)
class Gap:
    """A model beside the one that the others are held against; `whole` is None where errors were not recorded."""

    row: Row
    whole: Compared | None
    types: Mapping[str, Compared]


@dataclass(frozen=True)
class Report:
    """Everything that the page shows.

    Attributes:
        weights: how often a mention of a type counts in what is advised, where that is not once.
        rows: every variant that was scored, the best first; `models` holds one of each run.
        base: the model that others are held against: the one that is advised, or the best where none is.
        gaps: the others beside it.
        errors: how many errors of each class a model makes; None where they were not recorded.
        split: what is known of the data; None where it is not prepared here or is another version than was scored.
        command: which makes this page again.
        left_out: folders that were asked for with all others and cannot be used, with the reason.
    """

    domain: Domain
    dataset: str
    split_name: str
    limits: Limits
    weights: Mapping[str, float]
    advice: Advice
    rows: tuple[Row, ...]
    models: tuple[Model, ...]
    base: Row
    gaps: tuple[Gap, ...]
    errors: Mapping[str, Counter[str] | None]
    findings: tuple[Finding, ...]
    seeds: Mapping[str, Sequence[SeedRow]]
    split: SplitStats | None
    scope: str
    few: tuple[str, ...]
    command: str
    made: Provenance
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def scored(self) -> EvalReport:
        """The evaluation of the model that the others are held against."""
        assert self.base.report is not None
        return self.base.report

    @property
    def uncertainty(self) -> Uncertainty:
        """Of the same."""
        return self.scored.uncertainty

    @property
    def types(self) -> list[str]:
        """Those that gold has."""
        return [name for name, counts in self.scored.per_type.items() if counts.support]

    @property
    def comparisons(self) -> int:
        """How many differences were corrected for each other."""
        return sum((gap.whole is not None) + len(gap.types) for gap in self.gaps)

    @property
    def without_intervals(self) -> str:
        """The command that measures the intervals that are missing; empty where none is."""
        runs = [row.run for row in self.rows if row.report is not None and row.report.interval("f1", MACRO) is None]
        return shlex.join(["itner", "score", *dict.fromkeys(runs)]) if runs else ""

    @property
    def title(self) -> str:
        """The question, short."""
        return f"Which tagger to deploy for {self.domain.title}"

    @property
    def machines(self) -> list[str]:
        """Where was timed."""
        return sorted({row.timing.machine for row in self.rows if row.timing is not None})


def build_report(
    runs: Sequence[Run],
    dataset: str,
    split: str,
    limits: Limits,
    command: str,
    stats: DataStats | None = None,
    variants: Sequence[str] = (),
    weights: Mapping[str, float] = MappingProxyType({}),
    prices: Prices | None = None,
    compare: Compare = compare_rows,
    by_type: ByType = compare_rows_by_type,
) -> Report:
    """What there is to say of runs of one domain on a dataset split.

    Args:
        stats: of the dataset, None where it is not prepared here.
        variants: that are compared; all where none is named.
        weights: how often a mention of a type counts in what is advised, once where a type is not named.
    Raises:
        InputError: no run was scored there.
    """
    rows = [row for row in list_rows(runs, dataset, split) if not variants or row.variant in variants]
    scored = sorted(
        (row for row in rows if row.report is not None), key=lambda row: (-(row.micro_f1 or 0.0), row.label)
    )
    if not scored:
        raise InputError(
            f"none of the runs was scored on {dataset} {split}; run "
            f"`itner evaluate RUN --dataset {dataset} --split {split}`"
        )
    domain = get_domain(runs[0].info.domain)
    advice = _unweighed(advise([replace(row, weights=weights) for row in rows], limits, compare))
    named = {run.name: run for run in runs}
    of_each = of_each_run(scored, {run.name: kind_of(run).live for run in runs})
    if advice.row is not None:
        # The run that is advised stands for itself as it is advised.
        of_each = [advice.row if row.run == advice.row.run else row for row in of_each]
    of_each.sort(key=lambda row: (-(row.micro_f1 or 0.0), row.label))
    base = advice.row if advice.row is not None else of_each[0]
    others = [row for row in of_each if row.run != base.run]
    assert base.report is not None
    known = stats.splits.get(split) if stats is not None else None
    return Report(
        domain=domain,
        dataset=dataset,
        split_name=split,
        limits=limits,
        weights=weights,
        advice=advice,
        rows=tuple(scored),
        models=tuple(Model(named[row.run], row, kind_of(named[row.run]).card(named[row.run])) for row in of_each),
        base=base,
        gaps=_gaps(base, others, compare, by_type),
        errors={
            row.label: Counter(record.kind for record in row.errors.errors) if row.errors is not None else None
            for row in of_each
        },
        findings=tuple(list_findings(runs, dataset, split, compare, prices)),
        seeds={row.run: found for row in of_each if (found := list_seed_rows(named[row.run]))},
        split=known if known is not None and known.processed_sha256 == base.report.split_sha256 else None,
        scope=scope_in_words(domain, dataset),
        few=tuple(
            f"{name} ({counts.support})"
            for name, counts in base.report.per_type.items()
            if 0 < counts.support < FEW_MENTIONS
        ),
        command=command,
        made=collect_provenance(),
    )


def _unweighed(advice: Advice) -> Advice:
    """The same, with rows whose scores are those of the tables."""
    row, runner_up = (each and replace(each, weights={}) for each in (advice.row, advice.runner_up))
    return replace(advice, row=row, runner_up=runner_up)


def _gaps(base: Row, others: Sequence[Row], compare: Compare, by_type: ByType) -> tuple[Gap, ...]:
    """The differences to one model, judged together."""
    found: dict[tuple[str, str], Difference] = {}
    for row in others:
        whole = compare(row, base)
        found |= {(row.label, MICRO): whole} if whole is not None else {}
        found |= {(row.label, name): each for name, each in by_type(row, base).items()}
    judged = {
        key: Compared(difference, judgement)
        for (key, difference), judgement in zip(found.items(), judge(list(found.values())), strict=True)
    }
    return tuple(
        Gap(
            row,
            judged.get((row.label, MICRO)),
            {name: each for (label, name), each in judged.items() if label == row.label and name != MICRO},
        )
        for row in others
    )


def write_report(report: Report) -> str:
    """The page: HTML that needs no other file, no network and no program."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "marked": _mark_up,
        "thousands": lambda number: f"{number:,}",
        "signed": lambda number: f"{number:+.3f}".replace("-", "−"),
    }
    return environment.get_template(_PAGE).render(
        report=report,
        version=__version__,
        missing=MISSING,
        names=VARIANT_NAMES,
        weighed=_weighed(report.weights),
        quantile=QUANTILES[report.limits.quantile],
        score=_score,
        size=lambda size: f"{megabytes(size)}" if size is not None else MISSING,
        times=_times,
        counted=counted,
        error_classes=ERROR_CLASSES,
        class_meanings=CLASS_MEANINGS,
        micro=MICRO,
        macro=MACRO,
        rounds=ROUNDS,
        alpha=ALPHA,
        margin=MARGIN,
        dots=Markup(_dots(report)),  # noqa: S704 - drawn here, every text in it escaped
        spots=Markup(_spots(report)),  # noqa: S704
    )


def _weighed(weights: Mapping[str, float]) -> str:
    told = listed(f"{name} weighs {weight:g}" for name, weight in weights.items())
    return f", where {told}" if weights else ""


def _mark_up(text: str) -> Markup:
    """Words of ours in which code and emphasis are marked as in Markdown; all else is shown as it is."""
    shown = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", shown))  # noqa: S704 - escaped above


def _score(report: EvalReport, name: ScoreName, of: str = MICRO) -> str:
    """A score with its interval, as text; missing where the type occurs nowhere."""
    if of == MACRO:
        value = {"precision": report.macro_precision, "recall": report.macro_recall, "f1": report.macro_f1}[name]
        return _within(value, report.interval(name, MACRO))
    counts = report.micro if of == MICRO else report.per_type.get(of)
    if counts is None or not counts.tp + counts.fp + counts.fn:
        return MISSING
    value = {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1}[name]
    return _within(value, report.interval(name, of))


def _within(value: float, interval: Interval | None) -> str:
    """A score with its interval, short enough for a cell."""
    return in_words(value, interval) if interval is not None else f"{value:.3f} ({MISSING})"


def _times(times: Times | None) -> str:
    if times is None:
        return MISSING
    return f"{milliseconds(times.value)} ({milliseconds(times.low)} to {milliseconds(times.high)})"


def _dots(report: Report) -> str:
    rows = [model.row for model in report.models]
    lanes = []
    for name in (MICRO, *report.types):
        gold = report.scored.micro.support if name == MICRO else report.scored.per_type[name].support
        dots = []
        for series, row in enumerate(rows):
            counts = None
            if row.report is not None:
                counts = row.report.micro if name == MICRO else row.report.per_type.get(name)
            if row.report is not None and counts is not None and counts.support:
                dots.append(Dot(series, counts.f1, row.report.interval("f1", name)))
        lanes.append((f"{'all' if name == MICRO else name} ({gold:,})", dots))
    title = f"F1 of {counted(len(rows), 'model')} over all mentions and on each type, with 95% intervals"
    return draw_dots(title, lanes, [row.label for row in rows])


def _spots(report: Report) -> str:
    quantile = report.limits.quantile
    spots = [
        Spot(series, row.label, row.timing.at(quantile).value, row.report.micro.f1, row.report.interval("f1"))
        for series, row in enumerate(model.row for model in report.models)
        if row.report is not None and row.timing is not None
    ]
    title = f"Micro-F1 against {QUANTILES[quantile]} latency of {counted(len(spots), 'model')}"
    return draw_spots(title, spots, QUANTILES[quantile]) if spots else ""
