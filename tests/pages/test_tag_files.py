from __future__ import annotations

import io
import json
import re
import threading
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from commands import run_itner
from documents import make_xlsx, row
from opening import open_page
from shipped import HERE, REPOSITORY
from streamlit.testing.v1 import AppTest
from synthetic import write_run

from itner.core.types import Mention, Tagger
from itner.dashboard import redact
from itner.dashboard import tag_files as uploads
from itner.dashboard.correcting import list_checked, training_file
from itner.dashboard.jobs import Job, progress_in_words
from itner.dashboard.uploading import take
from itner.dashboard.work import STORE, Work
from itner.data.sources import read_source
from itner.domains.registry import get_domain
from itner.files.formats import PARSERS
from itner.files.items import Settings, TextItem, Upload
from itner.files.readers import read_uploads
from itner.files.summary import count_types, top_mentions
from itner.files.tagging import Origin, TaggedItem

TYPES = ("ERROR", "OS")


@dataclass
class Uploaded:
    name: str
    data: bytes

    def getvalue(self) -> bytes:
        return self.data


def results(*texts: str) -> list[TaggedItem]:
    return [
        TaggedItem(TextItem(f"{number}.txt", "", text), (Mention(0, 5, "OS", 0.9),))
        for number, text in enumerate(texts)
    ]


def test_files_of_one_name_stay_apart() -> None:
    taken = take([Uploaded("a.txt", b"1"), Uploaded("b.txt", b"2"), Uploaded("a.txt", b"3")])
    assert [(upload.name, upload.data) for upload in taken] == [
        ("a.txt", b"1"),
        ("b.txt", b"2"),
        ("(2) a.txt", b"3"),
    ]


def test_the_limits_are_said_as_the_server_enforces_them() -> None:
    words = uploads.limits_in_words()
    assert words.startswith(f"{', '.join(PARSERS)};")
    assert "50 MB a file" in words
    assert "not stored" in words


@pytest.mark.parametrize(
    ("seconds", "done", "unit", "words"),
    [
        ((3.0, None), 0, "", "Tagging: 0% after 3 s"),
        ((30.0, 90.4), 500, "", "Tagging: 25% after 30 s, about 1 min 30 s left"),
        ((1.0, 3.0), 500, "characters", "Tagging: 500 of 2,000 characters, 25% after 1 s, about 3 s left"),
    ],
)
def test_progress_in_words(seconds: tuple[float, float | None], done: int, unit: str, words: str) -> None:
    job = SimpleNamespace(share=done / 2000, counts=(done, 2000), seconds=lambda: seconds)
    assert progress_in_words(job, "Tagging", unit) == words  # type: ignore[arg-type]


def test_figures_show_what_was_counted() -> None:
    found = results("Linux", "linux again", "MacOS", "<b>Linux</b>" * 9)
    figure = uploads.type_bars(count_types(found, TYPES))
    assert list(figure.data[0].x) == [0, 4]
    assert list(figure.data[0].customdata[:, 0]) == [0, 3]
    top = top_mentions(found)
    figure = uploads.top_bars(top)
    assert [list(bar.x) for bar in figure.data] == [[2, 1, 1]]
    assert not any("<" in label for bar in figure.data for label in bar.y)
    assert [len(bar.y) for bar in uploads.top_bars(top, most=1).data] == [1]


def test_downloads_hold_the_results() -> None:
    found = results("Linux", "MacOS")
    line = json.loads(uploads.single(found, "JSONL")().splitlines()[1])
    assert (line["file"], line["spans"][0]["text"]) == ("1.txt", "MacOS")
    with zipfile.ZipFile(io.BytesIO(uploads.package(found, ["CSV", "HTML"])())) as archive:
        assert archive.namelist() == ["tagged.csv", "tagged.html"]


def work_of(page: AppTest) -> Work:
    """What the server keeps for the page."""
    work = STORE.find(page.session_state["work_token"])
    assert work is not None
    return work


def held(page: AppTest) -> dict[str, Any]:
    """The jobs that run for the page, and what came of them."""
    return work_of(page).held


def labels(page: AppTest) -> list[str]:
    """The buttons that begin or end something."""
    return [button.label for button in page.button if button.label != "Forget my files"]


def press(page: AppTest, label: str) -> AppTest:
    """Press the button of this label, and draw the page."""
    return next(button for button in page.button if button.label == label).click().run()


