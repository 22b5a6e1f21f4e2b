from __future__ import annotations

from pathlib import Path

import pytest
from commands import check_commands
from opening import open_page
from studies import point, study
from synthetic import write_run

from itner.dashboard.efficiency_study import study_columns, study_figure, study_key, study_table
from itner.records.codec import to_json
from itner.records.store import STUDY
from itner.reporting.compression import list_study_rows


def test_the_table_has_a_line_for_each_variant() -> None:
    frame = study_table(list_study_rows(study()), "d", "one window")
    assert list(frame["network"]) == ["teacher", "base", "base", "width 32", "vocabulary 4000", "3 layers", "3 layers"]
    line = frame[(frame["network"] == "base") & (frame["variant"] == "INT8")].iloc[0]
    assert (line["F1 d"], line["F1 e"], line["size MB"]) == tuple(map(pytest.approx, (0.83, 0.81, 3.145728)))
    assert (line["times as fast, one window"], line["times as fast, many"]) == pytest.approx((20.0, 40.0))
    assert (line["parameters M"], line["outside embeddings M"], line["training min"]) == (3.0, 0.1, 2.0)
    assert list(frame["on the front"]) == [True, True, True, True, False, False, True]
    assert set(frame.select_dtypes("number").columns) <= set(study_columns(frame))


def test_the_figure_shows_what_was_timed_by_what_is_varied() -> None:
    rows = list_study_rows(study(*study().points, point("hidden 96", "hidden", int8=(70, None, 2.0))))
    figure = study_figure(study(), rows, "d", "many short windows")
    assert [trace.name for trace in figure.data] == ["front", "reference", "base", "width", "vocabulary", "layers"]
    base = figure.data[2]
    assert (list(base.x), list(base.y)) == (pytest.approx([20.0, 40.0]), pytest.approx([0.84, 0.83]))
    assert list(base.marker.symbol) == ["square", "triangle-up"]
    assert list(base.marker.size) == [12.582912, 3.145728]
    assert len({trace.marker.color for trace in figure.data[1:]}) == 5
    assert figure.layout.xaxis.type == "log"
    assert "×20.00" in base.customdata[1][3]
    assert "Right and up is better" in study_key(study(), rows)
    assert "Speed was measured on Test CPU, " in study_key(study(), rows)
    by_size = study_figure(study(), rows, "d", None)
    assert by_size.layout.xaxis.title.text == "size in MB (log scale)"
    assert list(by_size.data[2].x) == [12.582912, 3.145728]
    untimed = study(point("base", "base", int8=(70, None, 2.0)))
    assert "Speed was not measured." in study_key(untimed, list_study_rows(untimed))


@pytest.mark.parametrize("measured", [True, False])
def test_the_page_shows_it_or_says_how_to_make_it(
    measured: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path, "good", measured=True)
    if not measured:
        (tmp_path / "good" / "bench.json").unlink()
    page = open_page("efficiency", tmp_path, monkeypatch)
    assert any("itner study-compression --models" in line for line in check_commands(c.value for c in page.code))
    (tmp_path / STUDY).write_text(to_json(study()), encoding="utf-8")
    page = open_page("efficiency", tmp_path, monkeypatch, study_dataset="e")
    assert "Compression study" in [header.value for header in page.header]
    assert any("on e: teacher" in text.value for text in page.markdown)
    table = next(table.value for table in page.dataframe if "network" in table.value)
    assert "vocabulary 4000" in list(table["network"])
    assert page.selectbox(key="study_dataset").value == "e"
    page.selectbox(key="study_dataset").set_value("d").run()
    assert not page.exception
    assert any("on d: teacher" in text.value for text in page.markdown)
    assert not any("study-compression" in code.value for code in page.code)
    (tmp_path / STUDY).write_text('{"points": []}', encoding="utf-8")
    page = open_page("efficiency", tmp_path, monkeypatch)
    assert "The compression study cannot be shown." in [warning.value for warning in page.warning]
    assert any("compression_study.json" in text.value for text in page.text)


def test_a_study_of_another_domain_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "good")
    (tmp_path / STUDY).write_text(to_json(study()).replace('"domain": "it"', '"domain": "other"'), encoding="utf-8")
    page = open_page("efficiency", tmp_path, monkeypatch)
    assert any("study-compression" in code.value for code in page.code)
