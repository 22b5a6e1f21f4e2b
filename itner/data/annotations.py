"""Annotated text as the tools of annotators write it, and what becomes of it: documents, with everything counted.

A reader of a format fills an `AnnotatedFile`; `to_split` recognises what its offsets count, fits the spans to the
tokens, and maps their types into the scheme.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from itner.core.characters import IGNORED
from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention, Token
from itner.data.corpus import Split
from itner.data.fitting import DOUBT, Fitting, Span, shorten
from itner.data.offsets import convert_spans, find_shift, recognise_unit
from itner.records.dataset import ImportStats, Misaligned

# A dataset of thousands of such keys has another problem; the first ones say which.
_KEYS_TOLD = 8
# White space, and what is never shown.
_NOTHING = re.compile(rf"[\s{IGNORED}]*")


@dataclass(frozen=True)
class Request:
    """What is asked of a reader: a split's file or folder in a scheme, for a source, and how it is to be read.

    `tag_column` (from 1) is for CoNLL files; None recognises it.
    """

    path: Path
    scheme: LabelScheme
    source: str
    split: str
    misaligned: Misaligned = "error"
    tag_column: int | None = None


@dataclass(frozen=True)
class AnnotatedText:
    """One text with its spans; `tokens` where the file has its own, `path` and `line` where it stands."""

    text: str
    spans: tuple[Span, ...]
    path: Path
    line: int | None
    tokens: tuple[Token, ...] | None = None
    id: str | None = None
    group: str | None = None
    source: str | None = None


@dataclass
class AnnotatedFile:
    """What a reader found in a split's file: texts in order, texts that it left out (by reason), changes, and keys of
    records and spans that mean nothing to it."""

    format: str
    encoding: str | None = "UTF-8"
    texts: list[AnnotatedText] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    unread_keys: Counter[str] = field(default_factory=Counter)


def to_split(file: AnnotatedFile, request: Request, sha256: str) -> Split:
    """The file's texts as documents; InputError with file and line for what does not fit, or has no mapping."""
    split = Split(sha256=sha256, dropped=Counter(file.dropped))
    texts = [_Tokenized(text, text.tokens or split_tokens(text.text)) for text in _without_blanks(file, split)]
    unit = recognise_unit([(entry.text.text, entry.tokens, entry.text.spans) for entry in texts])
    doubt = find_shift(
        (entry.text.text, entry.tokens, convert_spans(entry.text.text, entry.text.spans, unit.name)) for entry in texts
    )
    if doubt is None and unit.doubtful:
        doubt = DOUBT
    fitting = Fitting(request.misaligned, doubt)
    seen: set[str] = set()
    for entry in texts:
        annotated = entry.text
        name = f"{request.split}-{len(split.documents):05d}" if annotated.id is None else annotated.id
        if name in seen:
            raise InputError(f"id {shorten(name)} is used twice", path=annotated.path, line=annotated.line)
        seen.add(name)
        spans = convert_spans(annotated.text, annotated.spans, unit.name)
        fitted = fitting.fit(annotated.text, entry.tokens, spans, annotated.path, annotated.line)
        mentions = _map_types(fitted, request.scheme, annotated, split, file.changes)
        source = annotated.source or request.source
        try:
            document = Document(annotated.text, entry.tokens, mentions, name, source, annotated.group)
        except ValueError as error:
            raise InputError(str(error), path=annotated.path, line=annotated.line) from None
        split.documents.append(document)
    notes = [doubt] if doubt is not None else []
    if file.unread_keys:
        names = sorted(file.unread_keys)[:_KEYS_TOLD]
        more = ", and others" if len(file.unread_keys) > _KEYS_TOLD else ""
        notes.append(f"keys not read: {', '.join(names)}{more}")
    split.imported = ImportStats(
        format=file.format,
        encoding=file.encoding,
        offsets=unit.name,
        misaligned=request.misaligned,
        changes=dict(sorted((+file.changes + fitting.changes).items())),
        notes=tuple(notes),
    )
    return split


@dataclass(frozen=True)
class _Tokenized:
    text: AnnotatedText
    tokens: tuple[Token, ...]


def _without_blanks(file: AnnotatedFile, split: Split) -> list[AnnotatedText]:
    kept = []
    for annotated in file.texts:
        if not _NOTHING.fullmatch(annotated.text):
            kept.append(annotated)
        else:
            split.dropped["blank"] += 1
    return kept


def _map_types(
    spans: list[Span], scheme: LabelScheme, annotated: AnnotatedText, split: Split, changes: Counter[str]
) -> tuple[Mention, ...]:
    mentions = []
    for span in spans:
        target = target_type(span.type, scheme, annotated.path, span.line or annotated.line)
        count_spelling(span.type, target, scheme, changes)
        split.fine_types[span.type] += 1
        if target is not None:
            mentions.append(Mention(span.start, span.end, target))
    return tuple(mentions)


def target_type(name: str, scheme: LabelScheme, path: Path, line: int | None) -> str | None:
    """The scheme's type for a type of a file, None for O; an InputError says what to do where there is none."""
    try:
        return scheme.target(name)
    except KeyError:
        raise InputError(
            f"entity type {shorten(name)} has no mapping in label scheme {scheme.name!r}, whose types are "
            f"{', '.join(scheme.types)}; rename it, or add it to the scheme's mapping (None reads it as O)",
            path=path,
            line=line,
        ) from None


def count_spelling(name: str, target: str | None, scheme: LabelScheme, changes: Counter[str], times: int = 1) -> None:
    """Count a type that is written otherwise than in the scheme."""
    if not scheme.is_spelled(name):
        changes[f"type {name} read as {target or 'O'}"] += times


def is_type(name: str, scheme: LabelScheme) -> bool:
    """Whether the scheme has a type, or O, for a name."""
    try:
        scheme.target(name)
    except KeyError:
        return False
    return True
