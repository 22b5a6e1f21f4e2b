"""Mails as people have them: blank parts, missing and wrong charsets, tables, forwarded messages."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.errors import InputError
from itner.files.formats import PARSERS
from itner.files.items import Part, Upload
from itner.files.mail import read_mail
from itner.files.readers import read_uploads
from itner.files.web import strip_html

ALTERNATIVE = (
    "Subject: FYI\r\nContent-Type: multipart/alternative; boundary=B\r\n\r\n"
    "--B\r\nContent-Type: text/plain\r\n\r\n{plain}\r\n--B\r\nContent-Type: text/html\r\n\r\n{html}\r\n--B--\r\n"
)


def parts(data: str | bytes) -> list[tuple[str, str]]:
    found = read_mail(data.encode() if isinstance(data, str) else data, PARSERS)
    return [(part.name, part.text.strip()) for part in found.parts]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "   ",
        "<!-- generated -->",
        "<html></html>",
        "<!-- a --><!-- b -->",
        "<style>p {}</style>",
        "<!-- a --><p></p><!-- b -->",
    ],
)
def test_a_page_without_text_leaves_the_subject(body: str) -> None:
    assert parts(f"Subject: Outlook hangs\r\nContent-Type: text/html\r\n\r\n{body}\r\n") == [
        ("subject", "Outlook hangs")
    ]


def test_of_alternatives_the_first_that_says_something_is_read() -> None:
    assert parts(ALTERNATIVE.format(plain="as text", html="<p>as page</p>"))[1:] == [("body", "as text")]
    assert parts(ALTERNATIVE.format(plain=" ", html="<p>as page</p>"))[1:] == [("body", "as page")]
    assert parts(ALTERNATIVE.format(plain="", html="<!-- x -->"))[1:] == []


def test_a_page_with_an_xml_declaration_and_a_table() -> None:
    page = '<?xml version="1.0" encoding="UTF-8"?><html><body><table><tr><td>OS</td><td>Windows 11</td></tr>'
    assert strip_html(f"{page}<tr><th>App</th><td>Outlook</td></tr></table></body></html>").split() == [
        "OS", "Windows", "11", "App", "Outlook",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("charset", "body", "read", "note"),
    [
        ("", "Büro".encode(), "Büro", "a part names no charset; read as UTF-8"),
        ("", "Büro".encode("cp1252"), "Büro", "a part names no charset; read as Windows-1252"),
        ("; charset=uft-8", "Büro".encode(), "Büro", "a part names a charset that is unknown; read as UTF-8"),
        (
            "; charset=utf-8",
            "Büro “x”".encode("cp1252"),
            "Büro “x”",
            "not in the charset that it names; read as Windows",
        ),
        ("; charset=us-ascii", "Büro".encode(), "Büro", "not in the charset that it names; read as UTF-8"),
        ("; charset=iso-8859-1", "Büro".encode("latin-1"), "Büro", None),
    ],
)
def test_the_bytes_decide_where_the_charset_does_not(charset: str, body: bytes, read: str, note: str | None) -> None:
    found = read_mail(f"Content-Type: text/plain{charset}\r\n\r\n".encode() + body, PARSERS)
    assert found.parts[1] == Part("body", read)
    assert len(found.notes) == (0 if note is None else 1)
    assert note is None or note in found.notes[0]


def test_a_subject_of_bare_bytes_and_an_encoded_one() -> None:
    for raw in (
        "Störung im Büro".encode(),
        "Störung im Büro".encode("cp1252"),
        b"=?utf-8?q?St=C3=B6rung_im_B=C3=BCro?=",
    ):
        assert parts(b"Subject: " + raw + b"\r\n\r\nx")[0] == ("subject", "Störung im Büro")


def test_what_is_forwarded_and_second_texts_are_part_of_the_mail() -> None:
    mail = (
        "Subject: FW\r\nContent-Type: multipart/mixed; boundary=A\r\n\r\n"
        "--A\r\n\r\nSee below.\r\n"
        "--A\r\nContent-Type: message/rfc822\r\n\r\nSubject: help\r\n\r\nThe ThinkPad hangs.\r\n"
        "--A\r\nContent-Type: text/plain\r\n\r\nfooter\r\n"
        "--A\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nno\r\n"
        "--A\r\nContent-Type: image/png\r\n\r\nx\r\n--A--\r\n"
    )
    found = read_mail(mail.encode(), PARSERS)
    assert [(part.name, part.text.strip()) for part in found.parts] == [
        ("subject", "FW"),
        ("body", "See below."),
        ("body 2", "footer"),
        ("forwarded 1 subject", "help"),
        ("forwarded 1 body", "The ThinkPad hangs."),
    ]
    assert found.files == [Upload("a.txt", b"no")]
    assert found.notes == ["1 picture in the text not read"]


def test_messages_nested_without_end_are_named_and_the_others_read() -> None:
    def nested(levels: int) -> bytes:
        return b"Content-Type: message/rfc822\r\n\r\n" * levels + b"Subject: x\r\n\r\ny"

    with pytest.raises(InputError, match="nested more than 20 deep"):
        read_mail(nested(30), PARSERS)
    result = read_uploads([Upload("deep.eml", nested(5000)), Upload("a.txt", b"Outlook")])
    assert [item.file for item in result.items] == ["a.txt"]
    assert [problem.file for problem in result.problems] == ["deep.eml"]


@given(st.binary(max_size=300), st.sampled_from([b"", b"Content-Type: text/html\r\n\r\n", ALTERNATIVE.encode()[:90]]))
def test_no_bytes_of_a_mail_stop_the_others(data: bytes, before: bytes) -> None:
    result = read_uploads([Upload("a.eml", before + data), Upload("b.txt", b"Outlook")])
    assert result.items[-1].file == "b.txt"


@pytest.mark.parametrize("error", [RecursionError, MemoryError, KeyError, AssertionError, UnicodeError])
def test_whatever_a_parser_raises_the_others_are_read(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def parser(*_: object) -> None:
        raise error("what stands in the file")

    monkeypatch.setitem(PARSERS, ".pdf", parser)
    result = read_uploads([Upload("a.pdf", b"x"), Upload("b.txt", b"Outlook")])
    assert [item.file for item in result.items] == ["b.txt"]
    assert [problem.reason for problem in result.problems] == [f"damaged, or not what its name says ({error.__name__})"]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_damaged_entry_of_an_archive_leaves_the_others(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.txt", "Outlook hangs " * 200)
        start = archive.getinfo("a.txt").header_offset + 30 + len("a.txt")
        archive.writestr("b.txt", "Teams")
    data = bytearray(out.getvalue())
    data[start + 9 : start + 25] = b"\xff" * 16
    result = read_uploads([Upload("x.zip", bytes(data)), Upload("c.txt", b"Word")])
    assert [item.file for item in result.items] == ["x.zip/b.txt", "c.txt"]
    assert [problem.file for problem in result.problems] == ["x.zip/a.txt"]
