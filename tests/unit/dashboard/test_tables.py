from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from synthetic import write_run

from itner.core.types import Mention
from itner.dashboard import tables
from itner.dashboard.comparison import comparison_in_words, machine_in_words
from itner.dashboard.widgets import harmless, to_csv
from itner.evaluation.agreement import find_places
from itner.records.store import RunStore
from itner.reporting.rows import list_rows


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
    assert not set(board.select_dtypes("number").columns) - set(tables.leaderboard_columns())


def test_unmeasured_rows_come_last(root: Path) -> None:
    write_run(root, "unmeasured", measured=False)
    (root / "unmeasured" / "bench.json").write_text((root / "good" / "bench.json").read_text(encoding="utf-8"))
    runs, _ = RunStore(root).load_all()
    board = tables.leaderboard(list_rows(runs, "stackoverflow"))
    assert list(board["run"][-4:]) == ["unmeasured"] * 4
    assert board["micro-F1"][-4:].isna().all()


def test_words_count_and_name_machines(root: Path) -> None:
    runs, _ = RunStore(root).load_all()
    words = comparison_in_words(runs, list_rows(runs, "stackoverflow"), "stackoverflow", "test")
    assert words.startswith("2 runs, 8 variants in all")
    assert "110 gold mentions in 150 sentences" in words
    assert "not scored there" not in words
    # What was not scored is not among it.
    write_run(root, "other", measured=False)
    runs, _ = RunStore(root).load_all()
    words = comparison_in_words(runs, list_rows(runs, "stackoverflow"), "stackoverflow", "test")
    assert words.startswith("2 runs, 8 variants in all")
    assert words.endswith("(1 other run not scored there).")
    assert machine_in_words(runs) == "Measured on Test CPU with 2 threads."
    assert machine_in_words([]) == "Speed was not measured."


def test_disagreements_list_only_places_that_differ() -> None:
    text = "Windows and Edge"
    tagged = {"a": [Mention(0, 7, "OS", 0.9), Mention(12, 16, "SOFTWARE", 0.6)], "b": [Mention(0, 7, "OS", 0.8)]}
    frame = tables.disagreements(text, find_places(tagged))
    assert frame.to_dict("records") == [
        {"text": "Edge", "weight": 0.6, "kind": "only the first", "a": "Edge → SOFTWARE 0.60", "b": "not marked"}
    ]
    mentions = tables.mention_table(text, tagged)
    assert list(mentions["mention"]) == ["Windows", "Edge", "Windows"]
    nothing = tables.mention_table("", {})
    assert (len(nothing), list(nothing.columns)) == (0, list(mentions.columns))


def test_disagreements_begin_with_what_matters_most() -> None:
    text = "Edge, Word, edge, Excel"
    os, other = Mention(0, 4, "OS"), Mention(6, 10, "OS", 0.9)
    edges = [Mention(0, 4, "SOFTWARE", 0.5), Mention(12, 16, "SOFTWARE", 0.5)]
    excel = Mention(18, 23, "OS")
    frame = tables.disagreements(text, find_places({"a": [os, other, excel], "b": edges, "c": []}))
    # One of the two edges is an OS to the first, so that they do not recur; Excel has no score.
    assert list(frame["text"]) == ["Word", "Edge", "edge", "Excel"]
    assert list(frame["weight"])[:3] == [0.9, 0.5, 0.5]
    assert frame["weight"].isna().tolist() == [False, False, False, True]
    assert "kind" not in frame
    twice = tables.disagreements(text, find_places({"a": [], "b": edges}))
    assert list(twice["weight"]) == [1.0, 1.0]
    assert tables.disagreements(text, find_places({"a": [], "b": []})).empty


def test_no_text_in_a_table_is_a_formula() -> None:
    frame = pd.DataFrame({"a": ["=1+1", "plain", None], "b": [-1.0, 2.0, 3.0], "c": pd.Series(["x", "y", "z"])})
    frame["d"] = pd.Categorical(["@x", "y", "y"])
    shown = harmless(frame)
    assert list(shown["a"].fillna("-")) == ["'=1+1", "plain", "-"]
    assert list(shown["d"]) == ["'@x", "y", "y"]
    # What needs no change keeps its type.
    assert shown[["b", "c"]].equals(frame[["b", "c"]])
    assert "'=1+1" in to_csv(frame)
    assert frame["a"][0] == "=1+1"
