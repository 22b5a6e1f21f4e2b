"""Mails: headers, every part that is text, forwarded messages, names of files; the rest is left out and said.

What is not edited is written as it came, and what is, in its own encoding where that has the letters.
"""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes
from email.charset import BASE64, QP, Charset
from email.errors import HeaderParseError
from email.generator import BytesGenerator
from email.header import Header, decode_header, make_header
from email.message import Message
from email.policy import compat32
from email.utils import collapse_rfc2231_value
from typing import TYPE_CHECKING, Protocol

from itner.core.errors import InputError
from itner.files.encodings import check_encoding
from itner.files.rewriting.markup import scan_markup
from itner.files.rewriting.pages import HTML
from itner.files.rewriting.units import Edit, Opened, Unit, edit_text, whole

if TYPE_CHECKING:
    Mail = Message[str, str]
else:
    Mail = Message
Write = Callable[[Sequence[Sequence[Edit]]], None]

# They say how a part is to be read, and may hold names and comments.
_TECHNICAL = ("content-type", "content-transfer-encoding", "mime-version", "content-disposition")
_PARAMETERS = frozenset((
    "charset", "format", "delsp", "type", "protocol", "micalg", "report-type", "start", "start-info", "size", "method",
    "reply-type", "action", "total", "number", "access-type", "expiration", "permission", "mode",
))  # fmt: skip
_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*+"|\(([^()]*)\)')
# Of the kind text, but in a language of its own.
_NO_TEXT = ("rtf", "richtext", "enriched")
_LEFT = "an attachment of the kind {} is left out"


def open_mail(data: bytes) -> Opened:
    """The mail's parts that are text."""
    message = message_from_bytes(data, policy=compat32)
    if not message.keys():
        raise InputError("has no headers, so it is no mail")
    units: list[Unit] = []
    writers: list[tuple[int, Write]] = []
    left_out: list[str] = []
    _visit(message, units, writers, left_out, 0)

    def write(edits: Sequence[Sequence[Edit]]) -> bytes:
        at = 0
        for size, change in writers:
            change(edits[at : at + size])
            at += size
        out = io.BytesIO()
        ending = "\r\n" if b"\r\n" in data else "\n"
        BytesGenerator(out, mangle_from_=False, maxheaderlen=0, policy=compat32.clone(linesep=ending)).flatten(message)
        return out.getvalue()

    return Opened(units, write, [], left_out)


def _visit(message: Mail, units: list[Unit], writers: list[tuple[int, Write]], left_out: list[str], depth: int) -> None:
    if depth > 20:
        raise InputError("nested too deeply to be read")
    _visit_headers(message, units, writers)
    kind = message.get_content_maintype()
    payload = message.get_payload()
    if isinstance(payload, list):
        for name in ("preamble", "epilogue"):
            text = getattr(message, name)
            if text:
                _add(units, writers, [whole(text)], _setter(message, name, text))
        kept: list[Mail | str] = []
        for part in payload:
            if not isinstance(part, Message):
                continue
            if isinstance(part.get_payload(), list) or _is_text(part) or kind == "message":
                _visit(part, units, writers, left_out, depth + 1)
                kept.append(part)
            else:
                left_out.append(_LEFT.format(part.get_content_type()))
        message.set_payload(kept)
    elif _is_text(message):
        _visit_body(message, units, writers)
    elif payload:
        left_out.append(f"a body of the kind {message.get_content_type()} is left out")

        def empty(edits: Sequence[Sequence[Edit]]) -> None:
            for name in _TECHNICAL[:2]:
                del message[name]
            message.set_payload("")

        # After the headers, which are counted.
        _add(units, writers, [], empty)


def _is_text(part: Mail) -> bool:
    return part.get_content_maintype() == "text" and part.get_content_subtype() not in _NO_TEXT


def _add(units: list[Unit], writers: list[tuple[int, Write]], found: list[Unit], change: Write) -> None:
    units += found
    writers.append((len(found), change))


def _setter(message: Mail, name: str, text: str) -> Write:
    def change(edits: Sequence[Sequence[Edit]]) -> None:
        if any(edits):
            setattr(message, name, edit_text(text, [whole(text)], edits))

    return change


