"""The text of HTML: pages, and the bodies of mails."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any

from itner.core.words import counted
from itner.files.encodings import decode
from itner.files.flow import Flow
from itner.files.items import Parsed, Part, Settings

# Not shown, or no text: what is in them is passed over.
_LEFT_OUT = frozenset({
    "head", "title", "script", "style", "template", "noscript", "noframes", "iframe", "object", "audio", "video",
    "canvas", "datalist",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "dir", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "search",
    "section", "select", "summary", "table", "tbody", "tfoot", "thead", "ul",
})  # fmt: skip
_VERBATIM = ("pre", "textarea", "listing", "xmp")
_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE)
_SHOWN_AS_BLOCK = re.compile(r"display\s*:\s*(?:block|table|flex|grid|list-item)", re.IGNORECASE)
# Where a page says its encoding; browsers, too, look for it near the beginning only.
_DECLARED = re.compile(rb"""(?:<meta[^>]*?charset|<\?xml[^>]*?encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_LOOKED_AT = 2_048


@dataclass(frozen=True)
class Page:
    """The text of a page, its title, and how many passages were passed over because the page hides them."""

    text: str
    title: str
    hidden: int


def read_html(data: bytes, settings: Settings) -> Parsed:
    """The page's title and its text."""
    parsed = Parsed()
    page = read_page(decode_page(data, settings, parsed))
    parsed.parts += [Part(name, text) for name, text in (("title", page.title), ("", page.text)) if text]
    if page.hidden:
        parsed.notes.append(f"{counted(page.hidden, 'hidden passage')} not read")
    return parsed


def strip_html(content: str) -> str:
    """The text of an HTML page or a part of one: blocks on lines of their own, cells apart; "" for none."""
    return read_page(content).text


def read_page(content: str) -> Page:
    """The text as a browser shows it, without pictures and form values."""
    from lxml import etree

    walk = _Walk()
    # As bytes, because lxml refuses a declared encoding in a string. A target grows no tree, so depth costs nothing.
    parser = etree.HTMLParser(target=walk, no_network=True, encoding="utf-8")
    parser.feed(content.encode("utf-8", "replace"))
    try:
        parser.close()
    except etree.ParseError:
        # Nothing but white space or comments.
        walk.close()
    lines = walk.flow.text().split("\n")
    return Page(
        "\n".join(line.rstrip(" \t") for line in lines).strip(), " ".join("".join(walk.title).split()), walk.hidden
    )


class _Walk:
    """A target of lxml's parser."""

    def __init__(self) -> None:
        self.flow = Flow()
        self.title: list[str] = []
        self.hidden = 0
        # Whether any text was passed over since the hidden element began.
        self._hides = self._hid = False
        self._in_title = False
        self._drawings = 0
        # The element that is left out with all that is in it, and how many elements are open since.
        self._depth = 0
        self._verbatim = 0

    def start(self, tag: str, attributes: Any) -> None:
        self._drawings += tag == "svg"
        # A drawing's title is shown nowhere.
        self._in_title = self._in_title or (tag == "title" and not self.title and not self._drawings)
        if self._depth:
            self._depth += 1
            return
        hides = "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style", "")))
        if tag in _LEFT_OUT or hides:
            self._depth, self._hides, self._hid = 1, hides, False
        elif tag == "tr":
            self.flow.begin_row()
        elif tag in ("td", "th"):
            self.flow.begin_cell()
        elif tag == "br":
            self.flow.end_line()
        elif tag in _BLOCKS or _SHOWN_AS_BLOCK.search(attributes.get("style", "")):
            self.flow.fresh_line()
        self._verbatim += tag in _VERBATIM and not self._depth

    def end(self, tag: str) -> None:
        self._drawings -= tag == "svg"
        self._in_title = self._in_title and tag != "title"
        if self._depth:
            self._depth -= 1
            if not self._depth:
                self.hidden += self._hides and self._hid
            return
        self._verbatim -= tag in _VERBATIM
        if tag == "tr":
            self.flow.end_row()
        elif tag in ("td", "th"):
            self.flow.end_cell()
        elif tag in _BLOCKS:
            self.flow.fresh_line()

    def data(self, text: str) -> None:
        if self._in_title:
            self.title.append(text)
        elif self._depth:
            self._hid = self._hid or not text.isspace()
        elif self._verbatim:
            self.flow.write(text)
        else:
            self.flow.flow(text)

    def comment(self, text: str) -> None:
        """Comments are no text."""

    def close(self) -> None:
        """Everything was heard as it came."""


def decode_page(data: bytes, settings: Settings, parsed: Parsed) -> str:
    """The page as it is encoded: as it was asked for, as its first bytes or the page itself say, or as it looks."""
    declared = _DECLARED.search(data, 0, _LOOKED_AT)
    if (
        settings.encoding is None
        and declared
        and not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    ):
        try:
            # A page that can be read up to here as ASCII is not in UTF-16, whatever it says.
            charset = codecs.lookup(declared[1].decode("ascii", "replace")).name
            if not charset.startswith("utf-16"):
                return data.decode("cp1252" if charset in ("iso8859-1", "ascii") else charset)
        except (LookupError, UnicodeError):
            parsed.notes.append("not in the encoding that the page names")
    return decode(data, settings, parsed)
