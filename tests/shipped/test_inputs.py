"""Small files that went wrong once, through the command line with the shipped default run: what a user expects.

What is expected stands in words beside each file, in tests/inputs/.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from commands import run_itner
from shipped import REPOSITORY

from itner.core.view import read_view

INPUTS = REPOSITORY / "tests" / "inputs"
FILES = sorted(path for path in INPUTS.iterdir() if path.is_file() and not path.name.endswith(".expected.txt"))
Found = list[tuple[str, str]]
# For each file its parts, their texts and mentions.
Tagged = dict[str, list[tuple[str, str, Found]]]


def tag(paths: list[Path], output: Path, models: Path) -> list[dict[str, Any]]:
    """The results of the shipped default run, in FP32, which no processor changes."""
    run = ("--run", "minilm_full_kd", "--variant", "fp32", "--models", str(models))
    assert run_itner("tag", *map(str, paths), *run, "--output", str(output)) == 0
    with zipfile.ZipFile(output) as archive:
        return [json.loads(line) for line in archive.read("tagged.jsonl").splitlines()]


@pytest.fixture(scope="module")
def tagged(shipped_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Tagged:
    """All files tagged in one call: for each its parts, their texts and mentions."""
    output = tmp_path_factory.mktemp("tagged") / "out.zip"
    found: Tagged = {}
    for record in tag([*FILES, INPUTS / "hostA", INPUTS / "hostB"], output, shipped_models):
        for span in record["spans"]:
            assert span["text"] == record["text"][span["start"] : span["end"]]
        spans = [(span["text"], span["type"]) for span in record["spans"]]
        found.setdefault(record["file"], []).append((record["part"], record["text"], spans))
    return found


WINDOWS = [("Windows", "OS"), ("11", "VERSION")]
OUTLOOK = [("Outlook", "SOFTWARE"), ("2021", "VERSION")]
CODE = [("0x80070057", "ERROR")]
T14 = [("ThinkPad T14", "HARDWARE")]

# Of each file, the mentions of all its parts in order. What the model alone decides, such as whether "Büro-PC" is
# hardware, is left out by type or name below.
EXPECTED: dict[str, Found] = {
    "ansi_colours.log": [("Ubuntu", "OS"), ("22.04", "VERSION"), ("docker", "SOFTWARE"), ("ECONNREFUSED", "ERROR")],
    "docx_content_controls_tracked_insertion.docx": [
        *OUTLOOK, *WINDOWS, ("Ubuntu", "OS"), ("22.04", "VERSION"), ("Docker", "SOFTWARE"), ("24.0", "VERSION"),
    ],
    "docx_merged_cells.docx": [*WINDOWS, *OUTLOOK, *CODE, *T14],
    "docx_text_box_header.docx": [*T14, *CODE, *OUTLOOK],
    "empty_description_column.csv": [*OUTLOOK, *WINDOWS],
    "glued_symbols.txt": [
        ("Docker", "SOFTWARE"), ("24.0", "VERSION"), *OUTLOOK, *WINDOWS, *WINDOWS, ("Outlook", "SOFTWARE"), *CODE,
        ("docker-compose", "SOFTWARE"), ("2.20", "VERSION"),
    ],
    "hard_wrapped.txt": [
        ("Microsoft Visual\nStudio Code", "SOFTWARE"), ("SQL Server\nManagement Studio", "SOFTWARE"),
    ],
    "jira_repeated_columns.csv": [*OUTLOOK, ("Teams", "SOFTWARE")],
    "mail_8bit_no_charset.eml": [("Büro-PC", "HARDWARE"), *WINDOWS, *OUTLOOK],
    "mail_blank_html_body.eml": OUTLOOK,
    "mail_empty_plain_html_alternative.eml": [*OUTLOOK, *CODE, *WINDOWS],
    "mail_format_flowed.eml": [
        ("Microsoft Visual Studio", "SOFTWARE"), ("2022", "VERSION"), ("Lenovo ThinkPad T14", "HARDWARE"),
        ("Windows Server", "OS"), ("2019", "VERSION"),
    ],
    "mail_forward_as_attachment.eml": [*T14, ("0x0000007E", "ERROR"), *WINDOWS],
    "mail_html_comment_only.eml": OUTLOOK,
    "mail_html_table.eml": [*WINDOWS, *OUTLOOK],
    "no_header.csv": [*OUTLOOK, *CODE, *WINDOWS],
    "one_null_description.jsonl": [*OUTLOOK, *WINDOWS, *CODE],
    "pdf_hyphenated_and_wrapped.pdf": [
        ("Mozilla Thunder-\nbird", "SOFTWARE"), ("115", "VERSION"), ("Lenovo ThinkPad\nT14", "HARDWARE"),
        ("Windows Server", "OS"), ("2019", "VERSION"), ("0x8007\n0057", "ERROR"),
    ],
    "soft_hyphen_zero_width.txt": [
        ("Thunder\xadbird", "SOFTWARE"), ("115", "VERSION"), ("Win\xaddows", "OS"), ("11", "VERSION"),
        ("Thunder\u200bbird", "SOFTWARE"), ("115", "VERSION"), ("Win\u200bdows", "OS"), ("11", "VERSION"),
    ],
    "subject_and_ticket_text.csv": [*OUTLOOK, *CODE, *WINDOWS, *T14],
    "utf16le_without_mark.txt": [*OUTLOOK, *WINDOWS],
    "utf8_cut_at_the_end.log": [("Büro-PC", "HARDWARE"), *OUTLOOK, *WINDOWS] * 5,
}  # fmt: skip
OPINIONS: dict[str, Found] = {
    "ansi_colours.log": [("pc-17", "HARDWARE")],
    "utf8_cut_at_the_end.log": [("Büro-PC", "HARDWARE"), ("Büro-PC", "SOFTWARE")],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_mentions_are_those_that_a_user_expects(name: str, tagged: Tagged) -> None:
    found = [mention for _, _, mentions in tagged[name] for mention in mentions]
    opinions = OPINIONS.get(name, [])
    wanted = [mention for mention in EXPECTED[name] if mention not in opinions]
    assert [mention for mention in found if mention not in opinions] == wanted


def test_every_input_is_expected_to_give_something() -> None:
    names = ("cjk_glued.txt", "mail_unknown_charset.eml", "nfd_combining_marks.txt")
    elsewhere = {*names, "pdf_ligatures.pdf", "windows1252_quotes.txt"}
    assert {path.name for path in FILES} == set(EXPECTED) | elsewhere


def test_no_word_of_a_cjk_sentence_swallows_its_neighbours(tagged: Tagged) -> None:
    ((_, _, found),) = tagged["cjk_glued.txt"]
    assert [text for text, kind in found if kind == "VERSION"] == ["11", "22.04"]
    assert ("0x80070057", "ERROR") in found


def test_an_unknown_charset_is_read_as_utf8(tagged: Tagged) -> None:
    (_, subject, _), (_, body, found) = tagged["mail_unknown_charset.eml"]
    assert (subject, body.strip()) == ("Outlook 2021", "Büro: Windows 11 shows 0x80070057")
    assert found[-3:] == [*WINDOWS, *CODE]


def test_windows_1252_quotation_marks_are_no_part_of_a_mention(
    tagged: Tagged,
) -> None:
    ((_, text, found),) = tagged["windows1252_quotes.txt"]
    assert "Büro: €5 for Outlook…" in text
    assert {("0x80070057", "ERROR"), ("Outlook", "SOFTWARE")} <= set(found)


@pytest.mark.parametrize("name", ["nfd_combining_marks.txt", "pdf_ligatures.pdf"])
def test_marks_and_ligatures_change_nothing(name: str, tagged: Tagged, shipped_models: Path, tmp_path: Path) -> None:
    ((_, text, found),) = tagged[name]
    plain = tmp_path / "plain.txt"
    plain.write_text(read_view(text).text, encoding="utf-8")
    (record,) = tag([plain], tmp_path / "out.zip", shipped_models)
    spans = record["spans"]
    assert [(read_view(word).text, kind) for word, kind in found] == [(span["text"], span["type"]) for span in spans]


def test_files_of_one_name_are_told_apart(tagged: Tagged) -> None:
    assert [mention for _, _, found in tagged["hostA/app.log"] for mention in found] == [*OUTLOOK, *WINDOWS]
    assert next(mention for _, _, found in tagged["hostB/app.log"] for mention in found) == ("Docker", "SOFTWARE")
