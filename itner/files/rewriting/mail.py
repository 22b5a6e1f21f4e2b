"""Mails: headers, every part that is text, forwarded messages, names of files; the rest is left out and said.

What is not edited is written as it came, and what is, in its own encoding where that has the letters.
"""

from __future__ import annotations

import io
import quopri
import re
from base64 import encodebytes
from collections.abc import Callable, Sequence
from email import message_from_bytes
from email.charset import BASE64, QP, Charset
from email.generator import BytesGenerator
from email.message import Message
from email.policy import Compat32
from typing import TYPE_CHECKING, TypeGuard

from itner.core.errors import InputError
from itner.files.rewriting.mail_headers import TECHNICAL, HeaderText, decodings, open_header
from itner.files.rewriting.markup import scan_markup
from itner.files.rewriting.pages import HTML
from itner.files.rewriting.units import Edit, Opened, Unit, edit_text, whole

if TYPE_CHECKING:
    Mail = Message[str, str]
else:
    Mail = Message
Write = Callable[[Sequence[Sequence[Edit]]], None]

# Of the kind text, but in a language of its own.
_NO_TEXT = ("rtf", "richtext", "enriched")
_PACKED = ("base64", "quoted-printable")
_LEFT = "an attachment of the kind {} is left out"


class _Raw(str):
    """What stands in a header, with the blanks behind its name."""

    lead: str


class _AsItStands(Compat32):
    """Headers are written as they came."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, _, rest = "".join(sourcelines).rstrip("\r\n").partition(":")
        value = _Raw(rest.lstrip(" \t"))
        value.lead = rest[: len(rest) - len(value)]
        return name, value

    def fold_binary(self, name: str, value: str) -> bytes:
        lead = value.lead if isinstance(value, _Raw) else " "
        # A line that begins without a blank would be another header.
        text = value if isinstance(value, _Raw) else re.sub(r"\r?\n[ \t]*", f"{self.linesep} ", value)
        return f"{name}:{lead}{text}{self.linesep}".encode("utf-8", "surrogateescape")


def open_mail(data: bytes) -> Opened:
    """The mail's parts that are text."""
    return _open(data, 0)


def _open(data: bytes, depth: int) -> Opened:
    message = message_from_bytes(data, policy=_AsItStands())
    if not message.keys():
        raise InputError("has no headers, so it is no mail")
    units: list[Unit] = []
    writers: list[tuple[int, Write]] = []
    left_out: list[str] = []
    envelope = message.get_unixfrom()
    if envelope:
        _add(units, writers, [whole(envelope, aside=True)], _set_envelope(message, envelope))
    _visit(message, units, writers, left_out, depth)

    def write(edits: Sequence[Sequence[Edit]]) -> bytes:
        if not left_out and not any(edits):
            return data
        at = 0
        for size, change in writers:
            change(edits[at : at + size])
            at += size
        out = io.BytesIO()
        ending = "\r\n" if b"\r\n" in data else "\n"
        generator = BytesGenerator(out, mangle_from_=False, maxheaderlen=0, policy=_AsItStands(linesep=ending))
        generator.flatten(message, unixfrom=bool(envelope))
        return out.getvalue()

    return Opened(units, write, [], left_out)


def _set_envelope(message: Mail, text: str) -> Write:
    def change(edits: Sequence[Sequence[Edit]]) -> None:
        if any(edits):
            message.set_unixfrom(edit_text(text, [whole(text)], edits))

    return change


def _visit(message: Mail, units: list[Unit], writers: list[tuple[int, Write]], left_out: list[str], depth: int) -> None:
    if depth > 20:
        raise InputError("nested too deeply to be read")
    _visit_headers(message, units, writers)
    kind = message.get_content_maintype()
    payload = message.get_payload()
    inner = payload[0] if kind == "message" and isinstance(payload, list) and payload else None
    if inner is not None and _is_packed(inner, message):
        _visit_packed(message, inner, units, writers, left_out, depth)
    elif isinstance(payload, list):
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
            for name in TECHNICAL[:2]:
                del message[name]
            message.set_payload("")

        # After the headers, which are counted.
        _add(units, writers, [], empty)


