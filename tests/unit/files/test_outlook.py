"""Outlook's messages: bodies of three kinds, charsets, attachments, messages in messages."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from documents import make_compound, make_docx, msg_tree, paragraph
from hypothesis import given
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.files import outlook
from itner.files.formats import PARSERS
from itner.files.items import DEFAULTS, Parsed, Upload
from itner.files.outlook import decompress_rtf, read_msg
from itner.files.readers import read_uploads

RTF = rb"{\rtf1\ansi Outlook \b hangs\b0\par}"


def read(tree: dict[str, Any]) -> Parsed:
    return read_msg(make_compound(tree), DEFAULTS, PARSERS)


def parts(tree: dict[str, Any]) -> list[tuple[str, str]]:
    return [(part.name, part.text) for part in read(tree).parts]


def pack(data: bytes) -> bytes:
    """Compressed RTF, with a reference wherever two bytes or more have been seen, the prefix included."""
    seen = outlook._PREFIX
    tokens: list[bytes] = []
    at = 0
    while at <= len(data):
        place = len(outlook._PREFIX) + at
        length, start = 0, place
        for wanted in range(min(17, len(data) - at), 1, -1):
            start = seen.rfind(data[at : at + wanted])
            if start >= 0:
                length = wanted
                break
        if at == len(data):
            # A reference to where the next byte would go ends it.
            tokens.append(struct.pack(">H", place % 4096 << 4))
            break
        tokens.append(struct.pack(">H", start % 4096 << 4 | length - 2) if length else data[at : at + 1])
        seen += data[at : at + max(length, 1)]
        at += max(length, 1)
    groups = [tokens[first : first + 8] for first in range(0, len(tokens), 8)]
    body = b"".join(
        bytes((sum(1 << bit for bit, token in enumerate(group) if len(token) == 2),)) + b"".join(group)
        for group in groups
    )
    return struct.pack("<IIII", len(body) + 12, len(data), 0x75465A4C, 0) + body


@pytest.mark.parametrize(
    ("texts", "body"),
    [
        ({"1000": "The ThinkPad T14 hangs.\r\n" * 300}, "The ThinkPad T14 hangs.\r\n" * 300),
        ({"1000": "plain", "1013": b"<p>page"}, "plain"),
        ({"1000": " \r\n", "1013": "<p>Büro<td>x".encode()}, "Büro\nx"),
        ({"1013": b"<meta charset=windows-1252>B\xfcro"}, "Büro"),
        ({"1013": "<p>Büro"}, "Büro"),
        ({"1009": pack(RTF)}, "Outlook hangs"),
        ({"1013": b"<!-- -->", "1009": pack(RTF)}, "Outlook hangs"),
    ],
)
def test_the_first_body_that_says_something_is_read(texts: dict[str, str | bytes], body: str) -> None:
    assert parts(msg_tree({"0037": "Störung", **texts})) == [("subject", "Störung"), ("body", body)]


@pytest.mark.parametrize(
    ("codepage", "data", "text", "notes"),
    [
        (0, b"B\xfcro", "Büro", 0),
        (1251, "Привет".encode("cp1251"), "Привет", 0),
        (65001, "Büro".encode(), "Büro", 0),
        (20127, "Büro".encode(), "Büro", 1),
        (4711, "Büro".encode(), "Büro", 1),
    ],
)
def test_strings_of_bytes_are_in_the_codepage_of_the_message(codepage: int, data: bytes, text: str, notes: int) -> None:
    properties = bytes(32) + struct.pack("<IIII", 0x3FFD0003, 6, codepage, 0)
    found = read({"__properties_version1.0": properties, "__substg1.0_0037001E": data + b"\0"})
    assert [part.text for part in found.parts] == [text]
    assert len(found.notes) == notes


def test_attachments_and_messages_in_it() -> None:
    inner = msg_tree({"0037": "help", "1000": "On Windows 11"}, [{"3707": "b.txt", "3701": b"Teams"}], head=24)
    tree = msg_tree(
        {"0037": "FW", "1000": "See below"},
        [
            {"3707": "report.docx", "3701": make_docx(paragraph("Outlook 2021"))},
            {"3704": "PHOTO.PNG", "370E": "image/png", "3701": b"x"},
            {"370E": "image/png", "3712": "logo@1", "3707": "image001.png", "3701": b"x"},
            {"message": inner},
            {"370E": "application/pdf", "3701": b"x"},
            {"3701": b"x"},
        ],
    )
    result = read_uploads([Upload("m.msg", make_compound(tree))])
    assert [(item.file, item.part, item.text) for item in result.items] == [
        ("m.msg", "subject", "FW"),
        ("m.msg", "body", "See below"),
        ("m.msg", "forwarded 1 subject", "help"),
        ("m.msg", "forwarded 1 body", "On Windows 11"),
        ("m.msg/report.docx", "", "Outlook 2021"),
        ("m.msg/b.txt", "", "Teams"),
    ]
    assert [note.reason for note in result.notes] == [
        "attachment PHOTO.PNG not read",
        "1 picture in the text not read",
        "1 attachment without a name not read",
    ]
    assert [problem.file for problem in result.problems] == ["m.msg/attachment.pdf"]


def test_messages_nested_without_end_and_files_that_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = msg_tree({"0037": "last"}, head=24)
    for _ in range(25):
        tree = msg_tree({"0037": "x"}, [{"message": tree}], head=24)
    with pytest.raises(InputError, match="nested more than 20 deep"):
        read(tree)
    monkeypatch.setattr(outlook, "MAX_MAIL_PARTS", 3)
    with pytest.raises(InputError, match="has more than 3 attachments"):
        read(msg_tree({}, [{"3707": "a.txt", "3701": b"x"}] * 4))
    with pytest.raises(InputError, match="another file of Office"):
        read({"WordDocument": b"x"})
    with pytest.raises(InputError, match="not an Outlook message, although"):
        read_msg(b"From: a", DEFAULTS, PARSERS)
    with pytest.raises(InputError, match="not an Outlook message that can be read"):
        read_msg(make_compound(msg_tree({"0037": "x"}))[:700], DEFAULTS, PARSERS)


def test_a_damaged_rtf_body_is_said() -> None:
    found = read(msg_tree({"0037": "x", "1009": b"nonsense"}))
    assert found.notes == ["a text in RTF is damaged and was not read"]


def test_packed_rtf() -> None:
    assert len(pack(RTF)) < len(RTF) + 16
    # A run is a reference that reads what it writes.
    run = struct.pack("<IIII", 0, 18, 0x75465A4C, 0) + b"\x02x" + struct.pack(">H", 207 << 4 | 15)
    assert len(outlook._PREFIX) == 207
    assert decompress_rtf(run) == b"x" * 18
    assert decompress_rtf(struct.pack("<IIII", 20, 5, 0x414C454D, 0) + b"helloX") == b"hello"
    for data in (b"", b"x" * 16):
        with pytest.raises((ValueError, struct.error)):
            decompress_rtf(data)


@given(
    st.lists(st.sampled_from([b"abc", b"{\\rtf1", b"x", b"abcabc"]) | st.binary(max_size=9), max_size=40).map(b"".join)
)
def test_packed_text_survives(data: bytes) -> None:
    assert decompress_rtf(pack(data)) == data
