"""Files that went wrong for people, with what they expect; `tests/inputs/NAME.expected.txt` says it in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from itner.files.items import Upload
from itner.files.readers import read_uploads

INPUTS = Path(__file__).parents[2] / "inputs"
EXPECTED: dict[str, list[tuple[str, str]]] = {
    "docx_content_controls_tracked_insertion.docx": [
        ("", "Form\nOutlook 2021 on Windows 11\nOS: Ubuntu 22.04\nWe use Docker 24.0 daily."),
    ],
    "docx_merged_cells.docx": [("", "Incident on Windows 11\nOutlook 2021\t0x80070057\tThinkPad T14")],
    "docx_text_box_header.docx": [
        ("header", "Asset: ThinkPad T14"),
        ("", "Before\nError 0x80070057 in Outlook 2021"),
    ],
    "mail_8bit_no_charset.eml": [
        ("subject", "Störung"),
        ("body", "Büro-PC: Windows 11 stürzt ab, Outlook 2021 auch"),
    ],
    "mail_blank_html_body.eml": [("subject", "Outlook 2021 hangs")],
    "mail_empty_plain_html_alternative.eml": [
        ("subject", "FYI"),
        ("body", "Outlook 2021 shows 0x80070057 on Windows 11"),
    ],
    "mail_format_flowed.eml": [
        ("subject", "inventory"),
        ("body", "We run Microsoft Visual Studio 2022 on a Lenovo ThinkPad T14 and Windows Server 2019."),
    ],
    "mail_forward_as_attachment.eml": [
        ("subject", "FW: help"),
        ("body", "See below."),
        ("forwarded 1 subject", "help"),
        ("forwarded 1 body", "The ThinkPad T14 shows 0x0000007E on Windows 11."),
    ],
    "mail_html_comment_only.eml": [("subject", "Outlook 2021 hangs")],
    "mail_html_table.eml": [("subject", "Asset form"), ("body", "OS\tWindows 11\nApp\tOutlook 2021")],
    "mail_unknown_charset.eml": [("subject", "Outlook 2021"), ("body", "Büro: Windows 11 shows 0x80070057")],
    "pdf_hyphenated_and_wrapped.pdf": [
        (
            "page 1",
            "The client installed Mozilla Thunder-\nbird 115 on a Lenovo ThinkPad\nT14 that runs Windows Server\n"
            "2019 and sees error 0x8007\n0057 twice.",
        ),
    ],
    "pdf_ligatures.pdf": [("page 1", "The file server runs OfficeScan and the Office 365 flow on Windows 11.")],
}


def test_every_input_has_an_expectation() -> None:
    for name in EXPECTED:
        assert (INPUTS / f"{name}.expected.txt").is_file()
    assert {path.name for path in INPUTS.glob("*") if path.suffix in (".docx", ".eml", ".pdf")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_inputs_are_read_as_people_expect(name: str) -> None:
    data = (INPUTS / name).read_bytes()
    result = read_uploads([Upload(name, data), Upload("after.txt", b"x")])
    assert result.problems == []
    assert [(item.part, item.text.strip()) for item in result.items[:-1]] == EXPECTED[name]
    assert result.items[-1].file == "after.txt"