def _is_packed(inner: object, message: Mail) -> TypeGuard[Mail]:
    """Whether a message is in Base64 or quoted-printable, as none may be; in Base64 it seems to have no header."""
    how = _how(message)
    return isinstance(inner, Message) and (how == "quoted-printable" or (how == "base64" and not inner.keys()))


def _how(message: Mail) -> str:
    """How a part is packed, without a comment on it."""
    found = re.match(r"\s*([\w-]*)", str(message.get("Content-Transfer-Encoding", "7bit")))
    return found[1].lower() if found is not None else ""


def _unpack(message: Mail, payload: object) -> bytes:
    if not isinstance(payload, str):
        return b""
    holder = Message()
    holder["Content-Transfer-Encoding"] = _how(message)
    holder.set_payload(payload)
    data = holder.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _visit_packed(
    message: Mail, inner: Mail, units: list[Unit], writers: list[tuple[int, Write]], left_out: list[str], depth: int
) -> None:
    """A message that is packed is opened by itself, and packed again where it is edited."""
    packed = inner.as_bytes(policy=_AsItStands()).decode("ascii", "surrogateescape").lstrip("\r\n")
    # As a message, it would be written with headers apart.
    message.set_payload(packed)
    try:
        opened = _open(_unpack(message, packed), depth + 1)
    except InputError:
        left_out.append(f"a packed message of the kind {message.get_content_type()} is left out")
        message.set_payload("")
        return
    left_out += opened.left_out

    def change(edits: Sequence[Sequence[Edit]]) -> None:
        if any(edits) or opened.left_out:
            data = opened.write(edits)
            new = encodebytes(data) if _how(message) == "base64" else quopri.encodestring(data)
            message.set_payload(new.decode("ascii"))

    _add(units, writers, opened.units, change)


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
        header = open_header(name, str(raw))

        def change(
            edits: Sequence[Sequence[Edit]], place: int = place, called: Unit = called, header: HeaderText = header
        ) -> None:
            if any(edits):
                name, raw = headers[place]
                # What a name may consist of.
                name = re.sub(r"[^!-9;-~]", "-", edit_text(name, [called], edits[:1]))
                headers[place] = (name, header.edit(edits[1:]) if any(edits[1:]) else raw)

        _add(units, writers, [called, *header.units], change)


def _visit_body(message: Mail, units: list[Unit], writers: list[tuple[int, Write]]) -> None:
    # With the bytes that are none of ASCII, which `get_payload` does not give.
    data = _unpack(message, message._payload)  # type: ignore[attr-defined]
    text, encoding = next(decodings(data, message.get_content_charset()))
    found = scan_markup(text, HTML) if re.search(r"html|xml", message.get_content_subtype()) else [whole(text)]

    def change(edits: Sequence[Sequence[Edit]]) -> None:
        if any(edits):
            _put_body(message, edit_text(text, found, edits), encoding)

    _add(units, writers, found, change)


def _put_body(message: Mail, text: str, encoding: str) -> None:
    known = encoding
    try:
        text.encode(encoding)
    except UnicodeError:
        encoding = "utf-8"
    how = _how(message)
    if how not in _PACKED and encoding == known:
        # No header has to say anything else than it did.
        message.set_payload(text.encode(encoding).decode("ascii", "surrogateescape"))
        return
    # What was packed stays packed: a line of it could be a boundary.
    charset = Charset(encoding)
    charset.body_encoding = {"base64": BASE64, "quoted-printable": QP}.get(how, QP if not text.isascii() else None)  # type: ignore[assignment]
    del message["Content-Transfer-Encoding"]
    message.set_payload("")
    message.set_payload(text, charset)
    if encoding != message.get_content_charset():
        message.set_param("charset", encoding)
