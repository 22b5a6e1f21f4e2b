"""Reading a file in every way that its bytes can be read, by other code than what wrote it.

Beside what stands there: percent-encoding, entities, escapes and quoted-printable, one over the other; Base64 and
hexadecimal digits, up to three deep; zip and gzip; and the text as the readers of files see it.
"""

from __future__ import annotations

import binascii
import codecs
import io
import quopri
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import unquote_to_bytes

from itner.files.items import DEFAULTS, Upload
from itner.files.limits import MAX_UNPACKED_BYTES
from itner.files.mail import read_eml
from itner.files.names import extension
from itner.files.word import read_docx

# Where single words are the format's own: names of headers and elements, true and null.
_PRESCRIBING = (".json", ".jsonl", ".eml", ".docx")
_AS_READ: dict[str, Callable[[bytes], list[str]]] = {
    ".docx": lambda data: [part.text for part in read_docx(data, DEFAULTS).parts],
    ".eml": lambda data: [part.text for part in read_eml(data, DEFAULTS, ()).parts],
}
_DEEPEST = 3
_ROUNDS = 3
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"

_TAG = re.compile(r"<[A-Za-z/!?][^<>]*>")
_STYLE = re.compile(r"<style\b(?:[^<]|<(?!/?style\b))*+</style", re.IGNORECASE)
_ESCAPE = re.compile(
    r"\\{1,8}+(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([nrtbf\"'/\\])|u\{(0{0,2}[0-9a-fA-F]{1,5})\}|([0-3][0-7]{2}))"
)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}

_COLOUR = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_BOLD = re.compile(r"(?<=[^\W\d_])(?:\*{1,3}|__|~~|`+)(?=[^\W\d_])")

_FEWEST_HEX = 10
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{4,}")
_LINE_END = re.compile(r"(?<=[A-Za-z0-9+/_=-]{4})(?:\r?\n|\\r|\\n)+[ \t]*(?=[A-Za-z0-9+/_-]{2})")
_STANDARD = str.maketrans("-_", "+/")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){3,}[0-9A-Fa-f]?")
_HEX_APART = re.compile(r"(?:(?:0x|\\x|%|\b)[0-9A-Fa-f]{2}(?:[\s,:;-]{1,2}|(?=\\x|%))){2,}(?:0x|\\x|%)?[0-9A-Fa-f]{2}")
_PAIR = re.compile(r"[0-9A-Fa-f]{2}(?![xX])")
# What is text to the last byte was packed as such; within other bytes, a shorter stretch is text by chance.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FEWEST = 3
_STRETCH = re.compile(
    rb"(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){8,}"
)
_PRINTED = re.compile(rb"[\t\n\r -~]+")
_WIDE = re.compile(
    "[\t\n\r -~\xa0-\u07ff\u0900-\u0e7f\u1e00-\u206f\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7af\uff00-\uffef]{3,}"
)
# UTF-16 without any letter or space of ASCII: all of it is of one script.
_SCRIPT = re.compile(
    "[\u0370-\u03ff]{3,}|[\u0400-\u052f]{3,}|[\u0590-\u05ff]{3,}|[\u0600-\u06ff]{3,}|[\u0900-\u097f]{3,}"
    "|[\u0e00-\u0e7f]{3,}|[\u3040-\u30ff\u4e00-\u9fff]{3,}|[\uac00-\ud7af]{3,}"
)
# UTF-16 and UTF-32 of letters of ASCII, either end first.
_WIDE_LETTERS = re.compile(rb"(?:[^\0]\0(?:\0\0)?){2,}|(?:\0(?:\0\0)?[^\0]){2,}")
_AS_WINDOWS = "itner.windows-1252"
_WIDE_ENCODINGS = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
# One byte of so many is none at least in a text in UTF-16.
_MOST_NULS = 8
# In a picture.
_WRITTEN = re.compile(
    rb"(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){3,}"
    rb"(?:\0(?:[\t\n\r -~]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}){3,})*"
)
_WRITTEN_WIDE = re.compile("[\t\n\r -~\xa0-\u05ff]{3,}")
_FEWEST_WRITTEN = 16
_APART = "\n\0\n"
# So long, Base64 has no such stretch behind what stands before it.
_SHORT = 11


@dataclass(frozen=True)
class Reading:
    """Bytes as a text.

    Attributes:
        free: whether all of it may be somebody's words; otherwise single words may be the format's.
    """

    text: str
    free: bool


