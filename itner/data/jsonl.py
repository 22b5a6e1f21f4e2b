"""JSON Lines of annotated text: `{"text": ..., "spans": [{"start": 0, "end": 7, "type": "OS"}]}`.

`id`, `tokens` (`[[start, end], ...]`), `group` (the same for neighbouring lines that are sentences of one text) and
`source` (the dataset of a mixture that it comes from) are optional; without tokens the text is split by
`itner.core.tokens`. The same format holds the processed datasets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention, Token
from itner.core.validation import STRICT, describe
from itner.data.corpus import Split, read_text
from itner.records.files import sha256_file


@dataclass(frozen=True, config=STRICT)
class _Span:
    start: int
    end: int
    type: str


@dataclass(frozen=True, config=STRICT)
class _Record:
    text: Annotated[str, StringConstraints(pattern=r"\S")]
    spans: tuple[_Span, ...] = ()
    tokens: tuple[tuple[int, int], ...] | None = None
    id: str | int | None = None
    group: str | None = None
    source: str | None = None


_RECORD = TypeAdapter(_Record)


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


def read_jsonl(path: Path, scheme: LabelScheme, source: str, split_name: str) -> Split:
    """Read one file; InputError with file and line for bad JSON, bad offsets or a type without mapping."""
    split = Split(sha256=sha256_file(path) if path.is_file() else "")
    seen: set[str] = set()
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        default_id = f"{split_name}-{len(split.documents):05d}"
        try:
            document = _document(_RECORD.validate_json(line), scheme, source, default_id, split)
        except ValidationError as error:
            raise InputError(describe(error), path=path, line=number) from None
        except KeyError as error:
            raise InputError(
                f"entity type {error.args[0]!r} has no mapping in label scheme {scheme.name!r}", path=path, line=number
            ) from None
        except ValueError as error:
            raise InputError(str(error), path=path, line=number) from None
        if document.id in seen:
            raise InputError(f"id {document.id!r} is used twice", path=path, line=number)
        seen.add(document.id)
        split.documents.append(document)
    if not split.documents:
        raise InputError(f"the {split_name} split holds no document", path=path)
    return split


def read_documents(path: Path, scheme: LabelScheme, source: str) -> list[Document]:
    """The documents of a processed split."""
    return read_jsonl(path, scheme, source, path.stem).documents


def write_lines(documents: Iterable[Document], dataset: str | None = None) -> str:
    """The whole file's content for documents, of a `dataset` where it has a name."""
    return "".join(document_to_json(document, dataset) + "\n" for document in documents)


def _document(record: _Record, scheme: LabelScheme, source: str, default_id: str, split: Split) -> Document:
    mentions = []
    for span in record.spans:
        target = scheme.target(span.type)
        split.fine_types[span.type] += 1
        if target is not None:
            mentions.append(Mention(span.start, span.end, target))
    mentions.sort(key=lambda mention: mention.start)
    if record.tokens is None:
        tokens = split_tokens(record.text)
    else:
        tokens = tuple(Token(start, end) for start, end in record.tokens)
    name = default_id if record.id is None else str(record.id)
    return Document(record.text, tokens, tuple(mentions), name, record.source or source, record.group)
