"""Headers of mails: read whatever way they are packed, and edited where they stand."""

from __future__ import annotations

import binascii
import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.header import Header
from email.quoprimime import header_decode
from email.utils import collapse_rfc2231_value, decode_params, unquote
from typing import Protocol
from urllib.parse import quote as percent_encode

from itner.core.errors import InputError
from itner.files.encodings import check_encoding
from itner.files.limits import MAX_HEADER_CHARACTERS
from itner.files.names import extension
from itner.files.rewriting.units import Edit, Piece, Unit, edit_text, whole

# They say how a part is to be read, and may hold names and comments.
TECHNICAL = ("content-type", "content-transfer-encoding", "mime-version", "content-disposition")
_PARAMETERS = frozenset((
    "charset", "format", "delsp", "type", "protocol", "micalg", "report-type", "start", "start-info", "size", "method",
    "reply-type", "action", "total", "number", "access-type", "expiration", "permission", "mode",
))  # fmt: skip
# Up to a semicolon that is not quoted.
_SEGMENT = re.compile(r'(?:[^;"]++|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z))*+', re.DOTALL)
_COMMENT = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|\(([^()]*)\)')
# Encoded words (RFC 2047), which may name a language (RFC 2231).
_PACKED = re.compile(r"=\?([^?*\s]*)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=")
# What a file is stays told by its name; whatever else stands behind a point may be a person's.
_ENDINGS = frozenset((
    ".asc", ".bat", ".c", ".cfg", ".conf", ".css", ".csv", ".diff", ".doc", ".docx", ".eml", ".gif", ".gz", ".h",
    ".htm", ".html", ".ics", ".ini", ".java", ".jpeg", ".jpg", ".js", ".json", ".jsonl", ".log", ".md", ".msg", ".odt",
    ".patch", ".pdf", ".php", ".png", ".ps1", ".py", ".rtf", ".sh", ".sql", ".svg", ".tex", ".toml", ".tsv", ".txt",
    ".vcf", ".xls", ".xlsx", ".xml", ".yaml", ".yml", ".zip",
))  # fmt: skip


class HeaderText(Protocol):
    """A header that can be edited."""

    units: Sequence[Unit]

    def edit(self, edits: Sequence[Sequence[Edit]]) -> str:
        """What stands in it with edits of its units."""


def open_header(name: str, raw: str) -> HeaderText:
    """A header to be edited; InputError when it is made to take time rather than to be read."""
    technical = name.lower() in TECHNICAL
    if len(raw) > MAX_HEADER_CHARACTERS and (technical or name.lower() == "subject"):
        raise InputError(f"a header is longer than {MAX_HEADER_CHARACTERS:,} characters")
    return Technical(name, raw) if technical else Said(name, raw)


class Said:
    """A header that is read as a whole."""

    def __init__(self, name: str, raw: str):
        self._name = name
        self._text = _read_header(raw)
        self.units: Sequence[Unit] = [whole(self._text, before=f"{name}: ")]

    def edit(self, edits: Sequence[Sequence[Edit]]) -> str:
        """Packed where it has letters that a header may not have."""
        return _pack(edit_text(self._text, self.units, edits), self._name)


def _pack(text: str, name: str) -> str:
    """A header's text with what is none of ASCII packed, word by word, so that addresses can be told from names."""
    packed = ""
    words: list[str] = []
    for part in (*re.split(r"(\s+|[<>(),:;@]+)", text), ""):
        # What stands between packed words is lost, so that it is packed, too.
        if not part.isascii() or (words and (part.isspace() or not part)):
            words.append(part)
            continue
        kept = "".join(words).rstrip()
        if kept:
            packed += Header(kept, "utf-8", maxlinelen=76, header_name=name).encode() + "".join(words)[len(kept) :]
        packed, words = packed + part, []
    return packed + (Header("".join(words), "utf-8", maxlinelen=76, header_name=name).encode() if words else "")


class Technical:
    """A header that says how a part is to be read: its comments and its parameters, names of files among them."""

    def __init__(self, name: str, raw: str):
        self._segments = list(_split(_decode_raw(raw)))
        self._comments = [
            (place, match.start(1), whole(match[1], aside=True))
            for place, segment in enumerate(self._segments)
            for match in _COMMENT.finditer(segment)
            if match[1]
        ]
        self._parameters = _list_parameters(self._segments)
        comments = [unit for _, _, unit in self._comments]
        self.units: Sequence[Unit] = [*comments, *(parameter.unit for parameter in self._parameters)]

    def edit(self, edits: Sequence[Sequence[Edit]]) -> str:
        """A parameter that is edited is written anew."""
        segments: list[str | None] = list(self._segments)
        # The last first, so that the places of those before stay.
        for (place, start, unit), wanted in reversed(list(zip(self._comments, edits, strict=False))):
            segment = segments[place]
            if wanted and segment is not None:
                new = edit_text(unit.text, [unit], [wanted])
                segments[place] = segment[:start] + new + segment[start + len(unit.text) :]
        for parameter, wanted in zip(self._parameters, edits[len(self._comments) :], strict=True):
            if wanted:
                new = edit_text(parameter.value, [parameter.unit], [wanted])
                # A boundary may hold few characters, and no line of a part may be like it.
                new = uuid.uuid4().hex if parameter.key.lower() == "boundary" else new
                for place in parameter.places:
                    segments[place] = None
                segments[parameter.places[0]] = f" {_write_parameter(parameter.key, new)}"
        text = ";".join(segment for segment in segments if segment is not None)
        return text if text.isascii() else text.encode().decode("ascii", "surrogateescape")


