from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from commands import run_itner
from opening import open_page
from streamlit.testing.v1 import AppTest
from synthetic import write_run

from itner.core.types import Mention
from itner.dashboard import tag_files as uploads
from itner.dashboard.jobs import progress_in_words
from itner.files.formats import PARSERS
from itner.files.items import Settings, TextItem
from itner.files.readers import read_uploads
from itner.files.summary import count_types, top_mentions
from itner.files.tagging import TaggedItem

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
    taken = uploads.take([Uploaded("a.txt", b"1"), Uploaded("b.txt", b"2"), Uploaded("a.txt", b"3")])
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
    ("seconds", "share", "words"),
    [
        ((3.0, None), 0.01, "Tagging: 1% after 3 s"),
        ((30.0, 90.4), 0.25, "Tagging: 25% after 30 s, about 1 min 30 s left"),
    ],
)
def test_progress_in_words(seconds: tuple[float, float | None], share: float, words: str) -> None:
    job = SimpleNamespace(share=share, seconds=lambda: seconds)
    assert progress_in_words(job, "Tagging") == words  # type: ignore[arg-type]


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


def tag(page: AppTest) -> None:
    """Press the button, and wait for the job as the page's fragment does."""
    next(button for button in page.button if button.label.startswith("Tag ")).click().run()
    job = page.session_state["tag_job"]
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
    assert not page.exception
    assert page.multiselect(key="columns_a.csv").value == ["body"]
    assert page.warning[0].value == "1 file could not be read, or not all of it"
    assert page.text[0].value.startswith("nul.txt: holds NUL bytes")
    button = next(button for button in page.button if button.label.startswith("Tag "))
    assert button.label == "Tag 3 texts, 81 characters"
    tag(page)
    assert [header.value for header in page.header] == ["What was found", "Download", "Redact", "Preview"]
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
    found = page.session_state["tag_job"].result()
    with zipfile.ZipFile(output) as archive:
        for format in ("JSONL", "CSV"):
            assert uploads.single(found, format)().decode() == archive.read(f"tagged.{format.lower()}").decode()
    lines = [json.loads(line) for line in uploads.single(found, "JSONL")().splitlines()]
    assert len(lines) >= 10
    assert any(line["spans"] for line in lines)
    assert any(line.get("fields") for line in lines) == carry


def test_columns_as_they_are_found_leave_it_to_the_content() -> None:
    taken = uploads.take([Uploaded("a.csv", GIVEN["tickets.csv"])])
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
    assert page.session_state["tag_job"].result()[0].item.text == "B³ro: Outlook"


def test_removed_files_are_let_go(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="compact_s@int8")
    page.file_uploader[0].set_value([("mine.txt", b"Android 14", "text/plain")]).run()
    assert page.button[-1].label == "Tag 1 text, 10 characters"
    tag(page)
    kept = ("tag_job", "tag_asked", "uploads_read_as found", "uploads_findings")
    assert all(key in page.session_state for key in kept)
    page.file_uploader[0].set_value([]).run()
    assert not page.exception
    assert not any(key in page.session_state for key in kept)


def test_files_without_text_say_so(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch)
    page.file_uploader[0].set_value([("empty.txt", b" \n", "text/plain")]).run()
    assert page.info[-1].value == "No text was found in these files."
    assert not page.button


def test_without_weights_the_page_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run(tmp_path, "bare")
    page = open_page("tag_files", tmp_path, monkeypatch)
    assert "itner train minilm_full --data stackoverflow --run bare_again --models" in page.code[0].value
    assert not page.get("file_uploader")


def test_reading_can_be_stopped_and_begun_again(shipped_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_page("tag_files", shipped_models, monkeypatch, model_one="compact_s@int8")
    slow = ("slow.html", b"<p>Outlook hangs</p>" * 1_000_000, "text/html")
    page.file_uploader[0].set_value([("a.txt", b"Outlook", "text/plain"), slow]).run()
    assert [button.label for button in page.button] == ["Stop"]
    page.button[0].click().run()
    assert page.session_state["uploads_read_as found"][1].wait(30)
    page.run()
    assert [button.label for button in page.button] == ["Read again", "Tag 1 text, 7 characters"]
    assert "slow.html: not read, because reading was stopped" in [text.value for text in page.text]
    page.button[0].click().run()
    assert [button.label for button in page.button] == ["Stop"]
    page.button[0].click().run()


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
    with zipfile.ZipFile(io.BytesIO(page.session_state.tag_redaction.result().data)) as archive:
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


def test_personal_data_is_hidden_on_pages_about_other_text(
    shipped_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "Mrs Ingrid Halvorsen, +47 22 55 01 43, runs Excel"
    page = open_page("live", shipped_models, monkeypatch, model="it_rules@patterns", text=text)
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
