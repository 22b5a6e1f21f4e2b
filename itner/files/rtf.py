"""The text of Rich Text Format: body, headers and footers, notes, comments, text boxes."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass, replace
from html import escape

from itner.core.errors import InputError
from itner.core.words import counted
from itner.files.flow import Flow
from itner.files.items import Parsed, Part, Settings
from itner.files.web import read_page

_TOKENS = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
# Deeper than any program writes.
_MAX_DEPTH = 10_000
_CHARACTERS = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "column": "\n", "softline": "\n", "nestrow": "\n",
    "tab": "\t", "nestcell": "\t", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ", "~": "\u00a0", "_": "-",
    "\r": "\n", "\n": "\n", "{": "{", "}": "}", "\\": "\\",
}  # fmt: skip
# Where text goes that does not stand in the body, by what begins its group.
_STORIES = {
    "header": "header", "headerl": "header", "headerr": "header", "headerf": "header",
    "footer": "footer", "footerl": "footer", "footerr": "footer", "footerf": "footer",
    "footnote": "footnotes", "annotation": "comments",
}  # fmt: skip
# Marked as to be skipped by programs that do not know them; these are known.
_KNOWN = frozenset({
    "shpinst", "annotation", "shppict", "nesttableprops", "ud",
})  # fmt: skip
# No text: tables of fonts and styles, properties, what a field computes, data, and what says something once more.
_LEFT_OUT = frozenset({
    "fonttbl", "colortbl", "stylesheet", "info", "listtable", "listoverridetable", "pntext", "listtext", "fldinst",
    "datafield", "pict", "objdata", "objclass", "nonshppict", "shprslt", "sp", "nonesttables", "upr", "bkmkstart",
    "bkmkend", "xe", "tc", "template", "private",
})  # fmt: skip
_CODEPAGES = {
    128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip


@dataclass(frozen=True)
class _State:
    """What holds in a group, until it ends.

    Attributes:
        skipped: characters after a Unicode one that say it again for programs that know no Unicode.
        tag: HTML that was put into RTF; `fallback` what stands there for programs that know no HTML.
    """

    story: str = ""
    left_out: bool = False
    fonts: bool = False
    box: bool = False
    deleted: bool = False
    hidden: bool = False
    charset: str = ""
    skipped: int = 1
    tag: bool = False
    fallback: bool = False


def read_rtf(data: bytes, settings: Settings) -> Parsed:
    """The body as one part; headers, footers, notes and comments as parts of their own."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise InputError("not in Rich Text Format, although its name says so; give it the extension of what it is")
    walk = _Walk()
    walk.read(data)
    parsed = Parsed()
    for name in ("header", "", "footnotes", "comments", "footer"):
        text = walk.stories[name].text() if name in walk.stories else ""
        if walk.is_page and not name:
            # A mail that Outlook has put into RTF.
            page = read_page(text)
            text, walk.counts["hidden passage"] = page.text, page.hidden
        if text.strip():
            parsed.parts.append(Part(name, text))
    for kind, what in (
        ("picture", "not read"),
        ("embedded object", "not read"),
        ("hidden passage", "not read"),
        ("passage", "of hidden text read like the rest"),
    ):
        if walk.counts[kind]:
            parsed.notes.append(f"{counted(walk.counts[kind], kind)} {what}")
    if walk.counts["groups"]:
        parsed.notes.append("cut off before its end")
    return parsed


