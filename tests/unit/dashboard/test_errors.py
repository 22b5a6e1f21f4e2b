from __future__ import annotations

import json
import math
from typing import get_args

import pandas as pd
import pytest
from synthetic import PROVENANCE, error_report

from itner.core.types import Document, Mention
from itner.dashboard import errors as mistakes
from itner.dashboard.widgets import to_csv
from itner.evaluation.cases import Case, Show, list_cases
from itner.evaluation.confusion import list_errors
from itner.evaluation.predictions import Predictions
from itner.records.evaluation import ErrorReport, PredictionInfo

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
    assert rows.astype(object).where(rows.notna(), None).to_dict("records")[0] == {
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
        "confidence": None,
    }


@pytest.fixture
def cases() -> list[Case]:
    """Two sentences, the second with a text that a spreadsheet would take for a formula; models a and b."""
    gold = (Mention(0, 7, "SOFTWARE"), Mention(11, 18, "OS"))
    documents = [
        Document("Outlook on Windows", (), gold, "d1", "test"),
        Document("=1+Edge", (), (Mention(3, 7, "SOFTWARE"),), "d2", "test"),
    ]
    pred = {
        "a": [(Mention(0, 7, "SOFTWARE", 0.5),), (Mention(3, 7, "OS", 0.75),)],
        "b": [gold, documents[1].mentions],
    }
    reports, recorded = {}, {}
    for label, found in pred.items():
        errors = [e for d, m in zip(documents, found, strict=True) for e in list_errors(d.id, d.mentions, m)]
        reports[label] = ErrorReport("x", "test", HASH, "int8", HASH, {}, {}, tuple(errors))
    info = PredictionInfo("a", "x", "test", HASH, "fp32", HASH, None, "none", 2, None, None, PROVENANCE)
    recorded["a"] = Predictions(info, {d.id: m for d, m in zip(documents, pred["a"], strict=True)})
    return list_cases(documents, reports, recorded)


def test_the_export_holds_what_is_right_and_wrong_of_every_model(cases: list[Case]) -> None:
    frame = mistakes.export_rows(cases)
    shown = frame[["document", "model", "class", "gold text", "pred type", "confidence"]]
    assert shown.astype(object).where(shown.notna(), None).to_numpy().tolist() == [
        ["d1", "a", "right", "Outlook", "SOFTWARE", 0.5],
        ["d1", "a", "missed", "Windows", None, None],
        ["d1", "b", "right", "Outlook", "SOFTWARE", None],
        ["d1", "b", "right", "Windows", "OS", None],
        ["d2", "a", "type", "Edge", "OS", 0.75],
        ["d2", "b", "right", "Edge", "SOFTWARE", None],
    ]
    assert list(frame["sentence"])[-1] == "=1+Edge"
    assert to_csv(frame).count(",'=1+Edge") == 2
    assert to_csv(frame).splitlines()[2] == "d1,a,missed,OS,11,18,Windows,,,,,,Outlook on Windows"
    assert list(mistakes.export_rows([]).columns) == list(frame.columns)


def test_json_lines_hold_text_gold_mentions_scores_and_classes(cases: list[Case]) -> None:
    first, second = map(json.loads, mistakes.export_lines(cases).splitlines())
    assert (first["document"], first["text"]) == ("d1", "Outlook on Windows")
    assert first["gold"][1] == {"start": 11, "end": 18, "type": "OS", "text": "Windows"}
    assert first["models"]["a"] == {
        "mentions": [{"start": 0, "end": 7, "type": "SOFTWARE", "text": "Outlook", "score": 0.5}],
        "errors": [{"class": "missed", "gold": first["gold"][1], "pred": None}],
    }
    assert [mention["score"] for mention in first["models"]["b"]["mentions"]] == [None, None]
    # A text stays as it is: JSON is no spreadsheet.
    assert second["text"] == "=1+Edge"
    assert second["models"]["a"]["errors"][0]["class"] == "type"
    assert second["models"]["b"]["errors"] == []


def test_sorting_says_what_it_could_not_go_by(cases: list[Case]) -> None:
    found, words = mistakes.sort_cases(cases, ["a"], (), (), {"a"})
    assert [case.document.id for case in found] == ["d2", "d1"]
    assert words.startswith("1 sentence without a confidence last. A miss has none")
    assert mistakes.sort_cases(cases[1:], ["a"], (), (), {"a"}) == (cases[1:], "")
    found, words = mistakes.sort_cases(cases, ["b"], (), (), {"a"})
    assert found == cases
    assert words.startswith("No predictions of b are recorded here")
    assert "they are in document order" in words


def test_what_can_be_shown_needs_a_second_model_but_for_errors() -> None:
    assert list(mistakes.name_shows(False)) == ["errors"]
    assert set(mistakes.name_shows(True)) == set(get_args(Show))
    assert {show: mistakes.whose_mistakes(show, "x", "y") for show in get_args(Show)} == {
        "errors": ["x"],
        "better": ["y"],
        "worse": ["x"],
        "differ": ["x", "y"],
    }
