"""`itner tag` on files as people have them: folders, patterns, tables, encodings, and what is left out."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from commands import run_itner
from shipped import REPOSITORY

from itner.files.writers import FORMATS

tag = partial(run_itner, "tag")

INPUTS = REPOSITORY / "tests" / "inputs"


def results(name: str = "tagged.zip") -> list[dict[str, Any]]:
    with zipfile.ZipFile(name) as archive:
        return [json.loads(line) for line in archive.read("tagged.jsonl").splitlines()]


def found() -> list[tuple[str, str]]:
    return [(span["type"], span["text"]) for line in results() for span in line["spans"]]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "texts", "said"),
    [
        ("empty_description_column.csv", ["Outlook 2021 hangs", "Windows 11 hangs"], "read `Summary` of Summary, "),
        ("jira_repeated_columns.csv", ["Outlook 2021 hangs", "Teams hangs"], "read `Summary` of Summary, Issue key, "),
        (
            "no_header.csv",
            ["Outlook 2021 shows 0x80070057", "Windows 11 hangs"],
            "read column 2 of 2; there is no line",
        ),
        (
            "subject_and_ticket_text.csv",
            ["Outlook 2021 shows 0x80070057 on Windows 11 since the update", "The ThinkPad T14 does not boot"],
            "read `ticket_text` of id, subject, ticket_text",
        ),
        (
            "one_null_description.jsonl",
            ["Outlook 2021 hangs", "Windows 11 shows 0x80070057"],
            "1 record without text skipped",
        ),
        ("utf16le_without_mark.txt", ["Outlook 2021 on Windows 11"], "read as UTF-16-LE"),
        (
            "utf8_cut_at_the_end.log",
            ["Büro-PC: Outlook 2021 on Windows 11\n" * 5 + "\ufffd"],
            "damaged UTF-8: 1 byte, the first at 185",
        ),
        (
            "windows1252_quotes.txt",
            ["The printer’s driver – HP LaserJet – shows “0x80070057” on Windows 11.\r\nBüro: €5 for Outlook…\r\n"],
            "byte 11 is not UTF-8; read as Windows-1252",
        ),
    ],
)
def test_what_went_wrong_before(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, texts: list[str], said: str
) -> None:
    assert tag(str(INPUTS / name)) == 0
    assert [line["text"] for line in results()] == texts
    assert f"{name}: {said}" in capsys.readouterr().err


def test_mentions_after_a_guess_of_the_encoding(here: Path) -> None:
    assert tag(str(INPUTS / "windows1252_quotes.txt")) == 0
    assert {("ERROR", "0x80070057"), ("SOFTWARE", "Outlook")} <= set(found())
    assert tag(str(INPUTS / "subject_and_ticket_text.csv")) == 0
    assert len(found()) >= 6


def test_files_of_one_name_stay_apart(here: Path) -> None:
    for host in ("hostA", "hostB"):
        (here / host).mkdir()
        shutil.copy(INPUTS / host / "app.log", here / host)
    for given in (("hostA/app.log", "hostB/app.log"), ("hostA", "hostB"), ("*/app.log",)):
        assert tag(*given) == 0
        assert [(line["file"], line["text"]) for line in results()] == [
            ("hostA/app.log", "Outlook 2021 on Windows 11\n"),
            ("hostB/app.log", "Docker 24.0 on Ubuntu 22.04\n"),
        ]


def test_folders_are_read_to_the_ground(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("logs/b.log", "logs/a.txt", "logs/deep/er/c.log", "logs/.hidden.log", "logs/.git/x.txt", "logs/d.EXE"):
        write(here / name, f"Outlook in {name}")
    write(here / "logs" / "Makefile", "Word")
    (here / "logs" / "deep" / "loop").symlink_to(here / "logs", target_is_directory=True)
    (here / "logs" / "twice.log").symlink_to(here / "logs" / "b.log")
    for given in ("logs", "logs/", "./logs", str(here / "logs"), "logs/../logs"):
        assert tag(given) == 0
        assert [line["file"] for line in results()] == ["logs/a.txt", "logs/b.log", "logs/deep/er/c.log"]
        said = capsys.readouterr().err
        assert (
            "4 files read, skipped: 2 files of kinds that are not read (.exe 1, without an extension 1), 2 hidden"
            in said
        )
    # The results of before lie there, and are no text.
    os.chdir(here / "logs")
    assert tag(".") == 0
    assert [line["file"] for line in results()] == ["a.txt", "b.log", "deep/er/c.log"]
    assert tag(".", "--output", "again.zip") == 0
    files = {line["file"] for line in results("again.zip")}
    assert "tagged.zip/tagged.jsonl" in files
    assert not any(name.startswith("again.zip") for name in files)
    assert tag(".", "--output", "again.zip") == 0
    assert {line["file"] for line in results("again.zip")} == files


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("*.log", ["x.log"]),
        ("a/*", ["1.log", "2.txt", "b/x.log"]),
        ("**/*.log", ["1.log", "a/b/x.log", "./x.log"]),
        ("a/[12].*", ["1.log", "2.txt"]),
        ("a/?.txt", ["2.txt"]),
    ],
)
def test_patterns_are_expanded_here(here: Path, pattern: str, files: list[str]) -> None:
    for name in ("x.log", "a/1.log", "a/2.txt", "a/b/x.log"):
        write(here / name, f"Outlook in {name}")
    assert tag(pattern) == 0
    named = [line["file"] for line in results()]
    assert [name.split("/")[-1] for name in named] == [name.split("/")[-1] for name in files]
    assert len(set(named)) == len(named)


def test_a_name_with_brackets_is_a_name(here: Path) -> None:
    write(here / "log[1].txt", "Outlook")
    write(here / "log1.txt", "Word")
    assert tag("log[1].txt") == 0
    assert [line["text"] for line in results()] == ["Outlook"]


def test_a_file_given_twice_is_read_once(here: Path) -> None:
    write(here / "logs" / "a.txt", "Outlook")
    assert tag("logs/a.txt", "logs", "logs/*.txt", "./logs/a.txt") == 0
    assert len(results()) == 1


def test_what_is_left_out_makes_the_exit_code_1_and_the_rest_is_written(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "good.txt", "Outlook hangs")
    write(here / "large.log", "Word " * 10)
    write(here / "half.jsonl", '{"text": "Teams hangs"}\n{oops\n')
    (here / "gone.txt").symlink_to(here / "nowhere")
    monkeypatch.setattr("itner.workflows.inputs.MAX_FILE_BYTES", 40)
    write(here / "in" / "empty.txt", "")
    shutil.copy(here / "good.txt", here / "in")
    assert tag("good.txt", "large.log", "half.jsonl", "in") == 1
    assert [line["file"] for line in results()] == ["good.txt", "half.jsonl", "in/good.txt"]
    said = capsys.readouterr().err
    assert "large.log: larger than " in said
    assert "half.jsonl: 1 line is left out, the first is line 2" in said
    assert "in/empty.txt: the file is empty" in said
    # With --strict nothing is written, not over what is there, either.
    before = Path("tagged.zip").read_bytes()
    assert tag("good.txt", "in", "--strict") == 1
    assert tag("good.txt", "half.jsonl", "--strict", "--output", "new.zip") == 1
    said = capsys.readouterr()
    assert "nothing written: 1 left out, and --strict" in said.err
    assert "written" not in said.out
    assert Path("tagged.zip").read_bytes() == before
    assert not Path("new.zip").exists()
    assert tag("good.txt", "--strict") == 0
    # A link to nothing was named by nobody but the folder that holds it.
    assert tag(".") == 1
    assert "gone.txt: cannot be read (No such file or directory)" in capsys.readouterr().err


def test_nothing_to_tag_exits_with_2(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "none").mkdir()
    write(here / "pictures" / "a.png", "x")
    for number in range(8):
        write(here / "empty" / f"{number}.txt", "")
    for given, said in (
        ("none", "none: 0 files read, skipped: none"),
        ("pictures", "pictures: 0 files read, skipped: 1 file of kinds that are not read (.png 1)"),
        ("empty", "empty/4.txt: the file is empty; and 3 more"),
    ):
        assert tag(given) == 2
        assert said in capsys.readouterr().err
    assert not Path("tagged.zip").exists()


def test_text_columns_and_what_is_carried(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = "id;type;Subject;Body\n7;=1+1;Outlook;Teams on Windows 11\n8;bug;;Docker\n"
    write(here / "a.csv", table)
    assert (
        tag(
            "a.csv", "--text-column", "subject", "--text-column", "4", "--carry", "--format", "JSONL", "--format", "CSV"
        )
        == 0
    )
    assert [(line["part"], line["text"], line["fields"]) for line in results()] == [
        ("row 1 Subject", "Outlook", {"id": "7", "type": "=1+1"}),
        ("row 1 Body", "Teams on Windows 11", {"id": "7", "type": "=1+1"}),
        ("row 2 Body", "Docker", {"id": "8", "type": "bug"}),
    ]
    with zipfile.ZipFile("tagged.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("tagged.csv").decode("utf-8-sig"))))
    assert {(row["text"], row["id"], row["type (of the row)"]) for row in rows} >= {
        ("Outlook", "7", "'=1+1"),
        ("Windows", "7", "'=1+1"),
        ("Docker", "8", "bug"),
    }
    assert tag("a.csv") == 0
    assert "fields" not in results()[0]
    capsys.readouterr()
    write(here / "b.txt", "Excel")
    assert tag("a.csv", "b.txt", "--text-column", "gone") == 1
    assert "a.csv: has no column `gone`; it has id, type, Subject, Body" in capsys.readouterr().err
    write(
        here / "c.json", json.dumps({"issues": [{"key": "IT-1", "fields": {"summary": "Outlook", "text": "so it is"}}]})
    )
    assert tag("c.json", "--text-column", "fields.summary") == 0
    assert [line["text"] for line in results()] == ["Outlook"]


def test_an_encoding_that_is_set(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "a.txt").write_bytes("Outlook „hängt“".encode("cp1252"))
    assert tag("a.txt", "--encoding", "windows-1252") == 0
    assert results()[0]["text"] == "Outlook „hängt“"
    assert "a.txt: read as cp1252, as was set" in capsys.readouterr().err
    assert tag("a.txt", "--encoding", "rot13") == 2
    assert "no encoding is called 'rot13'; names are, for example, utf-8" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("jsonl", "tagged.jsonl"), ("CONLL", "tagged.conll"), ("html", "tagged.html"),
        ("spacy json", "tagged-spacy.json"),
        ("spaCy-JSON", "tagged-spacy.json"), ("label_studio", "tagged-label-studio.json"),
        ("LabelStudio", "tagged-label-studio.json"), ("Doccano", "tagged-doccano.jsonl"),
    ],
)  # fmt: skip
def test_the_name_of_a_format_may_be_written_in_any_case(name: str, file: str, here: Path) -> None:
    write(here / "a.txt", "Outlook hangs")
    assert tag("a.txt", "--format", name, "--format", name.upper(), "--format", "csv") == 0
    with zipfile.ZipFile("tagged.zip") as archive:
        assert sorted(archive.namelist()) == sorted([file, "tagged.csv"])


def test_a_format_that_there_is_not_is_refused_with_those_that_there_are(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "a.txt", "Outlook hangs")
    assert tag("a.txt", "--format", "yaml") == 2
    assert "Label Studio" in " ".join(capsys.readouterr().err.split())
    assert not (here / "tagged.zip").exists()


def test_the_help_names_every_format(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    assert tag("--help") == 0
    said = capsys.readouterr().out
    assert [name for name in FORMATS if name not in said] == []
