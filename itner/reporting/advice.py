"""Which variant of which run to deploy, under limits on latency, size and quality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from itner.core.words import counted
from itner.evaluation.compare import Difference, compare_reports
from itner.reporting.rows import Row, mebibytes, milliseconds

# Micro-F1 of the first row minus the second's, None when their errors were not recorded on the same data.
Compare = Callable[[Row, Row], Difference | None]


@dataclass(frozen=True)
class Limits:
    """What a deployment allows and demands; None sets no limit."""

    max_ms: float | None = None
    max_mib: float | None = None
    min_f1: float | None = None
    min_recall: float | None = None

    @property
    def in_words(self) -> str:
        """The limits as the beginning of a sentence."""
        parts = []
        if self.max_ms is not None:
            parts.append(f"≤ {self.max_ms:g} ms")
        if self.max_mib is not None:
            parts.append(f"≤ {self.max_mib:g} MiB")
        if self.min_f1 is not None:
            parts.append(f"micro-F1 ≥ {self.min_f1:.2f}")
        if self.min_recall is not None:
            parts.append(f"recall ≥ {self.min_recall:.2f}")
        return f"Under {', '.join(parts)}" if parts else "Without any limit"


# So much faster at least: one benchmark's rounds differ by less, and nobody gives up F1 for less.
WORTHWHILE = 1.25
# With fewer gold mentions an interval on F1 is wider than taggers differ.
ENOUGH = 100


@dataclass(frozen=True)
class Advice:
    """The row to deploy, None when nothing fits, and why in one sentence."""

    row: Row | None
    reason: str


def compare_rows(first: Row, second: Row) -> Difference | None:
    """The paired difference in micro-F1, None when the errors of either were not recorded on the same data."""
    if first.errors is None or second.errors is None or first.report is None:
        return None
    if first.errors.split_sha256 != second.errors.split_sha256:
        return None
    return compare_reports(first.errors, second.errors, first.report.documents)


def fits(row: Row, limits: Limits) -> bool:
    """Whether a row keeps every limit; what was not measured keeps none that is set."""
    upper = ((row.p50_ms, limits.max_ms), (row.size_mib, limits.max_mib))
    lower = ((row.micro_f1, limits.min_f1), (row.recall, limits.min_recall))
    return all(limit is None or (value is not None and value <= limit) for value, limit in upper) and all(
        limit is None or (value is not None and value >= limit) for value, limit in lower
    )


def advise(rows: Sequence[Row], limits: Limits, compare: Compare = compare_rows) -> Advice:
    """The fastest of the rows within the limits whose micro-F1 cannot be told from the best there.

    What is hardly faster than the best (`WORTHWHILE`) does not take its place.
    Rows are compared with the best in order of micro-F1, up to the first that is worse beyond chance. Rows that were
    not both scored and timed cannot be advised.
    """
    measured = [row for row in rows if row.micro_f1 is not None and row.p50_ms is not None]
    if not measured:
        return Advice(None, "No run was both scored and timed.")
    allowed = [row for row in measured if fits(row, limits)]
    if not allowed:
        return Advice(None, _nothing_fits(measured, limits))
    best, *others = sorted(allowed, key=_quality, reverse=True)
    chosen, lead = best, None
    for row in others:
        latency = row.p50_ms or 0.0
        if latency >= (chosen.p50_ms or 0.0) or latency * WORTHWHILE > (best.p50_ms or 0.0):
            continue
        difference = compare(best, row)
        if difference is None:
            continue
        if difference.significant:
            break
        chosen, lead = row, difference
    f1 = f"Its micro-F1 of {chosen.micro_f1:.3f}"
    little = _too_little(chosen)
    if len(allowed) == 1:
        return Advice(chosen, f"Nothing else fits. Its micro-F1 is {chosen.micro_f1:.3f}, at {_cost(chosen)}.{little}")
    if lead is None:
        return Advice(chosen, f"{f1} is the highest of the {len(allowed)} that fit, at {_cost(chosen)}.{little}")
    return Advice(
        chosen,
        f"{f1} cannot be told from the best of the {len(allowed)} that fit "
        f"({best.label}, {best.micro_f1:.3f}; "
        f"difference {lead.value:.3f}, {lead.level:.0%} interval {lead.low:+.3f} to "
        f"{lead.high:+.3f}), and it answers {(best.p50_ms or 0) / (chosen.p50_ms or 1):.1f} times as fast: "
        f"{_cost(chosen)}.{little}",
    )


def _too_little(row: Row) -> str:
    """A warning where so few mentions were scored that nobody should choose by them; empty else."""
    mentions = row.report.micro.support if row.report is not None else ENOUGH
    if mentions >= ENOUGH:
        return ""
    return f" But {counted(mentions, 'gold mention')} are too few to choose by: look at another dataset or split."


def pareto_front(rows: Sequence[Row]) -> list[Row]:
    """Rows that no other row beats in micro-F1 and latency at once, fastest first."""
    front: list[Row] = []
    for row in sorted(
        (row for row in rows if row.micro_f1 is not None and row.p50_ms is not None),
        key=lambda row: (row.p50_ms or 0.0, -(row.micro_f1 or 0.0)),
    ):
        if not front or (row.micro_f1 or 0.0) > (front[-1].micro_f1 or 0.0):
            front.append(row)
    return front


def _quality(row: Row) -> tuple[float, float]:
    return row.micro_f1 or 0.0, -(row.p50_ms or 0.0)


def _cost(row: Row) -> str:
    size = f" and {mebibytes(row.size_mib)} MiB" if row.size_mib is not None else ""
    time = f"{milliseconds(row.p50_ms)} ms" if row.p50_ms is not None else "a time that was not measured"
    return f"{time}{size}"


def _nothing_fits(rows: Sequence[Row], limits: Limits) -> str:
    """What the nearest rows reach, limit by limit."""
    reached = []
    if limits.max_ms is not None:
        reached.append(
            f"the fastest takes {milliseconds(min(row.p50_ms for row in rows if row.p50_ms is not None))} ms"
        )
    sizes = [row.size_mib for row in rows if row.size_mib is not None]
    if limits.max_mib is not None and sizes:
        reached.append(f"the smallest has {mebibytes(min(sizes))} MiB")
    if limits.min_f1 is not None:
        reached.append(f"the best micro-F1 is {max(_quality(row)[0] for row in rows):.3f}")
    if limits.min_recall is not None:
        reached.append(f"the best recall is {max(row.recall or 0.0 for row in rows):.3f}")
    return f"Nothing measured here keeps all the limits: {', '.join(reached)}. Relax one of them."
