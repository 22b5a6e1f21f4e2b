"""The text of e-mails: the subject, every part that is text, the messages that are forwarded, and what is attached.

What headers say of a part is taken as a hint: where it is missing or wrong, the bytes decide, and a note says so.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32
from typing import cast

from itner.core.characters import is_blank
from itner.core.errors import InputError
from itner.core.words import counted
from itner.files.attachments import Attachments
from itner.files.encodings import find_legacy, in_words
from itner.files.flowed import join_flowed
from itner.files.items import FileNotice, Parsed, Part, Settings
from itner.files.limits import MAX_HEADER_CHARACTERS, MAX_MAIL_PARTS, MAX_MAILS
from itner.files.web import read_page

# Deeper than anybody forwards; each level costs stack.
_MAX_DEPTH = 20
# The headers that are parsed; the time for that grows with the square of their length.
_PARSED = ("subject", "content-type", "content-disposition", "content-transfer-encoding")
_TEXTS = ("text/plain", "text/markdown", "text/html")
# What programs write that name the smaller one.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs"}
# Python knows them as text encodings, and they are none of a mail; the first two take quadratic time.
_NO_CHARSETS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined")
# The C1 control characters, which nobody means: Windows-1252 has letters and quotation marks there.
_CONTROLS = re.compile("[\x80-\x9f]")
# The line before each mail of an mbox: a sender and a date as the C library writes it. Lines of a text may begin with
# "From ", too, for not all programs escape them, and not all leave a blank line before the next mail.
_ENVELOPE = re.compile(
    rb"^From [^\r\n]{0,200}?\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b"
    rb"[^\r\n]{0,20}\d:\d\d:\d\d[^\r\n]{0,20}\d{4}[^\r\n]*\r?\n",
    re.MULTILINE,
)
_ESCAPED = re.compile(rb"^>(?=>*From )", re.MULTILINE)
# So many notes are said of a mailbox, the rest is counted.
_MAX_NOTES = 200
# Messages in messages; of this kind all others are reports.
_FORWARDED = ("message/rfc822", "message/global", "message/news", "message/partial")
_PACKED = ("base64", "quoted-printable")
_ENCRYPTED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")


def read_eml(data: bytes, settings: Settings, kinds: Collection[str]) -> Parsed:
    """A mail, as parts "subject", "body" and, for each message in it, "forwarded 1 subject" and so on.

    Args:
        kinds: the extensions of the attachments that are read.
    """
    return read_mail(data, kinds)


def read_mbox(data: bytes, settings: Settings, kinds: Collection[str]) -> Parsed:
    """The mails of a mailbox, their parts named "mail 3 subject" and so on; see `read_eml`."""
    data = data.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")
    begins = list(_ENVELOPE.finditer(data))
    if not begins or begins[0].start():
        raise InputError("does not begin with the line that stands before each mail of an mbox")
    found = Parsed()
    # Each note with the numbers of the mails that it is on.
    notes: dict[str, list[int]] = {}
    ends = [match.start() for match in begins[1:]] + [len(data)]
    for number, (match, end) in enumerate(zip(begins, ends, strict=True), start=1):
        if number > MAX_MAILS:
            reason = f"{counted(len(begins) - MAX_MAILS, 'mail')} after it left out; at most {MAX_MAILS:,} are read"
            found.problems.append(FileNotice(f"mail {MAX_MAILS}", reason))
            break
        try:
            mail = read_mail(_ESCAPED.sub(b"", data[match.end() : end]), kinds, f"mail {number}")
        except InputError as error:
            found.problems.append(FileNotice(f"mail {number}", str(error)))
            continue
        found.parts += mail.parts
        found.files += mail.files
        for note in mail.notes:
            notes.setdefault(note, []).append(number)
    for note, mails in list(notes.items())[:_MAX_NOTES]:
        found.notes.append(f"mail {mails[0]}{f' and {len(mails) - 1:,} more' if len(mails) > 1 else ''}: {note}")
    if len(notes) > _MAX_NOTES:
        found.notes.append(f"{counted(len(notes) - _MAX_NOTES, 'more note')} of this kind")
    return found


def read_mail(data: bytes, kinds: Collection[str], name: str = "") -> Parsed:
    """The text of a message in RFC 5322 format. InputError when it is made to take time rather than to be read.

    Args:
        kinds: the extensions of the attachments that are read.
        name: of the mail, where it is one of several; stands before the names of its parts and files.
    """
    found = _Found(attachments=Attachments(kinds, f"{name}/" if name else ""))
    try:
        message = BytesParser(_class=_counting_parts(), policy=_AsItStands()).parsebytes(_plain_bytes(data))
        _read_message(message, f"{name} " if name else "", found, 0)
    except RecursionError:
        raise InputError(f"parts are nested more than {_MAX_DEPTH} deep") from None
    return found.attachments.give(Parsed(found.parts, found.notes), found.hidden)


def _plain_bytes(data: bytes) -> bytes:
    """The mail from its first header on, in bytes that a mail may have."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # Saved by a program for texts.
        data = data.decode("utf-16", "replace").encode()
    return data.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n")


