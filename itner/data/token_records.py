"""The token classification records of Hugging Face's datasets: `tokens`, and `ner_tags` as strings or as numbers.

What the numbers mean stands beside the splits: in `dataset_info.json` as `datasets` writes it, or in `labels.txt`, one
tag a line in the order of the numbers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from itner.core.errors import InputError
from itner.data.annotations import Request
from itner.data.corpus import Decoded, Split, read_text
from itner.data.json_values import Json, Record, is_whole
from itner.data.tagged import Sentence, to_split
from itner.records.dataset import ImportStats

TOKEN_KEYS = ("tokens", "words")
TAG_KEYS = ("ner_tags", "tags", "labels", "ner")
_LABELS, _INFO = "labels.txt", "dataset_info.json"
NAME = "Hugging Face token classification"
FORM = '{"tokens": ["Outlook", ...], "ner_tags": ["B-TYPE", ...]}'


def is_tokens(value: Json) -> bool:
    """Whether a record holds tokens with their tags."""
    tokens = value.get(_token_key(value) or "")
    strings = isinstance(tokens, list) and (not tokens or any(isinstance(token, str) for token in tokens))
    return strings and any(isinstance(value.get(key), list) for key in TAG_KEYS)


def _token_key(value: Json) -> str | None:
    return next((key for key in TOKEN_KEYS if isinstance(value.get(key), list)), None)


def read_tokens(records: Sequence[Record], request: Request, decoded: Decoded, sha256: str) -> Split:
    """The records as sentences; one without tokens is left out and counted."""
    sentences = []
    blank = 0
    names: list[str] | None = None
    for record in records:
        key = next((key for key in TAG_KEYS if isinstance(record.value.get(key), list)), None)
        if key is None:
            raise record.error(f"no tags: none of {', '.join(TAG_KEYS)} holds a list")
        words = [record.string(word, "a token") for word in record.items(_token_key(record.value) or "tokens")]
        tags = record.items(key)
        if len(words) != len(tags):
            raise record.error(f"{len(words)} tokens, {len(tags)} tags")
        if any(is_whole(tag) for tag in tags):
            names = names if names is not None else _read_names(request.path, key)
            tags = [_name(tag, names, record) for tag in tags]
        if not words:
            blank += 1
            continue
        if not all(word.strip() for word in words):
            raise record.error("a token is blank")
        strings = [record.string(tag, "a tag") for tag in tags]
        sentences.append(Sentence(words, strings, [record.line] * len(words)))
    split, changes = to_split(sentences, request, sha256)
    if blank:
        split.dropped["blank"] += blank
    split.imported = ImportStats(NAME, decoded.encoding, misaligned=request.misaligned, changes=dict(changes))
    return split


def _name(tag: Any, names: Sequence[str], record: Record) -> str:
    number = record.offset(tag, "a tag")
    if not 0 <= number < len(names):
        raise record.error(f"tag {number} is none of the {len(names)} whose names are known")
    return names[number]


def _read_names(path: Path, key: str) -> list[str]:
    """The names of the numbered tags of a split's file, from the files beside it."""
    labels, info = path.parent / _LABELS, path.parent / _INFO
    if labels.is_file():
        return [line.strip() for line in read_text(labels).split("\n") if line.strip()]
    if info.is_file():
        names = _names_in(info, key)
        if names is not None:
            return names
    raise InputError(
        f"the tags are numbers, and nothing says what they mean; write the tags in the order of the numbers into "
        f"{_LABELS} beside the file, one a line (or leave {_INFO} there)",
        path=path,
    )


def _names_in(info: Path, key: str) -> list[str] | None:
    """The names that a `ClassLabel` of `datasets` has, in either way that it is written down."""
    try:
        found: Any = json.loads(read_text(info))["features"][key]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    while isinstance(found, dict) and "names" not in found:
        found = next((found[part] for part in ("feature", "sequence", "list", "class_label") if part in found), None)
    names = found["names"] if isinstance(found, dict) else None
    if isinstance(names, dict):
        names = [names[number] for number in sorted(names, key=int)]
    return names if isinstance(names, list) and all(isinstance(name, str) for name in names) else None
