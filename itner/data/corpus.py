"""What every reader returns: documents in the target scheme, with a count of everything that was changed."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from itner.core.errors import InputError
from itner.core.labels import LabelScheme, repair_tags, spans_to_mentions, split_tag, tags_to_spans
from itner.core.types import Document, Token
from itner.records.dataset import ImportStats

SPLITS = ("train", "dev", "test")
# The only split of a dataset that is a check: a name of its own, so that nothing that trains, tunes or mixes finds what
# it asks for there.
CHECK = "check"

_SAVE = "save the file as UTF-8, or as UTF-16 with a byte order mark"


@dataclass
class Split:
    """One split as read: documents, what was dropped (by reason) and repaired, headers of texts, the input's hash.

    `imported` says how an annotated file of the user's was read; None for the sources that are no such files.
    """

    documents: list[Document] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    repaired_tags: int = 0
    fine_types: Counter[str] = field(default_factory=Counter)
    texts: int = 0
    sha256: str = ""
    imported: ImportStats | None = None


@dataclass(frozen=True)
class Decoded:
    """A file's text, its encoding, and whether a byte order mark, which is no part of the text, stood before it."""

    text: str
    encoding: str
    marked: bool


def decode_file(path: Path) -> Decoded:
    """The file as text, as `decode` reads it; an InputError names the file."""
    return decode(read_content(path), path)


def read_content(path: Path) -> bytes:
    """The file's bytes; an InputError names it where there are none to be had."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError("no such file", path=path) from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", path=path) from error


def decode(raw: bytes, path: Path) -> Decoded:
    """A file's content as text: UTF-8, or UTF-16 with a mark.

    Args:
        path: that an InputError names, with the line of what is neither.
    """
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not wide and b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise InputError(f"holds NUL bytes, as UTF-16 without a mark does; {_SAVE}", path=path, line=line)
    try:
        # Editors on Windows write a byte order mark.
        text = raw.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError as error:
        if wide:
            raise InputError(f"begins as UTF-16, but is not UTF-16 throughout; {_SAVE}", path=path) from None
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"byte 0x{raw[error.start]:02x} is not UTF-8; {_SAVE}", path=path, line=line) from None
    if "\0" in text:
        # UTF-32 begins with the same bytes.
        raise InputError(f"begins as UTF-16, but holds NUL characters; {_SAVE}", path=path)
    marked = wide or raw.startswith(codecs.BOM_UTF8)
    return Decoded(text if wide else text.removeprefix("\ufeff"), "UTF-16" if wide else "UTF-8", marked)


def read_text(path: Path) -> str:
    """The text of `decode_file`."""
    return decode_file(path).text


def drop_reason(words: Sequence[str], tags: Sequence[str], scheme: LabelScheme) -> str | None:
    """Why a sentence is no prose and left out (`header`, or a type's name in lower case), or None when it is kept."""
    if words[0] in scheme.headers and len(words) > 1 and words[1] == ":":
        return "header"
    if words[0] == "-DOCSTART-":
        return "header"
    kind = split_tag(tags[0])[1]
    return kind.lower() if kind in scheme.not_prose and kind is not None else None


def sentence_document(
    words: Sequence[str], tags: Sequence[str], scheme: LabelScheme, id: str, source: str, group: str | None = None
) -> Document:
    """A pre-tokenized sentence as a document: words joined by one space, valid `tags` mapped into the scheme.

    Raises KeyError with the source type when the scheme has no mapping for it.
    """
    tokens = []
    position = 0
    for word in words:
        tokens.append(Token(position, position + len(word)))
        position += len(word) + 1
    spans = []
    for start, end, name in tags_to_spans(tags):
        target = scheme.target(name)
        if target is not None:
            spans.append((start, end, target))
    return Document(" ".join(words), tuple(tokens), spans_to_mentions(spans, tokens), id, source, group)


def add_sentence(
    split: Split, words: Sequence[str], tags: Sequence[str], scheme: LabelScheme, id: str, source: str
) -> None:
    """Filter, repair, remap and append one pre-tokenized sentence, counting what happens to it.

    A header begins a new text; where there are no headers, nothing is known of texts and every sentence is one.
    """
    reason = drop_reason(words, tags, scheme)
    if reason is not None:
        split.dropped[reason] += 1
        if reason == "header":
            split.texts += 1
        return
    repaired, changed = repair_tags(tags)
    group = str(split.texts) if split.texts else None
    split.documents.append(sentence_document(words, repaired, scheme, id, source, group))
    split.repaired_tags += changed
    split.fine_types.update(name for _, _, name in tags_to_spans(repaired))
