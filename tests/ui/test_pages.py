"""Every page in its full, empty and broken state."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from synthetic import write_run

from itner.store import MODELS_ROOT, RunStore

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = ("overview", "live")


def open_page(name: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("ITNER_MODELS", str(root))
    st.cache_resource.clear()
    page = AppTest.from_file(str(REPOSITORY / "pages" / f"{name}.py"), default_timeout=120)
    page.run()
    assert not page.exception, page.exception
    return page


@pytest.mark.parametrize("name", PAGES)
def test_without_runs_a_page_says_what_to_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page(name, tmp_path / "missing", monkeypatch)
    assert any("no run" in info.value for info in page.info)
    assert "scripts/reproduce.py" in page.code[0].value


@pytest.mark.parametrize("name", PAGES)
def test_a_broken_run_is_a_card_and_the_rest_still_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(tmp_path, "good")
    (write_run(tmp_path, "bad") / "run.json").write_text('{"name": "<b>bad</b>"}', encoding="utf-8")
    (write_run(tmp_path, "halfway") / "incomplete.json").write_text("{}", encoding="utf-8")
    page = open_page(name, tmp_path, monkeypatch)
    cards = [warning.value for warning in page.warning]
    assert cards == ["Run `bad` cannot be used", "Run `halfway` is not finished"]
    assert any("run.json" in text.value for text in page.text)
    assert any("good" in info.value for info in page.info) or len(page.dataframe)


def test_overview_shows_the_measured_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "good", tp=90)
    page = open_page("overview", tmp_path, monkeypatch)
    assert [metric.value for metric in page.metric] == ["0.884", "5.0 ms", "4,000", "20.0 MiB"]
    board = page.dataframe[0].value
    assert list(board["weight precision"]) == ["FP32 (PyTorch)", "FP32", "FP16", "INT8"]
    assert list(page.dataframe[1].value["model"]) == ["bert_full", "bert_lora", "distil_full"]
    assert any("not measured by this project" in caption.value for caption in page.caption)


def test_overview_without_an_evaluation_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "bare", measured=False)
    page = open_page("overview", tmp_path, monkeypatch)
    assert "scripts/evaluate.py bare" in page.code[0].value


def test_live_names_runs_without_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "bare")
    page = open_page("live", tmp_path, monkeypatch)
    assert "python scripts/train.py minilm_full" in page.info[0].value
    assert not page.text_area


def test_live_tags_with_the_shipped_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("live", MODELS_ROOT, monkeypatch)
    shipped = [run.name for run in RunStore().load_all()[0]]
    assert len(shipped) >= 3
    assert page.multiselect(key="live_models").value == [f"{name} · INT8" for name in shipped[:3]]
    mentions = page.dataframe[-1].value
    assert {"Outlook", "Windows"} <= set(mentions["mention"])
    assert mentions["confidence"].between(0, 1).all()
    assert page.text_area(key="live_text").value.startswith("Since the update")

    page.text_area(key="live_text").set_value("<script>alert(1)</script> on Ubuntu 22.04 \u202e\x00").run()
    assert not page.exception
    assert "Ubuntu" in set(page.dataframe[-1].value["mention"])
    page.text_area(key="live_text").set_value("   ").run()
    assert [info.value for info in page.info] == ["Enter a text to tag."]
    page.text_area(key="live_text").set_value("Linux").run()
    page.multiselect(key="live_models").set_value([]).run()
    assert [info.value for info in page.info] == ["Choose at least one model."]


def test_live_takes_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("live", MODELS_ROOT, monkeypatch)
    page.get("button_group")[0].set_value("Server").run()
    assert page.text_area(key="live_text").value.startswith("web-03 answers")


def test_the_first_page_imports_neither_torch_nor_transformers() -> None:
    import subprocess
    import sys

    program = (
        "from streamlit.testing.v1 import AppTest\n"
        f"page = AppTest.from_file({str(REPOSITORY / 'pages' / 'overview.py')!r}, default_timeout=120).run()\n"
        "assert not page.exception and page.dataframe\n"
        "import sys\n"
        "heavy = ('torch', 'transformers', 'peft', 'datasets', 'onnxruntime')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
