from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree, html
from synthetic import HASH, PROVENANCE, deploy, write_run

from itner.core.errors import InputError
from itner.records.codec import from_json, to_json
from itner.records.run import EncoderRun
from itner.records.store import BENCH, ERRORS, RUN, RunStore
from itner.reporting.advice import Limits
from itner.reporting.plots import Dot, Spot, draw_dots, draw_spots
from itner.reporting.report import Report, build_report, write_report
from itner.reporting.rows import MISSING

LIMITS = Limits(max_ms=30, min_f1=0.5)
COMMAND = "itner report --dataset stackoverflow --output report.html"


def build(root: Path, limits: Limits = LIMITS, **more: object) -> Report:
    return build_report(RunStore(root).load_all()[0], "stackoverflow", "test", limits, COMMAND, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    deploy(write_run(folder, "good", tp=90))
    deploy(write_run(folder, "quick", "minilm_l3", tp=60, p50=4.0))
    write_run(folder, "unmeasured", measured=False)
    return folder


@pytest.fixture(scope="module")
def report(root: Path) -> Report:
    return build(root)


@pytest.fixture(scope="module")
def page(report: Report) -> html.HtmlElement:
    return html.document_fromstring(write_report(report))


def cells(page: html.HtmlElement, caption: str) -> dict[str, list[str]]:
    """The rows of a table, by their head."""
    (table,) = [each for each in page.iter("table") if each.find("caption").text_content().startswith(caption)]
    return {
        row.findtext("th"): ["".join(cell.itertext()) for cell in row.findall("td")]
        for row in table.iterfind("tbody/tr")
    }


def test_the_answer_is_that_of_the_overview(report: Report, page: html.HtmlElement) -> None:
    assert report.advice.row is not None
    assert report.base.label == report.advice.row.label == "good · INT8"
    assert [model.row.run for model in report.models] == ["good", "quick"]
    said = page.text_content()
    assert "Under ≤ 30 ms p95, micro-F1 ≥ 0.50, with CPU only: which of 2 models in 8 variants" in said
    assert "Deploy good · INT8." in said
    assert report.advice.reason in said
    assert "Runner-up: quick · " in said


def test_the_tables_hold_the_numbers(page: html.HtmlElement) -> None:
    # INT8 is the fourth variant and finds three fewer: 87 + 5 right, 10 wrong, 13 + 5 missed.
    f1 = 2 * 92 / (2 * 92 + 10 + 18)
    scores = cells(page, "Every variant")
    assert len(scores) == 8
    assert scores["good · INT8"] == [
        f"{f1:.3f} (0.500 to 0.900)",
        *scores["good · INT8"][1:3],
        f"{92 / 110:.3f} ({MISSING})",
    ]
    assert cells(page, "F1 on each type")["good · INT8"][0] == f"{10 / 15:.3f} (0.300 to 0.900)"
    made = cells(page, "How many errors")["good · INT8"]
    assert made == ["0", "0", "0", "18", "10", "0"]
    difference, _, p, verdict = cells(page, "F1 of each other model")["quick · INT8"]
    other = 2 * 62 / (2 * 62 + 10 + 48)
    assert difference == f"{other - f1:+.3f}".replace("-", "−")
    assert (p, verdict) == ("0.0003", "worse")
    # Holm over one whole and two types.
    assert "for the 3 differences" in page.text_content()
    assert cells(page, "The same on each type")["quick · INT8"][0].endswith(" ?")
    assert cells(page, "What was measured")["good · INT8"][0] == HASH
    assert "Not measured: each model was trained once" in page.text_content()
    assert f"{COMMAND}" in page.text_content()
    assert "Its statistics are not here" in page.text_content()
    # What earlier reports do not know is missed, and named.
    assert "itner score good quick" in page.text_content()


def test_it_needs_no_other_file_and_no_program(report: Report) -> None:
    text = write_report(report)
    page = html.document_fromstring(text)
    assert not page.xpath("//script | //link | //img | //iframe | //object | //embed | //base | //form")
    assert not page.xpath("//@src | //@href | //@onload | //@onclick | //@style[contains(., 'url')]")
    assert not re.findall(r"url\(|@import", text)
    assert set(re.findall(r"https?://[^\"' <]+", text)) == {"http://www.w3.org/2000/svg"}


def test_figures_say_what_they_are_and_name_every_model(page: html.HtmlElement) -> None:
    figures = page.xpath("//svg")
    assert len(figures) == 2
    for figure in figures:
        assert figure.get("role") == "img"
        assert figure.xpath("title/@id") == [figure.get("aria-labelledby")]
        words = figure.text_content()
        assert "good · INT8" in words
        assert "quick · INT8" in words


def test_what_others_wrote_is_shown_as_it_is(tmp_path: Path) -> None:
    folder = write_run(tmp_path, "odd")
    deploy(folder)
    info = from_json(EncoderRun, (folder / RUN).read_bytes())
    bad = '<script>alert(1)</script><img src=x onerror="y">`<b>`'
    made = replace(PROVENANCE, commit=bad, machine=replace(PROVENANCE.machine, cpu=bad))
    (folder / RUN).write_text(to_json(replace(info, backbone=bad, provenance=made)), encoding="utf-8")
    bench = RunStore(tmp_path).load("odd").bench
    assert bench is not None
    (folder / BENCH).write_text(to_json(replace(bench, provenance=made)), encoding="utf-8")
    text = write_report(build(tmp_path))
    assert "&lt;script&gt;alert(1)" in text
    page = html.document_fromstring(text)
    assert not page.xpath("//script | //img | //b | //@onerror")


def test_what_is_missing_is_shown_as_missing(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = write_run(tmp_path, name)
        (folder / ERRORS).unlink()
        (folder / BENCH).unlink()
    report = build(tmp_path)
    page = html.document_fromstring(write_report(report))
    assert report.advice.row is None
    assert "Nothing fits." in page.text_content()
    assert "Speed was not measured." in page.text_content()
    assert len(page.xpath("//svg")) == 1
    assert set(cells(page, "How many errors")["one · INT8"]) == {MISSING}
    assert set(cells(page, "Latency of the model")["one · INT8"]) == {MISSING}
    assert cells(page, "F1 of each other model")["two · INT8"] == [
        *[MISSING] * 3,
        "errors not recorded on the same data",
    ]


def test_types_that_weigh_more_bear_on_the_answer_and_not_on_the_tables(root: Path, report: Report) -> None:
    weighed = build(root, weights={"SOFTWARE": 0.0})
    assert weighed.weights
    text = html.document_fromstring(write_report(weighed)).text_content()
    assert "where SOFTWARE weighs 0, with CPU only" in text
    # All find five of ten systems: what is fastest is advised.
    assert weighed.advice.row is not None
    assert weighed.advice.row.label == "quick · INT8"
    assert weighed.base.micro_f1 == pytest.approx(2 * 62 / (2 * 62 + 10 + 48))


def test_a_split_on_which_nothing_was_scored_says_what_to_run(root: Path) -> None:
    with pytest.raises(InputError, match="scored on nope dev; run `itner evaluate RUN --dataset nope --split dev`"):
        build_report(RunStore(root).load_all()[0], "nope", "dev", LIMITS, COMMAND)
    with pytest.raises(InputError, match="scored on stackoverflow test"):
        build(root, variants=("patterns",))


def test_marks_stand_where_the_scores_are() -> None:
    drawn = etree.fromstring(
        draw_dots("F1", [("A&B", [Dot(0, 0.5, None), Dot(7, 0.6, None)])], ["one", *["x"] * 6, "<two>"])
    )
    space = "{http://www.w3.org/2000/svg}"
    words = ["".join(each.itertext()) for each in drawn.iter(f"{space}text")]
    assert {"A&B", "<two>", "0.50", "0.60"} <= set(words)
    # The first eight are of the legend; the axis goes from 0.5 to 0.6, from 150 to 704.
    marks = [each.get("transform") for each in drawn.iter(f"{space}path") if each.get("transform")][8:]
    assert [mark.split()[0] for mark in marks] == ["translate(150.0", "translate(704.0"]
    # With more models than shapes, the others are hollow.
    assert [each.get("class") for each in drawn.iter(f"{space}path") if each.get("transform")][6:8] == [
        "hollow",
        "hollow",
    ]


def test_names_of_close_models_do_not_lie_on_each_other() -> None:
    spots = [Spot(number, f"model number {number}", 10 + number / 10, 0.8, None) for number in range(5)]
    drawn = etree.fromstring(draw_spots("F1", spots, "p95"))
    words = [each for each in drawn.iter("{http://www.w3.org/2000/svg}text") if "model" in (each.text or "")]
    places = [(float(each.get("x")), float(each.get("y"))) for each in words]
    assert len(places) == 5
    for number, (x, y) in enumerate(places):
        for other_x, other_y in places[number + 1 :]:
            assert abs(y - other_y) >= 13 or abs(x - other_x) >= 14 * 6
