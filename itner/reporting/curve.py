"""What a learning curve says."""

from __future__ import annotations

from dataclasses import dataclass

from itner.core.words import counted
from itner.records.curve import LearningCurve
from itner.reporting.means import Mean


@dataclass(frozen=True)
class CurveRow:
    """Micro-F1 on dev after learning from so many sentences, over the seeds."""

    sentences: int
    mean: Mean

    @property
    def seeds(self) -> int:
        """How many trainings the mean is of."""
        return self.mean.seeds


def list_curve_rows(curve: LearningCurve) -> list[CurveRow]:
    """A row a size, the smallest first."""
    sizes = sorted({point.sentences for point in curve.points})
    return [CurveRow(size, Mean.of([point.f1 for point in curve.points if point.sentences == size])) for size in sizes]


def curve_in_words(curve: LearningCurve) -> str:
    """What was trained, and what the last doubling brought against what chance does."""
    rows = list_curve_rows(curve)
    first, last = rows[0], rows[-1]
    words = (
        f"`{curve.preset}` learned from {first.sentences:,} to {last.sentences:,} sentences of {curve.dataset}, "
        f"{counted(min(row.seeds for row in rows), 'time')} or more each, every time from another beginning and with "
        "other sentences where these are not all, and was scored on dev: from "
        f"{first.mean.mean:.3f} to {last.mean.mean:.3f}."
    )
    if len(rows) > 1:
        before = rows[-2]
        gain = last.mean.mean - before.mean.mean
        words += f" The last step, from {before.sentences:,}, brought {gain:+.3f}"
        spreads = [row.mean.spread for row in (before, last) if row.mean.spread is not None]
        words += (
            f"; of one size, trainings differ by {max(spreads):.3f} there (standard deviation)." if spreads else "."
        )
    return words
