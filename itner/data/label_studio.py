"""Label Studio's exports: full JSON (a list of tasks with every annotation of each), and JSON-MIN (flat records).

Predictions are suggestions that nobody has accepted, never gold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from itner.data.annotations import AnnotatedFile, AnnotatedText
from itner.data.fitting import Span, shorten
from itner.data.json_values import Json, Record, describe_kind

_OTHERS = "other annotations of a text not read (the last is kept, or the one marked as ground truth)"
# Of a flat record, what is no data of the task.
_OWN_KEYS = {"id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time"}
# Earlier versions called annotations completions.
ANNOTATIONS = ("annotations", "completions")
_LABELS = ("labels", "hypertextlabels", "paragraphlabels")


def is_task(value: Json) -> bool:
    """Whether a record is a task of the full export."""
    return isinstance(value.get("data"), dict) and any(key in value for key in (*ANNOTATIONS, "predictions"))


def is_flat(value: Json) -> bool:
    """Whether a record is one of JSON-MIN with a labelled span in it."""
    return bool(_regions_keys(value))


def read_tasks(records: Sequence[Record], file: AnnotatedFile) -> None:
    """Take up the tasks of a full export, one annotation of each; tasks without any are left out."""
    for record in records:
        value = record.value
        data = value.get("data")
        if not isinstance(data, dict):
            raise record.error("data is missing; a task of Label Studio has its text in it")
        predictions = record.optional_items("predictions")
        file.changes["predictions not read (they are suggestions, not gold)"] += len(predictions)
        annotations = [item for key in ANNOTATIONS for item in record.optional_items(key)]
        if not all(isinstance(item, dict) for item in annotations):
            raise record.error("an item of annotations is not an object")
        finished = [item for item in annotations if not item.get("was_cancelled")]
        if not finished:
            file.dropped["cancelled" if annotations else "not annotated"] += 1
            continue
        file.changes[_OTHERS] += len(finished) - 1
        chosen = _choose(finished)
        marked = _spans(chosen.get("result"), record, file)
        if len(marked) > 1:
            raise record.error(
                f"its spans are marked in several texts ({', '.join(sorted(marked))}); a record has one: export the "
                "task once for each, or leave the spans of one in the file"
            )
        (place, spans), *_ = [*marked.items(), ("text", [])]
        text = _text(record, {key: text for key, text in data.items() if isinstance(text, str)}, spans, place)
        name = record.name("id")
        file.texts.append(AnnotatedText(text, tuple(spans), record.path, record.line, id=name))


def read_flat(records: Sequence[Record], file: AnnotatedFile) -> None:
    """Take up the records of JSON-MIN, which has one for each annotation of a task: the last one of each is kept."""
    keys = {key for record in records for key in _regions_keys(record.value)}
    kept: dict[str, tuple[str, AnnotatedText]] = {}
    for number, record in enumerate(records):
        regions = [item for key in sorted(keys) for item in record.optional_items(key)]
        spans = [span for region in regions for span in _region(region, record)]
        data = {name: text for name, text in record.value.items() if isinstance(text, str) and name not in _OWN_KEYS}
        text = _text(record, data, spans)
        name = record.name("id")
        annotated = AnnotatedText(text, tuple(spans), record.path, record.line, id=name)
        place = name if name is not None else f"record {number}"
        stamp = str(record.value.get("updated_at") or "")
        if place in kept:
            if kept[place][1].text != text:
                raise record.error(f"id {shorten(str(name))} is used twice, with different texts")
            file.changes[_OTHERS] += 1
            if stamp < kept[place][0]:
                continue
        kept[place] = stamp, annotated
    file.texts += [annotated for _, annotated in kept.values()]


def _choose(annotations: Sequence[Json]) -> Json:
    """The annotation marked as ground truth, else the last one."""
    truths = [item for item in annotations if item.get("ground_truth")]
    # Of equally late ones the one that stands last.
    return max(reversed(truths or annotations), key=lambda item: str(item.get("updated_at") or ""))


def _spans(result: Any, record: Record, file: AnnotatedFile) -> dict[str, list[Span]]:
    """The spans of an annotation, by the name of the text that they are marked in."""
    if not isinstance(result, list):
        raise record.error(f"the result of an annotation is {describe_kind(result)}, not a list")
    spans: dict[str, list[Span]] = {}
    for item in result:
        kind = item.get("type") if isinstance(item, dict) else None
        value = item.get("value") if isinstance(item, dict) else None
        if kind == "relation":
            file.changes["relations not read"] += 1
        # Answers and notes about a span repeat where it is.
        elif isinstance(value, dict) and "start" in value and (kind in (None, *_LABELS) or _labels(value) is not None):
            spans.setdefault(str(item.get("to_name") or "text"), []).extend(_region(value, record))
        else:
            file.changes["other results than spans not read"] += 1
    return spans


def _region(value: Any, record: Record) -> list[Span]:
    """A labelled region, once for each of its labels; the one that comes first is kept."""
    if not isinstance(value, dict):
        raise record.error(f"a region is {describe_kind(value)}, not an object with start, end and labels")
    if isinstance(value.get("start"), str):
        raise record.error(
            "a region is marked in HTML or in a dialogue, where offsets count inside its parts; only regions of plain "
            "text (<Text>) are read: import the tasks as plain text and annotate them there"
        )
    start = record.offset(value.get("start"), "start of a region")
    end = record.offset(value.get("end"), "end of a region")
    labels = _labels(value)
    if labels is not None and not isinstance(labels, list):
        raise record.error(f"labels of a region is {describe_kind(labels)}, not a list")
    text = value.get("text")
    names = [record.type(label, "a label of a region") for label in labels or [None]]
    return [Span(start, end, name, text if isinstance(text, str) else None) for name in names]


def _labels(value: Json) -> Any:
    return next((value[key] for key in _LABELS if key in value), None)


def _text(record: Record, data: dict[str, str], spans: Sequence[Span], place: str = "text") -> str:
    """The task's text: under the name that the spans name, else `text`, else the only text that there is, else the one
    that the spans' texts stand in."""
    if place in data:
        return record.string(data[place], place)
    if "text" in data:
        return record.string(data["text"], "text")
    fitting = [
        key
        for key, text in data.items()
        if spans and all(span.text is not None and span.text.strip() in text for span in spans)
    ]
    keys = list(data) if len(data) == 1 else fitting
    if len(keys) != 1:
        raise record.error(
            f"it is not clear which of the keys {', '.join(data)} holds the text; name it `text`"
            if data
            else "no key holds a text; the text of a task is under `text`"
        )
    return record.string(data[keys[0]], keys[0])


def _regions_keys(value: Json) -> list[str]:
    """The keys (named as in the project's settings) whose values are lists of labelled regions."""
    return [
        key
        for key, items in value.items()
        if isinstance(items, list)
        and all(isinstance(item, dict) and "start" in item for item in items)
        and any(isinstance(_labels(item), list) for item in items)
    ]