class _Walk:
    """A document, token by token; groups stand on a list, so that their depth costs no stack."""

    def __init__(self) -> None:
        self.stories: dict[str, Flow] = {"": Flow()}
        self.counts: Counter[str] = Counter()
        self.is_page = False
        self._state = _State()
        self._groups: list[_State] = []
        # Text boxes that are open, each anchored in what was written before it.
        self._boxes: list[Flow] = []
        # Bytes that wait for those that follow them, because a character may have several.
        self._bytes = bytearray()
        self._units = ""
        self._skip = 0
        self._optional = False
        self._charset = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0

    def read(self, data: bytes) -> None:
        position = 0
        while match := _TOKENS.match(data, position):
            position = match.end()
            word, number, byte, symbol, brace, run = match.groups()
            if word is not None:
                name = word.decode("ascii")
                value = None if number is None else int(number)
                if name == "bin":
                    # Raw bytes, in which braces are no braces.
                    position += max(value or 0, 0)
                else:
                    self._word(name, value)
            elif byte is not None:
                self._raw(bytes((int(byte, 16),)))
            elif run is not None:
                self._raw(run)
            elif brace == b"{":
                self._begin_group()
            elif brace == b"}":
                self._end_group()
            elif symbol == b"*":
                self._optional = True
            elif symbol is not None:
                self._word(symbol.decode("latin-1"), None)
        self._flush()
        while self._boxes:
            self._close_box()
        self.counts["groups"] = len(self._groups)

    def _begin_group(self) -> None:
        self._flush()
        self._skip = 0
        if len(self._groups) == _MAX_DEPTH:
            raise InputError(f"groups are nested more than {_MAX_DEPTH:,} deep")
        self._groups.append(self._state)

    def _end_group(self) -> None:
        self._flush()
        self._skip = 0
        self._optional = False
        if not self._groups:
            return
        before = self._groups.pop()
        if self._state.box and not before.box:
            self._close_box()
        elif self._state.story != before.story:
            self.stories[self._state.story].fresh_line()
        self._state = before

    def _word(self, name: str, value: int | None) -> None:
        optional, self._optional = self._optional, False
        on = value != 0
        if name == "u" and value is not None:
            if not self._quiet():
                self._flush_bytes()
                # Negative numbers are how 16 bits with a sign write the upper half.
                self._units += chr(value & 0xFFFF)
            self._skip = self._state.skipped
            return
        if name in _CHARACTERS and self._skip:
            self._skip -= 1
            return
        self._flush()
        if name in _CHARACTERS:
            self._write(_CHARACTERS[name])
        elif name in ("cell", "row", "trowd"):
            self._table(name)
        elif name in ("pict", "objdata"):
            if not self._quiet():
                self.counts["picture" if name == "pict" else "embedded object"] += 1
            self._state = replace(self._state, left_out=True)
        elif name == "fromhtml":
            self.is_page = on
        elif name == "htmltag":
            self._state = replace(self._state, tag=True)
        elif name == "htmlrtf":
            self._state = replace(self._state, fallback=on)
        elif name in _STORIES:
            self._state = replace(self._state, story=_STORIES[name])
            self.stories.setdefault(_STORIES[name], Flow())
        elif name == "shptxt":
            self._boxes.append(Flow())
            self._state = replace(self._state, box=True)
        elif name == "ud":
            self._state = replace(self._state, left_out=self._groups[-2].left_out if len(self._groups) > 1 else False)
        elif name in _LEFT_OUT or (optional and name not in _KNOWN):
            self._state = replace(self._state, left_out=True, fonts=name == "fonttbl")
        elif name == "plain":
            self._state = replace(self._state, deleted=False, hidden=False)
        elif name == "deleted":
            self._state = replace(self._state, deleted=on)
        elif name == "v":
            self.counts["passage"] += on and not self._state.hidden and not self._quiet()
            self._state = replace(self._state, hidden=on)
        elif name == "uc":
            self._state = replace(self._state, skipped=min(max(value or 0, 0), 100))
        else:
            self._encoding(name, value)

    def _encoding(self, name: str, value: int | None) -> None:
        """Words that say in which charset the bytes after them are."""
        if name == "ansicpg" and value is not None:
            self._charset = _known(f"cp{value}" if value != 65001 else "utf-8", self._charset)
        elif name in ("mac", "pc", "pca"):
            self._charset = {"mac": "mac-roman", "pc": "cp437", "pca": "cp850"}[name]
        elif name == "f" and value is not None:
            if self._state.fonts:
                self._font = value
            else:
                self._state = replace(self._state, charset=self._fonts.get(value, ""))
        elif name == "fcharset" and self._state.fonts and value in _CODEPAGES:
            self._fonts[self._font] = _CODEPAGES[value]

    def _raw(self, data: bytes) -> None:
        if self._skip:
            dropped = min(self._skip, len(data))
            self._skip -= dropped
            data = data[dropped:]
        if data and not self._quiet():
            self._flush_units()
            self._bytes += data

    def _table(self, name: str) -> None:
        if self._quiet():
            return
        flow = self._flow()
        if not flow.in_row:
            if name == "row":
                return
            flow.begin_row()
            flow.begin_cell()
        if name in ("cell", "row"):
            flow.end_cell()
        if name == "cell":
            flow.begin_cell()
        elif name == "row":
            flow.end_row()

    def _close_box(self) -> None:
        text = self._boxes.pop().text().strip("\n")
        flow = self._flow()
        if text.strip():
            flow.fresh_line()
            flow.write(text)
            flow.end_line()

    def _quiet(self) -> bool:
        return self._state.left_out or self._state.deleted or (self._state.fallback and self.is_page)

    def _flow(self) -> Flow:
        return self._boxes[-1] if self._boxes else self.stories[self._state.story]

    def _write(self, text: str) -> None:
        if not self._quiet():
            if text == "\n":
                self._flow().end_line()
            elif self.is_page and not self._state.tag:
                self._flow().write(escape(text))
            else:
                self._flow().write(text)

    def _flush(self) -> None:
        self._flush_bytes()
        self._flush_units()

    def _flush_bytes(self) -> None:
        if self._bytes:
            self._write(self._bytes.decode(self._state.charset or self._charset, "replace"))
            self._bytes.clear()

    def _flush_units(self) -> None:
        if self._units:
            # Characters beyond the first 65,536 come as two halves.
            self._write(self._units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))
            self._units = ""


def _known(charset: str, otherwise: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError:
        return otherwise
