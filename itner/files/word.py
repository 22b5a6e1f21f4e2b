"""The text of .docx files, in the order of the page: body, tables, text boxes, headers, footers, notes, comments.

Written by hand, because no library reads all of it once: docs/files.md says what was compared.
"""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass, field

from itner.core.errors import InputError
from itner.core.words import counted
from itner.files.flow import Flow
from itner.files.items import Parsed, Part, Settings, Upload
from itner.files.names import last_name
from itner.files.office import DAMAGED, open_office, walk_xml

_WHAT = "a Word document (.docx)"
# Properties, what tracked changes took away, what a field computes, the reading aid above a word, a file in the file.
_LEFT_OUT = frozenset({
    "pPr", "rPr", "tblPr", "tblPrEx", "trPr", "tcPr", "sdtPr", "sectPr", "tblGrid", "del", "moveFrom", "delText",
    "instrText", "delInstrText", "rt", "ffData", "object", "oMathParaPr",
})  # fmt: skip
_NO = ("0", "false", "off", "none")
_CHARACTERS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Notes that hold the line above the notes.
_NO_NOTES = ("separator", "continuationSeparator", "continuationNotice")
# What the commonest characters of the symbol fonts look like; they have code points of their own in each font.
_WINGDINGS = dict(
    zip(b"\xe0\xdf\xe1\xe2\xe8\xfc\xfb\xfe\xfd\xa8\x6c\x6e\xa7\xd8\x4a\x4c", "→←↑↓➔✓✗☑☒◻●■▪➢☺☹", strict=True)
)
_SYMBOL = dict(zip(b"\xb7\xae\xac\xad\xaf\xb0\xb1mWab\xd2\xd3\xd4\xa3\xb3\xb9\xb4", "•→←↑↓°±µΩαβ®©™≤≥≠×", strict=True))
_SYMBOLS = {"wingdings": _WINGDINGS, "symbol": _SYMBOL}


@dataclass
class _Seen:
    """What the stories refer to, and what is left out of their text or is no plain part of it."""

    headers: list[str] = field(default_factory=list)
    footers: list[str] = field(default_factory=list)
    chunks: list[str] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)
    pictures: int = 0
    charts: int = 0
    objects: int = 0
    hidden: int = 0
    symbols: int = 0
    entities: int = 0


def read_docx(data: bytes, settings: Settings) -> Parsed:
    """The body as one part; each different header and footer, the notes and the comments as parts of their own."""
    parsed = Parsed()
    with open_office(data, _WHAT) as archive:
        _read(archive, parsed)
    return parsed


def _read(archive: zipfile.ZipFile, parsed: Parsed) -> None:
    main = next(iter(_relations(archive, "", "officeDocument").values()), "word/document.xml")
    relations = _relations(archive, main, "")
    seen = _Seen()
    body = _story(archive.read(main), seen, root="document")
    places = (
        ("header", seen.headers),
        ("", [main]),
        ("diagram", seen.diagrams),
        *((kind, list(_relations(archive, main, kind))) for kind in ("footnotes", "endnotes", "comments")),
        ("footer", seen.footers),
    )
    for kind, references in places:
        texts = []
        for reference in dict.fromkeys(references):
            if reference == main:
                texts.append(body)
                continue
            try:
                texts.append(_story(archive.read(relations.get(reference, reference)), seen))
            except DAMAGED as error:
                parsed.notes.append(f"a {kind} could not be read ({type(error).__name__})")
        for number, text in enumerate(dict.fromkeys(text for text in texts if text.strip()), start=1):
            parsed.parts.append(Part(kind if number == 1 else f"{kind} {number}", text))
    for reference in dict.fromkeys(seen.chunks):
        name = relations.get(reference, "")
        if name in archive.namelist():
            parsed.files.append(Upload(last_name(name), archive.read(name)))
        else:
            parsed.notes.append("a file that belongs to the text is missing")
    parsed.notes += _notes(seen)


def _notes(seen: _Seen) -> list[str]:
    said = (
        (seen.pictures, "picture", "not read"),
        (seen.charts, "chart", "not read"),
        (seen.objects, "embedded object", "not read"),
        (seen.hidden, "passage", "of hidden text read like the rest"),
        (seen.symbols, "character", "of symbol fonts read as \ufffd"),
        (seen.entities, "reference", "to entities not expanded"),
    )
    return [f"{counted(number, noun)} {what}" for number, noun, what in said if number]


def _relations(archive: zipfile.ZipFile, source: str, kind: str) -> dict[str, str]:
    """The names of the files that `source` refers to as a kind ("" for any), by the id of the reference."""
    found: dict[str, str] = {}
    folder, name = posixpath.split(source)

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
            if attributes.get("Type", "").endswith(f"/{kind}" if kind else ""):
                found[attributes.get("Id", "")] = target.lstrip("/")

    path = posixpath.join(folder, "_rels", f"{name}.rels")
    if path in archive.namelist():
        walk_xml(archive.read(path), start, lambda _: None, lambda _: None)
    return found


