from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from synthetic import write_run

from itner.dashboard import quality
from itner.domains.registry import get_domain
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


def test_differences_are_paired_and_the_largest_loss_comes_first(rows: list[Row]) -> None:
    frame = quality.scores(rows)
    base, *others = rows
    found = quality.differences(base, others, compare_rows)
    assert list(found.frame["model"]) == ["small · INT8", "small · FP32", "good · INT8"]
    assert list(found.frame["verdict"]) == ["worse", "worse", "too little data to tell"]
    assert found.frame["gold needed"].iloc[-1] == 782
    loss = found.frame.set_index("model").loc["small · INT8"]
    for column, type_name in (("micro", "micro"), ("SOFTWARE", "SOFTWARE")):
        expected = cell(frame, "small · INT8", type_name, "F1") - cell(frame, "good · FP32", type_name, "F1")
        assert loss[column] == pytest.approx(expected)
    assert loss["low"] < loss["micro"] < loss["high"] < 0
    # All ten OS mentions are found or missed alike; a type without gold mentions says nothing.
    assert loss["OS"] == 0.0
    assert pd.isna(loss["ERROR"])
    marks = found.sure.set_index("model").loc["small · INT8"]
    assert (marks["micro"], marks["SOFTWARE"], marks["OS"]) == (True, True, False)
    better = quality.differences(base, others[:1], lambda *_: Difference(0.2, 0.1, 0.3, p=0.001), lambda *_: {})
    assert list(better.frame["verdict"]) == ["better"]
    vague = Difference(0.02, -0.01, 0.05, p=0.2, error=0.015, mentions=100)
    told = quality.differences(base, others[:1], lambda *_: vague, lambda *_: {})
    assert told.frame[["verdict", "gold needed"]].values.tolist() == [["too little data to tell", 1766]]
    unknown = quality.differences(base, others[:1], lambda *_: None, lambda *_: {})
    assert list(unknown.frame["verdict"]) == ["errors not recorded"]
    assert quality.differences(base, [], compare_rows).frame.empty


def test_one_colour_scale_wherever_a_difference_stands(rows: list[Row]) -> None:
    found = quality.differences(rows[0], rows[1:], compare_rows)
    html = quality.style_differences(found).to_html()
    assert "font-weight: bold" in html
    assert quality._shade(-0.1, True) == "font-weight: bold; background-color: rgba(178, 24, 43, 0.55)"
    assert quality._shade(-0.4, False) == "background-color: rgba(178, 24, 43, 0.55)"
    assert quality._shade(0.05, None) == "background-color: rgba(33, 102, 172, 0.28)"
    assert quality._shade(math.nan, True) == quality._shade(None, None) == ""


def test_the_run_that_a_domain_tags_with_is_the_first_baseline(rows: list[Row]) -> None:
    domain = get_domain("it")
    assert domain.release is not None
    renamed = [replace(row, run=domain.release.default) if row.run == "small" else row for row in rows]
    assert quality.first_baseline(renamed, domain) == f"{domain.release.default} · FP32"
    assert quality.first_baseline(rows, domain) is None


def test_dots_show_each_score_once_with_its_interval(rows: list[Row]) -> None:
    frame = quality.scores(rows)
    figure = quality.dots(frame, "F1")
    assert [trace.name for trace in figure.data] == list(dict.fromkeys(frame["model"]))
    first = frame[frame["model"] == "good · FP32"]
    assert list(figure.data[0].x) == list(first["F1"])
    assert list(figure.data[0].error_x.array) == pytest.approx(list(first["F1 high"] - first["F1"]), nan_ok=True)
    assert first.set_index("type").loc[["micro", "OS"], ["F1 low", "F1 high"]].notna().all().all()
    assert first.set_index("type").loc[["macro", "SOFTWARE", "ERROR"], ["F1 low", "F1 high"]].isna().all().all()
    # No two models at one place of a row, and none in another's row.
    heights = [trace.y[0] for trace in figure.data]
    assert len(set(heights)) == len(heights)
    assert all(abs(height) < 0.5 for height in heights)
    looks = {(trace.marker.color, trace.marker.symbol) for trace in figure.data}
    assert len(looks) == 4
    assert list(figure.layout.yaxis.ticktext)[:1] == ["micro (110)"]
    # Nobody measured that of recall.
    assert all(math.isnan(value) for value in quality.dots(frame, "recall").data[0].error_x.array)
