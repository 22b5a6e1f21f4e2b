"""Every page in its full, empty and broken state."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from commands import check_commands
from opening import open_page, unfold
from shipped import HERE, REPOSITORY, shipped_run
from streamlit.testing.v1 import AppTest
from synthetic import deploy, eval_report, write_run
from toy import register_toy

from itner.dashboard.errors import letters, link
from itner.dashboard.quality import threshold_figure, thresholds
from itner.domains.registry import get_domain, list_domains
from itner.records.codec import from_json, to_json
from itner.records.evaluation import Errors, Metrics
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.reporting.bulk import measured_on, read_bulk_bench
from itner.reporting.recall import curve_of
from itner.reporting.rows import list_rows
from itner.taggers.encoder.onnx_backend import OnnxScorer
from itner.workflows.prepare import prepare
from itner.workflows.rules import make_rules

PAGES = ("overview", "quality", "efficiency", "errors", "robustness", "run", "live", "tag_files")


def texts(page: AppTest) -> list[str]:
    return [block.value for block in page.markdown]


@pytest.mark.parametrize("name", PAGES)
def test_without_runs_a_page_says_what_to_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page(name, tmp_path / "missing", monkeypatch)
    assert any("no run" in info.value for info in page.info)
    assert "itner reproduce --source embedded --models" in page.code[0].value
    assert check_commands(code.value for code in page.code)


@pytest.mark.parametrize("name", PAGES)
def test_a_domain_without_runs_says_what_to_run_and_shows_no_others(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path, "good")
    page = open_page(name, tmp_path, monkeypatch, domain="pii")
    assert [info.value for info in page.info] == [
        "There is no run for personal data in support conversations here yet."
    ]
    train, rules = check_commands(code.value for code in page.code)
    assert "itner reproduce --domain pii --source generated --models" in train
    assert "itner rules pii --models" in rules
    assert not page.dataframe
    assert page.query_params["domain"] == "pii"
    # The way back.
    page.radio(key="domain").set_value("it").run()
    assert not page.exception
    assert not any("no run for" in info.value for info in page.info)
    assert "domain" not in page.query_params or page.query_params["domain"] == "it"


def test_a_domain_that_nobody_knows_is_not_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "good")
    page = open_page("overview", tmp_path, monkeypatch, domain="zzz")
    assert not page.radio
    assert page.dataframe


@pytest.mark.parametrize("name", ["overview", "quality", "efficiency", "errors", "run"])
@pytest.mark.parametrize("domain", [domain.name for domain in list_domains()])
def test_a_command_names_data_of_the_runs_own_domain(
    name: str, domain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rules(domain, Workspace(tmp_path, HERE.data))
    page = open_page(name, tmp_path, monkeypatch, domain=domain)
    release = get_domain(domain).release
    assert release is not None
    (command,) = [line for line in check_commands(code.value for code in page.code) if " evaluate " in line]
    assert f"evaluate {domain}_rules --dataset {release.corpus} " in command


@pytest.mark.parametrize("name", PAGES)
def test_a_broken_run_is_a_card_and_the_rest_still_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path, "good")
    (write_run(tmp_path, "bad") / "run.json").write_text('{"name": "<b>bad</b>"}', encoding="utf-8")
    (write_run(tmp_path, "halfway") / "incomplete.json").write_text("{}", encoding="utf-8")
    page = open_page(name, tmp_path, monkeypatch)
    cards = [warning.value for warning in page.warning if warning.value.startswith("Run `")]
    badges = [
        link.label for link in page.get("page_link") if link.label.endswith("cannot be used: why, and what to do")
    ]
    # One page says why; the others lead there.
    assert cards == (["Run `bad` cannot be used", "Run `halfway` is not finished"] if name == "run" else [])
    assert [badge[:9] for badge in badges] == ([] if name == "run" else ["2 folders"])
    assert any("run.json" in text.value for text in page.text) == (name == "run")
    shown = [*(info.value for info in page.info), *(table.value.to_string() for table in page.dataframe)]
    shown += [" ".join(box.options) for box in page.selectbox]
    assert any("good" in text for text in shown)


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Workspace]:
    """Folders that are not the checkout's: with nothing in them, and with rules and prepared text."""
    roots = {runs: tmp_path_factory.mktemp(runs) for runs in ("none", "rules")}
    places = {runs: Workspace(root / "runs", root / "texts") for runs, root in roots.items()}
    prepare("embedded", None, "it", places["rules"])
    make_rules("it", places["rules"])
    return places


