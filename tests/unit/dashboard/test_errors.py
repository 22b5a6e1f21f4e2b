from __future__ import annotations

import math

import pandas as pd
import pytest
from synthetic import error_report

from itner.core.types import Document, Mention
from itner.dashboard import errors as mistakes
from itner.evaluation.cases import list_cases
from itner.evaluation.confusion import list_errors
from itner.records.evaluation import ErrorReport

HASH = "ab" * 32


@pytest.fixture
def report() -> ErrorReport:
    return error_report("int8", 80)


def test_the_confusion_matrix_in_counts_and_shares(report: ErrorReport) -> None:
    frame = mistakes.confusion(report)
    assert list(frame.index) == ["ERROR", "HARDWARE", "OS", "SOFTWARE", "VERSION", "O"]
    assert frame.loc["SOFTWARE", "O"] == 20
    shares = mistakes.confusion_heatmap(frame, shares=True, diagonal=True).data[0]
    row, column = 3, 5
    assert shares.z[row][column] == pytest.approx(0.2)
    assert shares.z[row][3] == pytest.approx(0.8)
    hidden = mistakes.confusion_heatmap(frame, shares=False, diagonal=False).data[0]
    assert all(math.isnan(hidden.z[place][place]) for place in range(6))
    assert hidden.z[row][column] == 20
    records = mistakes.confusion_records(frame)
    assert len(records) == 36
    assert records["mentions"].sum() == 100 + 10 + 10


def test_dominant_confusions(report: ErrorReport) -> None:
    table = mistakes.dominant(report)
    assert list(table["confusion"]) == ["SOFTWARE → O", "O → SOFTWARE", "OS → O"]
    assert list(table["mentions"]) == [20, 10, 5]
    assert table["share of gold type"][0] == pytest.approx(0.2)
    assert pd.isna(table["share of gold type"][1])


def test_error_classes_by_model_and_type(report: ErrorReport) -> None:
    frame = mistakes.classes([("a", report), ("b", error_report("fp32", 100))])
    counts = {(line["model"], line["type"], line["class"]): line["errors"] for line in frame.to_dict("records")}
    assert counts["a", "SOFTWARE", "missed"] == 20
    assert counts["a", "OS", "missed"] == 5
    assert counts["b", "SOFTWARE", "spurious"] == 10
    assert counts["b", "SOFTWARE", "missed"] == 0
    by_model = mistakes.class_bars(frame, "model")
    assert {bar.name: list(bar.x) for bar in by_model.data} == {"missed": [25, 5], "spurious": [10, 10]}
    assert list(mistakes.class_bars(frame, "type").data[0].y) == ["ERROR", "HARDWARE", "OS", "SOFTWARE", "VERSION"]


def test_a_case_shows_gold_and_predictions_escaped() -> None:
    text = "<b>Edge</b> on Windows"
    document = Document(text, (), (Mention(3, 7, "SOFTWARE"),), "d", "test")
    pred = [Mention(3, 7, "SOFTWARE"), Mention(15, 22, "OS")]
    errors = ErrorReport(
        "x", "test", HASH, "int8", HASH, {}, {"d": 1}, tuple(list_errors("d", document.mentions, pred))
    )
    (case,) = list_cases([document], {"run · INT8": errors})
    html = mistakes.show_case(case, mistakes.letters(["run · INT8"]))
    assert "<b>" not in html
    assert "&lt;b&gt;" in html
    assert html.count('data-label="SOFTWARE"') == 2
    assert html.count('data-label="≠\u00a0OS spurious"') == 1
    assert html.count('title="A: OS spurious"') == 1
    rows = mistakes.list_case_rows([case])
    assert rows.to_dict("records")[0] == {
        "document": "d",
        "model": "run · INT8",
        "class": "spurious",
        "gold type": None,
        "gold start": None,
        "gold end": None,
        "gold text": None,
        "pred type": "OS",
        "pred start": 15,
        "pred end": 22,
        "pred text": "Windows",
    }
