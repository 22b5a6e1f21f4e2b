"""The text of Outlook's .msg files: the same parts as of other mails."""

from __future__ import annotations

import io
import logging
import struct
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from itner.core.characters import is_blank
from itner.core.errors import InputError
from itner.files.attachments import Attachments
from itner.files.items import DEFAULTS, Parsed, Part, Settings
from itner.files.limits import MAX_MAIL_PARTS, MAX_UNPACKED_BYTES
from itner.files.mail import decode_named
from itner.files.office import COMPOUND
from itner.files.rtf import read_rtf
from itner.files.web import decode_page, read_page

# Deeper than anybody forwards; each level costs stack.
_MAX_DEPTH = 20
# Properties, by the number in the name of the stream that holds them (MS-OXPROPS).
_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_DATA, _LONG_NAME, _SHORT_NAME, _SHOWN_NAME, _MEDIA_TYPE, _CONTENT_ID = "3701", "3707", "3704", "3001", "370E", "3712"
_INTERNET_CODEPAGE, _MESSAGE_CODEPAGE = 0x3FDE0003, 0x3FFD0003
_PROPERTIES = "__properties_version1.0"
_ENTRY_BYTES = 16
# Before the first entry: of a message that is the file itself, and of one inside another.
_HEAD_BYTES, _INNER_HEAD_BYTES = 32, 24
_CHARSETS = {65001: "utf-8", 20127: "ascii", 28591: "iso8859-1", 936: "gb18030", 950: "big5hkscs", 54936: "gb18030"}
# What compressed RTF begins with, unwritten: the words that most documents use (MS-OXRTFCP).
_PREFIX = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


@dataclass
class _Message:
    """A message in the file: where it stands and what was found."""

    container: Any
    attachments: Attachments
    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    hidden: int = 0
    seen: int = 0


def read_msg(data: bytes, settings: Settings, kinds: Collection[str]) -> Parsed:
    """A mail, as parts "subject", "body" and, for each message attached, "forwarded 1 subject" and so on.

    Args:
        kinds: the extensions of the attachments that are read.
    """
    import olefile

    if not data.startswith(COMPOUND):
        raise InputError("not an Outlook message, although its name says so; give it the extension of what it is")
    # It warns about every oddity of a damaged file, and a warning can quote what is in it.
    logging.getLogger("olefile").setLevel(logging.CRITICAL)
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            found = _Message(container, Attachments(kinds))
            names = _children(container)
            if _PROPERTIES not in names.get((), []):
                raise InputError("not an Outlook message, but another file of Office; give it its own extension")
            _read_message(found, names, (), "", 0)
    except InputError:
        raise
    except Exception as error:  # olefile raises many kinds on a damaged file
        raise InputError(f"not an Outlook message that can be read ({type(error).__name__})") from error
    return found.attachments.give(Parsed(found.parts, found.notes), found.hidden)


def decompress_rtf(data: bytes) -> bytes:
    """The RTF in a message's property, which is packed by a scheme of its own (MS-OXRTFCP)."""
    _, unpacked, kind = struct.unpack_from("<III", data)
    if kind == 0x414C454D:  # "MELA": not packed
        return data[16 : 16 + unpacked]
    if kind != 0x75465A4C:  # "LZFu"
        raise ValueError("neither packed nor not")
    # The last 4,096 bytes, as a ring.
    ring = bytearray(_PREFIX.ljust(4096, b" "))
    place = len(_PREFIX)
    out = bytearray()
    position = 16
    while position < len(data) and len(out) < min(unpacked, MAX_UNPACKED_BYTES):
        control = data[position]
        position += 1
        for bit in range(8):
            if control >> bit & 1:
                if position + 2 > len(data):
                    return bytes(out[:unpacked])
                reference = data[position] << 8 | data[position + 1]
                position += 2
                start, length = reference >> 4, (reference & 15) + 2
                if start == place:
                    return bytes(out[:unpacked])
                taken = bytearray()
                for step in range(length):
                    taken.append(ring[(start + step) % 4096])
                    ring[(place + step) % 4096] = taken[-1]
            else:
                taken = bytearray(data[position : position + 1])
                position += 1
                if taken:
                    ring[place] = taken[0]
            out += taken
            place = (place + len(taken)) % 4096
    return bytes(out[:unpacked])