def _story(data: bytes, seen: _Seen, root: str = "") -> str:
    walk = _Walk(seen, root)
    seen.entities += walk_xml(data, walk.start, walk.end, walk.text)
    return walk.flows[0].text()


class _Walk:
    """One story, element by element."""

    def __init__(self, seen: _Seen, root: str):
        self.flows = [Flow()]
        self._seen = seen
        self._root = root
        # The element that is left out with all that is in it, and how many elements are open since.
        self._left_out, self._depth = "", 0
        self._in_text = False
        # Whether the mark at this paragraph's end was taken away, so that the next one goes on in its line.
        self._joined = False
        # How much there was to see up to now, and up to where each choice of alternatives began.
        self._found = 0
        self._alternatives: list[int] = []
        self._listed: list[str] = []
        self._chosen = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._root and tag != self._root:
            raise InputError(f"not {_WHAT}, although it is an office file; give it its own extension")
        self._root = ""
        if tag in ("headerReference", "footerReference"):
            (self._seen.headers if tag == "headerReference" else self._seen.footers).append(attributes.get("id", ""))
        if self._depth:
            self._depth += 1
            self._property(tag, attributes)
        elif tag in _LEFT_OUT or self._is_known(tag) or (tag in ("footnote", "endnote") and _is_no_note(attributes)):
            self._left_out, self._depth = tag, 1
            self._seen.objects += tag == "object"
        else:
            self._open(tag, attributes)

    def end(self, tag: str) -> None:
        if self._depth:
            self._depth -= 1
            if not self._depth and tag == "ffData" and self._listed:
                self._write(self._listed[min(self._chosen, len(self._listed) - 1)])
                self._listed, self._chosen = [], 0
            return
        flow = self.flows[-1]
        match tag:
            case "t":
                self._in_text = False
            case "p":
                flow.end_paragraph(self._joined)
                self._joined = False
            case "tc":
                flow.end_cell()
            case "tr":
                flow.end_row()
            case "txbxContent":
                self.flows.pop()
                self.flows[-1].add_box(flow.text())
            case "AlternateContent":
                self._alternatives.pop()

    def text(self, text: str) -> None:
        if self._in_text and not self._depth:
            self._write(text)

    def _open(self, tag: str, attributes: dict[str, str]) -> None:
        flow = self.flows[-1]
        if tag in _CHARACTERS:
            self._write(_CHARACTERS[tag])
            return
        match tag:
            case "t":
                self._in_text = True
            case "p":
                flow.begin_paragraph()
            case "tc":
                flow.begin_cell()
            case "tr":
                flow.begin_row()
            case "txbxContent":
                self.flows.append(Flow())
            case "textpath":
                self._found += 1
                flow.add_box(attributes.get("string", ""))
            case "sym":
                self._write(self._symbol(attributes))
            case "AlternateContent":
                self._alternatives.append(self._found)
            case "blip" | "imagedata":
                self._found += 1
                self._seen.pictures += 1
            case "chart":
                self._found += 1
                self._seen.charts += 1
            case "relIds":
                self._found += 1
                self._seen.diagrams.append(attributes.get("dm", ""))
            case "altChunk":
                self._seen.chunks.append(attributes.get("id", ""))

    def _property(self, tag: str, attributes: dict[str, str]) -> None:
        """What matters of an element inside one that is left out."""
        said = attributes.get("val", "1")
        match self._left_out, tag:
            case "pPr", "del" | "moveFrom":
                self._joined = True
            case "rPr", "vanish":
                self._seen.hidden += said not in _NO
            case "ffData", "listEntry":
                self._listed.append(said)
            case "ffData", "result":
                self._chosen = int(said[:4]) if said.isdecimal() else 0

    def _is_known(self, tag: str) -> bool:
        """Whether this alternative says again, in another way, what one before it has said."""
        return tag in ("Choice", "Fallback") and bool(self._alternatives) and self._found > self._alternatives[-1]

    def _write(self, text: str) -> None:
        self._found += 1
        self.flows[-1].write(text)

    def _symbol(self, attributes: dict[str, str]) -> str:
        try:
            code = int(attributes.get("char", ""), 16)
        except ValueError:
            code = 0
        font = attributes.get("font", "").lower()
        if 0xF000 <= code <= 0xF0FF or font in _SYMBOLS:
            found = _SYMBOLS.get(font, {}).get(code & 0xFF)
        else:
            found = chr(code) if 0x20 <= code < 0xD800 or 0xE000 <= code < 0x11_0000 else None
        self._seen.symbols += found is None
        return found or "\ufffd"


def _is_no_note(attributes: dict[str, str]) -> bool:
    return attributes.get("type") in _NO_NOTES
