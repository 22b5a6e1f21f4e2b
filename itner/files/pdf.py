"""The text of PDF documents, page by page, with the line breaks of the page; what is filled into forms; comments."""

from __future__ import annotations

import ctypes
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from itner.core.errors import InputError
from itner.core.words import counted
from itner.files.items import Parsed, Part, Settings
from itner.files.limits import MAX_CHARACTERS, MAX_PDF_PAGES

# The library keeps state of its own and may be called from one thread at a time.
_ONE_AT_A_TIME = threading.Lock()
# How it writes a hyphen at the end of a line, whose break it leaves out.
_HYPHEN = re.compile("\ufffe(?:\r?\n)?")
# What it makes of characters for which the file gives no meaning, only a number.
_NO_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_DIGITS = re.compile(r"\d+")
# Of so many pages, and on more than half of them, a first or last line counts as a header or footer.
_REPEATED_FROM = 3
# So many numbers of pages are named, the rest is counted.
_NAMED = 20
# Of one page; more are no notes of people.
_MAX_ANNOTATIONS = 5_000


@dataclass
class _Read:
    """What was read, and pages with pictures and no text."""

    parts: list[Part] = field(default_factory=list)
    scanned: list[int] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unknown: int = 0


def read_pdf(data: bytes, settings: Settings) -> Parsed:
    """Each page's text as a part, and so what is filled into its form and what was noted on it."""
    with _ONE_AT_A_TIME:
        found = _read(data)
    pages = [part for part in found.parts if part.text.strip()]
    if found.scanned and not pages:
        raise InputError(
            "the file holds no text: its pages are pictures, as a scanner makes them; run it through OCR first"
        )
    if found.scanned:
        what = "is a picture" if len(found.scanned) == 1 else "are pictures"
        found.notes.append(f"{_named(found.scanned)} {what} without text, as of a scanner; OCR would make it readable")
    if found.unknown:
        what = counted(found.unknown, "character")
        found.notes.append(f"{what} that the file gives no meaning for read as \ufffd; OCR would make them readable")
    repeated = _repeated([part for part in pages if part.name.removeprefix("page ").isdecimal()])
    if repeated:
        found.notes.append(
            f"{counted(repeated, 'line')} repeated at the top or bottom of pages, read with each of them"
        )
    return Parsed(found.parts, found.notes)


def _read(data: bytes) -> _Read:
    import pypdfium2
    import pypdfium2.raw as pdfium

    found = _Read()
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise InputError("protected by a password; save it without one and upload it again") from None
        raise InputError("not a PDF that can be read") from None
    try:
        pages = len(document)
        if pages > MAX_PDF_PAGES:
            raise InputError(f"has {pages:,} pages; at most {MAX_PDF_PAGES:,} are read")
        if document.get_formtype() in (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND):
            found.notes.append("a form that only Adobe's programs show whole; print it to a PDF to have all of it read")
        document.init_forms()
        characters = 0
        for number in range(pages):
            before = len(found.parts)
            try:
                _read_page(document, number, found)
            except pypdfium2.PdfiumError:
                found.notes.append(f"page {number + 1} is damaged and was not read")
            characters += sum(len(part.text) for part in found.parts[before:])
            if characters > MAX_CHARACTERS:
                raise InputError(f"holds more than {MAX_CHARACTERS:,} characters; split it")
    finally:
        document.close()
    return found


def _read_page(document: Any, number: int, found: _Read) -> None:
    import pypdfium2.raw as pdfium

    name = f"page {number + 1}"
    page = document[number]
    try:
        textpage = page.get_textpage()
        try:
            text = _HYPHEN.sub("-\n", textpage.get_text_range()).replace("\r\n", "\n").replace("\r", "\n")
            text, unknown = _NO_CHARACTERS.subn("\ufffd", text)
            found.unknown += unknown
        finally:
            textpage.close()
        found.parts.append(Part(name, text))
        if not text.strip() and any(page.get_objects((pdfium.FPDF_PAGEOBJ_IMAGE,))):
            found.scanned.append(number + 1)
        if pdfium.FPDFPage_GetAnnotCount(page) > _MAX_ANNOTATIONS:
            found.notes.append(f"{name}: of its fields and comments, the first {_MAX_ANNOTATIONS:,} were read")
        filled: list[str] = []
        noted: list[str] = []
        for kind, text in _annotations(document, page):
            (filled if kind == pdfium.FPDF_ANNOT_WIDGET else noted).append(text)
        found.parts += [
            Part(f"{name} {what}", "\n".join(lines)) for what, lines in (("form", filled), ("comments", noted)) if lines
        ]
    finally:
        page.close()


def _annotations(document: Any, page: Any) -> Iterator[tuple[int, str]]:
    """The kinds of a page's annotations and the text of each that has one: a field's value, a comment."""
    import pypdfium2.raw as pdfium

    filled = (pdfium.FPDF_FORMFIELD_TEXTFIELD, pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
    for index in range(min(pdfium.FPDFPage_GetAnnotCount(page), _MAX_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            text = ""
            if kind == pdfium.FPDF_ANNOT_WIDGET:
                if document.formenv and pdfium.FPDFAnnot_GetFormFieldType(document.formenv, annotation) in filled:
                    text = _string(pdfium.FPDFAnnot_GetFormFieldValue, document.formenv, annotation)
            elif kind not in (pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP):
                text = _string(pdfium.FPDFAnnot_GetStringValue, annotation, b"Contents")
            if text.strip():
                yield kind, text
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _string(ask: Callable[..., int], *arguments: Any) -> str:
    """A string from the library, which says first how many bytes it needs, and ends it in a NUL."""
    import pypdfium2.raw as pdfium

    size = ask(*arguments, None, 0)
    buffer = ctypes.create_string_buffer(size)
    ask(*arguments, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0").replace("\r\n", "\n").replace("\r", "\n")


def _named(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    shown = ", ".join(str(number) for number in numbers[:_NAMED])
    rest = len(numbers) - _NAMED
    return f"{len(numbers):,} pages ({shown}{f' and {rest:,} more' if rest > 0 else ''})"


def _repeated(parts: Sequence[Part]) -> int:
    """How many different lines stand first or last on most pages, whatever number of the page is in them."""
    ends: Counter[tuple[int, str]] = Counter()
    pages = 0
    for part in parts:
        lines = [line.strip() for line in part.text.split("\n") if line.strip()]
        if len(lines) > 1:
            pages += 1
            ends.update((place, _DIGITS.sub("0", lines[place])) for place in (0, -1))
    return sum(pages >= _REPEATED_FROM and count > pages / 2 for count in ends.values())
