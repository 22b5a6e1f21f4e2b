from __future__ import annotations

import math
from pathlib import Path

import pytest
from commands import check_commands
from opening import open_page
from shipped import HERE, REPOSITORY
from synthetic import HASH, PROVENANCE

from itner.dashboard.training import functions_columns, functions_table, weak_in_words
from itner.records.codec import to_json
from itner.records.dataset import FunctionStats, WeakReport
from itner.records.scores import Counts

REPORT = WeakReport(
    name="tickets",
    domain="it",
    guideline="helpdesk",
    inputs={"raw.txt": HASH},
    dev="helpdesk",
    tagger="small",
    tagger_sha256="0" * 64,
    tagger_threshold=0.9,
    threshold=0.8,
    sentences=100,
    kept=40,
    mentions={"OS": 30, "ERROR": 1},
    functions={
        "os_names": FunctionStats(0.25, 30, 0.5, 0.1, {"OS": Counts(tp=9, fp=1, fn=4)}),
        "never": FunctionStats(0.0, 0, None, None, {}),
        "tagger": FunctionStats(0.5, 60, 0.5, 0.1, {"OS": Counts(tp=9, fp=1), "ERROR": Counts(tp=1)}),
    },
    dev_sentences=50,
    dev_settled_sentences=20,
    dev_settled={"OS": Counts(tp=9, fp=1, fn=1)},
    weak_sha256=HASH,
    provenance=PROVENANCE,
)


def test_each_function_with_what_it_did_and_how_often_it_was_right() -> None:
    frame = functions_table(REPORT).set_index("function")
    assert frame.loc["os names", "right on dev"] == pytest.approx(0.9)
    assert frame.loc["os names", "votes on dev"] == 10
    # What never voted was neither right nor wrong.
    assert math.isnan(frame.loc["never", "right on dev"])
    assert frame.loc["never", "votes on dev"] == 0
    assert frame["votes for"].to_dict() == {"os names": "OS", "never": "–", "tagger": "all types"}
    assert set(functions_columns()) == set(frame.columns)


def test_the_words_say_what_was_kept() -> None:
    words = weak_in_words(REPORT)
    assert words.startswith("40 of 100 sentences (40%) were kept")
    assert "On the 20 of 50 helpdesk dev sentences" in words
    assert "precision 0.90 and recall 0.90" in words
    assert "The run small voted, too" in words
    assert "(tagger unsure)" in words


def test_the_page_shows_reports_damage_and_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "processed_meta.json").write_bytes((REPOSITORY / "data" / "processed_meta.json").read_bytes())
    monkeypatch.setenv("ITNER_DATA", str(tmp_path))
    page = open_page("training", HERE.models, monkeypatch)
    assert any("itner label" in code.value for code in page.code)
    (tmp_path / "weak").mkdir()
    (tmp_path / "weak" / "tickets.json").write_text(to_json(REPORT), encoding="utf-8")
    page = open_page("training", HERE.models, monkeypatch)
    assert "tickets" in [header.value for header in page.subheader]
    assert any("right on dev" in table.value for table in page.dataframe)
    (tmp_path / "weak" / "tickets.json").write_text("{}", encoding="utf-8")
    page = open_page("training", HERE.models, monkeypatch)
    assert "What the labelling functions did cannot be shown." in [warning.value for warning in page.warning]


def test_the_page_shows_all_that_ships_of_each_domain(monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("training", HERE.models, monkeypatch)
    headers = [header.value for header in page.header]
    assert headers == ["Weakly labelled text", "What each step of the training brought"]
    assert any("figure_ablation-figure" in figure.proto.id for figure in page.get("plotly_chart"))
    page.radio(key="domain").set_value("utility").run()
    assert not page.exception
    assert "What few sentences teach" in [header.value for header in page.header]
    assert page.query_params["domain"] == "utility"


def test_damaged_statistics_hide_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "processed_meta.json").write_text("{", encoding="utf-8")
    monkeypatch.setenv("ITNER_DATA", str(tmp_path))
    page = open_page("training", HERE.models, monkeypatch)
    assert "There are no statistics of prepared data." in [warning.value for warning in page.warning]
    assert any("beyond noise" in table.value for table in page.dataframe)
    assert check_commands(code.value for code in page.code)
