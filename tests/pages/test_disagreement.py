"""Two models on text without gold, and corrections that are kept."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from opening import open_page
from streamlit.testing.v1 import AppTest
from synthetic import write_run

from itner.dashboard import keeping
from itner.dashboard.work import STORE
from itner.files.kept import Kept

MARKED = "compact_s@int8"


def press(page: AppTest, label: str) -> AppTest:
    """Press the button of this label, and draw the page."""
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception
    return page


def tag(page: AppTest, *files: tuple[str, bytes]) -> None:
    """Upload files, and tag them."""
    page.file_uploader[0].set_value([(name, data, "text/plain") for name, data in files]).run()
    while not (starts := [button.label for button in page.button if button.label.startswith("Tag ")]):
        # Reading takes longer than the page waits when the machine is busy.
        assert not page.exception
        page.run()
    press(page, starts[0])
    work = STORE.find(page.session_state["work_token"])
    assert work is not None
    assert work.held["tag_job"].wait(60)
    page.run()
    assert not page.exception


def test_files_are_compared_with_what_a_link_names(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = {"a": "it_rules:patterns", "b": "compact_s:int8"}
    page = open_page("tag_files", shipped_models, monkeypatch, **link)
    assert page.selectbox(key="model_one").value == "it_rules@patterns"
    assert page.selectbox(key="beside").value == "compact_s@int8"
    tag(page, ("a.csv", b"id,body\n1,Outlook 2021 on Windows 11\n2,<b>Zorblax 9</b> with the dock and toner\n3,Hi\n"))
    assert "Where another model differs" in [header.value for header in page.header]
    press(page, "Compare with compact_s · INT8")
    work = STORE.find(page.session_state["work_token"])
    assert work is not None
    assert work.held["tag_beside"][1].wait(60)
    page.run()
    found = work.held["tag_beside_found"][1]
    assert found.names == ("it_rules:patterns", "compact_s:int8")
    assert found.disagreements
    said = next(text.value for text in page.text if "3 texts: " in text.value)
    assert said.endswith("First: it_rules · Patterns. Second: compact_s · INT8.")
    html = "".join(block.proto.body for block in page.get("html"))
    assert "<b>" not in html
    downloads = {button.label for button in page.get("download_button")}
    assert {"Download differing.csv", "Download differing.jsonl"} <= downloads


def test_compression_is_what_is_compared_first(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one=MARKED)
    assert page.selectbox(key="beside").value == "compact_s@fp32"
    page.selectbox(key="model_one").set_value("compact_s@fp32").run()
    assert page.selectbox(key="beside").value == MARKED
    page.selectbox(key="model_one").set_value("it_rules@patterns").run()
    assert page.selectbox(key="beside").value == ""
    page = open_page("live", shipped_models, monkeypatch, a="compact_s:fp32", b="compact_s:int8")
    assert page.multiselect(key="model").value == [MARKED, "compact_s@fp32"]
    page = open_page("live", shipped_models, monkeypatch, a="gone:fp32", b="compact_s:int8")
    assert any("cannot be opened here" in warning.value for warning in page.warning)
    assert any(text.value == "gone@fp32" for text in page.text)


def test_a_run_leads_to_its_compression(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "mine", tp=60)
    page = open_page("run", tmp_path, monkeypatch, run_name="mine")
    assert "FP32 against INT8" in [header.value for header in page.header]
    (link,) = [each.proto for each in page.get("page_link") if each.proto.label.startswith("On ")]
    query = parse_qs(link.query_string)
    assert (query["a"], query["b"], query["show"]) == (["mine · FP32"], ["mine · INT8"], ["differ"])


@pytest.mark.parametrize("name", ["live", "tag_files"])
def test_a_correction_is_kept_when_somebody_asks_for_it(
    name: str, shipped_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITNER_CORRECTIONS", str(tmp_path / "kept"))
    words = "Zorblax hangs on Windows"
    if name == "live":
        page = open_page("live", shipped_models, monkeypatch, model="it_rules@patterns")
        page.text_area(key="text").set_value(words).run()
    else:
        page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
        tag(page, ("a.txt", words.encode()))
        next(toggle for toggle in page.toggle if toggle.label == "Correct").set_value(True).run()

    def field(elements: object, label: str) -> object:
        return next(each for each in elements if each.label == label)  # type: ignore[attr-defined]

    field(page.text_input, "Words of a mention to add").set_value("Zorblax")  # type: ignore[attr-defined]
    field(page.selectbox, "Its type").set_value("SOFTWARE")  # type: ignore[attr-defined]
    press(page, "Add")
    assert not (tmp_path / "kept").exists()
    press(page, "Keep this correction")
    assert page.success[0].value == (
        "Kept for train. 1 text by now: train 1, dev 0, test 0. A dataset needs one for dev and test, too."
    )
    # Where a server keeps things is not told to who visits it.
    assert not any(str(tmp_path) in each.value for each in (*page.caption, *page.text, *page.code))
    (line,) = [json.loads(each) for each in (tmp_path / "kept" / "it" / "train.jsonl").read_text("utf-8").splitlines()]
    assert (line["text"], line["model"], line["variant"], line["corrected"]) == (words, "it_rules", "patterns", True)
    assert [(span["text"], span["type"], span.get("corrected")) for span in line["spans"]] == [
        ("Zorblax", "SOFTWARE", True),
        ("Windows", "OS", None),
    ]


def test_nothing_is_offered_on_a_server_that_names_no_folder(
    shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ITNER_CORRECTIONS", raising=False)
    monkeypatch.setattr(keeping, "is_own_machine", lambda: False)
    page = open_page("live", shipped_models, monkeypatch, model="it_rules@patterns")
    assert "Keep this correction" not in [button.label for button in page.button]
    assert any("ITNER_CORRECTIONS" in caption.value for caption in page.caption)
    monkeypatch.setattr(keeping, "is_own_machine", lambda: True)
    page.run()
    assert any("data/corrections/it/" in caption.value for caption in page.caption)


@pytest.mark.parametrize(
    ("address", "url", "own"),
    [
        ("127.0.0.1", "http://localhost:8501/live", True),
        ("127.0.0.1", "http://[::1]:8501", True),
        # Behind a proxy, and opened to a network.
        ("127.0.0.1", "https://itner.example.org/live", False),
        ("0.0.0.0", "http://localhost:8501", False),
        (None, "http://localhost:8501", False),
        ("127.0.0.1", None, False),
    ],
)
def test_the_users_own_machine_is_told_from_a_server(
    address: str | None, url: str | None, own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Context:
        pass

    context = Context()
    context.url = url  # type: ignore[attr-defined]
    monkeypatch.setattr(keeping.st, "context", context)
    monkeypatch.setattr(keeping.st, "get_option", lambda name: address)
    assert keeping.is_own_machine() is own


def test_what_is_kept_is_said_with_the_command_that_makes_a_dataset() -> None:
    kept = Kept("dev", True, {"train": 1_000, "dev": 1, "test": 1})
    assert keeping.kept_in_words(kept) == (
        "Kept for dev, in the place of what was kept of this text. 1,002 texts by now: train 1,000, dev 1, test 1."
    )
    words = keeping.preparing_kept("data/corrections/pii", "pii", "pii")
    assert " ".join(words) == (
        "prepare --source jsonl --path data/corrections/pii --dataset corrections-pii --domain pii --guideline pii"
    )
