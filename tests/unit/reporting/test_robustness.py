"""The tables on robustness, by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from robust import effect, robustness_report
from synthetic import write_run

from itner.core.errors import InputError
from itner.evaluation.robustness.perturbing import PERTURBATIONS
from itner.records.store import Run, RunStore, write_robustness
from itner.reporting.robustness import (
    ROBUSTNESS_BEGIN,
    ROBUSTNESS_END,
    fill_robustness,
    list_robustness_rows,
    list_robustness_splits,
    robustness_table,
)
from itner.reporting.rows import change_in_words


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    for name in ("a", "b"):
        write_run(tmp_path, name)
        run = RunStore(tmp_path).load(name)
        write_robustness(run, robustness_report(effect("lower"), effect("typos", 1)))
    write_robustness(run, replace(robustness_report(effect("typos")), dataset="other", model_sha256="0" * 64))
    return RunStore(tmp_path).load_all()[0]


def test_rows_say_whether_they_are_of_the_run_as_it_is(runs: list[Run]) -> None:
    rows = list_robustness_rows(runs)
    assert [(row.label, row.report.dataset, row.current) for row in rows] == [
        ("a · FP32", "helpdesk", True),
        ("b · FP32", "helpdesk", True),
        ("b · FP32", "other", False),
    ]
    assert list_robustness_splits(rows) == [("helpdesk", "test"), ("other", "test")]


def test_the_table_has_a_line_a_perturbation_that_was_measured(runs: list[Run]) -> None:
    # 13 of 18 found, then 11: F1 26/31 and 22/29.
    assert change_in_words(effect().change, *effect().interval) == f"{22 / 29 - 26 / 31:+.3f} (-0.200 to -0.050)"
    rows = list_robustness_rows(runs)[:2]
    rows[1] = replace(rows[1], report=robustness_report(effect("typos", 1)))
    assert robustness_table(rows).splitlines() == [
        "| medium | a · FP32 | b · FP32 |",
        "|---|---|---|",
        "| F1 as it is | 0.839 (0.700 to 0.900) | 0.839 (0.700 to 0.900) |",
        "| Lower case | -0.080 (-0.200 to -0.050) | – |",
    ]


def test_the_document_is_filled_between_its_marks(runs: list[Run]) -> None:
    text = f"# R\n\n{ROBUSTNESS_BEGIN}\nold\n{ROBUSTNESS_END}\n\nend"
    filled = fill_robustness(text, runs)
    assert fill_robustness(filled, runs) == filled
    assert "old" not in filled
    assert filled.endswith("\n\nend")
    assert "### helpdesk test\n\n10 sentences of 4 texts, seed 13." in filled
    # What was measured of other weights is no result of the run.
    assert "### other" not in filled
    assert all(f"(`{name}`)" in filled for name in PERTURBATIONS)
    with pytest.raises(InputError):
        fill_robustness("nothing", runs)