@pytest.mark.xdist_group("other folders")
@pytest.mark.parametrize("name", [*PAGES, "data", "training"])
@pytest.mark.parametrize("runs", ["none", "rules"])
def test_commands_for_other_folders_can_be_pasted(
    name: str, runs: str, others: dict[str, Workspace], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = others[runs]
    monkeypatch.setenv("ITNER_DATA", str(place.data))
    page = open_page(name, place.models, monkeypatch)
    commands = check_commands(code.value for code in page.code)
    assert commands or (runs, name) in {("rules", "live"), ("rules", "tag_files")}
    assert all(str(place.models.parent) in command for command in commands)


@pytest.mark.parametrize("name", PAGES)
def test_a_run_of_an_unknown_domain_is_a_card(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "good")
    folder = write_run(tmp_path, "foreign")
    text = (folder / "run.json").read_text(encoding="utf-8").replace('"domain": "it"', '"domain": "<b>../x"')
    (folder / "run.json").write_text(text, encoding="utf-8")
    page = open_page(name, tmp_path, monkeypatch)
    assert not page.exception
    if name == "run":
        assert page.warning[0].value == "Run `foreign` cannot be used"
        assert page.text[0].value == "its domain '<b>../x' is not known here"
    else:
        assert any(link.label.startswith("1 folder under") for link in page.get("page_link"))


def test_a_copied_folder_is_adopted_by_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_run(tmp_path, "good")
    shutil.copytree(folder, tmp_path / "copied")
    page = open_page("run", tmp_path, monkeypatch)
    assert page.warning[0].value == "Run `copied` cannot be used"
    assert any(" adopt copied" in command for command in check_commands(code.value for code in page.code))


@pytest.mark.parametrize("name", ["overview", "quality", "errors"])
def test_without_an_evaluation_a_page_says_what_to_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path, "bare", measured=False)
    page = open_page(name, tmp_path, monkeypatch)
    assert "itner evaluate bare --dataset stackoverflow --models" in page.code[0].value
    assert check_commands(code.value for code in page.code)


@pytest.mark.parametrize("name", ["overview", "quality", "efficiency", "errors", "run", "live"])
def test_the_shipped_runs_show_on_every_page(name: str, shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page(name, shipped_models, monkeypatch)
    assert not page.warning
    assert len(page.dataframe)
    shown = [table.value.to_string() for table in page.dataframe]
    shown += [" ".join(box.options) for box in (*page.selectbox, *page.multiselect)]
    assert any("minilm_l3_kd" in text for text in shown)


def test_a_check_is_shown_and_chosen_by_only_when_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # On the check, which has more reports than any test set, the order of the two is the other way round.
    for name, test, check in (("good", 90, 40), ("other", 60, 80)):
        folder = write_run(tmp_path, name, tp=test)
        known = from_json(Metrics, (folder / "metrics.json").read_text(encoding="utf-8"))
        deploy(folder)
        checks = [eval_report(v, check, "elsewhere", "check") for v in ("torch-fp32", "fp32", "fp16", "int8")]
        (folder / "metrics.json").write_text(to_json(Metrics((*known.reports[:2], *checks))), encoding="utf-8")
    page = open_page("overview", tmp_path, monkeypatch)
    assert (page.selectbox(key="dataset").value, page.selectbox(key="dataset").options) == (
        "stackoverflow",
        ["stackoverflow"],
    )
    assert "deploy good" in page.header[0].value
    page = open_page("quality", tmp_path, monkeypatch)
    assert page.selectbox(key="dataset").value == "stackoverflow"
    page = open_page("quality", tmp_path, monkeypatch, split="check", dataset="elsewhere", variant="int8")
    assert page.selectbox(key="dataset").value == "elsewhere"
    table = page.dataframe[0].value
    assert table["micro-F1"].round(9).tolist() == [
        round(eval_report("int8", tp, "elsewhere", "check").micro.f1, 9) for tp in (40, 80)
    ]


def test_the_overview_gives_the_answer_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(write_run(tmp_path, "good", tp=90))
    deploy(write_run(tmp_path, "small", "minilm_l3", tp=60, p50=8.0))
    page = open_page("overview", tmp_path, monkeypatch)
    assert page.header[0].value == "Without any limit, with CPU only: deploy good · INT8"
    assert [metric.label for metric in page.metric] == ["micro-F1", "Recall", "Precision", "Latency, p95", "Size"]
    beside = [block.value for block in page.markdown]
    assert any(text.startswith("**Next best run:** small · INT8, micro-F1 0.6") for text in beside)
    assert any(text.startswith("**Weakest type:** ") for text in beside)
    assert any(text.startswith("Scored on English text alone.") for text in beside)
    board = page.dataframe[0].value
    assert [*zip(board["run"], board["variant"], strict=True)] == [("good", "INT8"), ("small", "INT8")]
    every = open_page("overview", tmp_path, monkeypatch, board="all")
    assert list(every.dataframe[0].value["run"]) == ["good"] * 4 + ["small"] * 4
    assert every.query_params["board"] == "all"
    assert list(page.dataframe[1].value["model"]) == ["bert_full", "bert_lora", "distil_full"]
    assert any("not measured by this project" in caption.value for caption in page.caption)

    heavy = open_page("overview", tmp_path, monkeypatch, weight_SOFTWARE="0")
    assert heavy.header[0].value == "Without any limit, with CPU only: deploy small · INT8"
    assert heavy.metric[0].label == "micro-F1, weighed"
    assert heavy.query_params["weight_SOFTWARE"] == "0"

    page.slider(key="ms").set_value(6.0).run()
    assert page.header[0].value == "Under ≤ 6 ms p95, with CPU only: deploy small · INT8"
    page.slider(key="f1").set_value(0.8).run()
    assert page.header[0].value.endswith("nothing fits")
    assert "the fastest has p95 4.0 ms (4.0 to 6.0)" in page.warning[0].value
    assert page.query_params["ms"] == "6"
    assert page.query_params["f1"] == "0.8"


def test_a_link_opens_the_overview_with_its_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "good", tp=90)
    write_run(tmp_path, "small", "minilm_l3", tp=60, p50=8.0)
    page = open_page("overview", tmp_path, monkeypatch, ms="2.5", f1="nonsense", recall="99")
    assert page.slider(key="ms").value == 2.5
    assert page.slider(key="f1").value == 0.0
    assert page.slider(key="recall").value == 1.0


