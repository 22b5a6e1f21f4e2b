"""JSON Lines of annotated text: `{"text": ..., "spans": [{"start": 0, "end": 7, "type": "OS"}]}`.

`id` and `tokens` (`[[start, end], ...]`) are optional; without tokens the text is split by `itner.tokens`.
The same format holds the processed datasets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from itner.data.corpus import Split, read_text, sha256_file
from itner.errors import InputError
from itner.labels import LabelScheme
from itner.tokens import split_tokens
from itner.types import Document, Mention, Token


def document_to_json(document: Document) -> str:
    """One line of JSON, without the newline."""
    record: dict[str, Any] = {
        "id": document.id,
        "text": document.text,
        "spans": [{"start": m.start, "end": m.end, "type": m.type} for m in document.mentions],
        "tokens": [[token.start, token.end] for token in document.tokens],
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def read_jsonl(path: Path, scheme: LabelScheme, source: str, split_name: str) -> Split:
    """Read one file; InputError with file and line for bad JSON, bad offsets or a type without mapping."""
    split = Split(sha256=sha256_file(path) if path.is_file() else "")
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"not JSON ({error.msg} at column {error.colno})", path=path, line=number) from None
        default_id = f"{split_name}-{len(split.documents):05d}"
        try:
            document = _parse(record, scheme, source, default_id, split)
        except KeyError as error:
            raise InputError(
                f"entity type {error.args[0]!r} has no mapping in label scheme {scheme.name!r}", path=path, line=number
            ) from None
        except (ValueError, TypeError) as error:
            raise InputError(str(error), path=path, line=number) from None
        split.documents.append(document)
    if not split.documents:
        raise InputError(f"the {split_name} split holds no document", path=path)
    return split


def read_documents(path: Path, scheme: LabelScheme, source: str) -> list[Document]:
    """The documents of a processed split."""
    return read_jsonl(path, scheme, source, path.stem).documents


def write_lines(documents: Iterable[Document]) -> str:
    """The whole file's content for documents."""
    return "".join(document_to_json(document) + "\n" for document in documents)


def _parse(record: Any, scheme: LabelScheme, source: str, default_id: str, split: Split) -> Document:
    if not isinstance(record, dict):
        raise ValueError("a line must hold a JSON object")
    unknown = set(record) - {"id", "text", "spans", "tokens"}
    if unknown:
        raise ValueError(f"unknown keys {sorted(unknown)}; known are id, text, spans, tokens")
    text = record.get("text")
    if not isinstance(text, str) or not text.strip():
        raise ValueError("'text' must be a string that is not blank")
    mentions = []
    for span in record.get("spans", []):
        if not isinstance(span, dict) or set(span) != {"start", "end", "type"}:
            raise ValueError("each of 'spans' must be an object with start, end, type")
        if not all(type(span[key]) is int for key in ("start", "end")) or not isinstance(span["type"], str):
            raise ValueError("a span's start and end must be integers, its type a string")
        split.fine_types[span["type"]] += 1
        target = scheme.target(span["type"])
        if target is not None:
            mentions.append(Mention(span["start"], span["end"], target))
    mentions.sort(key=lambda mention: mention.start)
    given = record.get("tokens")
    tokens = split_tokens(text) if given is None else tuple(Token(start, end) for start, end in given)
    return Document(text, tokens, tuple(mentions), str(record.get("id", default_id)), source)
