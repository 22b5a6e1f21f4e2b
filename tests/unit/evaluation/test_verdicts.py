"""Verdicts beside those by hand: counts, what is wrong, and coverage against accuracy, computed by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from itner.core.errors import InputError
from itner.core.types import Verdict
from itner.evaluation.verdicts import CoveragePoint, Report, VerdictScores, read_reports, score_verdicts
from itner.records.codec import from_json, to_json


def verdict(word: Literal["violation", "compliant", "review"], confidence: float, *rules: str) -> Verdict:
    return Verdict(word, rules, (), confidence, "")


REPORTS = [
    Report("1", "violation", ("a", "b"), "right, by a rule of two"),
    Report("2", "violation", ("a",), "right, by another rule"),
    Report("3", "violation", ("a",), "wrong, but not certain"),
    Report("4", "compliant", ("a",), "wrong, and certain"),
    Report("5", "review", (), "seen to be for a person"),
    Report("6", "review", (), "decided, and certain"),
]
VERDICTS = [
    verdict("violation", 0.95, "b"),
    verdict("violation", 0.9, "c"),
    verdict("compliant", 0.7, "a"),
    verdict("violation", 0.98, "a"),
    verdict("review", 0.99),
    verdict("compliant", 0.92, "a"),
]


def test_counts_and_the_curve_are_those_by_hand() -> None:
    scores = score_verdicts(REPORTS, VERDICTS, 0.9, (0.95, 0.0, 0.9, 0.99))
    assert scores.counts == {
        "violation": {"violation": 2, "compliant": 0, "review": 1},
        "compliant": {"violation": 1, "compliant": 0, "review": 0},
        "review": {"violation": 0, "compliant": 1, "review": 1},
    }
    assert (scores.reports, scores.right, scores.wrong, scores.named) == (6, 3, 2, 1)
    assert scores.accuracy == 0.5
    assert scores.curve == (
        CoveragePoint(0.0, 6, 5, 2),
        CoveragePoint(0.9, 6, 4, 2),
        CoveragePoint(0.95, 6, 2, 1),
        CoveragePoint(0.99, 6, 0, 0),
    )
    assert [point.coverage for point in scores.curve] == pytest.approx([5 / 6, 4 / 6, 2 / 6, 0])
    assert [point.accuracy for point in scores.curve] == [0.4, 0.5, 0.5, None]


def test_scores_go_to_json_and_back() -> None:
    scores = score_verdicts(REPORTS, VERDICTS, 0.9)
    assert from_json(VerdictScores, to_json(scores)) == scores
    nothing = score_verdicts([], [], 0.9)
    assert (nothing.accuracy, nothing.curve[0].coverage, nothing.curve[0].accuracy) == (0.0, 0.0, None)
    with pytest.raises(ValueError, match="zip"):
        score_verdicts(REPORTS, VERDICTS[:1], 0.9)


def test_a_table_of_reports_is_read_and_what_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "reports.tsv"
    path.write_text("# id, verdict\n\n1\tviolation\ta,b\t16 ft, too low\n2\treview\t\tlooks low\n", encoding="utf-8")
    assert read_reports(path) == [
        Report("1", "violation", ("a", "b"), "16 ft, too low"), Report("2", "review", (), "looks low"),
    ]  # fmt: skip
    for line, problem in (("1\treview\tlow", "with tabs between"), ("1\tbad\t\tlow", "'bad' is none of violation, ")):
        path.write_text(f"# id\n{line}\n", encoding="utf-8")
        with pytest.raises(InputError, match=problem) as found:
            read_reports(path)
        assert found.value.line == 2
