"""JSON Lines of annotated text: `{"text": ..., "spans": [{"start": 0, "end": 7, "type": "OS"}]}`.

`id`, `tokens` (`[[start, end], ...]`), `group` (the same for neighbouring lines that are sentences of one text) and
`source` (the dataset of a mixture that it comes from) are optional; without tokens the text is split by
`itner.core.tokens`. The same format holds the processed datasets, and, with `file`, `part` and scores, the results of
tagging.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention, Token
from itner.core.words import listed
from itner.data.annotations import AnnotatedFile, AnnotatedText, target_type
from itner.data.corpus import read_text
from itner.data.fitting import Span
from itner.data.json_values import Record, describe_kind, is_whole, read_records

_KEYS = {"text", "spans", "tokens", "id", "group", "source", "file", "part", "fields"}
# Of what the mentions come from.
_KEYS |= {"model", "variant", "threshold", "date", "corrected", "guideline"}
_SPAN_KEYS = {"start", "end", "type", "text", "score", "pii", "corrected"}


def document_to_json(document: Document, dataset: str | None = None) -> str:
    """One line of JSON, without the newline; in the file of a `dataset`, a source of that name goes without saying."""
    record: dict[str, Any] = {
        "id": document.id,
        "text": document.text,
        "spans": [{"start": m.start, "end": m.end, "type": m.type} for m in document.mentions],
        "tokens": [[token.start, token.end] for token in document.tokens],
    }
    if document.group is not None:
        record["group"] = document.group
    if dataset is not None and document.source != dataset:
        record["source"] = document.source
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def write_lines(documents: Iterable[Document], dataset: str | None = None) -> str:
    """The whole file's content for documents, of a `dataset` where it has a name."""
    return "".join(document_to_json(document, dataset) + "\n" for document in documents)


def read_documents(path: Path, scheme: LabelScheme, source: str) -> list[Document]:
    """The documents of a processed split, as they were written; InputError with file and line for a damaged one."""
    return parse_documents(read_text(path), path, scheme, source)


def parse_documents(lines: str, path: Path, scheme: LabelScheme, source: str) -> list[Document]:
    """The same for what such a file holds; InputError names `path`."""
    documents: list[Document] = []
    for record in read_records(lines, path):
        annotated = annotated_text(record, Counter())
        mentions = []
        for span in annotated.spans:
            target = target_type(span.type, scheme, path, record.line)
            if target is not None:
                mentions.append((span, target))
        try:
            document = Document(
                annotated.text,
                annotated.tokens or split_tokens(annotated.text),
                tuple(Mention(span.start, span.end, target) for span, target in mentions),
                annotated.id or f"{path.stem}-{len(documents):05d}",
                annotated.source or source,
                annotated.group,
            )
        except ValueError as error:
            raise record.error(str(error)) from None
        documents.append(document)
    if not documents:
        raise InputError(f"the {path.stem} split holds no document", path=path)
    return documents


def read_record(record: Record, file: AnnotatedFile) -> None:
    """Take up one record of a user's file."""
    file.texts.append(annotated_text(record, file.changes))
    file.unread_keys.update(set(record.value) - _KEYS - {record.text_key().partition(".")[0]})
    for span in record.optional_items("spans"):
        file.unread_keys.update(f"spans.{key}" for key in set(span if isinstance(span, dict) else ()) - _SPAN_KEYS)


def annotated_text(record: Record, changes: Counter[str]) -> AnnotatedText:
    """A record as annotated text; InputError for one that is malformed."""
    spans = [read_span(item, record, number) for number, item in enumerate(record.optional_items("spans"), start=1)]
    return AnnotatedText(
        record.annotated_text(changes),
        tuple(spans),
        record.path,
        record.line,
        _tokens(record),
        record.name("id"),
        record.name("group"),
        record.name("source"),
    )


def read_span(item: Any, record: Record, number: int, type_key: str = "type") -> Span:
    """The `number`th item of a record's spans."""
    where = f"spans, number {number}"
    if isinstance(item, list) and len(item) == 3:
        item = dict(zip(("start", "end", type_key), item, strict=True))
    if not isinstance(item, dict):
        raise record.error(f"{where} is {describe_kind(item)}, not an object with start, end and {type_key}")
    missing = [key for key in ("start", "end", type_key) if key not in item]
    if missing:
        raise record.error(f"{where}: {listed(missing)} missing; a span has start, end and {type_key}")
    text = item.get("text")
    return Span(
        record.offset(item["start"], f"{where}: start"),
        record.offset(item["end"], f"{where}: end"),
        record.type(item[type_key], f"{where}: {type_key}"),
        text if isinstance(text, str) else None,
    )


def _tokens(record: Record) -> tuple[Token, ...] | None:
    if record.value.get("tokens") is None:
        return None
    items = record.items("tokens")
    try:
        # What is written here is right, and has many of them.
        if all(type(start) is int and type(end) is int for start, end in items):
            return tuple(Token(start, end) for start, end in items)
    except (TypeError, ValueError):
        pass
    tokens = []
    for number, item in enumerate(items, start=1):
        if not (isinstance(item, list) and len(item) == 2 and is_whole(item[0]) and is_whole(item[1])):
            raise record.error(f"tokens, number {number} is no pair of start and end as whole numbers")
        try:
            tokens.append(Token(*item))
        except ValueError as error:
            raise record.error(f"tokens, number {number}: {error}") from None
    return tuple(tokens)
