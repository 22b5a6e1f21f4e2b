"""The text of OpenDocument texts (.odt), in the order of the page: body, headers and footers, notes, comments."""

from __future__ import annotations

import zipfile
from collections import Counter

from itner.core.errors import InputError
from itner.core.words import counted
from itner.files.flow import Flow
from itner.files.items import Parsed, Part, Settings
from itner.files.office import DAMAGED, open_office, walk_xml

_WHAT = "an OpenDocument text (.odt)"
# What tracked changes took away, reading aids, forms' definitions, code, cells that others were merged over.
_LEFT_OUT = frozenset({
    "tracked-changes", "ruby-text", "forms", "script", "scripts", "event-listeners", "covered-table-cell", "desc",
})  # fmt: skip
_HEADERS = ("header", "header-left", "header-first")
_FOOTERS = ("footer", "footer-left", "footer-first")
# Shapes that hold paragraphs, anchored in a paragraph or beside it.
_BOXES = frozenset({
    "text-box", "custom-shape", "rect", "ellipse", "circle", "line", "polyline", "polygon", "path", "connector",
    "caption",
})  # fmt: skip
_DRAWN = _BOXES | {"frame", "g", "a"}
# A run of spaces is written as their number.
_MAX_SPACES = 1_000
_ORDER = ("header", "", "footnotes", "endnotes", "comments", "footer")


def read_odt(data: bytes, settings: Settings) -> Parsed:
    """The body as one part; each different header and footer, the notes and the comments as parts of their own."""
    parsed = Parsed()
    with open_office(data, _WHAT) as archive:
        names = archive.namelist()
        if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise InputError("protected by a password; save it without one and upload it again")
        walk = _Walk()
        entities = _walk(archive, "content.xml", walk)
        if not walk.is_text:
            raise InputError(f"not {_WHAT}, although it is an office file; give it its own extension")
        if "styles.xml" in names:
            try:
                entities += _walk(archive, "styles.xml", walk)
            except DAMAGED as error:
                parsed.notes.append(f"headers and footers could not be read ({type(error).__name__})")
    for kind in _ORDER:
        texts = dict.fromkeys(flow.text() for flow in walk.stories.get(kind, ()) if flow.text().strip())
        for number, text in enumerate(texts, start=1):
            parsed.parts.append(Part(kind if number == 1 else f"{kind} {number}", text))
    for noun, what in (("picture", "not read"), ("embedded object", "not read")):
        if walk.counts[noun]:
            parsed.notes.append(f"{counted(walk.counts[noun], noun)} {what}")
    if entities:
        parsed.notes.append(f"{counted(entities, 'reference')} to entities not expanded")
    return parsed


def _walk(archive: zipfile.ZipFile, name: str, walk: _Walk) -> int:
    return walk_xml(archive.read(name), walk.start, walk.end, walk.text)


class _Walk:
    """A document, element by element."""

    def __init__(self) -> None:
        # Those of one kind that stand apart, such as a header for each style of page.
        self.stories: dict[str, list[Flow]] = {"": [Flow()]}
        self.counts: Counter[str] = Counter()
        self.is_text = False
        # The flows that are open, with the element that opened each and the number of its paragraphs that are open.
        self._flows: list[tuple[str, Flow, list[int]]] = []
        self._open: list[str] = []
        self._depth = 0
        self._object = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1] if self._open else ""
        self._open.append(tag)
        if self._depth:
            self._depth += 1
        elif (
            tag in _LEFT_OUT
            or (tag == "title" and parent in _DRAWN)
            or (tag in ("creator", "date") and parent == "annotation")
        ):
            self._depth = 1
        elif tag == "text" and parent == "body":
            self.is_text = True
            self._flows.append((tag, self.stories[""][0], [0]))
        elif tag in _HEADERS or tag in _FOOTERS:
            self._begin("header" if tag in _HEADERS else "footer", tag, apart=True)
        elif tag == "note":
            self._begin("endnotes" if attributes.get("note-class") == "endnote" else "footnotes", tag)
        elif tag == "annotation":
            self._begin("comments", tag)
        elif tag == "note-citation":
            self._depth = 1
        elif self._flows:
            self._in_flow(tag, attributes)

    def end(self, tag: str) -> None:
        self._open.pop()
        if self._depth:
            self._depth -= 1
            return
        if not self._flows:
            return
        opened, flow, paragraphs = self._flows[-1]
        if tag in ("p", "h") and paragraphs[0]:
            paragraphs[0] -= 1
            flow.end_paragraph()
        elif tag == "table-cell":
            flow.end_cell()
        elif tag == "table-row":
            flow.end_row()
        elif tag == opened:
            self._flows.pop()
            if tag in _BOXES and self._flows:
                self._flows[-1][1].add_box(flow.text())

    def text(self, text: str) -> None:
        if not self._depth and self._flows and self._flows[-1][2][0]:
            self._flows[-1][1].flow(text)

    def _begin(self, kind: str, tag: str, apart: bool = False) -> None:
        flows = self.stories.setdefault(kind, [])
        if apart or not flows:
            flows.append(Flow())
        self._flows.append((tag, flows[-1], [0]))

    def _in_flow(self, tag: str, attributes: dict[str, str]) -> None:
        _, flow, paragraphs = self._flows[-1]
        if tag in _BOXES:
            self._flows.append((tag, Flow(), [0]))
            return
        match tag:
            case "p" | "h":
                paragraphs[0] += 1
                flow.begin_paragraph()
            case "table-row":
                flow.begin_row()
            case "table-cell":
                flow.begin_cell()
            case "tab":
                flow.write("\t")
            case "line-break":
                flow.end_line()
            case "s":
                number = attributes.get("c", "1")[:6]
                flow.write(" " * min(int(number) if number.isdecimal() else 1, _MAX_SPACES))
            case "frame":
                self._object = False
            case "object" | "object-ole":
                self.counts["embedded object"] += 1
                self._object = True
            case "image":
                # The picture of an embedded object stands beside it in its frame.
                self.counts["picture"] += not self._object