def _children(container: Any) -> dict[tuple[str, ...], list[str]]:
    """The names in each storage, by its path."""
    found: dict[tuple[str, ...], list[str]] = {}
    for path in container.listdir(streams=True, storages=True):
        found.setdefault(tuple(path[:-1]), []).append(path[-1])
    return found


def _read_message(
    found: _Message, names: dict[tuple[str, ...], list[str]], at: tuple[str, ...], prefix: str, depth: int
) -> None:
    if depth > _MAX_DEPTH:
        raise InputError(f"messages are nested more than {_MAX_DEPTH} deep")
    here = names.get(at, [])
    charset = _charset(found, here, at)
    found.parts.append(Part(f"{prefix}subject", _string(found, here, at, _SUBJECT, charset)))
    body = _body(found, here, at, charset)
    if body.strip():
        found.parts.append(Part(f"{prefix}body", body))
    inner: list[tuple[str, ...]] = []
    for name in sorted(name for name in here if name.startswith("__attach_version1.0_")):
        found.seen += 1
        if found.seen > MAX_MAIL_PARTS:
            raise InputError(f"has more than {MAX_MAIL_PARTS:,} attachments")
        place = (*at, name)
        properties = names.get(place, [])
        if f"__substg1.0_{_DATA}000D" in properties and _PROPERTIES in names.get(
            (*place, f"__substg1.0_{_DATA}000D"), []
        ):
            inner.append((*place, f"__substg1.0_{_DATA}000D"))
            continue
        file_names = (_string(found, properties, place, key, charset) for key in (_LONG_NAME, _SHORT_NAME, _SHOWN_NAME))
        kind = _string(found, properties, place, _MEDIA_TYPE, charset).lower()
        named = next((text for text in file_names if text), "")
        embedded = kind.startswith("image/") and bool(_string(found, properties, place, _CONTENT_ID, charset))
        found.attachments.add(named, kind, _binary(found, properties, place, _DATA), embedded)
    for number, place in enumerate(inner, start=1):
        _read_message(found, names, place, f"{prefix}forwarded {number} ", depth + 1)


def _body(found: _Message, here: list[str], at: tuple[str, ...], charset: str) -> str:
    """The text as plain text, else as HTML, else as RTF: whichever is there and not blank."""
    plain = _string(found, here, at, _BODY, charset)
    if not is_blank(plain):
        return plain
    page = _string(found, here, at, _HTML, charset)
    if not page:
        raw = _binary(found, here, at, _HTML)
        page = decode_page(raw, DEFAULTS, Parsed(notes=found.notes)) if raw else ""
    read = read_page(page)
    if read.text:
        found.hidden += read.hidden
        return read.text
    packed = _binary(found, here, at, _RTF)
    if not packed:
        return ""
    try:
        parts = read_rtf(decompress_rtf(packed), DEFAULTS).parts
    except (InputError, ValueError, struct.error, IndexError):
        found.notes.append("a text in RTF is damaged and was not read")
        return ""
    return "\n".join(part.text for part in parts)


def _charset(found: _Message, here: list[str], at: tuple[str, ...]) -> str:
    """In which charset the message's 8-bit strings are."""
    if _PROPERTIES not in here:
        return "cp1252"
    data = found.container.openstream([*at, _PROPERTIES]).read()
    known = {}
    for start in range(_INNER_HEAD_BYTES if at else _HEAD_BYTES, len(data) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        tag, _, value = struct.unpack_from("<III", data, start)
        known[tag] = value
    page = known.get(_MESSAGE_CODEPAGE) or known.get(_INTERNET_CODEPAGE) or 1252
    return _CHARSETS.get(page, f"cp{page}")


def _string(found: _Message, here: list[str], at: tuple[str, ...], key: str, charset: str) -> str:
    """A property of text, "" where there is none."""
    if f"__substg1.0_{key}001F" in here:
        return str(_stream(found, at, f"__substg1.0_{key}001F").decode("utf-16-le", "replace")).rstrip("\0")
    if f"__substg1.0_{key}001E" in here:
        data = _stream(found, at, f"__substg1.0_{key}001E").rstrip(b"\0")
        return decode_named(data, charset, "a text of it", found.notes)
    return ""


def _binary(found: _Message, here: list[str], at: tuple[str, ...], key: str) -> bytes:
    name = f"__substg1.0_{key}0102"
    return _stream(found, at, name) if name in here else b""


def _stream(found: _Message, at: tuple[str, ...], name: str) -> bytes:
    data = found.container.openstream([*at, name]).read()
    return data if isinstance(data, bytes) else b""