def _visit_headers(message: Mail, units: list[Unit], writers: list[tuple[int, Write]]) -> None:
    headers = message._headers  # type: ignore[attr-defined]
    for place, (name, raw) in enumerate(headers):
        called = whole(name, free=False, aside=True)
        technical = name.lower() in _TECHNICAL
        header = _Technical(name, str(raw)) if technical else _Said(name, str(raw))

        def change(
            edits: Sequence[Sequence[Edit]], place: int = place, called: Unit = called, header: _Header = header
        ) -> None:
            if any(edits):
                name, raw = headers[place]
                # What a name may consist of.
                name = re.sub(r"[^!-9;-~]", "-", edit_text(name, [called], edits[:1]))
                headers[place] = (name, header.edit(edits[1:]) if any(edits[1:]) else raw)

        _add(units, writers, [called, *header.units], change)


class _Header(Protocol):
    """A header that can be edited."""

    units: Sequence[Unit]

    def edit(self, edits: Sequence[Sequence[Edit]]) -> str:
        """What stands in it with edits of its units."""


class _Said:
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


class _Technical:
    """A header that says how a part is to be read: its comments and its parameters, names of files among them."""

    def __init__(self, name: str, raw: str):
        self._name = name
        self._text = _decode_raw(raw)
        comments = [match for match in _COMMENT.finditer(self._text) if match[1]]
        self._comments = [whole(match[1], match.start(1), aside=True) for match in comments]
        self._values = [(key, _read_header(value)) for key, value in _list_parameters(name, self._text)]
        self._parameters = [
            whole(value, free=key.lower() not in (*_PARAMETERS, "boundary"), aside=True) for key, value in self._values
        ]
        self.units: Sequence[Unit] = [*self._comments, *self._parameters]

    def edit(self, edits: Sequence[Sequence[Edit]]) -> str:
        """Each parameter is written anew where one of them is edited."""
        text = edit_text(self._text, self._comments, edits[: len(self._comments)])
        for (key, value), unit, wanted in zip(
            self._values, self._parameters, edits[len(self._comments) :], strict=True
        ):
            if wanted:
                new = edit_text(value, [unit], [wanted])
                if key.lower() == "boundary":
                    # It may hold few characters, and no line of a part may be like it.
                    new = uuid.uuid4().hex
                holder = Message()
                holder[self._name] = text
                holder.set_param(key, new, header=self._name, charset="" if new.isascii() else "utf-8")
                text = str(holder[self._name])
        return text if text.isascii() else text.encode().decode("ascii", "surrogateescape")


def _list_parameters(name: str, text: str) -> list[tuple[str, str]]:
    holder = Message()
    holder[name] = text
    found = holder.get_params(failobj=[], header=name)[1:]
    return [(key, collapse_rfc2231_value(value)) for key, value in found]


def _decode_raw(raw: str) -> str:
    """A header as it stands, in which letters may be that are none of ASCII."""
    unfolded = re.sub(r"\r?\n[ \t]*", " ", raw)
    return unfolded if unfolded.isascii() else next(_decodings(unfolded.encode("utf-8", "surrogateescape"), None))[0]


def _read_header(raw: str) -> str:
    text = _decode_raw(raw)
    if not text.isascii():
        # Not packed, as the standard wants it.
        return text
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, ValueError):
        return text


def _decodings(data: bytes, charset: str | None) -> Iterator[tuple[str, str]]:
    """Texts of bytes, the likeliest first, each with its encoding."""
    for name in (charset, "utf-8", "cp1252", "latin-1"):
        try:
            if name is not None:
                yield data.decode(check_encoding(name)), name
        except (InputError, UnicodeError, LookupError, ValueError):
            continue


def _visit_body(message: Mail, units: list[Unit], writers: list[tuple[int, Write]]) -> None:
    raw = message.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    text, encoding = next(_decodings(data, message.get_content_charset()))
    found = scan_markup(text, HTML) if re.search(r"html|xml", message.get_content_subtype()) else [whole(text)]

    def change(edits: Sequence[Sequence[Edit]]) -> None:
        if any(edits):
            _put_body(message, edit_text(text, found, edits), encoding)

    _add(units, writers, found, change)


def _put_body(message: Mail, text: str, encoding: str) -> None:
    try:
        text.encode(encoding)
    except UnicodeError:
        encoding = "utf-8"
    how = str(message.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    # What was packed stays packed: a line of it could be a boundary.
    charset = Charset(encoding)
    charset.body_encoding = {"base64": BASE64, "quoted-printable": QP}.get(how, QP if not text.isascii() else None)  # type: ignore[assignment]
    del message["Content-Transfer-Encoding"]
    message.set_payload("")
    message.set_payload(text, charset)
    if encoding != message.get_content_charset():
        message.set_param("charset", encoding)
