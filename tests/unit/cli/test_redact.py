"""`itner redact`: files without personal data, what is said of it, and what is refused."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path

import docx
import pytest
from commands import run_itner

from itner.workflows import inputs
from itner.workflows import redact as workflow
from itner.workflows.redact import tell_apart

redact = partial(run_itner, "redact")


@pytest.fixture
def here(here: Path) -> Path:
    """Two files, and no runs."""
    (here / "a.txt").write_text("Mrs Ingrid Halvorsen of Oslo, +47 22 55 01 43, on 14 March 2024\n", encoding="utf-8")
    (here / "b.csv").write_text("who,card\nIngrid Halvorsen,4111 1111 1111 1111\n", encoding="utf-8")
    return here


def test_files_are_written_without_what_points_at_a_person(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert redact("a.txt", "b.csv", "--method", "label", "--output", "out") == 0
    assert (here / "out" / "a.txt").read_text() == "Mrs [PERSON_NAME] of Oslo, [PHONE], on [DATE]\n"
    assert (here / "out" / "b.csv").read_text() == "who,card\n[PERSON_NAME],[CREDIT_CARD]\n"
    out, err = capsys.readouterr()
    assert "PERSON_NAME          2 replaced (label)" in out
    assert "2 files written to out" in out
    assert "found by the rules of domain 'pii', because there is no run" in err
    assert sorted(path.name for path in here.iterdir()) == ["a.txt", "b.csv", "out"]


def test_more_files_than_are_read_are_said_and_progress_is_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "MAX_FILES", 3)
    monkeypatch.setattr(workflow, "MAX_FILES", 3)
    (here / "many").mkdir()
    for number in range(6):
        (here / "many" / f"{number}.txt").write_text("Mrs Ingrid Halvorsen\n", encoding="utf-8")
    assert redact("many", "--output", "out") == 1
    assert sorted(path.name for path in (here / "out" / "many").iterdir()) == ["0.txt", "1.txt", "2.txt"]
    out, err = capsys.readouterr()
    assert "3 files written" in out
    assert "many/3.txt: more than 3 files; this one and all after it are left out" in err
    assert err.count("tagging: 100%") == 1


def test_types_and_methods_can_be_chosen(here: Path) -> None:
    assert (
        redact("a.txt", "--type", "city", "--type", "phone", "--as", "PHONE=mask", "--method", "label", "--output", "o")
        == 0
    )
    assert (here / "o" / "a.txt").read_text() == "Mrs Ingrid Halvorsen of [CITY], *** ** ** ** **, on 14 March 2024\n"


def test_the_same_key_gives_the_same_pseudonyms_and_the_mapping_is_its_owners(here: Path) -> None:
    (here / "key.bin").write_bytes(b"0123456789abcdef")
    for name in ("one", "two"):
        words = ("--method", "pseudonym", "--key-file", "key.bin", "--mapping", f"{name}.json", "--output", name)
        assert redact("a.txt", *words) == 0
    assert (here / "one" / "a.txt").read_bytes() == (here / "two" / "a.txt").read_bytes()
    assert (here / "one.json").stat().st_mode & 0o777 == 0o600
    kind, made = json.loads((here / "one.json").read_text())["+47 22 55 01 43"]
    assert kind == "PHONE"
    assert made in (here / "one" / "a.txt").read_text()
    assert redact("a.txt", "--method", "pseudonym", "--output", "three") == 0
    assert (here / "three" / "a.txt").read_bytes() != (here / "one" / "a.txt").read_bytes()


def test_what_is_left_out_is_named_and_ends_with_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "c.pdf").write_bytes(b"%PDF-1.7")
    assert redact("a.txt", "c.pdf", "--output", "out") == 1
    assert "c.pdf: files of the kind .pdf cannot be redacted" in capsys.readouterr().err
    assert [path.name for path in (here / "out").iterdir()] == ["a.txt"]


def test_two_files_that_get_one_name_are_told_apart(here: Path) -> None:
    for name in ("Ingrid Halvorsen", "Ingrid Amundsen"):
        (here / f"{name}.txt").write_text(f"Mrs {name}", encoding="utf-8")
    assert redact("Ingrid Halvorsen.txt", "Ingrid Amundsen.txt", "--method", "label", "--output", "out") == 0
    assert sorted(path.name for path in (here / "out").iterdir()) == ["[PERSON_NAME]-2.txt", "[PERSON_NAME].txt"]


def test_names_stay_apart_whatever_they_become() -> None:
    assert tell_apart(["a.txt", "A.txt", "a-2.txt", "a.txt", "x/a.txt"]) == [
        "a.txt", "A-2.txt", "a-2-2.txt", "a-3.txt", "x/a.txt",
    ]  # fmt: skip
    assert tell_apart(["../../b", "..", ".env"]) == ["b", "file", ".env"]
    assert len(tell_apart(["ä" * 300 + ".txt"])[0].encode()) <= 184


def test_what_is_left_out_of_a_file_ends_with_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = "--b\n\nhello\n--b\nContent-Type: image/png\n\nx\n--b--\n"
    mail = f"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n{parts}"
    (here / "m.eml").write_text(mail, encoding="utf-8")
    assert redact("m.eml", "--output", "out") == 1
    assert "m.eml: an attachment of the kind image/png is left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--method", "erase"), "none of mask, label, hash, pseudonym"),
        (("--type", "OS"), "none of CITY"),
        (("--as", "PHONE=erase"), "none of mask"),
        (("--key-file", "none.bin"), "no key there"),
        (("--key-file", "short.bin"), "15 bytes are found by trying"),
        (("--mapping", "a.txt"), "this is there already"),
        (("--output", "full"), "this is there already"),
        (("--output", "none/out"), "no such folder"),
        (("--mapping", "none/m.json"), "no such folder"),
        (("--mapping", "out"), "is the folder of the files"),
        (("--mapping", "out/map.json"), "is the folder of the files, or in it"),
        (("--output", "empty", "--mapping", "empty/deep/map.json"), "is the folder of the files, or in it"),
        (("--output", "link", "--mapping", "empty/map.json"), "is the folder of the files, or in it"),
        (("--output", "a.txt"), "this is there already"),
        (("--output", "."), "this is there already"),
        (("--mapping", "nowhere"), "this is there already"),
        (("--run", "none"), "no run 'none'"),
        # Before anything is loaded that takes long.
        (("--run", "none", "--output", "full"), "this is there already"),
        (("--run", "none", "--mapping", "a.txt"), "this is there already"),
    ],
)
def test_bad_usage_writes_nothing(
    here: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "full").mkdir()
    (here / "full" / "x").write_text("x", encoding="utf-8")
    (here / "short.bin").write_bytes(b"fifteen letters")
    (here / "empty").mkdir()
    (here / "link").symlink_to("empty")
    (here / "nowhere").symlink_to("gone.json")
    before = sorted(path.name for path in here.rglob("*"))
    words = words if "--output" in words else (*words, "--output", "out")
    assert redact("a.txt", *words) == 2
    assert said in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert not (here / "out").exists()
    assert (here / "a.txt").read_text().startswith("Mrs Ingrid")
    assert sorted(path.name for path in here.rglob("*")) == before


@pytest.mark.parametrize("output", [".", "empty", "link", "new", "empty/../other"])
def test_a_folder_that_is_empty_or_not_there_takes_the_files(
    here: Path, output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = here / "place"
    place.mkdir()
    (place / "empty").mkdir()
    (place / "link").symlink_to("empty")
    if output == ".":
        place = place / "empty"
    monkeypatch.chdir(place)
    mapping = here / "map.json"
    assert redact(str(here / "a.txt"), str(here / "b.csv"), "--output", output, "--mapping", str(mapping)) == 0
    assert sorted(path.name for path in (place / output).iterdir()) == ["a.txt", "b.csv"]
    assert json.loads(mapping.read_text())["Ingrid Halvorsen"] == ["PERSON_NAME", "****** *********"]
    # Nothing half written is left anywhere.
    assert not list(here.rglob(".*"))


def test_a_mapping_is_written_with_its_files_or_not_at_all(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(build: Path, place: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("itner.workflows.redact._take_place", fail)
    assert redact("a.txt", "--output", "out", "--mapping", "map.json") == 2
    assert sorted(path.name for path in here.iterdir()) == ["a.txt", "b.csv"]


def test_what_could_not_be_put_into_its_place_is_taken_back(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "empty").mkdir()
    rename, calls = os.rename, []

    def second_fails(old: Path, new: Path) -> None:
        calls.append(new)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")
        rename(old, new)

    monkeypatch.setattr("itner.workflows.redact.os.rename", second_fails)
    assert redact("a.txt", "b.csv", "--output", "empty", "--mapping", "map.json") == 2
    assert not list((here / "empty").iterdir())
    assert not (here / "map.json").exists()


def test_where_nothing_could_be_redacted_it_ends_with_2(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "c.pdf").write_bytes(b"%PDF-1.7")
    (here / "d.docx").write_bytes(b"no zip")
    assert redact("c.pdf", "d.docx", "--output", "out", "--mapping", "map.json") == 2
    err = " ".join(capsys.readouterr().err.split())
    assert "c.pdf: files of the kind .pdf cannot be redacted" in err
    assert "d.docx: " in err
    assert not (here / "out").exists()
    assert not (here / "map.json").exists()


def test_who_wrote_a_document_is_hidden_though_nothing_else_names_them(here: Path) -> None:
    document = docx.Document()
    document.add_paragraph("The printer on the second floor is out of paper.")
    document.core_properties.author = "Marianne Okonkwo"
    document.core_properties.last_modified_by = "Tobias Lindqvist"
    document.save(str(here / "c.docx"))
    # The thumbnail is left out, and that is said.
    assert redact("c.docx", "--method", "label", "--output", "out") == 1
    written = docx.Document(str(here / "out" / "c.docx"))
    assert written.core_properties.author == written.core_properties.last_modified_by == "[PERSON_NAME]"
    assert written.paragraphs[0].text == "The printer on the second floor is out of paper."