def readings(upload: Upload) -> Iterator[Reading]:
    """Every reading of a file as text."""
    kind = extension(upload.name)
    # The archive that a document is counts for none.
    yield from _read_bytes(upload.data, kind not in _PRESCRIBING, -1 if upload.data.startswith(_ZIP) else 0)
    if kind in _AS_READ:
        try:
            texts = _AS_READ[kind](upload.data)
        except Exception:  # noqa: BLE001 - readers raise anything, and the bytes have been read already
            texts = []
        for text in texts:
            yield from _read_text(text, True, 0)


def _read_bytes(data: bytes, free: bool, depth: int) -> Iterator[Reading]:
    if data.startswith(_ZIP) and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for entry in archive.infolist():
                yield Reading(entry.filename, free=False)
                if depth < _DEEPEST and entry.file_size <= MAX_UNPACKED_BYTES:
                    inside = archive.read(entry)
                    if "/media/" in entry.filename and not inside.startswith(_GZIP) and not _is_text(inside):
                        yield from _read_picture(inside)
                    else:
                        yield from _read_bytes(inside, free, depth + 1)
        return
    if data.startswith(_GZIP) and depth < _DEEPEST:
        try:
            inside = zlib.decompressobj(wbits=31).decompress(data, MAX_UNPACKED_BYTES)
        except zlib.error:
            inside = b""
        yield from _read_bytes(inside, free, depth + 1)
    for text in _decode(data):
        yield from _read_text(text, free, depth)


def _decode(data: bytes) -> list[str]:
    """Texts that the bytes of a file may be."""
    if b"\0" not in data:
        return [_decode_mixed(data)] if _is_utf8(data) else [_decode_mixed(data), data.decode("cp1252", "replace")]
    wide = [text for encoding in _WIDE_ENCODINGS if (text := _decode_wide(data, encoding))]
    if wide:
        return wide
    # What is left of UTF-16 in other bytes: every second byte is none, and left in, it would part letters.
    near = _WIDE_LETTERS.sub(lambda match: match[0].replace(b"\0", b""), data)
    texts = dict.fromkeys((_decode_mixed(near), _decode_mixed(data.replace(b"\0", b""))))
    texts |= dict.fromkeys(data.decode(encoding, "ignore") for encoding in _WIDE_ENCODINGS)
    return list(texts)


def _decode_wide(data: bytes, encoding: str) -> str:
    """The text of bytes that are one in this encoding from the first to the last; "" where they are not."""
    if data.count(0) * _MOST_NULS < len(data):
        return ""
    try:
        text = data.decode(encoding)
    except UnicodeError:
        return ""
    return "" if "\0" in text or "\ufffe" in text else text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeError:
        return False
    return True


def _is_text(data: bytes) -> bool:
    return _is_utf8(data) and not _CONTROL.search(data)


def _decode_mixed(data: bytes) -> str:
    """As UTF-8, and as Windows-1252 where it is none: read otherwise, a letter with an accent would end a word."""
    return data.decode("utf-8", _AS_WINDOWS)


def _decode_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_AS_WINDOWS, _decode_windows)


def _read_picture(data: bytes) -> Iterator[Reading]:
    """What is written in a picture beside what it shows.

    So many letters stand there in no other bytes by chance; in fewer, a single word may.
    """
    written = [stretch.replace(b"\0", b" ").decode("utf-8", "replace") for stretch in _WRITTEN.findall(data)]
    for skipped in range(2):
        for encoding in ("utf-16-le", "utf-16-be"):
            written += _WRITTEN_WIDE.findall(data[skipped:].decode(encoding, "replace"))
    yield Reading(_APART.join(text for text in written if len(text) < _FEWEST_WRITTEN), free=False)
    yield from _read_text(_APART.join(text for text in written if len(text) >= _FEWEST_WRITTEN), True, _DEEPEST)


def _read_text(text: str, free: bool, depth: int) -> Iterator[Reading]:
    seen: set[str] = set()
    packed: set[str] = set()
    for form in _decode_text(text):
        if form in seen:
            continue
        seen.add(form)
        shown = [form]
        if _TAG.search(form):
            # What was packed may be in a format that the file is not in.
            yield Reading(form, free and depth == 0)
            said = _STYLE.sub(" ", form)
            # What a tag parts may be one word or two.
            shown += [_TAG.sub("", said), _TAG.sub(" ", said)]
        yield from (Reading(each, free) for each in shown[1:] or shown)
        for each in shown if depth < _DEEPEST else ():
            for unpacked in _unpack(each, packed):
                if isinstance(unpacked, str):
                    yield from _read_text(unpacked, True, depth + 1)
                else:
                    yield from _read_bytes(unpacked, True, depth + 1)


