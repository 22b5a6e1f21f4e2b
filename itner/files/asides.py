"""What a tagger does not see of a text, or sees as one word: attributes, targets of links, queries of addresses.

The view of a text leaves mark-up out, and an address is one word to whoever tags words. A person may stand in both, so
each is a text of its own here, taken apart into lines, with an exact way back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from itner.core.sentences import split_passages
from itner.core.view import Edit, View, read_edited, read_view
from itner.files.rewriting.markup import scan_markup
from itner.files.rewriting.pages import HTML

# What mark-up that says something begins with; most texts have none, and need no second look.
_MARKED = re.compile(r"<[A-Za-z]|\]\(|\|(?:https?|mailto|file|ftp):|[{\[]\w+[:=]|```|~~~|\x1b\]|\x9d")
# Tags without attributes, headings, colours of terminals, and what has no word in it.
_BARE = re.compile(r"[{\[<]/?\w+\s*/?[}\]>]|h[1-6]\.\s*|bq\.\s*|[^\s\[]{0,5}\[[\d;:?]*[A-Za-z]|[\W_]*")
_FRAME = "[](){}<>|`~ \t\r\n\x07\x1b\\\x9c\x9d"
# A word with a scheme, or with names and values behind a question mark or between ampersands.
_ADDRESS = re.compile(r"\w:/|[?&;]\w[\w.\-\[\]]*=")
_RUN = re.compile(r"[^\s<>\"'`|\\^\x00-\x1f]+")
# A slash between digits is a date's, an ampersand may begin an entity, and a plus may be part of an address.
_PARTS = re.compile(
    r"(?P<code>(?:%[0-9A-Fa-f]{2})+)|(?P<line>(?:[?|#]|&amp;|&(?!#?\w{1,31};)|;(?=\w+=)|(?<!\d)/|/(?!\d))+)"
    r"|(?P<colon>=|(?<=[A-Za-z]):(?=[^\s/]))|(?P<blank>(?<=\w)\+(?=\w)(?![\w.+-]*@))"
)
_APART = "\n\n"
# Also what is no mark-up to a tagger: comments, the tags of any XML, and marks without their other half.
_DIVISION = re.compile(
    r"<!--(?:(?!<!--).){0,2000}?-->|<!\[CDATA\[|\]\]>"
    # A tag whose attributes have brackets in them, and any other.
    r"|<[A-Za-z/][^<>\"']{0,200}(?:(?:\"[^\"\n]{0,300}\"|'[^'\n]{0,300}')[^<>\"']{0,200}){1,20}>"
    r"|<[A-Za-z/!?][^<>]{0,2000}>"
    r"|(?:\x1b|\^\[|\u241b|&\#27;|&\#[xX]1[bB];|\\(?:x1[bB]|0?33|u001[bB]|[eE]))\[[0-?]*[ -/]*[@-~]"
    # Labels are in square brackets as well, so that what a type may be called is told by its small letters.
    r"|\[/?(?i:b|i|u|s|sup|sub|h[1-6]|color|size|font|code|quote|center|left|right|table|tr|td|th|list|li|spoiler|hr)"
    r"(?:=[^\[\]\n]{0,200})?\]|\[/?(?:url|email|img)(?:=[^\[\]\n]{0,200})?\]|\[URL=[^\[\]\n]{0,200}\]"
    r"|\{[A-Za-z]{1,12}(?:[:=][^{}\n]{0,100})?\}|\{[*_+~^-]\}"
    # Emphasis is beside a letter; digits of which only the last are shown have asterisks as well.
    r"|(?<=[^\W\d_])(?:\*{2,3}|__|~~|`{1,3})|(?<!\*)(?:\*{2,3}|__|~~|`{1,3})(?=[^\W\d_])",
    re.DOTALL,
)


@dataclass(frozen=True)
class Aside:
    """A stretch of a text, as it is read by itself.

    Attributes:
        start: where in the text it begins.
    """

    start: int
    view: View

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where in the text a span of what is read stands."""
        first, last = self.view.back(start, end)
        return self.start + first, self.start + last


def list_marks(text: str) -> list[tuple[int, int]]:
    """The stretches of a text that are mark-up to whoever tags it, in order."""
    return _place_marks(_read_passages(text))


def _read_passages(text: str) -> list[Aside]:
    return [Aside(first, read_view(text[first:last])) for first, last in split_passages(text)]


def _place_marks(passages: Iterable[Aside]) -> list[tuple[int, int]]:
    return [
        (passage.start + start, passage.start + end)
        for passage in passages
        for start, end in passage.view.list_left_out()
    ]


def list_divisions(text: str) -> list[tuple[int, int]]:
    """The stretches of a text that are mark-up or a tag to anybody, in order and without overlap."""
    return _divide(text, _read_passages(text))


def _divide(text: str, passages: Iterable[Aside]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted((*_place_marks(passages), *(match.span() for match in _DIVISION.finditer(text)))):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def list_views(text: str) -> list[Aside]:
    """A text without its mark-up, in each way in which it can be read; none where it has none.

    As a tagger reads it, and with each mark as nothing and as a blank: what it parts may be one word or two.
    """
    passages = _read_passages(text)
    views = {(aside.start, aside.view.text): aside for aside in passages if aside.view.text != aside.view.source}
    divisions = _divide(text, passages)
    for said in ("", " ") if divisions else ():
        aside = Aside(0, read_edited(text, [(*place, said) for place in divisions]))
        views.setdefault((0, aside.view.text), aside)
    return list(views.values())


def list_asides(text: str) -> list[Aside]:
    """Everything in a text that is to be read by itself, beside the text."""
    stretches = dict.fromkeys(_list_hidden(text) if _MARKED.search(text) else ())
    if _ADDRESS.search(text):
        stretches |= dict.fromkeys(run.span() for run in _RUN.finditer(text) if _ADDRESS.search(run[0]))
    return [Aside(start, _take_apart(text[start:end])) for start, end in stretches]


def _list_hidden(text: str) -> Iterator[tuple[int, int]]:
    for start, end in list_marks(text):
        mark = text[start:end]
        if _BARE.fullmatch(mark):
            continue
        if mark[0] == "<" and mark[-1] == ">":
            for unit in scan_markup(mark, HTML):
                piece = unit.pieces[0]
                if unit.free:
                    size = len(piece.text) if piece.widths is None else sum(piece.widths)
                    yield start + piece.start, start + piece.start + size
            continue
        first = start + len(mark) - len(mark.lstrip(_FRAME))
        last = end - len(mark) + len(mark.rstrip(_FRAME))
        if first < last:
            yield first, last


def _take_apart(text: str) -> View:
    """A stretch with its parts on lines of their own, and codes in percent as what they stand for."""
    return read_edited(text, list(_list_edits(text)))


def _list_edits(text: str) -> Iterator[Edit]:
    for match in _PARTS.finditer(text):
        if match.lastgroup == "code":
            yield from _decode(match)
        elif match.lastgroup == "line":
            yield (*match.span(), _APART)
        else:
            yield (*match.span(), " " if match.lastgroup == "blank" else ": ")


def _decode(match: re.Match[str]) -> Iterator[Edit]:
    """Each character that codes stand for; codes that are no text stay."""
    data = bytes.fromhex(match[0].replace("%", ""))
    at = match.start()
    for char in data.decode("utf-8", "surrogateescape"):
        size = len(char.encode("utf-8", "surrogateescape"))
        if not "\udc80" <= char <= "\udcff":
            yield at, at + 3 * size, char
        at += 3 * size
