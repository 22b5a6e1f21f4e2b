"""What the runs of a release were to reach, and what they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from itner.domains.release import Aim, LatencyAim, Release, SizeAim, SpeedAim, StudyAim
from itner.records.bench import BenchResult
from itner.records.evaluation import MACRO, MICRO
from itner.records.peers import Peers
from itner.records.store import Run
from itner.records.study import CompressionStudy
from itner.reporting.compression import list_study_rows
from itner.reporting.rows import MISSING, in_megabytes, in_words
from itner.taggers.registry import VARIANT_NAMES, is_current


@dataclass(frozen=True)
class AimRow:
    """An aim beside what was measured.

    Attributes:
        what: was to be reached.
        reached: as text; None where it was not measured.
        met: None likewise.
    """

    run: str
    what: str
    reached: str | None
    met: bool | None


def list_aims(
    runs: Sequence[Run],
    release: Release,
    peers: Peers | None,
    study: CompressionStudy | None = None,
    of: str | None = None,
) -> list[AimRow]:
    """The aims of a release, by what was measured of the runs that are there, as they are.

    Args:
        peers: the record in which runs took turns, for how much faster one is than another.
        study: the compression study of the same domain, for what some network of it was to reach.
        of: the run whose aims are meant; None for all.
    """
    known = {run.name: run for run in runs}
    rows = []
    for aim in release.aims:
        if of is not None and (isinstance(aim, StudyAim) or aim.run != of):
            continue
        if isinstance(aim, StudyAim):
            rows.append(_study_row(aim, study, release.aim_variant))
        elif isinstance(aim, Aim):
            rows.append(_f1_row(aim, known, release.aim_variant))
        elif isinstance(aim, LatencyAim):
            rows.append(_latency_row(aim, known, release.aim_variant))
        elif isinstance(aim, SizeAim):
            rows.append(_size_row(aim, known, release.aim_variant))
        else:
            rows.append(_speed_row(aim, known, release.aim_variant, peers))
    return rows


def aims_table(rows: Sequence[AimRow], variant: str) -> str:
    """The rows as Markdown."""
    lines = [f"| run | aim ({VARIANT_NAMES[variant]}) | reached | |", "|---|---|---|---|"]
    words = {True: "yes", False: "no", None: "not measured"}
    lines += [f"| {row.run} | {row.what} | {row.reached or MISSING} | {words[row.met]} |" for row in rows]
    return "\n".join(lines)


def _f1_row(aim: Aim, runs: Mapping[str, Run], variant: str) -> AimRow:
    measure = f"{aim.kind} F1" if aim.kind is not None else "macro-F1" if aim.macro else "micro-F1"
    what = f"{aim.dataset} {aim.split} {measure} at least {aim.f1:.3f}"
    run = runs.get(aim.run)
    report = run.report(aim.dataset, aim.split, variant) if run is not None else None
    if run is None or report is None or not is_current(run, report):
        return AimRow(aim.run, what, None, None)
    counts = report.micro if aim.kind is None else report.per_type.get(aim.kind)
    if counts is None:
        return AimRow(aim.run, what, None, None)
    macro = aim.macro and aim.kind is None
    f1 = report.macro_f1 if macro else counts.f1
    reached = in_words(f1, report.interval("f1", MACRO if macro else aim.kind or MICRO))
    return AimRow(aim.run, what, f"{reached} on {counts.support:,} gold mentions", f1 >= aim.f1)


def _latency_row(aim: LatencyAim, runs: Mapping[str, Run], variant: str) -> AimRow:
    named = f" at {VARIANT_NAMES[aim.variant]}" if aim.variant is not None else ""
    what = f"a sentence in at most {aim.p95_ms:g} ms{named}, p95"
    found = _timed(runs.get(aim.run), aim.variant or variant)
    if found is None:
        return AimRow(aim.run, what, None, None)
    return AimRow(aim.run, what, f"{found.end_to_end.p95_ms:.1f} ms", found.end_to_end.p95_ms <= aim.p95_ms)


def _size_row(aim: SizeAim, runs: Mapping[str, Run], variant: str) -> AimRow:
    what = f"at most {aim.megabytes:g} MB"
    found = _timed(runs.get(aim.run), variant)
    if found is None:
        return AimRow(aim.run, what, None, None)
    size = in_megabytes(found.file_mib)
    return AimRow(aim.run, what, f"{size:.2f} MB", size <= aim.megabytes)


def _study_row(aim: StudyAim, study: CompressionStudy | None, variant: str) -> AimRow:
    named = "a network of the compression study"
    what = f"{aim.dataset} dev micro-F1 at least {aim.f1:.3f} with at most {aim.megabytes:g} MB"
    small = [
        row
        for row in (list_study_rows(study) if study is not None else ())
        if row.variant == variant and row.mb <= aim.megabytes and aim.dataset in row.f1
    ]
    if not small:
        return AimRow(named, what, None, None)
    best = max(small, key=lambda row: row.f1[aim.dataset].mean)
    f1 = best.f1[aim.dataset].mean
    return AimRow(named, what, f"{f1:.3f} with {best.mb:.2f} MB ({best.name})", f1 >= aim.f1)


def _timed(run: Run | None, variant: str) -> BenchResult | None:
    if run is None or run.bench is None:
        return None
    return next((each for each in run.bench.results if each.variant == variant and is_current(run, each)), None)


def _speed_row(aim: SpeedAim, runs: Mapping[str, Run], variant: str, peers: Peers | None) -> AimRow:
    what = f"at least {aim.times:g} times the tokens per second of {aim.of}, in turns"
    own, other = (
        peers.timed_run(name, variant, runs[name].info.model_sha256) if peers is not None and name in runs else None
        for name in (aim.run, aim.of)
    )
    if own is None or other is None:
        return AimRow(aim.run, what, None, None)
    times = own.ratio(other)
    return AimRow(aim.run, what, f"{times:.1f} times", times >= aim.times)