def read(page: AppTest) -> None:
    """Wait until the files are read, which takes longer on a busy machine, as the page's fragment does."""
    deadline = time.monotonic() + 60
    while "Stop" in labels(page) and time.monotonic() < deadline:
        time.sleep(0.3)
        page.run()
    assert not page.exception


def tag(page: AppTest) -> None:
    """Press the button, and wait for the job as the page's fragment does."""
    next(button for button in page.button if button.label.startswith("Tag ")).click().run()
    job = held(page)["tag_job"]
    assert job.wait(60)
    page.run()
    assert not page.exception
    assert not [button for button in page.button if button.label.startswith("Tag ")]


def test_files_are_read_tagged_and_summed_up(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="compact_s@int8")
    assert ".docx" in page.info[0].value
    page.file_uploader[0].set_value(
        [
            ("a.csv", b"id,body\n1,Excel on Windows 11\n2,<script>alert(1)</script> on Ubuntu\n", "text/csv"),
            ("nul.txt", b"a\0b", "text/plain"),
            ("mine.txt", b"Android 14 and Ubuntu 22.04", "text/plain"),
        ]
    ).run()
    read(page)
    assert page.multiselect(key="columns_a.csv").value == ["body"]
    assert page.warning[0].value == "1 file could not be read, or not all of it"
    assert page.text[0].value.startswith("nul.txt: holds NUL bytes")
    button = next(button for button in page.button if button.label.startswith("Tag "))
    assert button.label == "Tag 3 texts, 81 characters"
    tag(page)
    assert [header.value for header in page.header] == [
        "What was found",
        "Where another model differs",
        "Download",
        "Redact",
        "Preview",
    ]
    files = next(table.value for table in page.dataframe if "file" in table.value)
    assert list(files["file"]) == ["a.csv", "mine.txt"]
    assert files.set_index("file").loc["a.csv", "OS"] >= 2
    html = "".join(block.proto.body for block in page.get("html"))
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    before = int(files["mentions"].sum())

    page.slider(key="confidence").set_value(1.0).run()
    files = next(table.value for table in page.dataframe if "file" in table.value)
    assert files["mentions"].sum() < before
    # Another column is another text: its results have to be asked for anew.
    page.multiselect(key="columns_a.csv").set_value(["id"]).run()
    assert [header.value for header in page.header] == []
    assert any(button.label == "Tag 3 texts, 29 characters" for button in page.button)


def make_zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


GIVEN = {
    "tickets.csv": b"id;Subject;Body;state\n1;Outlook;Teams on Windows 11;open\n2;;Docker on Ubuntu 22.04;open\n",
    "no_header.csv": b"1,Outlook 2021 shows 0x80070057\n2,Windows 11 hangs\n",
    "issues.json": json.dumps({"issues": [{"key": "IT-1", "fields": {"Body": "Excel 2019 on macOS 14"}}]}).encode(),
    "log.jsonl": b'{"message": "Docker 24.0 failed to start"}\n{"message": null}\n',
    "notes.txt": "Büro: Outlook „hängt“ unter Windows 10".encode("cp1252"),
    "old.log": "Drucker im Büro: Word läuft unter Windows 10 nicht".encode("cp850"),
    "wide.txt": "Outlook on Windows 11".encode("utf-16-le"),
    "more.zip": make_zip(
        {"a/app.log": b"Ubuntu 22.04", "b/app.log": b"Debian 12", "t.csv": b"n,Body\n1,Linux Mint hangs\n"}
    ),
}


