"""Findings in words, from the numbers of the runs."""

from __future__ import annotations

from collections.abc import Sequence

from itner.core.words import counted, listed, unmarked
from itner.records.store import Run
from itner.reporting.rows import Row


def comparison_in_words(runs: Sequence[Run], rows: Sequence[Row], dataset: str, split: str) -> str:
    """One sentence on what is compared, on what."""
    scored = [row for row in rows if row.report]
    report = scored[0].report if scored else None
    names = {row.run for row in scored}
    others = counted(len({run.name for run in runs} - names), "other run")
    beside = f" ({others} not scored there)" if len(names) < len(runs) else ""
    gold = f", {report.micro.support:,} gold mentions in {report.documents:,} sentences" if report else ""
    return (
        f"{counted(len(names), 'run')}, {counted(len(scored), 'variant')} in all, scored on the {split} set of "
        f"`{dataset}`{gold} (entity level, strict: boundaries and type must be right){beside}."
    )


def machine_in_words(runs: Sequence[Run]) -> str:
    """On what the speed was measured; several machines are named, because their times do not compare."""
    machines = {(run.bench.provenance.machine.cpu, run.bench.threads) for run in runs if run.bench is not None}
    if not machines:
        return "Speed was not measured."
    named = listed(f"{unmarked(cpu)} with {counted(threads, 'thread')}" for cpu, threads in sorted(machines))
    return f"Measured on {named}."
