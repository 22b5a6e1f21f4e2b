"""Records of JSON: lines, lists, objects that hold a list, and tables as pandas writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from itner.core.errors import InputError
from itner.files.columns import count_words

# Of one file; more are no fields but, say, an object keyed by its hosts.
MAX_KEYS = 2_000
_MAX_DEPTH = 12
_HOLDS_RECORDS_DEPTH = 4
_DAMAGED = object()


@dataclass
class Records:
    """What a file of JSON holds.

    Attributes:
        records: the fields of each by dotted path, with the texts of their values; None for a line that is damaged.
        rows: instead, rows without names.
        damaged: the numbers of the lines that are no JSON, or no record.
        under: the path to the list that holds the records, where the file is one object.
    """

    records: list[dict[str, str] | None] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)
    under: str = ""


def parse_records(text: str) -> Records:
    """The records of JSON or JSON Lines. InputError when there is none."""
    whole = _load(text.strip(" \t\r\n\x1e"))
    if whole is _DAMAGED:
        return _parse_lines(text)
    if isinstance(whole, dict):
        return _in_object(whole)
    if isinstance(whole, list):
        return _in_list(whole)
    if isinstance(whole, str):
        return Records([{"value": whole}])
    raise InputError("holds no record: JSON objects, one a line or in a list, are read")


def _parse_lines(text: str) -> Records:
    found = Records()
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        # A separator in front, as the standard for sequences has it, or a comma behind, of a list that was cut off.
        content = line.strip(" \t\r\x1e")
        if not content or content in ("[", "]"):
            continue
        value = _load(content)
        if value is _DAMAGED:
            value = _load(content.removeprefix("[").removesuffix(",").removesuffix("]"))
        if isinstance(value, dict):
            found.records.append(flatten(value))
        elif isinstance(value, str):
            found.records.append({"value": value})
        else:
            found.records.append(None)
            found.damaged.append(number)
    if len(found.damaged) >= len(found.records) / 2:
        # Objects over several lines, one after the other.
        several = _parse_sequence(text)
        if several is not None:
            return Records([flatten(value) for value in several])
    if len(found.damaged) == len(found.records):
        first = found.damaged[0] if found.damaged else 1
        raise InputError(f"line {first}: not valid JSON, or no object; JSON objects, one a line or in a list, are read")
    return found


def _parse_sequence(text: str) -> list[dict[str, Any]] | None:
    decoder = json.JSONDecoder()
    place = 0
    values = []
    while place < len(text):
        if text[place] in " \t\r\n\x1e":
            place += 1
            continue
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return None
        if not isinstance(value, dict):
            return None
        values.append(value)
    return values


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _DAMAGED


def _in_list(values: list[Any], under: str = "") -> Records:
    if values and all(isinstance(value, list) for value in values):
        return Records(rows=[[_as_text(cell) for cell in value] for value in values], under=under)
    found = Records(under=under)
    for value in values:
        if isinstance(value, dict):
            found.records.append(flatten(value))
        else:
            found.records.append({"value": _as_text(value)} if isinstance(value, str) else {})
    if not any(found.records):
        raise InputError("holds no record: JSON objects, one a line or in a list, are read")
    return found


def _in_object(whole: dict[str, Any]) -> Records:
    names, data = whole.get("columns"), whole.get("data")
    if isinstance(names, list) and isinstance(data, list) and all(isinstance(row, list) for row in data):
        header = [_as_text(name) for name in names]
        return Records([dict(zip(header, map(_as_text, row), strict=False)) for row in data])
    turned = _by_number(whole)
    if turned is not None:
        return Records([flatten(record) for record in turned])
    if not any(isinstance(value, str) and count_words(value) > 3 for value in whole.values()):
        lists = sorted(_find_lists(whole, "", 0), key=lambda pair: (pair[0].count("."), -len(pair[1])))
        if lists:
            path, values = lists[0]
            return _in_list(values, path)
    return Records([flatten(whole)])


def _by_number(whole: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The records of an object of objects whose outer or inner keys are the numbers of rows, or that are alike."""
    inner = list(whole.values())
    if not inner or not all(isinstance(value, dict) and value for value in inner):
        return None
    if all(key.isdecimal() for key in whole):
        return inner
    if not all(key.isdecimal() for value in inner for key in value):
        return inner if _are_alike(inner) else None
    numbers = dict.fromkeys(key for value in inner for key in value)
    return [{name: column.get(number) for name, column in whole.items()} for number in numbers]


def _are_alike(values: list[dict[str, Any]]) -> bool:
    """Whether several objects have most of their keys in common, and a text among them, as records do."""
    common = set[str].intersection(*(set(value) for value in values))
    return (
        len(values) > 1
        and all(2 * len(common) > len(value) for value in values)
        and any(isinstance(value[key], str) and count_words(value[key]) > 1 for value in values for key in common)
    )


def _find_lists(value: dict[str, Any], path: str, depth: int) -> list[tuple[str, list[Any]]]:
    found: list[tuple[str, list[Any]]] = []
    for key, inner in value.items():
        name = f"{path}.{key}" if path else key
        if isinstance(inner, list) and inner and all(isinstance(entry, dict) for entry in inner):
            found.append((name, inner))
        elif isinstance(inner, dict) and depth < _HOLDS_RECORDS_DEPTH:
            found += _find_lists(inner, name, depth + 1)
    return found


def flatten(record: dict[str, Any]) -> dict[str, str]:
    """The values by dotted path, as texts; numbers from 0 in a path count the objects of a list."""
    found: dict[str, str] = {}
    _flatten(record, "", found, 0)
    return found


def _flatten(value: Any, path: str, found: dict[str, str], depth: int) -> None:
    if isinstance(value, dict) and value and depth < _MAX_DEPTH:
        for key, inner in value.items():
            _flatten(inner, f"{path}.{key}" if path else key, found, depth + 1)
    elif isinstance(value, list) and any(isinstance(entry, dict | list) for entry in value) and depth < _MAX_DEPTH:
        for number, inner in enumerate(value):
            _flatten(inner, f"{path}.{number}", found, depth + 1)
    else:
        found[path] = _as_text(value, path)


def _as_text(value: Any, path: str = "") -> str:
    if isinstance(value, str):
        return value.replace("\0", " ")
    if value is None or value in ([], {}):
        return ""
    if isinstance(value, list):
        if path == "MESSAGE" and all(type(entry) is int and 0 <= entry < 256 for entry in value):
            # How the journal of systemd writes a message that is not all printable UTF-8.
            return bytes(value).decode("utf-8", "replace").replace("\0", " ")
        if not any(isinstance(entry, dict | list) for entry in value):
            return "\n".join(map(_as_text, value))
    return json.dumps(value, ensure_ascii=False)


def without_numbers(path: str) -> str:
    """The path without the numbers that count the objects of a list."""
    return ".".join(part for part in path.split(".") if not part.isdecimal())


def list_keys(records: Sequence[dict[str, str] | None]) -> tuple[list[str], int]:
    """The keys of all records in the order in which they first appear, at most `MAX_KEYS`, and how many more."""
    keys: dict[str, None] = {}
    for record in records:
        keys.update(dict.fromkeys(record or ()))
    return list(keys)[:MAX_KEYS], max(0, len(keys) - MAX_KEYS)
