"""HTML and XML: texts between tags, and what stands in attributes and comments, each edited where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape, unescape
from typing import NamedTuple
from urllib.parse import quote

from itner.files.rewriting.units import Piece, Unit

# What is opened and never closed goes on to the end, so that no text is searched twice.
_TOKEN = re.compile(
    r"<!--(?P<comment>.*?)(?:-->|\Z)|<!\[CDATA\[(?P<data>.*?)(?:\]\]>|\Z)|<\?(?P<order>.*?)(?:\?>|\Z)"
    r"|<!(?P<declaration>[^<>]*)>"
    r"|<(?P<close>/?)(?P<name>[A-Za-z][^\s/<>]*)(?P<rest>(?:\"[^\"]*+\"|'[^']*+'|[^'\"<>]++)*+)>|[^<]+|<",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"([^\s=/\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))"
    # Words without a value, up to one that has one.
    r"|(?P<bare>[^\s=/\"'>]+(?:\s+[^\s=/\"'>]+(?![^\s\"'>]*\s*=))*)"
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|.", re.DOTALL)
# Of what is prescribed, what nobody's name or number can be part of: sizes, colours, switches, identifiers.
_VALUE = re.compile(
    r"[-+]?\d{0,6}(?:\.\d{0,6})?(?:%|[a-z]{1,2})?|#?[\da-f]{6}|[\da-f]{8}|true|false|auto|none|rid\d{1,6}"
    r"|\{?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\}?",
    re.IGNORECASE,
)
_ORDERS = ("xml ", "xml\n", "xml\r", "mso-application ")
# In style sheets, what is said and not computed.
_SAID = re.compile(r"/\*(.*?)(?:\*/|\Z)|\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'", re.DOTALL)


@dataclass(frozen=True)
class Grammar:
    """What tags of a format mean to somebody who reads.

    Attributes:
        streams: tags whose text is read as one with that of others of the same stream in a block; "" for all others.
            None where the text of every tag that is no block is read as one.
        inline: tags within a line, which end no block.
        blocks: tags that end one; only asked for where `inline` is None.
        breaks: tags that are read as a character.
        programs: tags whose content is no markup: read as it stands.
        styles: tags whose content is no markup and prescribed but for what is quoted and commented.
        technical: whether the format prescribes what stands in an attribute, by its tag and name without prefixes and
            by what it is.
        prescribed: tags whose text the format prescribes.
        orders: words in lower case that the text of a stream or an attribute may begin with and that are prescribed.
        ends: tags that end a stream.
        addresses: attributes in which only what an address may hold can stand.
        labels: what tags and attributes whose text is somebody's name are read behind.
        stamps: tags and attributes whose text, where any of it is replaced, becomes another of the same form.
    """

    streams: Mapping[str, str] | None
    inline: Collection[str] | None
    blocks: Collection[str] = ()
    breaks: Mapping[str, str] = field(default_factory=dict)
    programs: Collection[str] = ()
    styles: Collection[str] = ()
    technical: Callable[[str, str, str], bool] = lambda tag, name, value: False
    prescribed: Collection[str] = ()
    orders: Mapping[str, Collection[str]] = field(default_factory=dict)
    ends: Mapping[str, str] = field(default_factory=dict)
    addresses: Collection[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    stamps: Mapping[str, str] = field(default_factory=dict)


def scan_markup(text: str, grammar: Grammar) -> list[Unit]:
    """Everything that can be read in a text with tags."""
    return _Scan(text, grammar).units()


class _Attribute(NamedTuple):
    """One that can be read: its value begins at `start` after the tag's name, and is free if nobody prescribes it."""

    name: str
    value: str
    start: int
    free: bool


