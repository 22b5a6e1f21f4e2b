"""Every format read, and every way in which a file can be wrong."""

from __future__ import annotations

import io
import json
import zipfile
from email.message import EmailMessage

import docx
import pytest
from documents import make_pdf, make_zip, pdf_lines
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from itner.core.characters import is_blank
from itner.files import limits, parsing, pdf, readers
from itner.files.formats import PARSERS
from itner.files.items import ReadResult, Upload
from itner.files.readers import read_uploads


def read(name: str, data: bytes | str) -> ReadResult:
    return read_uploads([Upload(name, data.encode() if isinstance(data, str) else data)])


def texts(result: ReadResult) -> list[tuple[str, str]]:
    assert result.problems == []
    return [(item.part, item.text) for item in result.items]


def problem(result: ReadResult) -> str:
    assert result.items == []
    assert len(result.problems) == 1
    return result.problems[0].reason


def lock_pdf(data: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.txt", "A.LOG", "b.md"])
def test_plain_text_keeps_every_character(name: str) -> None:
    text = "  one\r\n\ttwo \u202ereversed\u202c  \u00a0end"
    assert texts(read(name, text)) == [("", text)]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_any_utf8_text_survives(text: str) -> None:
    result = read("a.txt", text)
    if not is_blank(text.removeprefix("\ufeff")):
        assert texts(result) == [("", text.removeprefix("\ufeff"))]
    else:
        assert "no text" in problem(result) or "empty" in problem(result)


def test_encodings_are_recognised_and_said() -> None:
    assert texts(read("a.txt", "\ufeffÄpfel".encode())) == [("", "Äpfel")]
    assert texts(read("a.txt", "Äpfel".encode("utf-16"))) == [("", "Äpfel")]
    german = "Der Drucker im Büro läuft nicht, die Anwender möchten größere Schrift. " * 5
    result = read("a.txt", german.encode("cp1252"))
    assert texts(result) == [("", german)]
    assert "is not UTF-8; read as " in result.notes[0].reason


def test_binary_and_broken_text_is_refused() -> None:
    assert problem(read("a.txt", b"abc\0def")) == "holds NUL bytes (the first at byte 3), so it is not text"
    assert "although it is marked so" in problem(read("a.txt", b"\xff\xfe\x00\xd8"))
    assert problem(read("a.txt", b"")) == "the file is empty"
    assert problem(read("a.txt", b" \n\t ")) == "the file holds no text"
    assert problem(read("a.exe", b"MZ")).startswith("files of the kind .exe cannot be read; known are .txt")
    assert "without an extension" in problem(read("README", b"text"))


def test_a_line_of_a_megabyte_is_read() -> None:
    line = "word " * 200_000
    assert texts(read("a.log", line)) == [("", line)]
    table = 'id,text\n1,"' + "word " * 200_000 + '"\n'
    assert len(texts(read("a.csv", table))[0][1]) == 1_000_000


def test_docx_reads_paragraphs_and_tables_in_order() -> None:
    document = docx.Document()
    document.add_paragraph("Excel 2019 crashes.")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "host", "web-03"
    document.add_paragraph("Thanks")
    out = io.BytesIO()
    document.save(out)
    assert texts(read("a.docx", out.getvalue())) == [("", "Excel 2019 crashes.\nhost\tweb-03\nThanks")]


def test_a_damaged_or_explosive_docx_is_refused() -> None:
    assert problem(read("a.docx", b"PK\x03\x04 no zip")) == "damaged, or not what its name says"
    assert "not a Word document" in problem(read("a.docx", make_zip({"x.xml": b"<x/>"})))
    bomb = make_zip({"word/document.xml": bytes(60 * limits.MIB)}, compression=zipfile.ZIP_DEFLATED)
    assert "unpacks to 60 MiB" in problem(read("a.docx", bomb))


def test_entities_in_a_docx_are_not_expanded() -> None:
    out = io.BytesIO()
    docx.Document().save(out)
    parts = {entry: zipfile.ZipFile(out).read(entry) for entry in zipfile.ZipFile(out).namelist()}
    laughs = b'<!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;">]>'
    body = parts["word/document.xml"].split(b"<w:document", 1)
    text = b"<w:p><w:r><w:t>seen &b; </w:t></w:r></w:p></w:body>"
    parts["word/document.xml"] = body[0] + laughs + b"<w:document" + body[1].replace(b"</w:body>", text)
    result = read("a.docx", make_zip(parts))
    assert texts(result) == [("", "seen  ")]
    assert [note.reason for note in result.notes] == ["1 reference to entities not expanded"]


def test_pdf_pages() -> None:
    assert texts(read("a.pdf", make_pdf([pdf_lines("Outlook 2021"), b"", pdf_lines("page three")]))) == [
        ("page 1", "Outlook 2021"),
        ("page 3", "page three"),
    ]
    assert "no text" in problem(read("a.pdf", make_pdf([b"", b""])))
    assert "not a PDF" in problem(read("a.pdf", b"%PDF-1.4 nothing more"))


@pytest.mark.usefixtures("in_process")
def test_encrypted_pdfs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert texts(read("a.pdf", lock_pdf(make_pdf([pdf_lines("open to all")]), ""))) == [("page 1", "open to all")]
    assert problem(read("a.pdf", lock_pdf(make_pdf([pdf_lines("secret")]), "pw"))).startswith("protected by a password")
    monkeypatch.setattr(pdf, "MAX_PDF_PAGES", 1)
    assert problem(read("a.pdf", make_pdf([pdf_lines("a"), pdf_lines("b")]))) == "has 2 pages; at most 1 are read"


def test_mail_with_an_attachment_and_in_html() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Drucker für Büro"
    mail.set_content("The printer is offline.\n")
    mail.add_attachment(b"\0\1", maintype="application", subtype="octet-stream", filename="x.bin")
    result = read("a.eml", mail.as_bytes())
    assert texts(result) == [("subject", "Drucker für Büro"), ("body", "The printer is offline.\n")]
    assert result.notes[0].reason == "attachment x.bin not read"
    page = EmailMessage()
    page.set_content(
        "<head><style>p {}</style></head><p>One<br>two</p><script>alert(1)</script><p>three</p>", subtype="html"
    )
    assert texts(read("a.eml", page.as_bytes())) == [("body", "One\ntwo\nthree")]


def test_zip_reads_what_it_can() -> None:
    data = make_zip(
        {
            "../../etc/evil.txt": b"still only text",
            "folder/a.log": b"Windows",
            "b.csv": b"id,text\n",
            "inner.zip": make_zip({"x.txt": b"x"}),
            "__MACOSX/._a.log": b"junk",
            "c.bin": b"\0",
        }
    )
    result = read_uploads([Upload("z.zip", data), Upload("last.txt", b"after")])
    assert [(item.file, item.text) for item in result.items] == [
        ("z.zip/../../etc/evil.txt", "still only text"),
        ("z.zip/folder/a.log", "Windows"),
        ("last.txt", "after"),
    ]
    assert {(notice.file, notice.reason.split()[0]) for notice in result.problems} == {
        ("z.zip/b.csv", "the"),
        ("z.zip/inner.zip", "an"),
        ("z.zip/c.bin", "files"),
    }


def test_zip_bombs_locked_and_damaged_archives() -> None:
    bomb = make_zip({"a.txt": bytes(40 * limits.MIB)}, compression=zipfile.ZIP_DEFLATED)
    assert "at most 100 MiB and 200 times" in problem(read("a.zip", bomb))
    many = make_zip({f"{n}.txt": bytes(20 * limits.MIB) for n in range(6)})
    assert problem(read_uploads([Upload("a.zip", many)])).startswith("larger than 50 MiB")
    assert problem(read("a.zip", b"PK nonsense")) == "damaged, or not what its name says"
    good = bytearray(make_zip({"a.txt": b"hello hello"}))
    place = good.find(b"hello")
    good[place] ^= 0xFF
    assert problem(read("a.zip", bytes(good))).startswith("this entry of the archive is damaged")
    locked = bytearray(make_zip({"a.txt": b"x"}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(mark) + offset] |= 1
    assert problem(read("a.zip", bytes(locked))) == "protected by a password; unpack it first"


@pytest.mark.usefixtures("in_process")
def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "MAX_FILE_BYTES", 10)
    monkeypatch.setattr(parsing, "MIB", 1)
    assert problem(read("a.txt", "x" * 11)) == "larger than 10 MiB; split it"
    monkeypatch.setattr(readers, "MAX_FILES", 2)
    result = read_uploads([Upload(f"{n}.txt", b"x") for n in range(4)])
    assert len(result.items) == 2
    assert result.problems[0].reason.startswith("more than 2 files")
    monkeypatch.setattr(readers, "MAX_CHARACTERS", 5)
    result = read_uploads([Upload("a.txt", b"12345"), Upload("b.txt", b"6")])
    assert [item.file for item in result.items] == ["a.txt"]
    assert "more than 5 characters" in result.problems[0].reason


@pytest.mark.parametrize("name", [f"a{kind}" for kind in PARSERS])
def test_no_message_quotes_the_file(name: str) -> None:
    secret = "hunter2-password"
    mail = f"Content-Type: text/plain; charset={secret}\n\n{secret}".encode()
    heard = []
    for data in (secret.encode() + b"\0", f'{secret},"{secret}\n{secret}'.encode(), json.dumps(secret).encode(), mail):
        result = read(name, data)
        heard += [notice.reason for notice in (*result.problems, *result.notes)]
    assert heard
    assert not any(secret in reason for reason in heard)


@given(st.binary(max_size=300), st.sampled_from(list(PARSERS)))
def test_no_bytes_raise(data: bytes, kind: str) -> None:
    result = read(f"a{kind}", data)
    assert result.items or result.problems