def decode_guessed(data: bytes, why: str, notes: list[str], beside: bytes = b"") -> str:
    """The bytes as UTF-8, else as what they look like, which is Windows-1252 unless they are clear; a note says so.

    Args:
        beside: of the same origin, and longer.
    """
    try:
        text, charset = data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        encoding, _ = find_legacy(data + b"\n" + beside)
        text, charset = data.decode(encoding, "replace"), in_words(encoding)
    notes.append(f"{why}; read as {charset}")
    return text


def decode_named(data: bytes, charset: str | None, what: str, notes: list[str]) -> str:
    """The bytes in the charset that is named for them, as far as it is one and they are in it."""
    if charset is None:
        return data.decode("ascii") if data.isascii() else decode_guessed(data, f"{what} names no charset", notes)
    try:
        known = codecs.lookup(charset).name
        text = _decode(data, known)
    except UnicodeError:
        return decode_guessed(data, f"{what} is not in the charset that it names", notes)
    except (LookupError, ValueError):
        return decode_guessed(data, f"{what} names a charset that is unknown", notes)
    if known == "iso8859-1" and _CONTROLS.search(text):
        return data.decode("cp1252", "replace")
    return text


def _decode(data: bytes, charset: str) -> str:
    if charset in _NO_CHARSETS:
        raise LookupError
    try:
        return data.decode(charset)
    except UnicodeError:
        if charset not in _WIDER:
            raise
    return data.decode(_WIDER[charset])


@dataclass
class _Found:
    """What was read of a mail and of those that it forwards."""

    attachments: Attachments
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hidden: int = 0


@dataclass
class _Body:
    """The texts of one message, and the messages in it."""

    texts: list[str] = field(default_factory=list)
    forwarded: list[Message] = field(default_factory=list)


