from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import write_run

from itner.records.store import RunStore
from itner.reporting.advice import Limits, advise
from itner.reporting.rows import Row, list_rows
from itner.reporting.sensitivity import changes_in_words, map_answers


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    folder = tmp_path_factory.mktemp("models")
    write_run(folder, "good", tp=90, p50=40.0)
    write_run(folder, "small", "minilm_l3", tp=60, p50=8.0)
    found = list_rows(RunStore(folder).load_all()[0], "stackoverflow")
    return [replace(row, deployable=True) for row in found]


@settings(max_examples=60, deadline=None)
@given(ms=st.floats(0.5, 200), mb=st.floats(1, 120), f1=st.sampled_from([None, 0.7, 0.95]))
def test_the_map_says_what_the_advice_says(rows: list[Row], ms: float, mb: float, f1: float | None) -> None:
    limits = Limits(min_f1=f1)
    answers = map_answers(rows, limits)
    column, line = bisect_right(answers.ms, ms) - 1, bisect_right(answers.mb, mb) - 1
    mapped = answers.answers[line][column] if min(column, line) >= 0 else None
    assert advise(rows, replace(limits, max_ms=ms, max_mb=mb)).row is mapped


def test_the_words_name_where_the_answer_changes(rows: list[Row]) -> None:
    words = changes_in_words(map_answers(rows, Limits()), "p95")
    assert words.startswith("Whatever the size, by the p95: from 6 ms small")
    assert ", from 30 ms good" in words
    assert map_answers(rows, Limits()).runs == ("good", "small")
    nothing = map_answers(rows, Limits(min_f1=0.99))
    assert nothing.runs == ()
    assert changes_in_words(nothing, "p95") == "Nothing keeps the other limits, however slow it may be."
    assert changes_in_words(map_answers([], Limits()), "p95") == ""
