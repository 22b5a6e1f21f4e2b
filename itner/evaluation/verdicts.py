"""How often verdicts on reports are right, and what it costs to decide only what is certain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from itner.core.errors import InputError
from itner.core.types import Verdict
from itner.records.verdicts import VERDICTS, CoveragePoint, VerdictScores, Word

# Confidences at which `score_verdicts` counts.
THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98)


@dataclass(frozen=True)
class Report:
    """A report whose verdict was decided by hand.

    Attributes:
        rules: the ids of the rules that decide it, of which one is to be named; none for a review.
    """

    id: str
    verdict: Word
    rules: tuple[str, ...]
    text: str


def read_reports(path: Path) -> list[Report]:
    """Reports of a table: id, verdict, rules and text with tabs between, no header; a line with # is a comment.

    Raises:
        InputError: a line is no report; the message names it.
    """
    found: list[Report] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != 4:
            raise InputError("a report is id, verdict, rules and text, with tabs between", path=path, line=number)
        word = next((each for each in VERDICTS if each == cells[1]), None)
        if word is None:
            raise InputError(f"{cells[1]!r} is none of {', '.join(VERDICTS)}", path=path, line=number)
        found.append(Report(cells[0], word, tuple(filter(None, cells[2].split(","))), cells[3]))
    return found


def score_verdicts(
    reports: Sequence[Report],
    verdicts: Sequence[Verdict],
    confidence: float,
    thresholds: Sequence[float] = THRESHOLDS,
) -> VerdictScores:
    """How verdicts compare with those by hand, report by report.

    Args:
        verdicts: as they were given, before any became one for review because it was not certain enough.
    """
    pairs = list(zip(reports, verdicts, strict=True))
    counts: dict[Word, dict[Word, int]] = {word: dict.fromkeys(VERDICTS, 0) for word in VERDICTS}
    named = 0
    for report, verdict in pairs:
        given = verdict.verdict if verdict.confidence >= confidence else "review"
        counts[report.verdict][given] += 1
        named += given == report.verdict != "review" and not set(report.rules).isdisjoint(verdict.rules)
    curve = []
    for threshold in sorted(thresholds):
        decided = [
            (report, verdict)
            for report, verdict in pairs
            if verdict.verdict != "review" and verdict.confidence >= threshold
        ]
        right = sum(report.verdict == verdict.verdict for report, verdict in decided)
        curve.append(CoveragePoint(threshold, len(pairs), len(decided), right))
    return VerdictScores(confidence, counts, named, tuple(curve))