class _Scan:
    """One text, token by token."""

    def __init__(self, text: str, grammar: Grammar):
        self._text = text
        self._grammar = grammar
        self._units: list[Unit] = []
        # Blocks can stand in blocks, as a text box does in a paragraph; each has its own streams.
        self._blocks: list[dict[str, list[Piece]]] = [{}]
        self._tags: list[str] = []
        # Tags repeat, those of styles by the thousand.
        self._attributes: dict[tuple[str, str], list[_Attribute]] = {}

    def units(self) -> list[Unit]:
        """Of the whole text, in order."""
        at = 0
        while match := _TOKEN.match(self._text, at):
            at = match.end()
            if match["name"]:
                at = self._read_tag(match)
            elif match["comment"] is not None:
                self._add(_piece(match["comment"], match.start("comment")), aside=True)
            elif match["order"] is not None:
                free = not match["order"].startswith(_ORDERS)
                self._add(Piece(match["order"], match.start("order")), free=free, aside=True)
            elif match["declaration"] is not None:
                free = match["declaration"][:7].upper() != "DOCTYPE"
                self._add(Piece(match["declaration"], match.start("declaration")), free=free, aside=True)
            elif match["data"] is not None:
                self._read_text(Piece(match["data"], match.start("data")))
            else:
                self._read_text(_piece(match[0], match.start()))
        while len(self._blocks) > 1:
            self._flush()
            self._blocks.pop()
        self._flush()
        return self._units

    def _add(self, piece: Piece, free: bool = True, aside: bool = False, owner: str = "") -> None:
        if piece.text.strip():
            self._units.append(Unit((piece,), self._grammar.labels.get(owner, ""), free, aside))

    def _flush(self) -> None:
        for stream, pieces in self._blocks[-1].items():
            self._end(stream, pieces)
        self._blocks[-1].clear()

    def _end(self, stream: str, pieces: Sequence[Piece], aside: bool = False) -> None:
        """What was read of a stream is a unit; a word at its beginning that the format prescribes is one by itself."""
        text = "".join(piece.text for piece in pieces)
        word = re.match(r"\s*(=|\w+)", text) if stream in self._grammar.orders else None
        left = word.end() if word is not None and word[1].lower() in self._grammar.orders[stream] else 0
        kept = []
        for piece in pieces:
            taken = min(left, len(piece.text))
            left -= taken
            if taken:
                order, piece = _cut(piece, taken)
                self._add(order, free=False, aside=True)
            kept.append(piece)
        if text.strip():
            self._units.append(Unit(tuple(kept), aside=aside))

    def _read_text(self, piece: Piece) -> None:
        grammar = self._grammar
        own = self._tags[-1] if self._tags else ""
        if grammar.streams is None:
            self._blocks[-1].setdefault("", []).append(piece)
        elif own in grammar.streams:
            self._blocks[-1].setdefault(grammar.streams[own], []).append(piece)
        else:
            self._add(self._stamped(own, piece), free=own not in grammar.prescribed, owner=own)

    def _stamped(self, name: str, piece: Piece) -> Piece:
        """What stands in a tag or an attribute; a time stamp stays one, and an address one."""
        if name in self._grammar.addresses:
            # What is encoded already stays so.
            return replace(piece, encode=lambda new: quote(new, safe="*@%"))
        stamp = self._grammar.stamps.get(name)
        return piece if stamp is None else replace(piece, encode=lambda new: stamp, as_one=True)

    def _read_tag(self, match: re.Match[str]) -> int:
        """Where what follows the tag begins."""
        grammar = self._grammar
        name = _local(match["name"])
        self._read_attributes(match, name)
        closing, alone = bool(match["close"]), match["rest"].endswith("/")
        if name in grammar.ends:
            stream = grammar.ends[name]
            self._end(stream, self._blocks[-1].pop(stream, ()))
        if name in grammar.breaks and not closing:
            for pieces in self._blocks[-1].values():
                pieces.append(Piece(grammar.breaks[name], -1))
        elif name not in grammar.inline if grammar.inline is not None else name in grammar.blocks:
            if grammar.inline is not None:
                self._flush()
            elif closing:
                self._flush()
                if len(self._blocks) > 1:
                    self._blocks.pop()
            elif not alone:
                self._blocks.append({})
        if closing:
            while self._tags and self._tags.pop() != name:
                pass
        elif not alone and name not in grammar.breaks:
            if name in grammar.programs or name in grammar.styles:
                return self._read_code(match.end(), name)
            self._tags.append(name)
        return match.end()

    def _read_code(self, start: int, name: str) -> int:
        """What stands up to the closing tag, and where that is."""
        closing = re.compile(rf"</{re.escape(name)}\b", re.IGNORECASE).search(self._text, start)
        end = len(self._text) if closing is None else closing.start()
        if name in self._grammar.programs:
            self._add(Piece(self._text[start:end], start), aside=True)
            return end
        for said in _SAID.finditer(self._text, start, end):
            group = said.lastindex or 0
            self._add(Piece(self._text[start : said.start(group)], start), free=False, aside=True)
            self._add(Piece(said[group], said.start(group)), aside=True)
            start = said.end(group)
        self._add(Piece(self._text[start:end], start), free=False, aside=True)
        return end

    def _read_attributes(self, tag: re.Match[str], name: str) -> None:
        rest = tag["rest"]
        if len(rest) < 2:
            return
        if (name, rest) not in self._attributes:
            self._attributes[name, rest] = self._list_attributes(name, rest)
        for attribute in self._attributes[name, rest]:
            piece = _piece(attribute.value, tag.start("rest") + attribute.start)
            if attribute.name in self._grammar.orders:
                self._end(attribute.name, [piece], aside=True)
            else:
                stamped = self._stamped(attribute.name, piece)
                self._add(stamped, attribute.free, aside=True, owner=attribute.name)

    def _list_attributes(self, tag: str, rest: str) -> list[_Attribute]:
        """What can be read in a tag."""
        found = []
        for match in _ATTRIBUTE.finditer(rest):
            group = next(number for number in (2, 3, 4, 5) if match[number] is not None)
            value, start = match[group], match.start(group)
            if match["bare"] is not None:
                found.append(_Attribute("", value, start, True))
                continue
            name = "xmlns" if match[1].startswith("xmlns") else _local(match[1])
            technical = self._grammar.technical(tag, name, value)
            if name in self._grammar.orders or not technical or not _VALUE.fullmatch(value):
                found.append(_Attribute(name, value, start, not technical))
        return found


def _cut(piece: Piece, place: int) -> tuple[Piece, Piece]:
    """A piece in two."""
    if piece.widths is None:
        after = Piece(piece.text[place:], piece.start + place if piece.start >= 0 else -1, None, piece.encode)
        return Piece(piece.text[:place], piece.start, None, piece.encode), after
    low, high = piece.widths[:place], piece.widths[place:]
    after = Piece(piece.text[place:], piece.start + sum(low), high, piece.encode)
    return Piece(piece.text[:place], piece.start, low, piece.encode), after


def _piece(text: str, start: int) -> Piece:
    """A text with entities, as it is read."""
    if "&" not in text:
        return Piece(text, start, None, escape)
    chars, widths = [], []
    for part in _ENTITY.findall(text):
        read = unescape(part)
        # An entity of two characters counts as its first one and one of no width.
        chars.append(read)
        widths += [len(part), *[0] * (len(read) - 1)]
    return Piece("".join(chars), start, tuple(widths), escape)


def _local(name: str) -> str:
    return name.rpartition(":")[2].lower()
