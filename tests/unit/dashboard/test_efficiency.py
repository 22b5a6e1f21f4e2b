from __future__ import annotations

from pathlib import Path

import pytest
from bulk_trials import BENCH, PROOF
from synthetic import write_run

from itner.dashboard import efficiency
from itner.records.store import Run, RunStore
from itner.reporting.rows import Row, list_rows


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    write_run(tmp_path, "good", tp=90, p50=40.0)
    write_run(tmp_path, "small", "minilm_l3", tp=60, p50=8.0)
    return RunStore(tmp_path).load_all()[0]


@pytest.fixture
def rows(runs: list[Run]) -> list[Row]:
    return list_rows(runs, "stackoverflow")


def test_costs_by_hand(runs: list[Run], rows: list[Row]) -> None:
    frame = efficiency.costs(runs, rows)
    line = frame[frame["model"] == "small · INT8"].iloc[0]
    assert line["p50 ms, 128"] == 2.0
    assert line["p95 ms, 16"] == 4.0
    assert line["p50 ms, sentence"] == 4.0
    assert line["tokens/s"] == 4000
    assert line["rounds differ by"] == pytest.approx(0.5)
    assert line["trained M"] == 1.0
    assert line["training min"] == pytest.approx(10 / 60)
    assert set(efficiency.cost_columns(frame)) == set(frame.select_dtypes("number").columns)


def test_an_unmeasured_run_has_empty_cells(runs: list[Run], rows: list[Row]) -> None:
    (runs[1].path / "bench.json").unlink()
    again = RunStore(runs[0].path.parent).load_all()[0]
    frame = efficiency.costs(again, list_rows(again, "stackoverflow"))
    assert list(frame[frame["run"] == "small"]["tokens/s"].isna()) == [True] * 4


def test_latency_for_each_length(rows: list[Row]) -> None:
    assert efficiency.lengths(rows) == ["128 pieces", "16 pieces", efficiency.END_TO_END]
    assert efficiency.lengths([]) == []
    assert list(efficiency.latencies(rows, "128 pieces")["p50 ms"])[:4] == [40.0, 20.0, pytest.approx(40 / 3), 10.0]
    assert list(efficiency.latencies(rows, "16 pieces")["p50 ms"])[:2] == [10.0, 10.0]
    assert list(efficiency.latencies(rows, efficiency.END_TO_END)["p95 ms"])[:1] == [40.0]
    figure = efficiency.latency_bars(efficiency.latencies(rows, "128 pieces"), "128 pieces")
    assert [bar.name for bar in figure.data] == ["FP32 (PyTorch)", "FP32", "FP16", "INT8"]
    assert list(figure.data[0].y) == [40.0, 8.0]
    assert list(figure.data[0].error_y.array) == [40.0, 8.0]  # p95 is twice p50


def test_gains_are_over_the_baseline(rows: list[Row]) -> None:
    frame = efficiency.gains(rows, "good · FP32 (PyTorch)")
    lines = {line["model"]: line for line in frame.to_dict("records")}
    assert lines["good · FP32 (PyTorch)"]["times as fast"] == 1.0
    assert lines["good · FP32 (PyTorch)"]["micro-F1 change"] == 0.0
    assert lines["small · INT8"]["times as fast"] == 20.0
    assert lines["small · INT8"]["micro-F1 change"] == pytest.approx(rows[7].micro_f1 - rows[0].micro_f1)  # type: ignore[operator]
    figure = efficiency.gain_scatter(frame, "good · FP32 (PyTorch)")
    assert [trace.name for trace in figure.data] == ["full", "fewer layers"]


@pytest.mark.parametrize("measure", efficiency.MEASURES)
def test_every_measure_has_its_bars(measure: str, runs: list[Run], rows: list[Row]) -> None:
    frame = efficiency.costs(runs, rows)
    figure = efficiency.measure_bars(frame, measure)
    # A group of bars for each variant, with a bar for each run.
    values = list(frame[measure])
    assert [list(bar.y) for bar in figure.data] == [list(pair) for pair in zip(values[:4], values[4:], strict=True)]
    assert figure.layout.yaxis.title.text == efficiency.MEASURES[measure]


def test_memory_over_the_size_of_the_input_and_goals() -> None:
    frame = efficiency.memory_frame(PROOF)
    assert frame["process"].drop_duplicates().tolist() == [
        "dealer, tickets, local",
        "dealer, tickets, ray",
        "worker, tickets, local",
        "worker, tickets, ray",
    ]
    mine = frame[frame["process"] == "worker, tickets, local"]
    assert mine["input MB"].tolist() == [10, 1_000, 10_000]
    assert mine["most memory MiB"].tolist() == [280, 280, 300]
    figure = efficiency.memory_lines(frame)
    # Markers at the top are whole.
    assert figure.layout.yaxis.range[0] == 0
    assert figure.layout.yaxis.range[1] > 1.05 * frame["most memory MiB"].max()
    line = next(each for each in figure.data if each.name == "worker, tickets, local")
    assert list(line.x) == [10, 1_000, 10_000]
    goals = efficiency.goals_frame(BENCH, PROOF)
    assert [said.split(":")[0] for said in goals["reached"]] == ["missed", "not measured", *["met"] * 7]
