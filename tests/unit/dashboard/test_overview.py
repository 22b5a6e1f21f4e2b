from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from shipped import HERE
from synthetic import write_run

from itner.dashboard import overview
from itner.records.scores import Counts
from itner.records.store import RunStore
from itner.reporting.advice import Limits, pareto_front
from itner.reporting.readme import read_published
from itner.reporting.rows import Row, list_rows


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_run(tmp_path, "good", tp=90, p50=40.0)
    write_run(tmp_path, "small", "minilm_l3", tp=60, p50=8.0)
    return tmp_path


@pytest.fixture
def rows(root: Path) -> list[Row]:
    return list_rows(RunStore(root).load_all()[0], "stackoverflow")


def test_facts_of_a_row(rows: list[Row]) -> None:
    found = {fact.label: (fact.value, fact.note) for fact in overview.facts(rows[0])}
    assert found == {
        "micro-F1": ("0.884", "95%: 0.500 to 0.900"),
        "Recall": ("0.864", "precision 0.905"),
        "Latency, p95": ("80.0 ms", "80.0 to 120.0; 128 pieces"),
        "Size": ("80.0 MiB", "1,000 tokens/s in bulk"),
    }


def test_a_slider_at_its_end_sets_no_limit(rows: list[Row]) -> None:
    bounds = overview.ranges(rows)
    assert bounds == overview.Ranges(max_ms=121.0, max_mib=81.0)
    assert overview.limits(bounds, 121.0, 81.0, 0.0, 0.0) == Limits()
    assert overview.limits(bounds, 40.5, 20.0, 0.7, 0.6) == Limits(40.5, 20.0, 0.7, 0.6)
    assert overview.ranges(rows, "p50").max_ms == 61.0
    assert overview.limits(bounds, 40.5, 81.0, 0.0, 0.0, "p50") == Limits(40.5, quantile="p50")
    assert overview.ranges([]) == overview.Ranges(2.0, 2.0)


def test_the_scatter_shows_every_measured_row_and_marks_published_results(rows: list[Row]) -> None:
    published = read_published(HERE).results
    front = pareto_front(rows)
    figure = overview.trade_off(rows, published, front, rows[0], Limits(max_ms=20.0, min_f1=0.7))
    line, *traces = figure.data
    assert (line.name, list(line.x)) == ("Pareto front", [row.p95_ms for row in front])
    points = {(x, y) for trace in traces for x, y in zip(trace.x, trace.y, strict=True)}
    assert points == {(row.p95_ms, row.micro_f1) for row in rows}
    # What is advised lies on top; the legend keeps the families' order.
    assert [trace.name for trace in traces] == ["distilled architecture", "full"]
    assert [trace.name for trace in sorted(traces, key=lambda trace: trace.legendrank)] == overview.families(rows)
    notes = [note.text for note in figure.layout.annotations]
    assert notes[0] == "<b>good · FP32 (PyTorch)</b>"
    assert len(notes[1:]) == len(published) == 3
    assert all("(published)" in note for note in notes[1:])
    assert {shape.x0 for shape in figure.layout.shapes if shape.x0 == shape.x1} == {20.0}
    ticks = figure.layout.xaxis
    assert {5, 10, 20} <= set(ticks["tickvals"])
    assert [f"{value:g}" for value in ticks["tickvals"]] == list(ticks["ticktext"])


def test_the_scatter_leaves_out_rows_without_a_latency(root: Path) -> None:
    (root / "small" / "bench.json").unlink()
    rows = list_rows(RunStore(root).load_all()[0], "stackoverflow")
    assert [trace.name for trace in overview.trade_off(rows).data] == ["full"]
    assert overview.trade_off([]).data == ()


def test_the_data_behind_the_scatter(rows: list[Row]) -> None:
    table = overview.trade_off_data(rows, pareto_front(rows)[:1])
    assert len(table) == 8
    assert list(table.loc[table["on Pareto front"], "run"]) == ["small"]


def test_the_key_names_every_variant_that_is_shown(rows: list[Row]) -> None:
    assert overview.symbol_key(rows) == "circle = FP32 (PyTorch), square = FP32, diamond = FP16, triangle = INT8"


def test_the_weakest_type_is_the_one_of_the_lowest_f1(rows: list[Row]) -> None:
    report = rows[0].report
    assert report is not None
    counts = {"OS": Counts(9, 1, 1), "ERROR": Counts(2, 2, 3), "VERSION": Counts(0, 4, 0)}
    # What has no gold mention is no type that a tagger is weak at.
    found = overview.find_weakest(replace(rows[0], report=replace(report, per_type=counts)))
    assert found == ("ERROR", pytest.approx(4 / 9), 5)
    assert overview.find_weakest(replace(rows[0], report=None)) is None