@dataclass(frozen=True)
class _Parameter:
    """A parameter, and the segments that it stands in: its value may be in several pieces (RFC 2231)."""

    key: str
    value: str
    places: tuple[int, ...]

    @property
    def unit(self) -> Unit:
        key, value = self.key.lower(), self.value
        ending = value[len(value) - len(extension(value)) :] if key in ("name", "filename") else ""
        if ending.lower() in _ENDINGS:
            # It is read and not edited.
            return Unit((Piece(value.removesuffix(ending), 0), Piece(ending, -1)), aside=True)
        return whole(value, free=key not in (*_PARAMETERS, "boundary"), aside=True)


def _split(text: str) -> Iterator[str]:
    """What stands between semicolons that are not quoted."""
    at = 0
    while True:
        match = _SEGMENT.match(text, at)
        end = match.end() if match is not None else len(text)
        yield text[at:end]
        if end >= len(text):
            return
        at = end + 1


def _list_parameters(segments: Sequence[str]) -> list[_Parameter]:
    places: dict[str, list[int]] = {}
    named: dict[int, tuple[str, str]] = {}
    for place, segment in enumerate(segments[1:], start=1):
        key, sign, value = segment.partition("=")
        named[place] = (key.strip(), value.strip() if sign else "")
        # Of several pieces of one value, each names it and its own number.
        name = key.strip().partition("*")[0].lower() if "*" in key else f"{key} {place}"
        places.setdefault(name, []).append(place)
    found = []
    for group in places.values():
        pieces = [named[place] for place in group]
        if "*" not in pieces[0][0]:
            found.append(_Parameter(pieces[0][0], _read_header(unquote(pieces[0][1])), tuple(group)))
            continue
        for key, decoded in decode_params([("", ""), *pieces])[1:]:
            plain = (*decoded[:2], unquote(decoded[2])) if isinstance(decoded, tuple) else unquote(decoded)
            found.append(_Parameter(key, _read_header(collapse_rfc2231_value(plain)), tuple(group)))
    return found


def _write_parameter(key: str, value: str) -> str:
    if not value.isascii():
        return f"{key}*=utf-8''{percent_encode(value, safe='')}"
    escaped = re.sub(r'([\\"])', r"\\\1", value)
    return f'{key}="{escaped}"'


def _decode_raw(raw: str) -> str:
    """A header as it stands, in which letters may be that are none of ASCII."""
    unfolded = re.sub(r"\r?\n[ \t]*", " ", raw)
    return unfolded if unfolded.isascii() else next(decodings(unfolded.encode("utf-8", "surrogateescape"), None))[0]


def _read_header(raw: str) -> str:
    text = _decode_raw(raw)
    if not text.isascii():
        # Not packed, as the standard wants it.
        return text
    out: list[str] = []
    packed: list[tuple[str, bytes]] = []
    at = 0
    for match in _PACKED.finditer(text):
        data = _unpack(match[2], match[3])
        if data is None:
            continue
        between = text[at : match.start()]
        at = match.end()
        # White space between packed words is none of the text, and a letter may be in two of them.
        if packed and not between.strip() and packed[-1][0] == match[1]:
            packed[-1] = (match[1], packed[-1][1] + data)
            continue
        if between.strip() or not packed:
            out += [*_say(packed), between]
            packed = []
        packed.append((match[1], data))
    return "".join([*out, *_say(packed), text[at:]])


def _say(packed: Sequence[tuple[str, bytes]]) -> Iterator[str]:
    for charset, data in packed:
        yield next(decodings(data, charset))[0]


def _unpack(how: str, text: str) -> bytes | None:
    """What a word is packed of; None where it is not packed as it says."""
    if how in "qQ":
        return header_decode(text).encode("latin-1", "replace")
    for size in (len(text), len(text) - 1):
        try:
            return binascii.a2b_base64(text[:size] + "==")
        except (binascii.Error, ValueError):
            continue
    return None


def decodings(data: bytes, charset: str | None) -> Iterator[tuple[str, str]]:
    """Texts of bytes, the likeliest first, each with its encoding."""
    for name in (charset, "utf-8", "cp1252", "latin-1"):
        try:
            if name is not None:
                yield data.decode(check_encoding(name)), name
        except (InputError, UnicodeError, LookupError, ValueError):
            continue
