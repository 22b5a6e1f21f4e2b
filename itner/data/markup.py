r"""Inline annotation, the reviewable source format of the corpora that ship.

A ticket is a header line `# ID | SPLIT | CHANNEL`, then one sentence a line with mentions as
`[Outlook](SOFTWARE)`, then a blank line. Literal brackets and backslashes are escaped: `\[`, `\]`, `\\`.
The splits are train, dev and test, dev and test, or `check` alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from itner.core.errors import InputError
from itner.core.labels import LabelScheme, align_mentions
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.data.corpus import CHECK, SPLITS, Split, read_text
from itner.records.files import sha256_file

_HEADER = re.compile(r"# (?P<id>[A-Z]\d{3,}) \| (?P<split>\w+) \| (?P<channel>[a-z]+)")
_TYPE = re.compile(r"\(([A-Za-z][\w.-]*)\)")
_SPECIAL = re.compile(r"[\[\]\\]")


def parse_sentence(line: str, scheme: LabelScheme) -> tuple[str, list[Mention]]:
    """Plain text and mentions of an annotated line; ValueError says what is wrong and at which column."""
    return _parse(line, scheme.types)


def _parse(line: str, types: Sequence[str]) -> tuple[str, list[Mention]]:
    text: list[str] = []
    mentions: list[Mention] = []
    opened: int | None = None
    length = 0
    index = 0
    while (marked := _SPECIAL.search(line, index)) is not None:
        text.append(line[index : marked.start()])
        length += marked.start() - index
        index = marked.start()
        char = line[index]
        if char == "\\":
            if line[index + 1 : index + 2] not in ("[", "]", "\\"):
                raise ValueError(f"column {index + 1}: a backslash must be followed by [, ] or \\")
            text.append(line[index + 1])
            length += 1
            index += 2
            continue
        if char == "[":
            if opened is not None:
                raise ValueError(f"column {index + 1}: mentions cannot be nested (write \\[ for a literal bracket)")
            opened = length
        else:
            match = _TYPE.match(line, index + 1)
            if opened is None or match is None:
                raise ValueError(f"column {index + 1}: a closing ] ends a mention and is followed by (TYPE)")
            if match[1] not in types:
                raise ValueError(f"column {index + 2}: unknown type {match[1]}; known are {', '.join(types)}")
            if opened == length:
                raise ValueError(f"column {index + 1}: the mention is empty")
            mentions.append(Mention(opened, length, match[1]))
            opened = None
            index = match.end() - 1
        index += 1
    text.append(line[index:])
    if opened is not None:
        raise ValueError(f"column {len(line)}: the mention that starts at character {opened} is not closed")
    return "".join(text), mentions


def count_channels(path: Path) -> dict[str, int]:
    """Tickets of each channel (email, chat, ...), most frequent first, by the header lines."""
    headers = (_HEADER.fullmatch(line.removesuffix("\r")) for line in read_text(path).split("\n"))
    return dict(Counter(header["channel"] for header in headers if header is not None).most_common())


def read_markup(path: Path, scheme: LabelScheme, source: str) -> dict[str, Split]:
    """The splits of an annotated file; one document a sentence, its id the ticket's id and a number."""
    digest = sha256_file(path) if path.is_file() else ""
    read = _read_markup(path, digest, scheme.types, source)
    # What is read once is changed by nobody.
    return {
        name: replace(split, documents=[*split.documents], dropped=Counter(), fine_types=split.fine_types.copy())
        for name, split in read.items()
    }


# One file holds all splits, each of which is asked for by itself.
@lru_cache(maxsize=4)
def _read_markup(path: Path, digest: str, types: tuple[str, ...], source: str) -> dict[str, Split]:
    splits = {name: Split(sha256=digest) for name in (*SPLITS, CHECK)}
    ticket: str | None = None
    seen: set[str] = set()
    sentence = 0
    for number, raw in enumerate(read_text(path).split("\n"), start=1):
        line = raw.removesuffix("\r")
        if not line.strip():
            ticket = None
            continue
        if ticket is None:
            header = _HEADER.fullmatch(line)
            if header is None:
                raise InputError(
                    "a ticket starts with a header line `# ID | SPLIT | CHANNEL`, such as `# H001 | train | email`",
                    path=path,
                    line=number,
                )
            if header["split"] not in splits:
                raise InputError(f"split {header['split']!r} is not one of {', '.join(splits)}", path=path, line=number)
            ticket, split, sentence = header["id"], splits[header["split"]], 0
            if ticket in seen:
                raise InputError(f"ticket id {ticket} is used twice", path=path, line=number)
            seen.add(ticket)
            continue
        try:
            text, mentions = _parse(line, types)
            sentence += 1
            document = Document(text, split_tokens(text), tuple(mentions), f"{ticket}-{sentence}", source, ticket)
        except ValueError as error:
            raise InputError(str(error), path=path, line=number) from None
        unaligned = align_mentions(document)[1]
        if unaligned:
            part = text[unaligned[0].start : unaligned[0].end]
            raise InputError(f"mention {part!r} does not start and end on token boundaries", path=path, line=number)
        split.documents.append(document)
        split.fine_types.update(mention.type for mention in mentions)
    found = {name: split for name, split in splits.items() if split.documents}
    if CHECK in found and len(found) > 1:
        raise InputError(f"a corpus with a split {CHECK} has no other, but there are {', '.join(found)}", path=path)
    # Without train, the corpus is one to tune and to measure on.
    needed = [name for name in SPLITS if name != "train" or name in found]
    if CHECK not in found and (empty := [name for name in needed if name not in found]):
        raise InputError(f"no sentence in split {', '.join(empty)}", path=path)
    return found


def write_sentence(text: str, mentions: Sequence[Mention]) -> str:
    """The line that `parse_sentence` reads as this text with these mentions, in text order and without overlap."""
    parts = []
    position = 0
    for mention in mentions:
        parts.append(_escape(text[position : mention.start]))
        parts.append(f"[{_escape(text[mention.start : mention.end])}]({mention.type})")
        position = mention.end
    return "".join([*parts, _escape(text[position:])])


def _escape(text: str) -> str:
    return re.sub(r"[\[\]\\]", r"\\\g<0>", text)