def test_choices_survive_page_switches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        write_run(tmp_path, name)
    page = open_page("quality", tmp_path, monkeypatch)
    page.multiselect(key="run").set_value(["b"]).run()
    page.switch_page("pages/run.py").run()
    page.switch_page("pages/errors.py").run()
    assert page.multiselect(key="run").value == ["b"]
    assert page.query_params["run"] == "b"


def test_quality_compares_with_a_baseline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "good", tp=90)
    write_run(tmp_path, "small", "minilm_l3", tp=60)
    page = open_page("quality", tmp_path, monkeypatch, baseline="small · INT8")
    paired = next(table.value for table in page.dataframe if "verdict" in table.value)
    assert list(paired["model"]) == ["good · INT8"]
    assert list(paired["verdict"]) == ["better"]
    assert paired["SOFTWARE"].iloc[0] > 0
    page.text_input(key="named").set_value("goo").run()
    assert page.multiselect(key="run").options == ["good"]
    page.multiselect(key="pin").set_value(["small"]).run()
    assert page.multiselect(key="run").options == ["small", "good"]
    page.text_input(key="since").set_value("soon").run()
    assert "'soon' is no date" in page.text[0].value
    page.multiselect(key="run").set_value([]).run()
    assert page.info[0].value == "Choose at least one run and one variant."


def test_a_run_is_one_click_from_its_comparison(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "minilm_full_kd", tp=90)
    write_run(tmp_path, "mine", tp=60)
    page = open_page("run", tmp_path, monkeypatch, run_name="mine")
    (link,) = [each for each in page.get("page_link") if "beside" in each.proto.label]
    assert link.proto.label == "How it does beside minilm_full_kd"
    query = parse_qs(link.proto.query_string)
    page = open_page("quality", tmp_path, monkeypatch, **query)
    paired = next(table.value for table in page.dataframe if "verdict" in table.value)
    assert list(paired["model"]) == ["mine · INT8"]
    assert page.selectbox(key="baseline").value == "minilm_full_kd · INT8"
    # What nobody else was scored beside has none.
    assert not [
        each
        for each in open_page("run", write_run(tmp_path / "alone", "mine").parent, monkeypatch).get("page_link")
        if "beside" in each.proto.label
    ]


def test_errors_keep_the_counts_when_the_text_is_not_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "good", tp=90)
    page = unfold(open_page("errors", tmp_path, monkeypatch), "schemes")
    # Of schemes and of dominant confusions.
    assert len(page.dataframe) == 2
    assert "the sentences cannot be shown" in page.info[0].value
    assert "were scored on another version of stackoverflow test" in page.text[0].value


