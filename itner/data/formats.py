"""The formats of annotated files: which one a split's file is in is recognised by what is in it.

`docs/annotations.md` shows each with an example.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from itner.core.errors import InputError
from itner.core.words import counted, listed
from itner.data import brat, doccano, jsonl, label_studio, prodigy, spacy_docs, token_records
from itner.data.annotations import AnnotatedFile, Request, to_split
from itner.data.conll import read_conll
from itner.data.corpus import Decoded, Split, decode, read_content
from itner.data.doccano import is_span
from itner.data.fitting import shorten
from itner.data.json_values import Json, Record, as_object, read_records

COLUMN_SUFFIXES = (".txt", ".conll", ".bio", ".iob", ".iob2", ".tsv", ".conllu", ".bioes", ".bilou")
JSON_SUFFIXES = (".jsonl", ".json", ".ndjson")
DOC_BIN = ".spacy"
# Enough of what is there to see what is the matter.
_KEYS_SHOWN = _FILES_SHOWN = 8
# What tools call the splits.
_NAMES = {
    "train": ("train", "training"),
    "dev": ("dev", "validation", "valid", "val"),
    "test": ("test", "testing"),
}
_JSON_START = re.compile(r'\s*(\{\s*["}]|\[\s*[{\]])')
# Keys that hold annotations in one format or another; none of them may be passed over in silence.
_ANNOTATIONS = ("spans", "ents", *doccano.KEYS)


@dataclass(frozen=True)
class JsonFormat:
    """A shape of JSON records.

    Attributes:
        shows: whether a record can be nothing else.
        fits: whether a record without annotations may be one.
        read: takes up all records of a file.
        keys: those under which it has its annotations, for `_ANNOTATIONS`.
    """

    name: str
    form: str
    shows: Callable[[Json], bool]
    fits: Callable[[Json], bool]
    read: Callable[[Sequence[Record], AnnotatedFile], None]
    keys: tuple[str, ...] = ()


def _each(read: Callable[[Record, AnnotatedFile], None]) -> Callable[[Sequence[Record], AnnotatedFile], None]:
    def read_all(records: Sequence[Record], file: AnnotatedFile) -> None:
        for record in records:
            read(record, file)

    return read_all


def _never(value: Json) -> bool:
    return False


def _has_spans(value: Json, type_key: str) -> bool:
    spans = value.get("spans")
    return isinstance(spans, list) and any(isinstance(span, dict) and type_key in span for span in spans)


# In this order: what shows the form of several is taken for the first.
JSON_FORMATS: tuple[JsonFormat, ...] = (
    JsonFormat(
        "Label Studio JSON",
        '{"data": {"text": ...}, "annotations": [{"result": [...]}]}',
        label_studio.is_task,
        _never,
        label_studio.read_tasks,
        label_studio.ANNOTATIONS,
    ),
    JsonFormat(
        "Label Studio JSON-MIN",
        '{"text": ..., "label": [{"start": 0, "end": 7, "labels": ["TYPE"]}]}',
        label_studio.is_flat,
        _never,
        label_studio.read_flat,
        doccano.KEYS,
    ),
    JsonFormat(
        "spaCy JSON",
        '{"text": ..., "ents": [{"start": 0, "end": 7, "label": "TYPE"}]}',
        lambda value: isinstance(value.get("ents"), list),
        _never,
        _each(spacy_docs.read_record),
        ("ents",),
    ),
    JsonFormat(
        "Prodigy JSONL",
        '{"text": ..., "spans": [{"start": 0, "end": 7, "label": "TYPE"}], "answer": "accept"}',
        lambda value: _has_spans(value, "label") or (prodigy.is_marked(value) and not _has_spans(value, "type")),
        _never,
        _each(prodigy.read_record),
        ("spans",),
    ),
    JsonFormat(
        "itner JSONL",
        '{"text": ..., "spans": [{"start": 0, "end": 7, "type": "TYPE"}]}',
        lambda value: bool(value.get("spans")),
        lambda value: "spans" in value,
        _each(jsonl.read_record),
        ("spans",),
    ),
    JsonFormat(
        "doccano JSONL",
        '{"text": ..., "label": [[0, 7, "TYPE"]]}',
        doccano.has_spans,
        lambda value: doccano.span_key(value) is not None,
        _each(doccano.read_record),
        doccano.KEYS,
    ),
)


def find_split(folder: Path, split: str, suffixes: tuple[str, ...]) -> Path:
    """The file (or brat's folder) of a split in `folder`, one with any of `suffixes` before all others.

    An InputError names what was looked for, or the files between which it cannot choose.
    """
    others = tuple(suffix for suffix in (*COLUMN_SUFFIXES, *JSON_SUFFIXES, DOC_BIN) if suffix not in suffixes)
    # Windows writes endings in capitals, too.
    files = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_file()}
    for group in (suffixes, others):
        wanted = (f"{name}{suffix}" for name in _NAMES[split] for suffix in group)
        found = [files[name] for name in wanted if name in files]
        if len(found) > 1:
            names = listed(path.name for path in found)
            raise InputError(f"{names} could each be the {split} split; leave one of them here", path=folder)
        if found:
            return found[0]
    folders = [path for name in _NAMES[split] if (path := folder / name).is_dir() and brat.find_texts(path)]
    if folders:
        return folders[0]
    usual = " or ".join(f"{split}{suffix}" for suffix in suffixes)
    names = ", ".join(_NAMES[split][1:])
    there = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    more = f" and {len(there) - _FILES_SHOWN:,} more" if len(there) > _FILES_SHOWN else ""
    here = f"; here are {', '.join(there[:_FILES_SHOWN])}{more}" if there else "; the folder is empty"
    raise InputError(
        f"no {split} split here; expected {usual}, a file of another format (docs/annotations.md), or a folder {split} "
        f"of brat files; it may be called {names}, too{here}. "
        "train, dev and test are all needed; where there is one file, part its records into three",
        path=folder,
    )


def read_split_file(request: Request) -> Split:
    """Read a split in whatever format it is in; InputError for what cannot be read, or holds no mention."""
    split = read_file(request)
    if request.tag_column is not None and (split.imported is None or split.imported.tag_column is None):
        raise InputError("--tag-column is for CoNLL files, and this is none", path=request.path)
    if not any(document.mentions for document in split.documents):
        raise InputError(f"the {request.split} split holds no mention: {_why_none(split, request)}", path=request.path)
    return split


def read_file(request: Request) -> Split:
    """Read a file, or brat's folder, in whatever format it is in; InputError for what cannot be read, or is empty."""
    split = _read(request)
    if not split.documents:
        problem = f"the {request.split} split holds no document{_left_out(split)}{_changes(split)}"
        raise InputError(problem, path=request.path)
    return split


def _read(request: Request) -> Split:
    path = request.path
    if path.is_dir() or brat.find_texts(path):
        file, sha256 = brat.read_brat(path)
        return to_split(file, request, sha256)
    return _read_content(read_content(path), request)


def read_contents(files: Mapping[str, bytes], request: Request) -> Split:
    """What is in a file that lies in memory, or in brat's pairs of files; InputError as of `read_split_file`.

    Args:
        files: contents by name, of which the ending counts.
        request: whose path is named where nothing better is known.
    """
    paths = {Path(name): content for name, content in files.items()}
    split = _read_contents(paths, request)
    if not any(document.mentions for document in split.documents):
        raise InputError(f"it holds no mention: {_why_none(split, request)}", path=request.path)
    return split


def _read_contents(files: Mapping[Path, bytes], request: Request) -> Split:
    if any(path.suffix == brat.ANNOTATIONS for path in files):
        others = [path.name for path in files if path.suffix not in (brat.TEXT, brat.ANNOTATIONS)]
        if others:
            raise InputError(f"{listed(others)} beside brat's pairs of files; choose the pairs alone, or the other one")
        file, sha256 = brat.read_pairs(files, lambda path: path.stem)
        return to_split(file, request, sha256)
    if len(files) > 1:
        raise InputError("several files; choose one, or of brat the .txt and .ann files together")
    [(path, content)] = files.items()
    if not content.strip():
        raise InputError("the file is empty", path=path)
    return _read_content(content, replace(request, path=path))


def _read_content(content: bytes, request: Request) -> Split:
    path, sha256 = request.path, hashlib.sha256(content).hexdigest()
    if path.suffix.lower() == DOC_BIN:
        return to_split(spacy_docs.read_doc_bin(content, path), request, sha256)
    decoded = decode(content, path)
    if path.suffix.lower() in JSON_SUFFIXES or _JSON_START.match(decoded.text):
        return _read_json(decoded, request, sha256)
    return read_conll(decoded, request, sha256)


def _read_json(decoded: Decoded, request: Request, sha256: str) -> Split:
    records = read_records(decoded.text, request.path)
    if not records:
        return Split(sha256=sha256)
    if any(token_records.is_tokens(record.value) for record in records):
        _refuse_others(records, token_records.NAME, token_records.TAG_KEYS)
        return token_records.read_tokens(records, request, decoded, sha256)
    chosen = _recognise(records)
    _refuse_others(records, chosen.name, chosen.keys)
    file = AnnotatedFile(chosen.name, decoded.encoding)
    chosen.read(records, file)
    return to_split(file, request, sha256)


def _refuse_others(records: Sequence[Record], name: str, keys: Sequence[str]) -> None:
    """An InputError for annotations under other keys than a format's."""
    for record in records:
        for key, value in record.value.items():
            if key in keys or not isinstance(value, list):
                continue
            kinds = (list, dict) if key in _ANNOTATIONS else ()
            if any(isinstance(item, kinds) or is_span(item) for item in value):
                raise record.error(
                    f"read as {name}, but {shorten(key)} holds annotations as well; leave one set of them in the file"
                )


def _recognise(records: Sequence[Record]) -> JsonFormat:
    """The format that any record shows; where none does, one that the records may be in."""
    inside = [key for key, value in records[0].value.items() if _are_records(value)]
    if inside and len(records) == 1 and not isinstance(records[0].value.get("text"), str):
        raise records[0].error(
            f"one object with all records under {shorten(inside[0])}; leave nothing in the file but the list under it"
        )
    first: tuple[Record, JsonFormat] | None = None
    for record in records:
        shown = next((known for known in JSON_FORMATS if known.shows(record.value)), None)
        if shown is None:
            continue
        if first is None:
            first = record, shown
        elif shown is not first[1]:
            raise record.error(
                f"a record of {shown.name}, where line {first[0].line} is one of {first[1].name}; a file has one format"
            )
    if first is not None:
        return first[1]
    for known in JSON_FORMATS:
        if any(known.fits(record.value) for record in records):
            return known
    keys = ", ".join(map(shorten, list(records[0].value)[:_KEYS_SHOWN])) or "none"
    forms = [f"{known.form} ({known.name})" for known in JSON_FORMATS]
    forms.append(f"{token_records.FORM} ({token_records.NAME})")
    raise records[0].error(
        f"no annotations are recognised in this file (keys: {keys}); a record is one of {'; '.join(forms)}"
    )


def _are_records(value: object) -> bool:
    items = [as_object(item) for item in value] if isinstance(value, list) else []
    return any(
        isinstance(item, dict) and ("text" in item or "tokens" in item) and "start" not in item for item in items
    )


def _left_out(split: Split) -> str:
    counts = ", ".join(f"{count} {reason.replace('_', ' ')}" for reason, count in sorted(split.dropped.items()))
    return f" (left out: {counts})" if counts else ""


def _why_none(split: Split, request: Request) -> str:
    found = len(split.documents)
    texts = f"{counted(found, 'text')} without one{_left_out(split)}"
    if split.fine_types:
        types = ", ".join(f"{name} ({count})" for name, count in sorted(split.fine_types.items()))
        return f"{texts}; all its types are read as O by label scheme {request.scheme.name!r}: {types}"
    where = ""
    if split.imported is not None and split.imported.tag_column is not None:
        where = f"; the tags were read from column {split.imported.tag_column} (--tag-column names another)"
    return f"{texts}{where}{_changes(split)}"


def _changes(split: Split) -> str:
    changes = split.imported.changes if split.imported is not None else {}
    return "".join(f"; {what}: {count}" for what, count in changes.items())
