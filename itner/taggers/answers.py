"""Reading what a language model wrote: the pairs of its JSON, of damaged JSON those that are whole."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from itner.taggers.placing import Pair

# The name of the list of mentions in an answer, and of what stands in it.
MENTIONS, SURFACE, TYPE = "mentions", "text", "type"
_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL)
# One that holds no other, and no list; brackets inside strings are none.
_OBJECT = re.compile(r'\{(?:[^{}\[\]"]|"(?:[^"\\]|\\.)*")*\}')
_ENTRY = re.compile(r'("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*")\s*(?=[,}])')
# Other names that models give to the two fields.
_SURFACES = (SURFACE, "surface", "entity", "span", "mention", "word", "value", "name")
_TYPES = (TYPE, "label", "entity_type", "category", "class", "tag")


@dataclass(frozen=True)
class Pairs:
    """What an answer holds; `repaired` where it is not whole, or breaks the form somewhere."""

    pairs: tuple[Pair, ...]
    repaired: bool = False


def read_answer(content: str) -> Pairs | None:
    """The pairs of an answer: a list of mentions, or an object of types by surface; None where it holds neither."""
    content = _THOUGHT.sub("", content)
    fenced = _FENCED.search(content)
    content = fenced[1] if fenced else content
    begin = min((at for at in (content.find("{"), content.find("[")) if at >= 0), default=-1)
    if begin < 0:
        return None
    # Keys may come twice, so that objects are read as lists of pairs.
    decoder = json.JSONDecoder(object_pairs_hook=_Entries)
    try:
        value, _ = decoder.raw_decode(content, begin)
    except (ValueError, RecursionError):
        return _salvage(content[begin:], decoder)
    return _pairs_of(value)


class _Entries(list[tuple[str, Any]]):
    """The entries of a JSON object, in order."""

    def get(self, names: tuple[str, ...]) -> str | None:
        """The first string under one of these names."""
        return next((value for name in names for key, value in self if key == name and isinstance(value, str)), None)


def _pairs_of(value: Any) -> Pairs | None:
    if isinstance(value, _Entries):
        named = [inner for key, inner in value if key == MENTIONS]
        lists = {key: inner for key, inner in value if isinstance(inner, list) and not isinstance(inner, _Entries)}
        if named:
            return _pairs_of(named[0])
        if lists and all(isinstance(each, str) for inner in lists.values() for each in inner) and any(lists.values()):
            # Surfaces by type.
            listed = tuple(Pair(surface, key) for key, inner in lists.items() for surface in inner)
            return Pairs(listed, repaired=len(lists) < len(value))
        if lists:
            return _pairs_of(next(iter(lists.values())))
        if (one := _pair_of(value)) is not None:
            return Pairs((one,))
        flat = tuple(Pair(key, inner) for key, inner in value if isinstance(inner, str))
        return Pairs(flat, len(flat) < len(value)) if flat or not value else None
    if isinstance(value, list):
        found = tuple(pair for inner in value if (pair := _pair_of(inner)) is not None)
        # A list of which nothing can be read is no answer; one that breaks the form at a place has its other pairs.
        return Pairs(found, len(found) < len(value)) if found or not value else None
    return None


def _pair_of(value: Any) -> Pair | None:
    if not isinstance(value, _Entries):
        return None
    surface, kind = value.get(_SURFACES), value.get(_TYPES)
    return Pair(surface, kind) if surface is not None and kind is not None else None


def _salvage(content: str, decoder: json.JSONDecoder) -> Pairs | None:
    """The whole pairs of what breaks off or is garbled; None where there is none, and no sign of a list."""
    found = []
    for match in _OBJECT.finditer(content):
        try:
            pair = _pair_of(decoder.decode(match[0]))
        except (ValueError, RecursionError):
            continue
        if pair is not None:
            found.append(pair)
    if not found and f'"{MENTIONS}"' not in content:
        found = [Pair(json.loads(key), json.loads(value)) for key, value in _read_entries(content)]
    return Pairs(tuple(found), repaired=True) if found else None


def _read_entries(content: str) -> list[tuple[str, str]]:
    whole = []
    for key, value in _ENTRY.findall(content):
        try:
            json.loads(key), json.loads(value)
        except ValueError:
            continue
        whole.append((key, value))
    return whole
