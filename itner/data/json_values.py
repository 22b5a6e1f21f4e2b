"""JSON files of records: JSON Lines, one list, or one object after another; each record with the line it begins in.

What is wrong with a record is said in words, with file and line.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itner.core.characters import is_encodable
from itner.core.errors import InputError
from itner.core.words import listed

Json = dict[str, Any]

# What tools call the text.
_TEXTS = {"text", "content", "sentence", "data", "body", "message", "document"}
_INSIDE = "data."
_DECODER = json.JSONDecoder()
# A text with its annotations behind it (`as_object`).
_PAIR = re.compile(r'\[\s*"')
_SPACE = re.compile(r"[ \t\n\r]*")


@dataclass(frozen=True)
class Record:
    """A JSON object of a file, and where it stands."""

    value: Json
    path: Path
    line: int

    def error(self, problem: str) -> InputError:
        """An InputError with this place."""
        return InputError(problem, path=self.path, line=self.line)

    def text(self, key: str) -> str:
        """The text under a key; blank where it is null."""
        if key not in self.value:
            raise self.error(f"{key} is missing")
        return self.string(self.value[key] if self.value[key] is not None else "", key)

    def annotated_text(self, changes: Counter[str]) -> str:
        """The record's text, blank where it is null; one that is under another key than `text` is counted."""
        key = self.text_key()
        if key != "text":
            changes[f"texts read from {key}"] += 1
        return self.text(key) if key in self.value else self.string(self.value["data"][key.removeprefix(_INSIDE)], key)

    def text_key(self) -> str:
        """The key of the text, `data.text` for one inside another object; an InputError where it is not clear."""
        if "text" in self.value:
            return "text"
        found = [key for key, value in self.value.items() if key.lower() in _TEXTS and isinstance(value, str)]
        data = self.value.get("data")
        if isinstance(data, dict):
            found += [f"{_INSIDE}{key}" for key, value in data.items() if key in _TEXTS and isinstance(value, str)]
        if len(found) == 1:
            return found[0]
        if found:
            raise self.error(f"text is missing, and {listed(found)} could each be meant; name one of them text")
        raise self.error("text is missing")

    def string(self, value: Any, name: str) -> str:
        """A string that can be written again as UTF-8."""
        if not isinstance(value, str):
            raise self.error(f"{name} is {describe_kind(value)}, not a text")
        if not is_encodable(value):
            raise self.error(f"{name} holds half of a surrogate pair, which stands for no character")
        return value

    def name(self, key: str) -> str | None:
        """An id: a string or a whole number as a string, None where there is none."""
        value = self.value.get(key)
        if value is None or value == "":
            return None
        return str(value) if is_whole(value) else self.string(value, key)

    def items(self, key: str) -> list[Any]:
        """The list under a key; empty where there is none."""
        value = self.value.get(key, [])
        if not isinstance(value, list):
            raise self.error(f"{key} is {describe_kind(value)}, not a list")
        return value

    def optional_items(self, key: str) -> list[Any]:
        """`items`, where null means none as well."""
        return [] if self.value.get(key) is None else self.items(key)

    def offset(self, value: Any, name: str) -> int:
        """A whole number."""
        # Tables of other tools turn whole numbers into fractions.
        if is_whole(value) or (isinstance(value, float) and value.is_integer()):
            return int(value)
        raise self.error(f"{name} is {describe_kind(value)}, not a whole number")

    def type(self, value: Any, name: str) -> str:
        """The name of an entity type; empty where the span has none."""
        if value is None:
            return ""
        if is_whole(value):
            raise self.error(f"{name} is a number, not the name of a type; export the names of the labels")
        return self.string(value, name).strip()


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def describe_kind(value: Any) -> str:
    """What a JSON value is, in words."""
    kinds: Sequence[tuple[Any, str]] = (
        (type(None), "null"), (bool, "true or false"), (str, "a text"), (int, "a number"), (float, "a number"),
        (list, "a list"),
    )  # fmt: skip
    return next((words for kind, words in kinds if isinstance(value, kind)), "an object")


def read_records(text: str, path: Path) -> list[Record]:
    """The objects of a file, in order. InputError with the line in which something that is no JSON begins."""
    records = []
    place = _skip(text, 0)
    # A list as the whole file; a line of JSON Lines that is a list is no record.
    inside = text.startswith("[", place) and not _PAIR.match(text, place)
    place = _skip(text, place + 1) if inside else place
    line, counted = 1, 0
    while place < len(text) and not (inside and text[place] == "]"):
        line += text.count("\n", counted, place)
        counted = place
        try:
            value, end = _DECODER.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            raise InputError(_what_is_wrong(text, place, line, error), path=path, line=line) from None
        value = as_object(value)
        if not isinstance(value, dict):
            raise InputError(f"{describe_kind(value)}, not a JSON object with text and spans", path=path, line=line)
        records.append(Record(value, path, line))
        place = _skip(text, end)
        if inside and place < len(text) and text[place] == ",":
            place = _skip(text, place + 1)
        elif inside and text[place : place + 1] != "]":
            raise InputError("not valid JSON: the list goes on without a comma, or is cut off", path=path, line=line)
    if inside and (place >= len(text) or _skip(text, place + 1) < len(text)):
        line += text.count("\n", counted, place)
        raise InputError("not valid JSON: the list is cut off, or something stands behind it", path=path, line=line)
    return records


def _skip(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match is not None else place


def as_object(value: Any) -> Any:
    """A text with its annotations as a pair, as spaCy 2 was trained, as the object that it would be otherwise."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict):
        return {"text": value[0], **value[1]}
    return value


def _what_is_wrong(text: str, place: int, line: int, error: Exception) -> str:
    if text[place] == ",":
        return "not valid JSON: a comma stands between records; without a list around them, they have a line each"
    if text[place : place + 2].replace(" ", "") == "{'":
        return "not valid JSON: names and texts stand in single quotation marks, where JSON has double ones"
    if not isinstance(error, json.JSONDecodeError):
        return "not valid JSON: lists or objects stand inside each other too deep"
    end = error.pos
    if not text[end:].strip():
        return "not valid JSON: what begins here is cut off at the end of the file"
    found = line + text.count("\n", place, end)
    where = f"in line {found}" if found > line else f"at character {end - text.rfind(chr(10), 0, end)} of the line"
    return f"not valid JSON: it breaks off {where}; correct it there, or export the file again"