@pytest.mark.parametrize(
    ("options", "columns", "encoding", "carry"),
    [
        ((), {}, None, False),
        (("--carry",), {}, None, True),
        (("--encoding", "cp850"), {}, "cp850", False),
        # As numbers they are the same columns in each of the tables.
        (
            ("--text-column", "2", "--text-column", "1", "--carry"),
            {"tickets.csv": ["Subject", "id"], "no_header.csv": ["column 2", "column 1"],
             "issues.json": ["fields.Body", "key"], "more.zip/t.csv": ["Body", "n"]},
            None,
            True,
        ),
    ],
    ids=["as found", "carried", "encoding", "columns"],
)  # fmt: skip
def test_page_and_command_line_give_the_same(
    shipped_models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    columns: dict[str, list[str]],
    encoding: str | None,
    carry: bool,
) -> None:
    given = {name: data for name, data in GIVEN.items() if not columns or name != "log.jsonl"}
    for name, data in given.items():
        (tmp_path / name).write_bytes(data)
    output = tmp_path / "out.zip"
    model = ("--run", "compact_s", "--variant", "int8", "--models", str(shipped_models))
    written = ("--output", str(output), "--format", "JSONL", "--format", "CSV")
    assert run_itner("tag", *(str(tmp_path / name) for name in given), *model, *options, *written) == 0

    page = open_page("tag_files", shipped_models, monkeypatch, model_one="compact_s@int8")
    page.file_uploader[0].set_value([(name, data, "text/plain") for name, data in given.items()]).run()
    if encoding is not None:
        page.selectbox(key="encoding").set_value(encoding).run()
    page.toggle(key="carry").set_value(carry).run()
    for name, chosen in columns.items():
        page.multiselect(key=f"columns_{name}").set_value(chosen).run()
    assert not page.exception
    assert not page.warning
    tag(page)
    found = held(page)["tag_job"].result()
    with zipfile.ZipFile(output) as archive:
        for format in ("JSONL", "CSV"):
            written = archive.read(f"tagged.{format.lower()}").decode()
            # The command line and the page tag one after the other.
            (date,) = set(re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", written))
            origin = Origin("compact_s", "int8", 0.0, datetime.fromisoformat(date))
            assert uploads.single(found, format, (), origin)().decode() == written
    lines = [json.loads(line) for line in uploads.single(found, "JSONL")().splitlines()]
    assert len(lines) >= 10
    assert any(line["spans"] for line in lines)
    assert any(line.get("fields") for line in lines) == carry


def test_columns_as_they_are_found_leave_it_to_the_content() -> None:
    taken = take([Uploaded("a.csv", GIVEN["tickets.csv"])])
    tables = read_uploads(taken).columns
    found = uploads.choose_columns(taken, Settings(), tables, {"a.csv": ["Body"]})
    assert found.columns == uploads.choose_columns(taken, Settings(), tables, {"a.csv": []}).columns == ()
    assert uploads.choose_columns(taken, Settings(), tables, {"a.csv": ["id"]}).columns == (("a.csv", ("id",)),)


def test_another_reading_asks_anew(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="compact_s@int8")
    # As many characters in the one encoding as in the other.
    page.file_uploader[0].set_value([("a.txt", "Büro: Outlook".encode("cp1252"), "text/plain")]).run()
    tag(page)
    page.selectbox(key="encoding").set_value("cp850").run()
    assert not page.header
    tag(page)
    assert held(page)["tag_job"].result()[0].item.text == "B³ro: Outlook"


def test_removed_files_are_let_go(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="compact_s@int8")
    page.file_uploader[0].set_value([("mine.txt", b"Android 14", "text/plain")]).run()
    assert labels(page)[-1] == "Tag 1 text, 10 characters"
    tag(page)
    work = work_of(page)
    assert {"tag_job", "tag_asked", "uploads_read_as found", "uploads_findings"} <= set(work.held)
    page.multiselect[0].set_value([]).run()
    assert not page.exception
    assert STORE.find(work.token) is None
    assert "work" not in page.query_params
    assert page.file_uploader[0].label == "Files"


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Upload files of text, and draw the page."""
    page.file_uploader[0].set_value([(name, data, "text/plain") for name, data in files]).run()
    assert not page.exception
    return page


def other_session(page: AppTest, **query: str) -> AppTest:
    """A new session of the same server at the page's address, as after a reload, or at another one."""
    again = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=120)
    again.switch_page("pages/tag_files.py")
    for key, value in (query or dict(page.query_params)).items():
        again.query_params[key] = value
    again.run()
    assert not again.exception
    return again


