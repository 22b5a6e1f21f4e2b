"""Findings in words, from the numbers of the runs."""

from __future__ import annotations

from collections.abc import Sequence

from itner.report import Row
from itner.store import Run


def comparison_in_words(runs: Sequence[Run], rows: Sequence[Row], dataset: str) -> str:
    """One sentence on what is compared, on what."""
    precisions = len({row.precision for row in rows})
    report = next((row.report for row in rows if row.report), None)
    gold = f", {report.micro.support:,} gold mentions in {report.documents:,} sentences" if report else ""
    return (
        f"{_count(len(runs), 'run')} at {_count(precisions, 'weight precision')} each, scored on the test set of "
        f"`{dataset}`{gold} (entity level, strict: boundaries and type must be right)."
    )


def machine_in_words(runs: Sequence[Run]) -> str:
    """On what the speed was measured; several machines are named, because their times do not compare."""
    machines = {(run.bench.provenance.machine.cpu, run.bench.threads) for run in runs if run.bench is not None}
    if not machines:
        return "Speed was not measured."
    named = " and ".join(f"{cpu} with {_count(threads, 'thread')}" for cpu, threads in sorted(machines))
    return f"Measured on {named}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
