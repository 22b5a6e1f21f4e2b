"""The text of an e-mail: its subject, every part that is text, and the messages it forwards.

What headers say of a part is taken as a hint: where it is missing or wrong, the bytes decide, and a note says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import cast

from itner.core.errors import InputError
from itner.files.items import Parsed, Part, Settings

# Deeper than anybody forwards; each level costs stack.
_MAX_DEPTH = 20


@dataclass
class MailText:
    """What was read: (name, text) of each part in order, and what to know about it."""

    parts: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    attachments: int = 0


def read_eml(data: bytes, settings: Settings) -> Parsed:
    """The parts of a mail."""
    mail = read_mail(data)
    return Parsed([Part(name, text) for name, text in mail.parts], mail.notes)


def read_mail(data: bytes) -> MailText:
    """The text of a message in RFC 5322 format. InputError when messages are nested too deeply."""
    found = MailText()
    _read_message(message_from_bytes(data, _class=EmailMessage, policy=policy.default), "", found, 0)
    found.notes = list(dict.fromkeys(found.notes))
    if found.attachments:
        found.notes.append(f"{found.attachments} attachment{'s' if found.attachments > 1 else ''} not read")
    return found


def strip_html(content: str) -> str:
    """The text of an HTML page or a part of one: blocks on lines of their own, cells apart; "" for none."""
    from lxml import etree, html

    try:
        # As bytes, because lxml refuses a declared encoding in a string.
        parser = html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
        tree = html.document_fromstring(content.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        # Nothing but white space or comments.
        return ""
    for element in tree.xpath("//script | //style | //head | //comment()"):
        # A comment before the page itself belongs to no element, and to no text.
        if element.getparent() is not None:
            element.drop_tree()
    for element in tree.xpath("//td | //th"):
        element.tail = "\t" + (element.tail or "")
    for element in tree.xpath("//br | //p | //div | //tr | //li | //h1 | //h2 | //h3 | //h4"):
        element.tail = "\n" + (element.tail or "")
    return str(tree.text_content()).strip()


def _read_message(message: Message, prefix: str, found: MailText, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise InputError(f"messages are nested more than {_MAX_DEPTH} deep")
    found.parts.append((f"{prefix}subject", _subject(message, found)))
    texts: list[str] = []
    forwarded: list[Message] = []
    _collect(message, texts, forwarded, found, depth)
    for number, text in enumerate(texts, start=1):
        found.parts.append((f"{prefix}body" + (f" {number}" if number > 1 else ""), text))
    for number, inner in enumerate(forwarded, start=1):
        _read_message(inner, f"{prefix}forwarded {number} ", found, depth + 1)


def _collect(part: Message, texts: list[str], forwarded: list[Message], found: MailText, depth: int) -> None:
    """The texts and forwarded messages of a part; of alternatives the first that is not blank, plain text first."""
    if depth > _MAX_DEPTH:
        raise InputError(f"parts are nested more than {_MAX_DEPTH} deep")
    kind = part.get_content_type()
    if part.is_multipart():
        inner = cast(list[Message], part.get_payload())
        if kind == "message/rfc822":
            forwarded += inner
        elif kind == "multipart/alternative":
            _choose(inner, texts, forwarded, found, depth)
        else:
            for child in inner:
                _collect(child, texts, forwarded, found, depth + 1)
    elif kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment":
        text = _decode(part, found)
        text = strip_html(text) if kind == "text/html" else text
        if text.strip():
            texts.append(text)
    else:
        found.attachments += 1


def _choose(
    alternatives: list[Message], texts: list[str], forwarded: list[Message], found: MailText, depth: int
) -> None:
    for part in sorted(alternatives, key=lambda part: part.get_content_type() != "text/plain"):
        before = len(texts) + len(forwarded)
        _collect(part, texts, forwarded, found, depth + 1)
        if len(texts) + len(forwarded) > before:
            return


def _subject(message: Message, found: MailText) -> str:
    for name, value in message.raw_items():
        if name.lower() != "subject":
            continue
        raw = str(value).encode("utf-8", "surrogateescape")
        if raw.isascii():
            break
        # Bytes that no header may hold, written by programs that do not encode them.
        return " ".join(_guess(raw, "the subject names no charset", found).split())
    return str(message.get("subject", ""))


def _decode(part: Message, found: MailText) -> str:
    raw = part.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    charset = part.get_content_charset()
    if charset is None:
        return data.decode("ascii") if data.isascii() else _guess(data, "a part names no charset", found)
    try:
        return data.decode(charset)
    except LookupError:
        return _guess(data, "a part names a charset that is unknown", found)
    except UnicodeError:
        return _guess(data, "a part is not in the charset that it names", found)


def _guess(data: bytes, why: str, found: MailText) -> str:
    """The bytes as UTF-8, else as Windows-1252, which is what mail programs mean by anything else."""
    try:
        text, charset = data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        text, charset = data.decode("cp1252", "replace"), "Windows-1252"
    found.notes.append(f"{why}; read as {charset}")
    return text