def test_everything_is_there_after_another_page(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    upload(page, ("a.csv", b"id,body,more\n1,Excel on Windows 11,Ubuntu\n"), ("b.txt", b"Debian 12"))
    page.toggle(key="carry").set_value(False).run()
    page.multiselect(key="columns_a.csv").set_value(["more"]).run()
    tag(page)
    page.selectbox(key="redact_files_model").set_value("it_rules · Patterns").run()
    page.pills(key="redact_files_types").set_value(["OS"])
    page.segmented_control(key="redact_files_method").set_value("label").run()
    page.switch_page("pages/overview.py").run()
    assert "work" not in page.query_params
    page.switch_page("pages/tag_files.py").run()
    assert not page.exception
    assert page.query_params["work"] == work_of(page).token
    assert page.multiselect[0].value == ["a.csv", "b.txt"]
    assert page.toggle(key="carry").value is False
    assert page.multiselect(key="columns_a.csv").value == ["more"]
    assert "What was found" in [header.value for header in page.header]
    assert page.selectbox(key="redact_files_model").value == "it_rules · Patterns"
    assert page.pills(key="redact_files_types").value == ["OS"]
    assert page.segmented_control(key="redact_files_method").value == "label"


def test_everything_is_there_after_a_reload(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    upload(page, ("a.txt", b"Excel on Windows 11"))
    page.selectbox(key="encoding").set_value("cp1252").run()
    tag(page)
    again = other_session(page)
    assert again.multiselect[0].value == ["a.txt"]
    assert again.selectbox(key="encoding").value == "cp1252"
    assert "What was found" in [header.value for header in again.header]
    # More can be added; what was forgotten in one tab is gone in the other.
    upload(again, ("a.txt", b"Ubuntu"))
    assert [kept.name for kept in work_of(again).uploads] == ["a.txt", "(2) a.txt"]
    press(again, "Forget my files")
    assert not again.exception
    assert "work" not in again.query_params
    page.run()
    assert "no longer here" in page.warning[0].value
    assert page.file_uploader[0].label == "Files"
    page.run()
    assert not page.warning


def test_nobody_else_finds_the_files(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    upload(page, ("a.txt", b"Excel"))
    assert any("Whoever has the address" in caption.value for caption in page.caption)
    other = other_session(page, model_one="it_rules@patterns")
    assert not other.warning
    assert not other.multiselect
    other = other_session(page, work="guessed")
    assert "no longer here" in other.warning[0].value
    assert "work" not in other.query_params


def test_files_beyond_what_is_kept_are_refused(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    monkeypatch.setattr(STORE, "_most_bytes", 10)
    upload(page, ("a.txt", b"Excel"))
    upload(page, ("b.txt", b"Outlook"))
    assert "upload them in portions" in page.error[0].value
    assert page.multiselect[0].value == ["a.txt"]


class Waiting:
    """Tags as another tagger does, and from the third chunk on not until it may."""

    def __init__(self, tagger: Tagger, go_on: threading.Event) -> None:
        self.tagger, self.go_on, self.calls = tagger, go_on, 0

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        self.calls += 1
        if self.calls > 2:
            self.go_on.wait(60)
        return self.tagger.tag(texts, guideline)


def test_a_stop_answers_at_once_and_keeps_what_is_done(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    line = b"Excel hangs on Windows 11.\n\n"
    upload(page, ("a.txt", b"Debian 12"), ("long.txt", line * 10_000), ("c.txt", b"Ubuntu"))
    go_on = threading.Event()
    start = uploads.start
    monkeypatch.setattr(
        uploads,
        "start",
        lambda items, tagger, guideline: start(items, Waiting(tagger, go_on), guideline),  # type: ignore[arg-type]
    )
    next(button for button in page.button if button.label.startswith("Tag ")).click().run()
    # It goes on while the page is away, and is found again by a reload.
    page.switch_page("pages/overview.py").run()
    page = other_session(page, work=page.session_state["work_token"], model_one="it_rules@patterns")
    assert "Stop" in labels(page)
    job = held(page)["tag_job"]
    while job.counts[0] < 1_000:
        time.sleep(0.01)
    page.run()
    assert " of 280,015 characters, " in progress_in_words(job, "Tagging", "characters")
    assert " left" in progress_in_words(job, "Tagging", "characters")
    started = time.monotonic()
    job.stop()
    page.run()
    assert time.monotonic() - started < 10
    assert not page.exception
    go_on.set()
    assert "Stopped before all was tagged" in page.warning[0].value
    (named,) = [text.value for text in page.text if "long.txt" in text.value and "from character" in text.value]
    assert re.fullmatch(r"long\.txt: from character [\d,]+ of 280,000 on\nc\.txt: 1 of 1 text", named)
    first, begun = job.result()
    assert first.item.text == "Debian 12"
    assert begun.item.part.endswith("of 280,000 characters")
    assert len(begun.mentions) >= 2 * begun.item.text.count("Excel")
    press(page, "Tag all again")
    assert "Tag 3 texts, 280,015 characters" in labels(page)


def shown_words(page: AppTest) -> list[str]:
    """The words that are marked in the preview."""
    html = "".join(block.proto.body for block in page.get("html"))
    return re.findall(r"<mark[^>]*>([^<]*)<", html)


def test_the_preview_can_be_filtered(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    upload(page, ("a.txt", b"Excel hangs on Windows 11"), ("b.txt", b"Ubuntu hangs"), ("c.txt", b"nothing"))
    tag(page)
    assert shown_words(page) == ["Excel", "Windows", "11", "Ubuntu"]
    page.multiselect(key="filter_types").set_value(["OS"]).run()
    assert shown_words(page) == ["Windows", "Ubuntu"]
    assert "Shown: 2 of 4 mentions, in 2 of 3 texts." in [caption.value for caption in page.caption]
    page.text_input(key="filter_text").set_value("WIN").run()
    assert shown_words(page) == ["Windows"]
    page.text_input(key="filter_text").set_value("").run()
    page.multiselect(key="filter_files").set_value(["b.txt"]).run()
    assert shown_words(page) == ["Ubuntu"]
    # The downloads hold all, unless somebody asks for less; what is set stays over another page.
    assert page.toggle(key="narrow").value is False
    page.switch_page("pages/overview.py").run()
    page.switch_page("pages/tag_files.py").run()
    assert shown_words(page) == ["Ubuntu"]


def test_mentions_can_be_corrected(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    upload(page, ("a.txt", b"Excel hangs on Windows 11, Excel and *Frobnicator* too"), ("b.txt", b"Ubuntu"))
    tag(page)

    def widget(kind: str, name: str) -> Any:
        return next(each for each in getattr(page, kind) if each.label == name)

    widget("toggle", "Correct").set_value(True).run()
    assert next(iter(widget("pills", "Mention").options)) == "Excel (SOFTWARE)"
    widget("pills", "Mention").set_value(0).run()
    widget("selectbox", "Type").set_value("OS").run()
    press(page, "Change the type")
    widget("pills", "Mention").set_value(2).run()
    press(page, "Delete the mention")
    widget("text_input", "Words of a mention to add").set_value("*Frobnicator*")
    widget("selectbox", "Its type").set_value("SOFTWARE")
    press(page, "Add")
    assert not page.exception
    assert shown_words(page) == ["Excel", "Windows", "Excel", "*Frobnicator*", "Ubuntu"]
    # What overlaps, or is not there, is refused.
    for words, said in (("hangs on Windows", "overlaps"), ("Windoze", "stand not in the text")):
        widget("text_input", "Words of a mention to add").set_value(words)
        press(page, "Add")
        assert "The mention cannot be so." in [error.value for error in page.error]
        assert any(said in text.value for text in page.text)
    # The correction is in every table, and stands at another threshold and after a reload.
    page.slider(key="confidence").set_value(0.5).run()
    again = other_session(page)
    assert shown_words(again) == ["Excel", "Windows", "Excel", "*Frobnicator*", "Ubuntu"]
    assert "a.txt, corrected" in [text.value for text in again.text]
    counts = next(table.value for table in page.dataframe if "file" in table.value).set_index("file")
    assert counts.loc["a.txt", "OS"] == 2
    results = held(page)["uploads_findings"][1].results
    assert [(m.type, m.score) for m in results[0].mentions if m in results[0].by_hand] == [
        ("OS", None),
        ("SOFTWARE", None),
    ]
    press(page, "Take all corrections of this text back")
    assert shown_words(page) == ["Excel", "Windows", "11", "Excel", "Ubuntu"]


def test_checked_texts_make_a_training_file(
    shipped_models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    upload(page, ("a.csv", b"id,text\n1,Excel hangs on Windows\n2,Ubuntu hangs again\n"))
    tag(page)
    assert any("make a training file" in caption.value for caption in page.caption)
    page.checkbox[0].set_value(True).run()
    assert not page.exception
    assert "Download training.jsonl, 1 checked text" in [button.label for button in page.get("download_button")]
    work = work_of(page)
    checked = list_checked(held(page)["uploads_findings"][1].results, "it", work)
    origin = Origin("it_rules", "patterns", 0.0, work.held["tag_date"])
    for split in ("train", "dev", "test"):
        (tmp_path / f"{split}.jsonl").write_bytes(training_file(checked, origin)())
    splits = read_source("jsonl", tmp_path, get_domain("it"), "mine", HERE)
    for split in splits.values():
        (document,) = split.documents
        assert [document.text[m.start : m.end] for m in document.mentions] == ["Excel", "Windows"]
    page.checkbox[0].set_value(False).run()
    assert work.checked == set()


def test_what_nobody_has_seen_is_not_checked(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    upload(page, ("a.txt", b"Excel hangs on Windows"))
    tag(page)
    # With some of its mentions hidden, nobody can say that all are right.
    page.multiselect(key="filter_types").set_value(["OS"]).run()
    assert page.checkbox[0].disabled
    page.multiselect(key="filter_types").set_value([]).run()
    page.checkbox[0].set_value(True).run()
    work = work_of(page)
    results = held(page)["uploads_findings"][1].results
    assert len(list_checked(results, "it", work)) == 1
    # Another threshold or another model leaves others: these were not looked through.
    (entry,) = results
    fewer = replace(entry, mentions=entry.mentions[:1])
    other = replace(entry, mentions=tuple(replace(mention, type="ERROR") for mention in entry.mentions))
    assert list_checked([fewer], "it", work) == list_checked([other], "it", work) == []
    # Who corrects a checked text has seen what becomes of it.
    next(each for each in page.toggle if each.label == "Correct").set_value(True).run()
    next(each for each in page.text_input if each.label == "Words of a mention to add").set_value("hangs")
    next(button for button in page.button if button.label == "Add").click().run()
    assert not page.exception
    (seen,) = list_checked(held(page)["uploads_findings"][1].results, "it", work)
    assert len(seen.mentions) == 3


def test_a_checked_text_that_annotations_cannot_hold_is_left_out_and_said(
    shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    upload(page, ("a.log", b"\x1b[1mExcel\x1b[0m hangs"), ("b.txt", b"Excel hangs"))
    tag(page)
    for number in range(2):
        page.checkbox[number].set_value(True).run()
    assert any(caption.value.startswith("1 checked text left out of training.jsonl") for caption in page.caption)
    assert "Download training.jsonl, 1 checked text" in [button.label for button in page.get("download_button")]


def test_a_threshold_is_of_the_model_that_it_was_set_for(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns", confidence="0.9")
    asked: list[float] = []
    monkeypatch.setattr(redact, "start", lambda taken, tagger, plan, least: asked.append(least) or Job(lambda *_: None))
    upload(page, ("a.txt", b"Ask Ingrid Halvorsen on +47 22 55 01 43"))
    tag(page)
    next(button for button in page.button if button.label == "Redact the files").click().run()
    # What finds persons is another model than the one above, whose threshold says nothing of it.
    assert asked == [0.0]


def test_nothing_of_a_removed_file_is_kept(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    zipped = make_zip({"in.txt": b"Debian hangs"})
    upload(page, ("a.txt", b"Excel hangs"), ("b.zip", zipped), ("c.txt", b"Ubuntu hangs"))
    tag(page)
    for number in range(3):
        page.checkbox[number].set_value(True).run()
    work = work_of(page)
    assert {key[1] for key in work.checked} == {"a.txt", "b.zip/in.txt", "c.txt"}
    page.multiselect[0].set_value(["c.txt"]).run()
    assert not page.exception
    assert {key[1] for key in work.checked} == {"c.txt"}
    assert not any("Excel" in repr(value) or "Debian" in repr(value) for value in work.held.values())
    assert not {"tag_job", "uploads_findings"} & set(work.held)
    assert labels(page) == ["Tag 1 text, 12 characters"]


def test_tables_come_back_with_what_was_found(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    table = b"id;text;state\n1;Excel hangs on Windows;open\n2;;open\n3;Ubuntu hangs;shut\n"
    unnamed = make_xlsx({"S": row(1, 1, "Excel hangs on Windows") + row(2, 2, "Windows does not start")})
    upload(page, ("a.csv", table), ("b.xlsx", unnamed), ("c.txt", b"Debian"), ("d.xlsx", b"no workbook"))
    tag(page)
    press(page, "Write the tables with what was found")
    job = held(page)["tag_tables"][1]
    assert job.wait(30)
    page.run()
    assert not page.exception
    back = job.result()
    assert back.name == "a-tagged.csv"
    lines = back.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("id;text;state;")
    assert lines[0].endswith(";mentions;model;variant;threshold;date")
    assert lines[2].startswith("2;;open;;;")
    assert any(text.value.startswith("b.xlsx is left out: a sheet has no line") for text in page.text)
    # What could not be read is not read here either.
    assert back.problems["d.xlsx"] == "nothing in it was tagged"
    # At another threshold they have to be written anew.
    page.slider(key="confidence").set_value(0.5).run()
    assert "Write the tables with what was found" in labels(page)


def test_a_table_read_by_other_columns_comes_back_by_them() -> None:
    upload = Upload("a.csv", GIVEN["tickets.csv"])
    choice = uploads.choose_columns(
        [upload, Upload("b.csv", b"text\nTeams\n")], Settings(), read_uploads([upload]).columns, {"a.csv": ["Subject"]}
    )
    of_file = {"a.csv": Settings(("Subject",))}
    items = read_uploads(choice.uploads, Settings(), of_file).items
    results = [TaggedItem(item, (Mention(0, 5, "OS"),)) for item in items]
    job = uploads.start_tables(choice, items, results, TYPES, Origin("run", None, 0.0, datetime.now(UTC)))
    assert job.wait(30)
    with zipfile.ZipFile(io.BytesIO(job.result().data)) as archive:
        assert archive.namelist() == ["a-tagged.csv", "b-tagged.csv"]
        lines = archive.read("a-tagged.csv").decode("utf-8-sig").splitlines()
    assert lines[1].startswith("1;Outlook;Teams on Windows 11;open;;Outlo;")
    assert lines[2].startswith("2;;Docker on Ubuntu 22.04;open;;;")


def test_files_without_text_say_so(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch)
    page.file_uploader[0].set_value([("empty.txt", b" \n", "text/plain")]).run()
    assert page.info[-1].value == "No text was found in these files."
    assert labels(page) == []


def test_without_weights_the_page_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "bare")
    page = open_page("tag_files", tmp_path, monkeypatch)
    assert "itner train minilm_full --data stackoverflow --run bare_again --models" in page.code[0].value
    assert not page.get("file_uploader")


def test_reading_can_be_stopped_and_begun_again(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="compact_s@int8")
    slow = ("slow.html", b"<p>Outlook hangs</p>" * 1_000_000, "text/html")
    page.file_uploader[0].set_value([("a.txt", b"Outlook", "text/plain"), slow]).run()
    assert labels(page) == ["Stop"]
    press(page, labels(page)[0])
    assert held(page)["uploads_read_as found"][1].wait(30)
    page.run()
    assert labels(page) == ["Read again", "Tag 1 text, 7 characters"]
    assert "slow.html: not read, because reading was stopped" in [text.value for text in page.text]
    press(page, labels(page)[0])
    assert labels(page) == ["Stop"]
    press(page, labels(page)[0])


def test_notices_count_the_files_that_they_are_about(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="compact_s@int8")
    lines = b'{"id": 1, "text": "Outlook hangs"}\n{broken\n{"id": 2, "text": null}\n'
    page.file_uploader[0].set_value(
        [("a.jsonl", lines, "text/plain"), ("b.txt", "Büro".encode("cp1252"), "text/plain")]
    )
    page.run()
    assert page.warning[0].value == "1 file could not be read, or not all of it"
    assert [expander.label for expander in page.expander] == ["How files are read", "3 notes on 2 files"]


def test_the_files_can_be_taken_home_redacted(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="it_rules@patterns")
    page.file_uploader[0].set_value(
        [("a.csv", b"id,body\n1,Excel on Windows 11\n", "text/csv"), ("b.html", b"<p>Ubuntu</p>", "text/html")]
    ).run()
    tag(page)
    button = next(button for button in page.button if button.label == "Redact the files")
    # Personal data is what is hidden unless another tagger is chosen.
    first = page.selectbox(key="redact_files_model").value
    assert first == "pii_union · INT8, for personal data in support conversations"
    page.selectbox(key="redact_files_model").set_value("it_rules · Patterns").run()
    page.pills(key="redact_files_types").set_value(["OS", "SOFTWARE"])
    page.segmented_control(key="redact_files_method").set_value("label")
    page.run()
    button = next(button for button in page.button if button.label == "Redact the files")
    button.click().run()
    assert not page.exception
    counts = next(table.value for table in page.dataframe if "replaced" in table.value)
    assert dict(zip(counts["type"], counts["replaced"], strict=True)) == {"SOFTWARE": 1, "OS": 1}
    assert any(text.value.startswith("b.html is left out") for text in page.text)
    with zipfile.ZipFile(io.BytesIO(held(page)["tag_redaction"][1].result().data)) as archive:
        assert archive.read("a.csv") == b"id,body\n1,[SOFTWARE] on [OS] 11\n"
    # Another choice has to be asked for anew.
    page.segmented_control(key="redact_files_method").set_value("mask").run()
    assert [button for button in page.button if button.label == "Redact the files"]


def test_a_text_is_shown_redacted(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("live", shipped_models, monkeypatch, model="it_rules@patterns", text="Excel on Windows 11")
    page.selectbox(key="redact_model").set_value("it_rules · Patterns").run()
    page.segmented_control(key="redact_text_method").set_value("label").run()
    assert any(code.value == "[SOFTWARE] on [OS] [VERSION]" for code in page.code)
    page.pills(key="redact_text_types").set_value([]).run()
    assert any(info.value == "Choose a type to hide." for info in page.info)


@pytest.mark.parametrize("confidence", ["0", "1"])
def test_personal_data_is_hidden_on_pages_about_other_text(
    confidence: str, shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Mrs Ingrid Halvorsen, +47 22 55 01 43, runs Excel"
    query = {"model": "it_rules@patterns", "text": text, "confidence": confidence}
    page = open_page("live", shipped_models, monkeypatch, **query)
    page.segmented_control(key="redact_text_method").set_value("label").run()
    page.toggle(key="redact_now").set_value(True).run()
    assert any(code.value == "Mrs [PERSON_NAME], [PHONE], runs Excel" for code in page.code)


def test_more_can_be_hidden_than_is_likely(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "ask for bee or the wee man in goods in, quote 55 12 9; pls fwd 2 grp, luv moss x"
    page = open_page("live", shipped_models, monkeypatch, model="it_rules@patterns", text=text)
    wish = page.selectbox(key="redact_text_recall")
    assert wish.value is None
    page.toggle(key="redact_now").set_value(True).run()
    plain = page.code[-1].value
    page.selectbox(key="redact_text_recall").set_value(0.97).run()
    assert not page.exception
    assert any(each.value.startswith("Threshold 0.") and "on personal dev, 9" in each.value for each in page.text)
    assert page.code[-1].value.count("*") > plain.count("*")
    # More than any threshold hides, or a share of what is not all hidden, is refused, and nothing is shown redacted.
    shown = len(page.code)
    page.selectbox(key="redact_text_recall").set_value(0.99).run()
    assert "Nothing is redacted." in [error.value for error in page.error]
    assert len(page.code) < shown
    page.selectbox(key="redact_text_recall").set_value(0.9).run()
    page.pills(key="redact_text_types").set_value(["EMAIL"]).run()
    assert any("choose every type that points at a person" in each.value for each in page.text)
    # Rules of another domain hide what they find.
    page.selectbox(key="redact_model").set_value("it_rules · Patterns").run()
    assert "redact_text_recall" not in {box.key for box in page.selectbox}


def test_a_wish_stays_when_another_tagger_is_chosen(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    query = {"domain": "pii", "model": ["pii_minilm@int8", "pii_rules@patterns"]}
    page = open_page("live", shipped_models, monkeypatch, text="Mrs Ingrid Halvorsen, +47 22 55 01 43", **query)
    page.selectbox(key="redact_text_recall").set_value(0.9).run()
    assert not page.error
    page.selectbox(key="redact_model").set_value("pii_rules · Patterns").run()
    assert page.selectbox(key="redact_text_recall").value == 0.9
    assert "Nothing is redacted." in [error.value for error in page.error]
    assert any("rules have no threshold" in each.value for each in page.text)
    page.selectbox(key="redact_model").set_value("pii_minilm · INT8").run()
    assert page.selectbox(key="redact_text_recall").value == 0.9
    assert not page.error
