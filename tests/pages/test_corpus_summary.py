"""The summary of a corpus is opened on Tag files, and what is none is refused with a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from opening import open_page
from streamlit.testing.v1 import AppTest

from itner.core.errors import InputError
from itner.dashboard.corpus_summary import read_summary, top_table, type_table, week_lines, week_table
from itner.records.bulk import CorpusSummary, SurfaceCount, TypeCount
from itner.records.codec import to_json

FOUND = CorpusSummary(
    run="compact_s",
    variant="int8",
    model_sha256="0" * 64,
    domain="it",
    types=("OS", "SOFTWARE"),
    threshold=0.5,
    sources=2,
    date_column="created",
    texts={"all": 100, "2026-W01": 40, "2026-W03": 50, "no date": 10},
    by_type=(
        TypeCount("all", "OS", 30, 20),
        TypeCount("all", "SOFTWARE", 60, 50),
        TypeCount("2026-W01", "OS", 30, 20),
        TypeCount("2026-W03", "SOFTWARE", 60, 50),
    ),
    top=(
        SurfaceCount("all", "OS", "Windows 11", 30),
        SurfaceCount("all", "SOFTWARE", "<b>Excel</b>", 60),
        SurfaceCount("2026-W03", "SOFTWARE", "=cmd", 60),
    ),
)


def test_weeks_and_types_as_tables() -> None:
    weeks = week_table(FOUND, ["2026-W01", "2026-W03"])
    assert [tuple(row) for row in weeks[["week", "type", "mentions", "share of texts"]].to_numpy()] == [
        ("2026-W01", "OS", 30, 0.5),
        ("2026-W01", "SOFTWARE", 0, 0.0),
        ("2026-W03", "OS", 0, 0.0),
        ("2026-W03", "SOFTWARE", 60, 1.0),
    ]
    first = week_lines(weeks).data[0]
    assert [str(day) for day in first.x] == ["2025-12-29", "2026-01-05", "2026-01-12"]
    # A week without texts is no week without mentions.
    assert [None if pd.isna(value) else value for value in first.y] == [0.5, None, 0.0]
    assert type_table(FOUND, "2026-W03").to_numpy().tolist() == [["OS", 0, 0], ["SOFTWARE", 60, 50]]
    assert top_table(FOUND, "all", ["OS", "SOFTWARE"])["mentions"].tolist() == [60, 30]
    assert top_table(FOUND, "all", []).empty


def test_a_wrong_year_makes_no_endless_axis() -> None:
    far = replace(FOUND, texts={"all": 3, "0001-W02": 1, "2026-W01": 1, "9999-W50": 1}, by_type=(), top=())
    assert len(week_lines(week_table(far, ["0001-W02", "2026-W01", "9999-W50"])).data[0].x) == 3


def test_a_week_without_texts_has_no_share() -> None:
    none = replace(FOUND, texts={"all": 0, "2026-W01": 0}, by_type=(), top=())
    assert week_table(none, ["2026-W01"])["share of texts"].isna().all()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff",
        b'{"run": 1}',
        to_json(FOUND).replace("W01", "W1").encode(),
        to_json(FOUND).replace("W01", "W54").encode(),
        to_json(FOUND).replace("2026-W01", "0000-W01").encode(),
    ],
)
def test_what_is_no_summary_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=r"no summary\.json"):
        read_summary(data)
    assert read_summary(to_json(FOUND).encode()) == FOUND


def put(page: AppTest, data: bytes) -> AppTest:
    (box,) = (each for each in page.file_uploader if each.label == "Summary")
    box.set_value([("summary.json", data, "application/json")]).run()
    assert not page.exception
    return page


def test_the_page_opens_shows_and_closes_a_summary(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch)
    put(page, b"{}")
    assert [each.value for each in page.error] == ["The file cannot be opened."]
    put(page, to_json(FOUND).encode())
    assert not page.error
    assert "100 texts of 2 sources, 90 mentions; tagged by compact_s int8, confidence at least 0.50" in [
        each.value for each in page.text
    ]
    assert any("10 texts without a known day" in each.value for each in page.caption)
    (week,) = (each for each in page.selectbox if each.label == "Week")
    assert week.options == ["all", "2026-W03", "2026-W01", "no date"]
    table = next(each.value for each in page.dataframe if "mentions" in each.value)
    assert table["text"].tolist() == ["<b>Excel</b>", "Windows 11"]
    week.set_value("2026-W03").run()
    table = next(each.value for each in page.dataframe if "mentions" in each.value)
    # No spreadsheet runs it.
    assert table["text"].tolist() == ["'=cmd"]
    (close,) = (each for each in page.button if each.label == "Close the summary")
    close.click().run()
    assert any(each.label == "Summary" for each in page.file_uploader)
    assert not page.exception