def _decode_text(text: str) -> Iterator[str]:
    """The text as it stands and decoded, by each way and by all of them over each other."""
    yield text
    decoded = [decode(text) for decode in _DECODERS]
    yield from decoded
    for _ in range(_ROUNDS):
        before = text
        for decode in _DECODERS:
            text = decode(text)
        if text == before:
            break
        yield text


def _decode_escapes(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_decode_escape, text)


def _decode_escape(match: re.Match[str]) -> str:
    if match[3]:
        return _ESCAPED.get(match[3], match[3])
    return chr(int(match[5], 8)) if match[5] else chr(int(match[1] or match[2] or match[4], 16))


def _drop_marks(text: str) -> str:
    """Without the colours of terminals, and without what makes half a word bold."""
    return _BOLD.sub("", _COLOUR.sub("", text))


def _decode_quoted(text: str) -> str:
    if not re.search(r"=[0-9A-F]{2}|=\r?\n", text):
        return text
    return _decode_mixed(quopri.decodestring(text.encode("utf-8", "surrogatepass")))


def _decode_percent(text: str) -> str:
    return _decode_mixed(unquote_to_bytes(text.encode("utf-8", "surrogatepass"))) if "%" in text else text


_DECODERS = (
    _decode_percent,
    lambda text: _decode_percent(text.replace("+", " ")) if "+" in text else text,
    lambda text: unescape(text) if "&" in text else text,
    _decode_escapes,
    _decode_quoted,
    _drop_marks,
)


def _unpack(text: str, known: set[str]) -> Iterator[str | bytes]:
    """What stands in a text as Base64 or as hexadecimal digits.

    Args:
        known: stretches that have been unpacked; grows.
    """
    stretches: dict[str, None] = {}
    lines = _LINE_END.sub("", text)
    for run in dict.fromkeys((*_BASE64.findall(text), *(_BASE64.findall(lines) if lines != text else ()))):
        if run in known:
            continue
        known.add(run)
        # What stands before it can be of the same letters, such as the end of a path.
        for skipped in range(4 if len(run) > _SHORT else 1):
            data = _from_base64(run[skipped:])
            if skipped == 0 and data.startswith((_ZIP, _GZIP)):
                yield data
            stretches |= dict.fromkeys(_find_text(data, whole=skipped == 0))
    for run in dict.fromkeys((*_HEX.findall(text), *(match[0] for match in _HEX_APART.finditer(text)))):
        # Numbers of a few digits stand everywhere, and are letters by chance.
        if f"hex {run}" in known or (run.isdecimal() and len(run) < _FEWEST_HEX):
            continue
        known.add(f"hex {run}")
        digits = "".join(_PAIR.findall(run)) if not run.isalnum() or "x" in run else run
        for skipped in range(1 + len(digits) % 2):
            even = digits[skipped : skipped + len(digits) // 2 * 2]
            stretches |= dict.fromkeys(_find_text(bytes.fromhex(even), whole=True))
    if stretches:
        yield "\n".join(stretches)


def _from_base64(run: str) -> bytes:
    run = run.translate(_STANDARD)
    run = run[:-1] if len(run) % 4 == 1 else run
    try:
        return binascii.a2b_base64(run + "=" * (-len(run) % 4))
    except (binascii.Error, ValueError):
        return b""


def _find_text(data: bytes, whole: bool) -> Iterator[str]:
    """What is text in bytes.

    Args:
        whole: whether they may be text from the first to the last.
    """
    text = _decode_whole(data) if whole and len(data) >= _FEWEST and not _CONTROL.search(data) else ""
    if text:
        yield text
    else:
        yield from (stretch.decode(errors="ignore") for stretch in _STRETCH.findall(data))
    if b"\0" in data:
        for part in (data, data[1:]):
            for encoding in ("utf-16-le", "utf-16-be"):
                yield from _WIDE.findall(part.decode(encoding, "replace"))
    elif whole and len(data) % 2 == 0:
        texts = (data.decode(encoding, "replace").lstrip("\ufeff") for encoding in ("utf-16-le", "utf-16-be"))
        yield from (text for text in texts if _SCRIPT.fullmatch(text))


def _decode_whole(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeError:
        # Any bytes can be read as Windows-1252.
        return "" if len(_PRINTED.sub(b"", data)) > len(data) / 4 else data.decode("cp1252", "replace")
