from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from synthetic import write_run

from itner.eval.agreement import find_places
from itner.report import list_rows, read_published
from itner.store import RunStore
from itner.types import Mention
from itner.ui import charts, tables
from itner.ui.facts import comparison_in_words, machine_in_words


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_run(tmp_path, "good", tp=90, p50=40.0)
    write_run(tmp_path, "small", "minilm_l3", tp=60, p50=8.0)
    return tmp_path


def test_the_leaderboard_is_sorted_by_f1(root: Path) -> None:
    runs, _ = RunStore(root).load_all()
    board = tables.leaderboard(list_rows(runs, "stackoverflow"))
    assert list(board["micro-F1"]) == sorted(board["micro-F1"], reverse=True)
    assert list(board["run"]) == ["good"] * 4 + ["small"] * 4
    assert set(tables.leaderboard_columns()) <= set(board.columns)


def test_unmeasured_rows_come_last(root: Path) -> None:
    write_run(root, "unmeasured", measured=False)
    (root / "unmeasured" / "bench.json").write_text((root / "good" / "bench.json").read_text(encoding="utf-8"))
    runs, _ = RunStore(root).load_all()
    board = tables.leaderboard(list_rows(runs, "stackoverflow"))
    assert list(board["run"][-4:]) == ["unmeasured"] * 4
    assert board["micro-F1"][-4:].isna().all()


def test_highlights_name_the_right_runs(root: Path) -> None:
    runs, _ = RunStore(root).load_all()
    found = [(fact.label, fact.value, fact.holder) for fact in tables.highlights(list_rows(runs, "stackoverflow"))]
    assert found == [
        ("Best micro-F1", f"{2 * 95 / (2 * 95 + 10 + 10 + 5):.3f}", "good · FP32 (PyTorch)"),
        ("Lowest latency", "2.0 ms", "small · INT8"),
        ("Most tokens/s", "4,000", "good · INT8"),
        ("Smallest", "20.0 MiB", "good · INT8"),
    ]
    assert tables.highlights([]) == []


def test_the_scatter_shows_every_measured_row_and_marks_published_results(root: Path) -> None:
    runs, _ = RunStore(root).load_all()
    rows = list_rows(runs, "stackoverflow")
    published = read_published().results
    figure = charts.trade_off(rows, published)
    points = {(x, y) for trace in figure.data for x, y in zip(trace.x, trace.y, strict=True)}
    assert points == {(row.p50_ms, row.micro_f1) for row in rows}
    assert [trace.name for trace in figure.data] == ["full", "distilled architecture"]
    assert all("(published)" in note.text for note in figure.layout.annotations)
    assert len(figure.layout.annotations) == len(published) == 3
    assert all(
        f"{value:g}" == text
        for value, text in zip(*(figure.layout.xaxis[k] for k in ("tickvals", "ticktext")), strict=True)
    )


def test_the_scatter_leaves_out_rows_without_a_latency(root: Path) -> None:
    (root / "small" / "bench.json").unlink()
    runs, _ = RunStore(root).load_all()
    figure = charts.trade_off(list_rows(runs, "stackoverflow"), [])
    assert [trace.name for trace in figure.data] == ["full"]
    assert charts.trade_off([], []).data == ()


def test_words_count_and_name_machines(root: Path) -> None:
    runs, _ = RunStore(root).load_all()
    words = comparison_in_words(runs, list_rows(runs, "stackoverflow"), "stackoverflow")
    assert words.startswith("2 runs at 4 weight precisions each")
    assert "110 gold mentions in 50 sentences" in words
    assert machine_in_words(runs) == "Measured on Test CPU with 2 threads."
    assert machine_in_words([]) == "Speed was not measured."


def test_disagreements_list_only_places_that_differ() -> None:
    text = "Windows and Edge"
    tagged = {"a": [Mention(0, 7, "OS", 0.9), Mention(12, 16, "SOFTWARE", 0.6)], "b": [Mention(0, 7, "OS", 0.8)]}
    frame = tables.disagreements(text, find_places(tagged))
    assert frame.to_dict("records") == [{"text": "Edge", "a": "Edge → SOFTWARE 0.60", "b": "not marked"}]
    mentions = tables.mention_table(text, tagged)
    assert list(mentions["mention"]) == ["Windows", "Edge", "Windows"]
    assert isinstance(tables.mention_table("", {}), pd.DataFrame)
