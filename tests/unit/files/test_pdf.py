"""PDFs: lines as on the page, scans that are said, forms and comments, and documents made to take time."""

from __future__ import annotations

import threading

import pytest
from documents import PDF_PICTURE, make_pdf, pdf_lines, pdf_stream

from itner.core.errors import InputError
from itner.files import pdf
from itner.files.items import DEFAULTS, Parsed, Upload
from itner.files.pdf import read_pdf
from itner.files.readers import read_uploads

FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 "


def read(*streams: bytes, **entries: bytes) -> Parsed:
    return read_pdf(make_pdf(streams, **entries), DEFAULTS)


def texts(found: Parsed) -> list[tuple[str, str]]:
    return [(part.name, part.text) for part in found.parts]


@pytest.mark.parametrize(
    "lines",
    [
        ("Mozilla Thunder-", "bird on a ThinkPad", "T14, error 0x8007", "0057"),
        ("web-", "server of 2021-", "03, a - b -", "- c"),
        ("one-", "two-", "three-", "four"),
        ("Büro – „x“ 50 %", "ﬁ".replace("ﬁ", "fi")),
        ("ends in a hy-",),
    ],
)
def test_lines_and_hyphens_stay_as_they_stand(lines: tuple[str, ...]) -> None:
    assert texts(read(pdf_lines(*lines))) == [("page 1", "\n".join(lines))]


@pytest.mark.parametrize(
    ("stream", "text"),
    [
        (b"BT /F1 12 Tf 72 700 Td [(Out)-20(look)-400(2021)] TJ ET", "Outlook 2021"),
        (b"BT /F1 12 Tf 72 700 Td (OS) Tj 200 0 Td (Windows 11) Tj ET", "OS Windows 11"),
        (b"BT /F1 12 Tf 0 1 -1 0 300 300 Tm (Rotated T14) Tj ET", "Rotated T14"),
        (b"BT /F1 12 Tf 3 Tr 72 700 Td (below a scan) Tj ET", "below a scan"),
    ],
)
def test_words_are_told_by_where_they_stand(stream: bytes, text: str) -> None:
    assert texts(read(stream)) == [("page 1", text)]


def test_scanned_pages_are_said() -> None:
    text, scan = pdf_lines("a line"), b"100 0 0 100 0 0 cm /X Do"
    with pytest.raises(InputError, match="its pages are pictures, as a scanner makes them; run it through OCR first"):
        read_pdf(make_pdf([scan, scan, b""], PDF_PICTURE), DEFAULTS)
    found = read_pdf(make_pdf([text, scan, b""], PDF_PICTURE), DEFAULTS)
    assert found.notes == ["page 2 is a picture without text, as of a scanner; OCR would make it readable"]
    found = read_pdf(make_pdf([scan, text, scan], PDF_PICTURE), DEFAULTS)
    assert found.notes[0].startswith("2 pages (1, 3) are pictures without text")
    found = read_pdf(make_pdf([text, *[scan] * 25], PDF_PICTURE), DEFAULTS)
    assert found.notes[0].startswith("25 pages (2, 3, ")
    assert ", 21 and 5 more) are" in found.notes[0]
    assert read_pdf(make_pdf([text + b" " + scan, b""], PDF_PICTURE), DEFAULTS).notes == []


def test_headers_that_repeat_are_said() -> None:
    pages = [pdf_lines("Contoso handbook", f"text of page {name}", f"Page {n}") for n, name in enumerate("abcd", 1)]
    assert read(*pages).notes == ["2 lines repeated at the top or bottom of pages, read with each of them"]
    assert read(*pages[:2]).notes == []
    assert read(*[pdf_lines(f"first of {name}", f"last of {name}") for name in "abcd"]).notes == []


