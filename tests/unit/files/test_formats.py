"""The table of formats: in the documentation, and each format through the one door that all files take."""

from __future__ import annotations

import re
from base64 import encodebytes
from pathlib import Path

import pytest
from samples import FILES, TEXT

from itner.files import limits
from itner.files.formats import ARCHIVES, PARSERS
from itner.files.items import Upload
from itner.files.readers import read_uploads

DOCUMENT = (Path(__file__).parents[3] / "docs" / "files.md").read_text(encoding="utf-8")


def test_there_is_a_file_of_every_format() -> None:
    assert list(FILES) == list(PARSERS)


@pytest.mark.parametrize("kind", FILES)
def test_every_format_is_read_by_itself_and_attached_to_a_mail(kind: str) -> None:
    result = read_uploads([Upload(f"a{kind.upper()}", FILES[kind])])
    assert result.problems == []
    assert TEXT in [item.text for item in result.items]
    mail = (
        "Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Transfer-Encoding: base64\n"
        f'Content-Disposition: attachment; filename="a{kind}"\n\n{encodebytes(FILES[kind]).decode()}\n--B--\n'
    )
    result = read_uploads([Upload("m.eml", mail.encode())])
    assert result.problems == []
    assert any(item.file.startswith(f"m.eml/a{kind}") and item.text == TEXT for item in result.items)


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("other", [".docx", ".pdf", ".msg", ".txt", ".rtf"])
def test_a_file_under_a_wrong_name_leaves_the_others(kind: str, other: str) -> None:
    result = read_uploads([Upload(f"a{kind}", FILES[other]), Upload("b.txt", b"after")])
    assert result.items[-1].text == "after"
    assert not any(TEXT in found.reason for found in (*result.problems, *result.notes))


@pytest.mark.parametrize("kind", [kind for kind in FILES if kind not in (".txt", ".log", ".md")])
def test_files_cut_off_anywhere_leave_the_others(kind: str) -> None:
    data = FILES[kind]
    for cut in range(1, len(data), max(1, len(data) // 40)):
        result = read_uploads([Upload(f"a{kind}", data[:cut]), Upload("b.txt", b"after")])
        assert result.items[-1].text == "after"


def test_the_documentation_lists_every_format_and_limit() -> None:
    rows = re.findall(r"^\| (`\.[^|]*) \|", DOCUMENT, re.MULTILINE)
    listed = [kind for found in rows for kind in re.findall(r"`(\.\w+)`", found)]
    assert sorted(listed) == sorted(PARSERS)
    assert set(ARCHIVES) < set(listed)
    for number in (
        limits.MAX_FILES,
        limits.MAX_CHARACTERS,
        limits.MAX_PDF_PAGES,
        limits.MAX_MAIL_PARTS,
        limits.MAX_MAILS,
        limits.MAX_SHEET_CELLS,
        limits.MAX_HEADER_CHARACTERS,
    ):
        assert f"{number:,}" in DOCUMENT
    assert f"{limits.MAX_FILE_BYTES // limits.MIB} MiB" in DOCUMENT
    assert f"{limits.MAX_UNPACKED_BYTES // limits.MIB} MiB" in DOCUMENT


def test_the_readme_and_the_command_line_name_every_format() -> None:
    from itner.cli.tagging import tag

    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    line = next(found for found in readme.splitlines() if found.startswith("| Tag files |"))
    for text in (line, tag.__doc__ or ""):
        assert set(re.findall(r"\.[a-z]+\b(?=[,); ]|\.\s|$)", text)) >= set(PARSERS)
    assert "docs/files.md" in readme
