"""How what is advised changes over the limits: which run for which latency and size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from itner.evaluation.compare import Difference
from itner.reporting.advice import Compare, Limits, compare_rows, pick_row
from itner.reporting.rows import Row


@dataclass(frozen=True)
class AnswerMap:
    """What is advised under every pair of limits.

    The answer changes only where something measured begins to fit, so between two neighbours of `ms`, or of `mb`, it is
    the same: `answers[i][j]` holds for a size limit from `mb[i]` on, up to the next, and a latency limit from `ms[j]`
    on. None where nothing fits.
    """

    ms: tuple[float, ...]
    mb: tuple[float, ...]
    answers: tuple[tuple[Row | None, ...], ...]

    @property
    def runs(self) -> tuple[str, ...]:
        """Every run that is advised somewhere, for the loosest limits first."""
        met = [row.run for line in reversed(self.answers) for row in reversed(line) if row is not None]
        return tuple(dict.fromkeys(met))


def map_answers(rows: Sequence[Row], limits: Limits, compare: Compare = compare_rows) -> AnswerMap:
    """What `advise` names under every limit on latency and size that matters; the other limits stay as they are."""
    known: dict[tuple[str, str], Difference | None] = {}

    def once(first: Row, second: Row) -> Difference | None:
        pair = (first.label, second.label)
        if pair not in known:
            known[pair] = compare(first, second)
        return known[pair]

    open_ended = replace(limits, max_ms=None, max_mb=None)
    scored = [row for row in rows if row.micro_f1 is not None and row.timing is not None and row.deployable]
    ms = sorted({row.timing.at(limits.quantile).high for row in scored if row.timing is not None})
    mb = sorted({row.size_mb for row in scored if row.size_mb is not None})
    answers = tuple(
        tuple(pick_row(rows, replace(open_ended, max_ms=time, max_mb=size), once) for time in ms) for size in mb
    )
    return AnswerMap(tuple(ms), tuple(mb), answers)


def changes_in_words(answers: AnswerMap, quantile_name: str) -> str:
    """What is advised from which latency on, whatever the size."""
    if not answers.answers or not answers.ms:
        return ""
    parts: list[str] = []
    last: str | None = None
    for time, row in zip(answers.ms, answers.answers[-1], strict=True):
        if row is not None and row.run != last:
            parts.append(f"from {time:.3g} ms {row.label}")
            last = row.run
    if not parts:
        return "Nothing keeps the other limits, however slow it may be."
    return f"Whatever the size, by the {quantile_name}: {', '.join(parts)}."