class _AsItStands(Compat32):
    """Headers as they stand in the file; the usual policy puts replacement characters for bytes that are no ASCII."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


class _Bounded(Message):
    """A message or part whose headers can be parsed in reasonable time."""

    def set_raw(self, name: str, value: str) -> None:
        if len(value) > MAX_HEADER_CHARACTERS and name.lower() in _PARSED:
            raise InputError(f"a header is longer than {MAX_HEADER_CHARACTERS:,} characters")
        super().set_raw(name, value)


def _counting_parts() -> Callable[..., Message]:
    """What the parser calls for each part."""
    parts = 0

    def make(policy: Compat32) -> Message:
        nonlocal parts
        parts += 1
        if parts > MAX_MAIL_PARTS:
            raise InputError(f"has more than {MAX_MAIL_PARTS:,} parts")
        return _Bounded(policy)

    return make


def _read_message(message: Message, prefix: str, found: _Found, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise InputError(f"messages are nested more than {_MAX_DEPTH} deep")
    found.parts.append(Part(f"{prefix}subject", _subject(message, found)))
    body = _Body()
    _collect(message, body, found, depth)
    for number, text in enumerate(body.texts, start=1):
        found.parts.append(Part(f"{prefix}body" + (f" {number}" if number > 1 else ""), text))
    for number, inner in enumerate(body.forwarded, start=1):
        _read_message(inner, f"{prefix}forwarded {number} ", found, depth + 1)


def _collect(part: Message, body: _Body, found: _Found, depth: int) -> None:
    """The texts and forwarded messages of a part; what is attached goes to `found`."""
    if depth > _MAX_DEPTH:
        raise InputError(f"parts are nested more than {_MAX_DEPTH} deep")
    kind = part.get_content_type()
    if kind in _ENCRYPTED:
        found.notes.append("encrypted, or sealed by a signature; save it without to have its text read")
    if part.is_multipart():
        inner = cast(list[Message], part.get_payload())
        if kind == "message/rfc822" and inner and _is_packed(part, inner[0]):
            found.attachments.add(_file_name(part, found) or "forwarded", kind, _unpack(part, inner[0]), False)
        elif kind in _FORWARDED:
            body.forwarded += inner
        elif part.get_content_maintype() == "message":
            # What a server says of a mail that it could not deliver, or of one that was read, stands in headers.
            body.texts += _report(inner)
        elif kind == "multipart/alternative":
            _choose(inner, body, found, depth)
        else:
            for child in inner:
                _collect(child, body, found, depth + 1)
        return
    name = _file_name(part, found)
    if kind.startswith("multipart/"):
        found.notes.append("a part that should hold others does not; read as text")
        kind = "text/plain"
    if kind in _TEXTS and part.get_content_disposition() != "attachment" and not found.attachments.reads(name):
        text = _text(part, kind, found)
        if not is_blank(text):
            body.texts.append(text)
    else:
        embedded = kind.startswith("image/") and "content-id" in part and part.get_content_disposition() != "attachment"
        found.attachments.add(name, kind, _payload(part), embedded)


def _report(blocks: list[Message]) -> list[str]:
    lines = [f"{name}: {value}" for block in blocks for name, value in block.items()]
    below = [text for block in blocks if isinstance(text := block.get_payload(), str) and not is_blank(text)]
    return ["\n".join((*lines, *below))] if lines or below else []


def _is_packed(part: Message, inner: Message) -> bool:
    """Whether a message is in base64 or quoted-printable, as none may be; it then seems to have no header."""
    return not inner.keys() and str(part.get("content-transfer-encoding", "")).strip().lower() in _PACKED


def _unpack(part: Message, inner: Message) -> bytes:
    packed = Message()
    packed["Content-Transfer-Encoding"] = str(part["content-transfer-encoding"]).strip()
    packed.set_payload(inner.get_payload())
    return _payload(packed)


def _choose(alternatives: list[Message], body: _Body, found: _Found, depth: int) -> None:
    """The texts of the first alternative that is not blank, plain text first; and what is attached in any of them."""
    chosen: list[str] = []
    hidden = found.hidden
    for part in sorted(alternatives, key=lambda part: part.get_content_type() != "text/plain"):
        if part.get_content_maintype() == "text" and part.get_content_type() not in _TEXTS:
            # The same once more, for programs of another kind, such as a calendar's entry.
            continue
        other = _Body()
        notes = len(found.notes)
        _collect(part, other, found, depth + 1)
        body.forwarded += other.forwarded
        if chosen:
            # What had to be guessed of a text that is not read is of no interest.
            del found.notes[notes:]
            found.hidden = hidden
        else:
            chosen = other.texts
            hidden = found.hidden
    body.texts += chosen


def _subject(message: Message, found: _Found) -> str:
    raw = next((str(value) for name, value in message.raw_items() if name.lower() == "subject"), "")
    data = raw.encode("utf-8", "surrogateescape")
    if not data.isascii():
        # Bytes that no header may hold, written by programs that do not encode them.
        beside = b"" if message.is_multipart() else _payload(message)
        return " ".join(decode_guessed(data, "the subject names no charset", found.notes, beside).split())
    return _decode_words(raw.replace("\r", "").replace("\n", "").strip(), "the subject", found)


def _decode_words(text: str, what: str, found: _Found) -> str:
    """A header's text, in which other characters than ASCII are written as encoded words (RFC 2047)."""
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        pieces = []
    words = []
    for piece, charset in pieces:
        if isinstance(piece, str):
            words.append(piece)
        else:
            words.append(decode_named(piece, charset or "ascii", what, found.notes))
    decoded = "".join(words)
    if text and not decoded.strip():
        found.notes.append(f"{what} is not encoded as it says; read as it stands")
        return text
    return decoded


def _file_name(part: Message, found: _Found) -> str:
    try:
        name = part.get_filename("")
    except (ValueError, LookupError):
        # Parameters in pieces that do not fit together.
        return ""
    data = name.encode("utf-8", "surrogateescape")
    return (
        _decode_words(name, "a file's name", found)
        if data.isascii()
        else decode_guessed(data, "a file's name names no charset", found.notes)
    )


def _text(part: Message, kind: str, found: _Found) -> str:
    text = decode_named(_payload(part), part.get_content_charset(), "a part", found.notes)
    if kind == "text/html":
        page = read_page(text)
        found.hidden += page.hidden
        return page.text
    if str(part.get_param("format", "")).lower() == "flowed":
        return join_flowed(text, str(part.get_param("delsp", "")).lower() == "yes")
    return text


def _payload(part: Message) -> bytes:
    raw = part.get_payload(decode=True)
    return raw if isinstance(raw, bytes) else b""
