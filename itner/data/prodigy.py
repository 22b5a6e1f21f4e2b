"""Prodigy's JSON Lines: spans with a `label`, and what the annotator answered."""

from __future__ import annotations

from itner.data.annotations import AnnotatedFile, AnnotatedText
from itner.data.json_values import Json, Record
from itner.data.jsonl import read_span

_ACCEPTED, _REFUSALS = "accept", {"reject": "rejected", "ignore": "ignored"}


def is_marked(value: Json) -> bool:
    """Whether a record has what Prodigy writes whatever the recipe."""
    return "_task_hash" in value or value.get("answer") in (_ACCEPTED, *_REFUSALS)


def read_record(record: Record, file: AnnotatedFile) -> None:
    """Take up one record; what was not accepted is no gold and left out.

    Prodigy's own tokens are not taken over: a tagger cuts raw text by our rules, and is trained on the same.
    """
    refusal = _REFUSALS.get(str(record.value.get("answer")))
    if refusal is not None:
        file.dropped[refusal] += 1
        return
    spans = [
        read_span(item, record, number, "label") for number, item in enumerate(record.optional_items("spans"), start=1)
    ]
    file.changes["relations not read"] += len(record.optional_items("relations"))
    file.texts.append(AnnotatedText(record.annotated_text(file.changes), tuple(spans), record.path, record.line))
