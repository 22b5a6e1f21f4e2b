from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from shipped import HERE
from synthetic import write_run

from itner.dashboard import overview
from itner.dashboard.overview_map import answer_map, map_data
from itner.domains.registry import list_domains
from itner.records.scores import Counts
from itner.records.store import RunStore
from itner.reporting.advice import Limits, pareto_front
from itner.reporting.readme import read_published
from itner.reporting.rows import Row, find_weakest, list_rows
from itner.reporting.sensitivity import map_answers


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
        "Recall": ("0.864", "interval unknown"),
        "Precision": ("0.905", "interval unknown"),
        "Latency, p95": ("80.0 ms", "80.0 to 120.0; 128 pieces"),
        "Size": ("83.9 MB", "1,000 tokens/s in bulk"),
    }


def test_a_slider_at_its_end_sets_no_limit(rows: list[Row]) -> None:
    bounds = overview.ranges(rows)
    assert bounds == overview.Ranges(max_ms=121.0, max_mb=84.0)
    assert overview.limits(bounds, 121.0, 84.0, 0.0, 0.0) == Limits()
    assert overview.limits(bounds, 40.5, 20.0, 0.7, 0.6) == Limits(40.5, 20.0, 0.7, 0.6)
    assert overview.ranges(rows, "p50").max_ms == 61.0
    assert overview.limits(bounds, 40.5, 84.0, 0.0, 0.0, "p50") == Limits(40.5, quantile="p50")
    assert overview.ranges([]) == overview.Ranges(2.0, 2.0)


def test_the_scatter_shows_every_measured_row_and_marks_published_results(rows: list[Row]) -> None:
    published = read_published(HERE).results
    front = pareto_front(rows)
    figure = overview.trade_off(rows, published, front, rows[0], Limits(max_ms=20.0, min_f1=0.7))
    line, *traces, names = figure.data
    assert (line.name, list(line.x)) == ("Pareto front", [row.p95_ms for row in front])
    # The front is named, each run once but what is advised, which has its arrow.
    assert list(names.text) == ["small<br>"]
    points = {(x, y) for trace in traces for x, y in zip(trace.x, trace.y, strict=True)}
    assert points == {(row.p95_ms, row.micro_f1) for row in rows}
    # What is advised lies on top; the legend keeps the families' order.
    assert [trace.name for trace in traces] == ["fewer layers", "full"]
    assert [trace.name for trace in sorted(traces, key=lambda trace: trace.legendrank)] == overview.families(rows)
    notes = [note.text for note in figure.layout.annotations]
    assert notes[0] == "<b>good · FP32 (PyTorch)</b>"
    assert notes[1:] == ["best published: bert_full, 0.740"]
    # What is not on the front and not advised is faint.
    clear = {
        row.label
        for trace, family in ((traces[1], "full"), (traces[0], "fewer layers"))
        for row, opacity in zip([row for row in rows if row.family == family], trace.marker.opacity, strict=True)
        if opacity > 0.5
    }
    assert clear == {row.label for row in front} | {rows[0].label}
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


def test_what_is_far_worse_than_the_front_is_named_below_it(rows: list[Row]) -> None:
    front = [row for row in pareto_front(rows) if row.run == "good"]
    low, high = overview.trade_off(rows, front=front).layout.yaxis.range
    assert low < min(row.micro_f1 or 0.0 for row in front) < high
    assert all((row.micro_f1 or 0.0) < low for row in rows if row.run == "small")
    assert overview.below_in_words(rows, front).startswith("Below what is shown: small (0.")
    assert overview.below_in_words(rows, pareto_front(rows)) == ""


def test_the_map_of_answers_names_each_run_in_its_field(rows: list[Row]) -> None:
    ready = [replace(row, deployable=True) for row in rows]
    answers = map_answers(ready, Limits())
    figure = answer_map(answers, Limits(max_ms=10.0, max_mb=30.0))
    assert {note.text for note in figure.layout.annotations} == {f"<b>{run}</b>" for run in answers.runs}
    assert {shape.x0 for shape in figure.layout.shapes if shape.x0 == shape.x1} == {10.0}
    (cells,) = figure.data
    assert len(cells.x) == len(answers.ms) + 1
    assert len(cells.y) == len(answers.mb) + 1
    for number, run in enumerate(answers.runs):
        note = next(note for note in figure.layout.annotations if note.text == f"<b>{run}</b>")
        column = max(place for place, ms in enumerate(cells.x) if ms <= 10**note.x)
        line = max(place for place, mb in enumerate(cells.y) if mb <= 10**note.y)
        assert cells.z[line][column] == number
    table = map_data(answers)
    assert len(table) == len(answers.ms) * len(answers.mb)


def test_the_strip_marks_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(overview.st, "html", shown.append)
    for domain in list_domains():
        overview.show_strip(domain)
        assert shown[-1].count("<mark") >= 3
        assert domain.title in shown[-1]


def test_the_weakest_type_is_the_one_of_the_lowest_f1(rows: list[Row]) -> None:
    report = rows[0].report
    assert report is not None
    counts = {"OS": Counts(9, 1, 1), "ERROR": Counts(2, 2, 3), "VERSION": Counts(0, 4, 0)}
    # What has no gold mention is no type that a tagger is weak at.
    found = find_weakest(replace(rows[0], report=replace(report, per_type=counts)))
    assert found == ("ERROR", Counts(2, 2, 3))
    assert find_weakest(replace(rows[0], report=None)) is None
