"""spaCy's documents: JSON as `Doc.to_json` writes it (a list, or JSON Lines), and `.spacy` files where spaCy is."""

from __future__ import annotations

from pathlib import Path

from itner.core.errors import InputError
from itner.data.annotations import AnnotatedFile, AnnotatedText
from itner.data.fitting import Span
from itner.data.json_values import Record
from itner.data.jsonl import read_span

_NOT_READ = "spans of span groups not read"


def read_record(record: Record, file: AnnotatedFile) -> None:
    """Take up one record. Its tokens are not taken over: a tagger cuts raw text by our rules."""
    spans = [
        read_span(item, record, number, "label") for number, item in enumerate(record.optional_items("ents"), start=1)
    ]
    groups = record.value.get("spans")
    if isinstance(groups, dict):
        file.changes[_NOT_READ] += sum(len(group) for group in groups.values() if isinstance(group, list))
    file.texts.append(AnnotatedText(record.annotated_text(file.changes), tuple(spans), record.path, record.line))


def read_doc_bin(raw: bytes, path: Path) -> AnnotatedFile:
    """The documents of a `.spacy` file's content; InputError where spaCy is not installed, or it is none."""
    try:
        import spacy
        from spacy.tokens import DocBin
    except ImportError:
        raise InputError(
            "a .spacy file is read by spaCy, which is not installed; `pip install spacy`, or write the documents with "
            "`Doc.to_json` as JSON Lines",
            path=path,
        ) from None
    try:
        docs = list(DocBin().from_bytes(raw).get_docs(spacy.blank("xx").vocab))
    except Exception as error:  # noqa: BLE001 - zlib, msgpack and spaCy raise many kinds on a damaged file
        raise InputError(f"not a .spacy file that spaCy can read ({type(error).__name__})", path=path) from None
    file = AnnotatedFile("spaCy DocBin", encoding=None)
    for doc in docs:
        spans = tuple(Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents)
        file.changes[_NOT_READ] += sum(len(group) for group in doc.spans.values())
        file.texts.append(AnnotatedText(doc.text, spans, path, None))
    return file