def test_what_is_filled_in_and_noted_is_read() -> None:
    widget = b"<< /Type /Annot /Subtype /Widget /FT %s /T (%s) /V %s /Rect [1 1 9 9] >>"
    objects = (
        widget % (b"/Tx", b"a", b"(ThinkPad T14)"),
        widget % (b"/Ch /Ff 131072 /Opt [(Linux) (macOS)]", b"b", b"(macOS)"),
        widget % (b"/Btn", b"c", b"/Off"),
        b"<< /Type /Annot /Subtype /Text /Contents (Really Outlook?) /Rect [1 1 9 9] >>",
        b"<< /Type /Annot /Subtype /Link /Contents (no) /Rect [1 1 9 9] >>",
    )
    data = make_pdf(
        [pdf_lines("Device:")],
        *objects,
        catalog=b"/AcroForm << /Fields [3 0 R 4 0 R 5 0 R] /DA (/F1 12 Tf) >>",
        page=b"/Annots [3 0 R 4 0 R 5 0 R 6 0 R 7 0 R]",
    )
    assert texts(read_pdf(data, DEFAULTS)) == [
        ("page 1", "Device:"),
        ("page 1 form", "ThinkPad T14\nmacOS"),
        ("page 1 comments", "Really Outlook?"),
    ]


def test_comments_that_are_left_out_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_MAX_ANNOTATIONS", 2)
    note = b"<< /Type /Annot /Subtype /Text /Contents (note) /Rect [1 1 9 9] >>"
    found = read_pdf(make_pdf([pdf_lines("x")], note, note, note, page=b"/Annots [3 0 R 4 0 R 5 0 R]"), DEFAULTS)
    assert found.parts[1].text == "note\nnote"
    assert found.notes == ["page 1: of its fields and comments, the first 2 were read"]


def test_characters_without_a_meaning_are_said() -> None:
    font = (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Foo /Encoding /Identity-H /DescendantFonts [<< /Type /Font "
        b"/Subtype /CIDFontType2 /BaseFont /Foo /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) >> >>] >>"
    )
    stream = b"BT /F2 12 Tf 72 700 Td <00010005> Tj ET " + pdf_lines("known").replace(b"700", b"600")
    found = read_pdf(make_pdf([stream], font, fonts=b"/F2 3 0 R"), DEFAULTS)
    assert set(found.parts[0].text.split("\n")[0]) == {"\ufffd"}
    assert found.parts[0].text.endswith("known")
    assert found.notes[0].endswith("that the file gives no meaning for read as \ufffd; OCR would make them readable")


def test_text_in_forms_inside_forms_is_read() -> None:
    inner = pdf_stream(b"BT /F1 12 Tf 72 700 Td (Deep 365) Tj ET", FORM + b"/BaseFont /Helvetica >> >> >>")
    outer = pdf_stream(
        b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /XObject << /X 4 0 R >> >>"
    )
    assert texts(read_pdf(make_pdf([b"/X Do"], outer, inner), DEFAULTS)) == [("page 1", "Deep 365")]
    # A form that draws itself.
    endless = pdf_stream(
        b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 3 0 R >> >>"
    )
    assert texts(read_pdf(make_pdf([pdf_lines("x") + b" /X Do"], endless), DEFAULTS)) == [("page 1", "x")]


def test_more_text_than_is_tagged_is_refused_while_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_CHARACTERS", 100)
    read_pages = []
    original = pdf._read_page
    monkeypatch.setattr(pdf, "_read_page", lambda *found: (read_pages.append(found[1]), original(*found)))
    with pytest.raises(InputError, match="holds more than 100 characters"):
        read(*[pdf_lines("thirty characters and a few more")] * 50)
    assert len(read_pages) == 4


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"%PDF-1.4\n%%EOF", b"PK\x03\x04", make_pdf([b"x"])[:200]])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="not a PDF that can be read"):
        read_pdf(data, DEFAULTS)


def test_threads_take_turns() -> None:
    data = make_pdf([pdf_lines(f"page {number}") for number in range(20)])
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(len(read_uploads([Upload("a.pdf", data)]).items)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [20] * 8
