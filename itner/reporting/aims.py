"""What the runs of a release were to reach, and what they do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from itner.domains.release import Aim, Release, SizeAim, SpeedAim
from itner.records.peers import Peers
from itner.records.store import Run
from itner.reporting.rows import MISSING
from itner.taggers.registry import VARIANT_NAMES

_MIB = 2**20 / 1e6  # in MB


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


def list_aims(runs: Sequence[Run], release: Release, peers: Peers | None) -> list[AimRow]:
    """Every aim of a release, by the files of the runs that are there.

    Args:
        peers: the record in which runs took turns, for how much faster one is than another.
    """
    known = {run.name: run for run in runs}
    rows = []
    for aim in release.aims:
        if isinstance(aim, Aim):
            rows.append(_f1_row(aim, known, release.aim_variant))
        elif isinstance(aim, SizeAim):
            rows.append(_size_row(aim, known, release.aim_variant))
        else:
            rows.append(_speed_row(aim, known, release.aim_variant, peers))
    return rows


def aims_table(rows: Sequence[AimRow], variant: str) -> str:
    """The rows as Markdown."""
    lines = [f"| run | aim (test, {VARIANT_NAMES[variant]}) | reached | |", "|---|---|---|---|"]
    words = {True: "yes", False: "no", None: "not measured"}
    lines += [f"| {row.run} | {row.what} | {row.reached or MISSING} | {words[row.met]} |" for row in rows]
    return "\n".join(lines)


def _f1_row(aim: Aim, runs: Mapping[str, Run], variant: str) -> AimRow:
    what = f"{aim.dataset} {'micro-F1' if aim.kind is None else f'{aim.kind} F1'} at least {aim.f1:.3f}"
    run = runs.get(aim.run)
    report = run.report(aim.dataset, "test", variant) if run is not None else None
    if report is None:
        return AimRow(aim.run, what, None, None)
    counts = report.micro if aim.kind is None else report.per_type[aim.kind]
    return AimRow(aim.run, what, f"{counts.f1:.3f} on {counts.support:,} gold mentions", counts.f1 >= aim.f1)


def _size_row(aim: SizeAim, runs: Mapping[str, Run], variant: str) -> AimRow:
    what = f"at most {aim.megabytes:g} MB"
    run = runs.get(aim.run)
    timed = run.bench.results if run is not None and run.bench is not None else ()
    size = next((result.file_mib * _MIB for result in timed if result.variant == variant), None)
    if size is None:
        return AimRow(aim.run, what, None, None)
    return AimRow(aim.run, what, f"{size:.2f} MB", size <= aim.megabytes)


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