def test_errors_show_sentences_of_the_corpus_that_ships(monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("errors", HERE.models, monkeypatch, dataset="helpdesk", split="dev")
    assert any("itner-aligned" in block.proto.body for block in page.get("html"))
    (before,) = [caption.value for caption in page.caption if "sentences with a mention" in caption.value]
    assert not before.startswith("0 of ")
    page.text_input(key="contains").set_value("zzz no such words").run()
    assert not page.exception
    assert page.info[-1].value == "No sentence fits. Remove a filter."
    assert any(caption.value.startswith("0 of ") for caption in page.caption)


def test_the_most_frequent_mistakes_are_of_the_sentences_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    query = {"dataset": "helpdesk", "split": "test", "variant": "int8", "type": "OS", "kind": "missed"}
    page = open_page("errors", HERE.models, monkeypatch, run=["compact_s", "minilm_l3"], **query)
    assert page.selectbox(key="surface_model").value == "compact_s · INT8"
    (table,) = [table.value for table in page.dataframe if "expected → predicted" in table.value]
    assert set(table["expected → predicted"]) == {"OS → O"}
    assert set(table["class"]) == {"missed"}
    run = shipped_run("compact_s")
    report = run.error_report("helpdesk", "test", "int8")
    assert report is not None
    missed = [
        record for record in report.errors if record.kind == "missed" and record.gold and record.gold.type == "OS"
    ]
    assert table["mistakes"].sum() == len(missed) > 1
    assert table["mistakes"].is_monotonic_decreasing
    # Not of the ten that are shown: of all that fit.
    (count,) = [caption.value.split()[0] for caption in page.caption if "sentences with a mention" in caption.value]
    labels = [button.proto.label for button in page.get("download_button")]
    assert f"All {count} sentences as CSV" in labels
    assert f"All {count} sentences as JSON Lines" in labels
    page.selectbox(key="surface_model").set_value("minilm_l3 · INT8").run()
    assert page.query_params["surface_model"] == "minilm_l3 · INT8"


def test_a_link_opens_just_the_sentences_in_which_two_models_differ_on_a_type(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = (
        row
        for name in ("compact_s", "minilm_l3")
        for row in list_rows([shipped_run(name)], "helpdesk", "test")
        if row.variant == "int8"
    )
    page = open_page("errors", HERE.models, monkeypatch, **link(one, other, "it", "helpdesk", "test", "ERROR"))
    # The sentences come first.
    assert page.header[0].value == "Sentences of helpdesk test"
    assert not page.get("plotly_chart")
    assert not page.warning
    assert page.selectbox(key="b").value == "minilm_l3 · INT8"
    assert page.selectbox(key="show").value == "differ"
    assert one.errors is not None
    assert other.errors is not None
    marked: list[dict[str, set[object]]] = []
    for report in (one.errors, other.errors):
        marked.append({})
        for record in report.errors:
            if "ERROR" in {span.type for span in (record.gold, record.pred) if span is not None}:
                marked[-1].setdefault(record.document, set()).add(record)
    differ = [name for name in marked[0].keys() | marked[1].keys() if marked[0].get(name) != marked[1].get(name)]
    assert any(caption.value.startswith(f"{len(differ)} of ") for caption in page.caption)
    worse = [name for name in marked[0] if name not in marked[1]]
    page.selectbox(key="show").set_value("worse").run()
    assert any(caption.value.startswith(f"{len(worse)} of ") for caption in page.caption)
    assert 0 < len(worse) < len(differ)
    page.button_group(key="part").set_value("all").run()
    assert page.get("plotly_chart")


def test_a_link_to_a_model_that_is_not_there_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    query = {"dataset": "helpdesk", "variant": "int8", "run": ["compact_s", "minilm_l3"]}
    page = open_page("errors", HERE.models, monkeypatch, a="gone · INT8", show="differ", **query)
    first, second = (warning.value for warning in page.warning)
    assert "is not among those with errors here" in first
    assert page.text[0].value == "gone · INT8"
    assert "choose what to compare with" in second
    # What an old link asked for is what it still shows.
    page = open_page("errors", HERE.models, monkeypatch, show="A right, wrong in minilm_l3 · INT8", **query)
    assert not page.warning
    assert (page.selectbox(key="a").value, page.selectbox(key="b").value) == ("compact_s · INT8", "minilm_l3 · INT8")
    assert page.selectbox(key="show").value == "better"
    assert page.query_params["show"] == "better"


def test_errors_are_sorted_by_confidence_where_it_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    query = {"dataset": "helpdesk", "split": "test", "order": "confidence", "run": ["compact_s", "it_rules"]}
    page = open_page("errors", HERE.models, monkeypatch, variant="int8", **query)
    shown = [float(c.value.rpartition(" ")[2]) for c in page.caption if "surest mistake" in c.value]
    assert len(shown) == 10
    assert shown == sorted(shown, reverse=True)
    assert shown[0] > 0.9
    page = open_page("errors", HERE.models, monkeypatch, variant="patterns", **query)
    assert any("they are in document order" in caption.value for caption in page.caption)
    assert not any("surest mistake" in caption.value for caption in page.caption)


def test_errors_that_do_not_fit_the_text_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = shipped_run("minilm_l3")
    folder = write_run(tmp_path, "good")
    reports = tuple(report for report in run.errors.reports if report.dataset == "helpdesk")
    text = to_json(Errors.of(reports)).replace('"start": ', '"start": 1').replace('"end": ', '"end": 1')
    assert from_json(Errors, text).reports
    (folder / "errors.json").write_text(text, encoding="utf-8")
    (folder / "metrics.json").write_bytes((run.path / "metrics.json").read_bytes())
    page = open_page("errors", tmp_path, monkeypatch, dataset="helpdesk")
    assert "do not fit its text" in page.text[0].value


def test_run_shows_a_difference_of_configurations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "a", "minilm_full")
    write_run(tmp_path, "b", "minilm_lora")
    page = open_page("run", tmp_path, monkeypatch, run_name="b", against="a")
    table = next(table.value for table in page.dataframe if "setting" in table.value)
    assert list(table.columns) == ["setting", "b", "a"]
    assert "itner train minilm_lora --data stackoverflow --run b_again --models" in page.code[0].value
    assert check_commands(code.value for code in page.code)
    assert any("so it cannot be opened here" in info.value for info in page.info)


def test_live_names_runs_without_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "bare")
    page = open_page("live", tmp_path, monkeypatch)
    assert "Run `bare` comes without its weights, so it cannot be opened here. Train one like it" in page.info[0].value
    assert "itner train minilm_full --data stackoverflow --run bare_again --models" in page.code[0].value
    assert check_commands(code.value for code in page.code)
    assert not page.text_area


