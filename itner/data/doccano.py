"""doccano's JSON Lines: spans as `"label": [[0, 7, "OS"]]`, or as objects under `entities`, beside relations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from itner.data.annotations import AnnotatedFile, AnnotatedText
from itner.data.fitting import Span
from itner.data.json_values import Json, Record, describe_kind, is_whole

# What versions of doccano call the spans; `labels` is what it imports.
KEYS = ("label", "labels", "entities", "annotations")
# What this and other tools call what a span of theirs has.
_STARTS, _ENDS = ("start_offset", "start", "start_char", "begin"), ("end_offset", "end", "end_char")
_TYPES = ("label", "type", "entity_group", "entity_type", "category")


def span_key(value: Json) -> str | None:
    """The key that holds the spans, one with spans in it first; None where no key holds a list."""
    lists = [key for key in KEYS if isinstance(value.get(key), list)]
    return next((key for key in lists if value[key]), lists[0] if lists else None)


def has_spans(value: Json) -> bool:
    """Whether there is a span, or what ought to be one; regions with a `start` and no type are another tool's."""
    items = value.get(span_key(value) or "")
    return bool(items) and not any(
        isinstance(item, dict) and "start" in item for item in items or () if not is_span(item)
    )


def is_span(item: Any) -> bool:
    """Whether something looks like a span with its type."""
    if isinstance(item, list):
        return len(item) == 3 and is_whole(item[0]) and is_whole(item[1]) and isinstance(item[2], str)
    return isinstance(item, dict) and None not in (_first(item, _STARTS), _first(item, _ENDS), _first(item, _TYPES))


def _first(item: dict[str, Any], keys: Sequence[str]) -> str | None:
    return next((key for key in keys if key in item), None)


def read_record(record: Record, file: AnnotatedFile) -> None:
    """Take up one record."""
    key = span_key(record.value)
    if key is None and not any(name in record.value and record.value[name] is None for name in KEYS):
        raise record.error(f"none of {', '.join(KEYS)} holds a list of spans; where a text has none, it is empty ([])")
    items = [] if key is None else record.items(key)
    spans = [_span(item, record, f"{key}, number {number}") for number, item in enumerate(items, start=1)]
    file.changes["relations not read"] += len(record.optional_items("relations"))
    file.texts.append(
        AnnotatedText(record.annotated_text(file.changes), tuple(spans), record.path, record.line, id=record.name("id"))
    )


def _span(item: Any, record: Record, where: str) -> Span:
    if isinstance(item, list) and len(item) == 3:
        start, end, name = item
    elif isinstance(item, dict) and is_span(item):
        start, end, name = (item[_first(item, keys) or ""] for keys in (_STARTS, _ENDS, _TYPES))
    else:
        raise record.error(
            f"{where} is {describe_kind(item)}, neither [start, end, type] nor an object with start_offset, end_offset "
            "and label"
        )
    return Span(
        record.offset(start, f"{where}: start"),
        record.offset(end, f"{where}: end"),
        record.type(name, f"{where}: type"),
        item["text"] if isinstance(item, dict) and isinstance(item.get("text"), str) else None,
    )
