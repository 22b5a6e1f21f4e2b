"""What the runs that learned from few sentences show, and what so few can show."""

from __future__ import annotations

from collections.abc import Sequence

from itner.core.words import counted, listed
from itner.domains.release import Release, TrackPlan
from itner.records.evaluation import EvalReport
from itner.records.store import Run
from itner.reporting.rows import f1_in_words
from itner.taggers.registry import is_current


def tracks_in_words(runs: Sequence[Run], release: Release) -> list[str]:
    """A paragraph a track's dataset: F1 on the few dev sentences that chose the weights and on a whole test split.

    Empty where no run of a track is here, or none was scored on both as it is.
    """
    known = {run.name: run for run in runs}
    paragraphs = []
    for dataset in dict.fromkeys(plan.dataset for plan in release.tracks):
        scored = []
        for plan in release.tracks:
            run = known.get(plan.name)
            if plan.dataset != dataset or run is None:
                continue
            few, whole = _report(run, dataset, "dev", release), _report(run, release.corpus, "test", release)
            if few is not None and whole is not None:
                scored.append((plan, few, whole))
        if scored:
            paragraphs.append(_paragraph(dataset, release.corpus, scored))
    return paragraphs


def _report(run: Run, dataset: str, split: str, release: Release) -> EvalReport | None:
    report = run.report(dataset, split, release.aim_variant)
    return report if report is not None and is_current(run, report) else None


def _paragraph(dataset: str, corpus: str, scored: Sequence[tuple[TrackPlan, EvalReport, EvalReport]]) -> str:
    reports = [(few, whole) for _, few, whole in scored]
    few, whole = reports[0]
    few_f1, whole_f1 = ([f1_in_words(each[place]) for each in reports] for place in (0, 1))
    names = listed([f"`{plan.name}`" for plan, _, _ in scored])
    widths = [max(_width(each[0]) for each in reports), max(_width(each[1]) for each in reports)]
    return (
        f"{names} learned from the train sentences of {dataset} alone. On its "
        f"{counted(few.documents, 'dev sentence')} ({counted(few.micro.support, 'mention')}) they reach "
        f"{listed(few_f1)}; on the {counted(whole.documents, 'sentence')} of "
        f"{corpus} test ({counted(whole.micro.support, 'mention')}) {listed(whole_f1)}. "
        f"An interval on the {few.documents:,} is up to {widths[0]:.2f} wide: two F1 that differ by less are hardly "
        f"told apart there, and the weights were chosen on the same sentences, which flatters them. On the "
        f"{whole.documents:,} it is {widths[1]:.2f}. So few sentences show that something was learned, not how good "
        "it is, nor which of two is better."
    )


def _width(report: EvalReport) -> float:
    interval = report.micro_f1_interval
    return interval.high - interval.low if interval is not None else 0.0
