"""What a tagger reads of a raw text: the text without what is no part of its words, with an exact way back.

Terminal colours, entities, mark-up, invisible characters and the line breaks of wrapped paragraphs are noise to a
tagger that learned from sentences. A view leaves them out or says them plainly; whatever is found in it is reported as
a place in the text as the user sees it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from html import unescape
from html.entities import html5

from itner.core.characters import IGNORED, SPACES, marks, variants
from itner.core.lines import join_lines

Edit = tuple[int, int, str]
"""What of a text (start, end) is read as something else."""

_CONTROL = re.compile(
    r"""
    (?:\x1b|\^\[|␛)\[[0-?]*[ -/]*[@-~]                   # colours and cursor moves of terminals, also as `cat -v` shows
  | (?:\#033|\\(?:x1[bB]|0?33|u001[bB]|e))\[[\d;]*[mKJH]  # and as other programs spell the escape
  | \x9b\d[\d;:]*[mKJH]                                  # or in one character, which is also a quotation mark misread
  | (?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)  # titles and links of terminals
  | \x1b[ -/]*[0-~]?
  | \[(?:0|\d{1,3}(?:;\d{1,3})+)m                        # what is left of a colour where the escape is lost
  | \[\d{1,2}m(?!\])(?=[^\n]{0,300}?\[(?:0|2\d|39|49)?m(?!\]))  # a single one only before one that ends it
  | (?<=\S)\[(?:(?:39|49)m|m(?=[\s\[]|\Z))
  | (?P<struck>[^\n\x08])\x08(?=(?P=struck)) | _\x08      # bold and underlined as for old printers
  | [^\n\x08]\x08(?:[ ]\x08|\x1b\[K)                     # a letter that was taken back while typing
  | [\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]
  | (?P<line_break>\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029])
    """,
    re.VERBOSE,
)
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6});")
_HTML = re.compile(
    r"</?(?:a|b|big|blockquote|br|center|code|dd|div|dl|dt|em|font|h[1-6]|hr|i|img|kbd|li|ol|p|pre|s|samp|small|span|"
    r"strike|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul)(?:\s[^<>\n]{0,500})?/?>",
    re.IGNORECASE,
)
_INLINE_HTML = re.compile(r"</?(?:a|b|big|code|em|font|i|kbd|s|samp|small|span|strike|strong|tt|u)\b", re.IGNORECASE)
# Mark-up by line: what stands in a group is no text, unless its name begins with "_". A pair has no white space at its
# inner edges.
_MARKUP = re.compile(
    r"""
    ^(?P<fence>[ \t]*(?:```+|~~~+)[\w+\-]*[ \t]*)$
  | (?<!`)(?P<open>`+)(?![`\s])[^\n]{0,300}?(?<=[^`\s])(?P<close>(?P=open))(?!`)
  | (?<!\*)(?P<bold>\*{2,3})(?=[^\s*])[^\n]{0,300}?(?<=[^\s*])(?P<bold_end>(?P=bold))(?!\*)
  | (?<![\w*/\\.])(?P<star>\*)(?=[^\s*])[^*\n]{0,300}?(?<=[^\s*\\])(?P<star_end>\*)(?![\w*])
  | (?<![\w_])(?P<strong>__)(?=[^\s_])(?=[A-Z]|[^_\n]*\s)[^_\n]{0,300}?(?<=[^\s_])(?P<strong_end>__)(?![\w_])
  | (?<![\w_/\\.])(?P<under>_)(?=[^\s_])[^_\n]{0,300}?(?<=[^\s_])(?P<under_end>_)(?![\w_])
  | (?P<strike>~~)(?=[^\s~])[^~\n]{0,300}?(?<=[^\s~])(?P<strike_end>~~)
  | (?P<mono>\{\{)(?=\S)[^{}\n]{0,300}?(?P<mono_end>\}\})
  | (?P<tag>\{(?:code|noformat|quote|panel|color|colour|expand|info|note|tip|warning)(?:[:=][^{}\n]{0,100})?\})
  | (?P<bbtag>\[/?(?:code|quote)(?:=[^\[\]\n]{0,200})?\])
  | (?P<bb>\[(?P<_bb>b|i|u|s|url|color|size|font)(?:=[^\[\]\n]{0,200})?\])(?=[^\n]{1,300}?\[/(?P=_bb)\])
  | (?P<bb_end>\[/(?:b|i|u|s|url|color|size|font)\])
  | (?P<angle><(?:https?|mailto):[^<>|\s]{1,500}\|)[^<>|\n]{1,300}(?P<angle_end>>)
  | (?P<image>!?\[)(?=[^\[\]\n]{1,300}\]\()[^\[\]\n]+(?P<target>\]\([^()\s]*\))
  | (?P<link>\[)(?=[^\[\]|\n]{1,300}\|)[^\[\]|\n]+(?P<url>\|(?:https?|mailto|file|ftp):[^\[\]\s]*\])
  | ^[ \t]*(?P<heading>h[1-6]\.[ ]|bq\.[ ]|\#{1,6}[ ])
    """,
    re.VERBOSE | re.MULTILINE,
)
_MARKUP_HINT = re.compile(r"[`*~{\[#_]|<[a-z]+:|^[ \t]*(?:h[1-6]|bq)\.", re.MULTILINE)
# These part words; all other mark-up may stand inside of one.
_PARTING = {"fence", "tag", "bbtag", "heading", "target", "url"}


@dataclass(frozen=True)
class _Layer:
    """One pass over a text: where its edits stand before and after, and whether they leave out mark-up."""

    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]
    ends: tuple[int, ...]
    hides: bool = False

    def first(self, place: int) -> int:
        """Where the character at `place` begins, before."""
        index = bisect_right(self.ends, place)
        if index < len(self.after) and self.after[index][0] <= place:
            return self.before[index][0]
        return place + (self.before[index - 1][1] - self.ends[index - 1] if index else 0)

    def last(self, place: int) -> int:
        """Where the character at `place` ends, before."""
        index = bisect_right(self.ends, place)
        if index < len(self.after) and self.after[index][0] <= place:
            return self.before[index][1]
        return place + 1 + (self.before[index - 1][1] - self.ends[index - 1] if index else 0)


@dataclass(frozen=True)
class View:
    """A text as it is read; see `read_view`.

    Attributes:
        source: the text as it came.
        text: what is read of it.
    """

    source: str
    text: str
    _layers: tuple[_Layer, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether everything is read as it stands, in characters that no mark can follow."""
        return not self._layers and self.source.isascii()

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text itself for a span (start < end) of the view.

        It begins and ends with what the span's first and last character stand for, so that what was left out round
        about stays outside, and what was left out between them inside.
        """
        last = end - 1
        for layer in reversed(self._layers):
            start, last = layer.first(start), layer.last(last) - 1
        end = last + 1
        if end < len(self.source) and not self.source[end].isascii():
            # What changes how the last character looks is part of it.
            end = _trail().match(self.source, end).end()  # type: ignore[union-attr]
        return start, end

    def list_left_out(self) -> list[tuple[int, int]]:
        """Stretches of the text itself that are mark-up, in order: tags, targets of links, colours of terminals.

        A line's end is none, and neither is a letter that was struck twice or taken back.
        """
        stretches = []
        for number, layer in enumerate(self._layers):
            for start, end in layer.before if layer.hides else ():
                last = end - 1
                for earlier in reversed(self._layers[:number]):
                    start, last = earlier.first(start), earlier.last(last) - 1
                found = self.source[start : last + 1]
                if not found.isspace() and "\b" not in found:
                    stretches.append((start, last + 1))
        return sorted(stretches)


def read_view(text: str) -> View:
    """The view of a text. Line breaks stay, but for those of wrapped paragraphs; see `itner.core.lines`."""
    source = text
    layers: list[_Layer] = []
    for find in _passes(text):
        edits = find(text)
        if edits:
            text, layer = _apply(text, edits, find in _HIDING)
            layers.append(layer)
    return View(source, text, tuple(layers))


def read_edited(text: str, edits: Iterable[Edit]) -> View:
    """The view of a text with these edits, which are in order and do not overlap, and nothing else about it changed."""
    edited, layer = _apply(text, edits)
    return View(text, edited, (layer,))


def _passes(text: str) -> list[Callable[[str], list[Edit]]]:
    passes: list[Callable[[str], list[Edit]]] = [_find_controls]
    if "&" in text:
        passes.append(_find_entities)
    if not text.isascii() or "&" in text:
        passes.append(_find_shapes)
    return [*passes, _find_html, _find_markup, join_lines]


def _find_controls(text: str) -> list[Edit]:
    # Every other alternative needs a bracket.
    if "[" not in text and not _ODD.search(text):
        return []
    return [(*match.span(), "\n" if match["line_break"] else "") for match in _CONTROL.finditer(text)]


def _find_entities(text: str) -> list[Edit]:
    return [
        (*match.span(), unescape(match[0]))
        for match in _ENTITY.finditer(text)
        if match[0][1] == "#" or match[0][1:] in html5
    ]


def _find_shapes(text: str) -> list[Edit]:
    """Characters that look like others, or like nothing."""
    edits = []
    for match in _shapes().finditer(text):
        kind, found = match.lastgroup, match[0]
        if kind == "ignored":
            plain = ""
        elif kind == "space":
            plain = " "
        elif kind == "hyphen":
            plain = "-"
        elif kind == "composed":
            plain = unicodedata.normalize("NFC", found)
        else:
            plain = unicodedata.normalize("NFKC", found)
        if plain != found:
            edits.append((*match.span(), plain))
    return edits


@cache
def _shapes() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<ignored>[{IGNORED}]+)|(?P<space>[{SPACES}])|(?P<hyphen>[\u2010\u2011])"
        rf"|(?P<jamo>[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?)|(?P<kana>[\uff66-\uff9d][\uff9e\uff9f])"
        # A letter of another shape can have marks, too.
        rf"|(?P<variant>[{variants()}][{marks()}]*)|(?P<composed>\w[{marks()}]+)"
    )


@cache
def _trail() -> re.Pattern[str]:
    return re.compile(f"[{marks()}\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]*")


def _find_html(text: str) -> list[Edit]:
    if "<" not in text:
        return []
    return [(*match.span(), "" if _INLINE_HTML.match(match[0]) else " ") for match in _HTML.finditer(text)]


def _find_markup(text: str) -> list[Edit]:
    if not _MARKUP_HINT.search(text):
        return []
    edits: dict[int, Edit] = {}
    _add_markup(text, 0, len(text), edits)
    return [edits[start] for start in sorted(edits)]


def _add_markup(text: str, start: int, end: int, edits: dict[int, Edit]) -> None:
    """Edits of mark-up between two places, also of what stands inside other mark-up."""
    for match in _MARKUP.finditer(text, start, end):
        named = [(name, match.span(name)) for name, value in match.groupdict().items() if value and name[0] != "_"]
        for name, (first, last) in named:
            edits.setdefault(first, (first, last, " " if name in _PARTING else ""))
        # Code is as it stands; the rest may hold more.
        if len(named) == 2 and named[0][0] not in ("open", "mono"):
            _add_markup(text, named[0][1][1], named[1][1][0], edits)


# What they leave out is no text, and may say something all the same; line breaks are none of it.
_HIDING = (_find_controls, _find_html, _find_markup)


def _apply(text: str, edits: Iterable[Edit], hides: bool = False) -> tuple[str, _Layer]:
    parts: list[str] = []
    before: list[tuple[int, int]] = []
    after: list[tuple[int, int]] = []
    position = length = 0
    for start, end, plain in edits:
        parts += (text[position:start], plain)
        length += start - position
        before.append((start, end))
        after.append((length, length + len(plain)))
        length += len(plain)
        position = end
    parts.append(text[position:])
    return "".join(parts), _Layer(tuple(before), tuple(after), tuple(stop for _, stop in after), hides)