def test_live_tags_with_the_shipped_runs(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("live", shipped_models, monkeypatch, mode="compare")
    assert page.multiselect(key="model").value == ["minilm_full_kd@int8", "minilm_l3_kd@int8", "compact_s@int8"]
    assert "Not to be opened here: minilm_l3." in page.caption[0].value
    assert {"Outlook", "Windows"} <= set(mentions(page)["mention"])
    assert mentions(page)["confidence"].between(0, 1).all()
    assert page.text_area(key="text").value.startswith("Since the update")

    page.text_area(key="text").set_value("<script>alert(1)</script> on Ubuntu 22.04 \u202e\x00").run()
    assert not page.exception
    assert "Ubuntu" in set(mentions(page)["mention"])
    page.text_area(key="text").set_value("   ").run()
    assert [info.value for info in page.info] == ["Enter a text to tag."]
    page.text_area(key="text").set_value("Linux").run()
    page.multiselect(key="model").set_value([]).run()
    assert [info.value for info in page.info] == ["Choose at least one model."]


def test_live_opens_a_permalink(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = {"text": "Excel on Windows 11", "model": "compact_s@int8", "confidence": "0.5"}
    page = open_page("live", shipped_models, monkeypatch, **link)
    assert page.text_area(key="text").value == "Excel on Windows 11"
    # What it names alone is shown at work.
    assert page.selectbox(key="model").value == "compact_s@int8"
    assert mentions(page)["confidence"].ge(0.5).all()
    shown = json.loads(page.code[0].value)
    assert (shown["text"], shown["part"]) == ("Excel on Windows 11", "compact_s · INT8")
    assert {"Windows"} <= {span["text"] for span in shown["spans"]}
    labels = [button.label for button in page.get("download_button")]
    assert labels[-4:] == ["Download JSON", "Download CoNLL", "Download HTML", "Download as training data"]
    page.slider(key="confidence").set_value(1.0).run()
    assert mentions(page).empty


def test_live_takes_an_example_and_keeps_the_users_text_out_of_the_address(
    shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("live", shipped_models, monkeypatch)
    group(page, "Examples").set_value("Server").run()
    assert page.text_area(key="text").value.startswith("web-03 answers")
    assert page.query_params["text"].startswith("web-03 answers")
    # What somebody types goes into no address: a link to it is made when it is asked for.
    for text in ("Ask Ada on Windows 11", "Windows 11 " * 1_800):
        page.text_area(key="text").set_value(text).run()
        assert not page.exception
        assert dict(page.query_params) == {}
        assert not any("link=" in code.value for code in page.code)
        page.button(key="copy_text").click().run()
        assert dict(page.query_params) == {}
        query = parse_qs(urlsplit(page.code[0].value).query)
        (key,) = query["model"]
        assert (query.keys(), query["mode"]) == ({"mode", "model", "confidence", "text_link"}, ["demo"])
        theirs = open_page("live", shipped_models, monkeypatch, **{name: values[0] for name, values in query.items()})
        assert theirs.text_area(key="text").value == text
        assert theirs.selectbox(key="model").value == key
    # A link is to a view; another one has none yet.
    page.slider(key="confidence").set_value(0.5).run()
    assert not any("link=" in code.value for code in page.code)


def group(page: AppTest, label: str) -> Any:
    return next(group for group in page.get("button_group") if group.label == label)


def test_live_compares_what_a_link_names_several_of(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = ["compact_s@int8", "it_rules@patterns"]
    page = open_page("live", shipped_models, monkeypatch, model=[*link, "gone@int8"])
    assert sorted(page.multiselect(key="model").value) == sorted(link)
    assert "mode" not in page.query_params
    page.button(key="tag").click().run()
    assert "mode" not in page.query_params
    # One of them at work, and back: it is compared with those to begin with.
    group(page, "Mode").set_value("demo").run()
    alone = page.selectbox(key="model").value
    assert alone in link
    group(page, "Mode").set_value("compare").run()
    assert not page.exception
    assert {alone, "minilm_full_kd@int8", "minilm_l3_kd@int8"} <= set(page.multiselect(key="model").value)


def test_types_that_are_switched_off_are_neither_shown_nor_listed_and_no_model_runs(
    shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("live", shipped_models, monkeypatch)
    monkeypatch.setattr(OnnxScorer, "score", lambda *given: pytest.fail("a model runs"))
    marks = len(re.findall("<mark ", page_html(page)))
    assert marks == len(re.findall(r'href="#mention-', page_html(page))) > 3
    types = group(page, "Types")
    off = types.value[0]
    types.set_value(types.value[1:]).run()
    assert not page.exception
    assert 0 < len(re.findall("<mark ", page_html(page))) < marks
    assert f">{off}" not in page_html(page)
    assert any("of types that are switched off" in caption.value for caption in page.caption)
    page.button(key="tag").click().run()
    assert off not in group(page, "Types").value
    assert any("ms here, now" in caption.value and "benchmark: " in caption.value for caption in page.caption)


def test_live_says_what_it_does_with_logs_and_other_languages(
    shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("live", shipped_models, monkeypatch)
    assert not page.toggle(key="live_mono").value
    log = "2024-05-01 12:00:01 ERROR disk full\n2024-05-01 12:00:02 WARN nginx is down\n"
    page.text_area(key="text").set_value(log).run()
    assert page.toggle(key="live_mono").value
    assert any("Monospace, because" in caption.value for caption in page.caption)
    page.toggle(key="live_mono").set_value(False).run()
    page.text_area(key="text").set_value(log * 2).run()
    # Who switched it off keeps it off.
    assert not page.toggle(key="live_mono").value
    assert not any("seems to be in" in caption.value for caption in page.caption)
    german = "Seit dem Update auf Windows 11 startet Outlook nicht mehr, und der Drucker druckt nur leere Seiten."
    page.text_area(key="text").set_value(german).run()
    assert [caption.value for caption in page.caption if "seems to be in German" in caption.value]


def test_a_text_that_is_taken_away_for_the_next_one_leaves_what_was_chosen_on_live(
    shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("live", shipped_models, monkeypatch)
    page.toggle(key="live_large").set_value(True).run()
    hidden = ["EMAIL", "PHONE"]
    group(page, "Hide").set_value(hidden).run()
    page.text_area(key="text").set_value("").run()
    assert [info.value for info in page.info] == ["Enter a text to tag."]
    # The browser has forgotten what it no longer shows. Did the server not, it would not set it when it is shown again.
    assert not [key for key in ("live_large", "live_mono", "redact_text_types") if key in page.session_state]
    page.text_area(key="text").set_value("Windows 11 hangs").run()
    assert page.toggle(key="live_large").value
    assert group(page, "Hide").value == hidden


def page_html(page: AppTest) -> str:
    return "".join(block.proto.body for block in page.get("html"))


def test_live_races_the_models(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("live", shipped_models, monkeypatch, model="minilm_l3@int8")
    assert not page.get("plotly_chart")
    next(button for button in page.button if button.label == "Start the race").click().run()
    assert not page.exception
    assert len(page.get("plotly_chart")) == 1


def mentions(page: AppTest) -> pd.DataFrame:
    return next(table.value for table in page.dataframe if list(table.value.columns[:2]) == ["model", "mention"])


def test_the_first_page_imports_neither_torch_nor_transformers() -> None:
    program = (
        "from streamlit.testing.v1 import AppTest\n"
        f"page = AppTest.from_file({str(REPOSITORY / 'streamlit_app.py')!r}, default_timeout=120).run()\n"
        "assert not page.exception and page.dataframe\n"
        "import sys\n"
        "heavy = ('torch', 'transformers', 'peft', 'datasets', 'onnxruntime', 'pypdfium2', 'python_calamine')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_run_says_which_of_its_teachers_are_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("run", HERE.models, monkeypatch, run_name="minilm_full_kd")
    assert [text.value for text in page.text] == [
        "Its teachers minilm_full_first, minilm_lora_first and minilm_l3_first are not here and to be trained first, "
        "to label the transfer set it (itner transfer, 6 copies). Where the run ships, itner reproduce does all of it."
    ]
    assert not open_page("run", HERE.models, monkeypatch, run_name="minilm_l3").text


def test_the_rules_stand_beside_the_trained_runs_on_every_page(
    shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = "it_rules · Patterns"
    page = open_page("overview", shipped_models, monkeypatch, dataset="helpdesk")
    leaderboard = page.dataframe[0].value
    assert list(leaderboard["run"])[-1] == "it_rules"
    assert leaderboard.iloc[-1][["p95 ms", "size MB", "tokens/s"]].notna().all()
    assert any("Name lists and patterns alone (it_rules)" in text for text in texts(page))
    page = open_page("quality", shipped_models, monkeypatch, dataset="helpdesk")
    assert rules in list(page.dataframe[0].value["model"])
    page = open_page("efficiency", shipped_models, monkeypatch, dataset="helpdesk")
    costs = page.dataframe[0].value.set_index("model")
    assert pd.isna(costs.loc[rules, "parameters M"])  # it has none
    page = open_page("errors", shipped_models, monkeypatch, dataset="helpdesk")
    assert rules in page.selectbox(key="confusion_model").options
    page = open_page("run", shipped_models, monkeypatch, run_name="it_rules")
    assert "itner rules it --run it_rules_again" in page.code[0].value
    page = open_page("tag_files", shipped_models, monkeypatch)
    assert rules in page.selectbox(key="model_one").options


def test_rates_of_much_text_are_shown_of_every_machine_that_was_measured(
    shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = read_bulk_bench(HERE)
    assert bench is not None
    page = unfold(open_page("efficiency", shipped_models, monkeypatch), "bulk_0", "bulk_goals")
    assert f"The same on {measured_on(bench.elsewhere[0])}" in [each.label for each in page.expander]
    tables = [frame.value for frame in page.dataframe if "times the pipeline" in frame.value]
    found = [table.set_index(["what", "processes × threads"])["tokens/s"] for table in tables]
    assert len(found) == 2
    for each, rates in zip((bench, bench.elsewhere[0]), found, strict=True):
        best = max(each.rates, key=lambda rate: statistics.median(rate.tokens_per_s))
        assert rates.iloc[0] == rates.max() == pytest.approx(statistics.median(best.tokens_per_s), abs=1)
    assert any("7 times the pipeline (CPU with VNNI)" in each.proto.body for each in page.get("html"))


def test_live_says_plainly_that_rules_weigh_no_tokens(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("live", shipped_models, monkeypatch, model="it_rules@patterns")
    assert any("it_rules · Patterns has no token probabilities" in info.value for info in page.info)
    # A rule does not know how sure it is, so that no threshold hides what it marks.
    assert mentions(page)["confidence"].isna().all()
    before = len(mentions(page))
    page.slider(key="confidence").set_value(1.0).run()
    assert len(mentions(page)) == before > 3


def test_moving_the_threshold_on_live_runs_no_model(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("live", shipped_models, monkeypatch, model="minilm_l3@int8")
    calls: list[int] = []
    score = OnnxScorer.score

    def counted(self: OnnxScorer, *given: object) -> object:
        calls.append(1)
        return score(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(OnnxScorer, "score", counted)
    before = mentions(page)
    page.slider(key="confidence").set_value(float(before["confidence"].median())).run()
    assert 0 < len(mentions(page)) < len(before)
    assert any("probability" in table.value for table in page.dataframe)
    assert calls == []
    page.text_area(key="text").set_value("Another text on Ubuntu").run()
    assert calls


def test_a_choice_of_domains_appears_when_there_are_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "a")
    page = open_page("overview", tmp_path, monkeypatch)
    assert not page.radio
    register_toy(monkeypatch)
    folder = write_run(tmp_path, "b")
    info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    labels = [*info["labels"], "B-FRUIT", "I-FRUIT"]
    (folder / "run.json").write_text(json.dumps(info | {"domain": "toy", "labels": labels}), encoding="utf-8")
    for name in ("overview", "quality", "efficiency", "errors", "run", "live"):
        page = open_page(name, tmp_path, monkeypatch, domain="toy")
        assert page.radio(key="domain").options == ["IT-support text", "Fruit"]
        shown = {run for table in page.dataframe if "run" in table.value for run in table.value["run"]}
        shown |= {run for box in page.multiselect if box.key == "run" for run in box.options}
        shown |= {run for box in page.selectbox if box.key == "run_name" for run in box.options}
        assert shown == ({"b"} if name != "live" else set())
    page = open_page("live", tmp_path, monkeypatch, domain="toy")
    assert "Run `b` comes without its weights" in page.info[0].value
    assert "itner train" in page.code[0].value


def test_a_second_domain_shows_nothing_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    register_toy(monkeypatch)
    place = Workspace(tmp_path / "models", tmp_path / "data")
    shutil.copytree(HERE.data / "weak", place.data / "weak")
    shutil.copy(HERE.data / "processed_meta.json", place.data)
    source = tmp_path / "source"
    source.mkdir()
    for split in ("train", "dev", "test"):
        line = {"text": f"An apple for {split}", "spans": [{"start": 3, "end": 8, "type": "FRUIT"}]}
        (source / f"{split}.jsonl").write_text(json.dumps(line), encoding="utf-8")
    prepare("jsonl", source, "toy", place, "mine")
    make_rules("it", place)
    make_rules("toy", place)
    shutil.copy(HERE.models / "ablation.json", place.models)
    monkeypatch.setenv("ITNER_DATA", str(place.data))
    page = open_page("training", place.models, monkeypatch, domain="it")
    assert "tickets" in [header.value for header in page.subheader]
    page = open_page("data", place.models, monkeypatch, domain="toy")
    assert page.selectbox(key="dataset").options == ["mine"]
    page = open_page("training", place.models, monkeypatch, domain="toy")
    assert not page.subheader
    told = [info.value for info in page.info]
    assert any("labelled weakly yet. Label text of yours" in text for text in told)
    # What the domain does not plan is not missed.
    assert not any("each step" in header.value for header in page.header)
    assert not any("itner ablate" in code.value for code in page.code)

    # What nobody typed makes room for the other domain's example; what somebody typed stays.
    page = open_page("live", place.models, monkeypatch, domain="it")
    assert "Outlook" in page.text_area(key="text").value
    page.radio(key="domain").set_value("toy").run()
    assert page.text_area(key="text").value == "An apple and a pear."
    assert [row[1:3] for row in mentions(page).itertuples(index=False)] == [("apple", "FRUIT"), ("pear", "FRUIT")]
    page.text_area(key="text").set_value("My own apple").run()
    page.radio(key="domain").set_value("it").run()
    assert page.text_area(key="text").value == "My own apple"


def test_errors_of_thirty_models_have_letters_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"run{number:02d}" for number in range(30)]
    for name in names:
        write_run(tmp_path, name, tp=90)
    page = open_page("errors", tmp_path, monkeypatch, run=names, variant="int8")
    assert len(page.selectbox(key="confusion_model").options) == 30
    short = letters(names)
    assert (short["run25"], short["run26"], short["run29"]) == ("Z", "AA", "AD")
    assert len(set(short.values())) == 30


def test_what_thresholds_hide_is_drawn_for_dev(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = {"domain": "pii", "dataset": "personal", "variant": "int8"}
    page = open_page("quality", shipped_models, monkeypatch, split="dev", **query)
    run = RunStore(shipped_models).load("pii_minilm")
    curve = curve_of(run, "personal", "int8")
    assert curve is not None
    frame = thresholds([run], list_rows([run], "personal", "dev"), "personal", "dev")
    own = frame[frame["model"] == "pii_minilm · INT8"]
    assert list(own["personal characters hidden"]) == [point.found for point in curve.points]
    [line, *_] = threshold_figure(own).data
    assert list(line.x) == [point.masking.share_masked for point in curve.points]
    assert list(line.customdata) == [point.threshold for point in curve.points]
    assert any("a word is marked when a type is at least so likely" in text.value for text in page.markdown)
    page = open_page("quality", shipped_models, monkeypatch, split="test", **query)
    assert any("What they do is measured on dev" in caption.value for caption in page.caption)
    assert thresholds([run], list_rows([run], "personal", "test"), "personal", "test").empty


def test_a_union_learned_from_what_its_network_did(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("overview", shipped_models, monkeypatch, domain="pii", dataset="personal")
    shown = " ".join(text.value for text in page.markdown)
    assert "pii_union (FP32 (PyTorch)) was trained on the dataset personal-both." in shown
    assert "was not trained" not in shown
