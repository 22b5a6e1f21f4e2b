from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from synthetic import write_run

from itner.dashboard import quality
from itner.dashboard.comparison import differences_table
from itner.evaluation.compare import Difference
from itner.records.store import RunStore
from itner.reporting.advice import compare_rows
from itner.reporting.rows import Row, list_rows


@pytest.fixture
def rows(tmp_path: Path) -> list[Row]:
    write_run(tmp_path, "good", tp=90)
    write_run(tmp_path, "small", "minilm_l3", tp=60)
    rows = list_rows(RunStore(tmp_path).load_all()[0], "stackoverflow")
    return [row for row in rows if row.variant in ("fp32", "int8")]


def cell(frame: pd.DataFrame, model: str, type: str, column: str) -> float:
    found = frame[(frame["model"] == model) & (frame["type"] == type)]
    assert len(found) == 1
    return float(found[column].iloc[0])


def test_scores_by_hand(rows: list[Row]) -> None:
    frame = quality.scores(rows)
    assert len(frame) == 4 * 7
    # FP32 is the second precision: 89 of 100 SOFTWARE, 10 spurious; 5 of 10 OS.
    assert cell(frame, "good · FP32", "SOFTWARE", "recall") == pytest.approx(0.89)
    assert cell(frame, "good · FP32", "SOFTWARE", "precision") == pytest.approx(89 / 99)
    assert cell(frame, "good · FP32", "micro", "F1") == pytest.approx(188 / (188 + 10 + 16))
    assert cell(frame, "good · FP32", "macro", "F1") == pytest.approx((178 / (178 + 21) + 2 / 3) / 2)
    assert cell(frame, "good · FP32", "OS", "gold") == 10
    assert set(quality.score_columns()) == set(frame.select_dtypes("number").columns)
    assert list(quality.overall(rows)["model"]) == list(dict.fromkeys(frame["model"]))


def test_few_gold_mentions_are_named(rows: list[Row]) -> None:
    assert quality.few(quality.scores(rows)) == ["ERROR (0)", "HARDWARE (0)", "OS (10)", "VERSION (0)"]


def test_differences_are_to_the_baseline(rows: list[Row]) -> None:
    frame = quality.scores(rows)
    changed = quality.difference(frame, "good · FP32")
    assert "good · FP32" not in set(changed["model"])
    expected = cell(frame, "small · INT8", "SOFTWARE", "F1") - cell(frame, "good · FP32", "SOFTWARE", "F1")
    assert cell(changed, "small · INT8", "SOFTWARE", "F1") == pytest.approx(expected)
    assert cell(changed, "small · INT8", "OS", "F1") == 0.0


def test_paired_differences_say_what_stands(rows: list[Row]) -> None:
    table = differences_table(rows[0], rows[1:], compare_rows)
    assert list(table["verdict"]) == ["no clear difference", "worse", "worse"]
    better = differences_table(rows[0], rows[1:2], lambda first, second: Difference(0.2, 0.1, 0.3))
    assert list(better["verdict"]) == ["better"]
    unknown = differences_table(rows[0], rows[1:2], lambda first, second: None)
    assert list(unknown["verdict"]) == ["errors not recorded"]


def test_figures_show_each_score_once(rows: list[Row]) -> None:
    frame = quality.scores(rows)
    bars = quality.bars(frame, "recall")
    assert len(bars.data) == 4
    assert list(bars.data[0].y) == list(frame[frame["model"] == "good · FP32"]["recall"])
    looks = {(bar.marker.color, bar.marker.pattern.shape) for bar in bars.data}
    assert len(looks) == 4
    heat = quality.heatmap(frame, "F1")
    assert list(heat.data[0].x) == ["micro", "macro", "ERROR", "HARDWARE", "OS", "SOFTWARE", "VERSION"]
    assert list(heat.data[0].y) == list(dict.fromkeys(frame["model"]))
    assert heat.data[0].z[0][0] == pytest.approx(cell(frame, "good · FP32", "micro", "F1"))
    changed = quality.heatmap(quality.difference(frame, "good · FP32"), "F1", diverging=True)
    assert changed.data[0].zmax > 0
    assert changed.data[0].zmin == -changed.data[0].zmax
