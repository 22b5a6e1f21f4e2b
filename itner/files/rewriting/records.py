"""Records in JSON: each string and number is edited where it stands, so that nothing else about the file changes."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from itner.core.errors import InputError
from itner.files.rewriting.texts import decode_exactly
from itner.files.rewriting.units import Edit, Opened, Piece, Unit, change, edit_text

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[{}]')
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL)
_COLON = re.compile(r"\s*:")
_NO_KEY = -1


def open_json(data: bytes) -> Opened:
    """A unit for each string, keys among them, and for each number, which may be a card or a telephone."""
    found = decode_exactly(data)
    _check_json(found.text)
    scanned = list(_scan_json(found.text))
    units = [unit for unit, _ in scanned]

    def write(edits: Sequence[Sequence[Edit]]) -> bytes:
        return found.encode(edit_text(found.text, units, _keep_apart(scanned, edits)))

    return Opened(units, write)


def _check_json(text: str) -> None:
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except ValueError:
        for number, line in enumerate(text.split("\n"), start=1):
            try:
                if line.strip():
                    json.loads(line, parse_int=str, parse_float=str)
            except ValueError:
                raise InputError(f"line {number} is not JSON") from None


def _scan_json(text: str) -> Iterator[tuple[Unit, int]]:
    """The units, each with the number of the object whose key it is."""
    name = ""
    objects = 0
    inside: list[int] = []
    for match in _TOKEN.finditer(text):
        found, start = match[0], match.start()
        before = f"{name}: " if name else ""
        if found == "{":
            inside.append(objects)
            objects += 1
        elif found == "}":
            inside.pop()
        elif found[0] != '"':
            # A number that is replaced becomes a string.
            yield Unit((Piece(found, start, None, _quote, as_one=True),), before), _NO_KEY
        else:
            piece = _read_string(found, start)
            if _COLON.match(text, match.end()):
                name = piece.text
                yield Unit((piece,), aside=True), inside[-1]
            else:
                yield Unit((piece,), before), _NO_KEY


def _read_string(quoted: str, start: int) -> Piece:
    parts = _ESCAPE.findall(quoted[1:-1])
    read = "".join(part if part[0] != "\\" else json.loads(f'"{part}"') for part in parts)
    plain = len(parts) == len(quoted) - 2
    return Piece(read, start + 1, None if plain else tuple(map(len, parts)), lambda new: _quote(new)[1:-1])


def _quote(new: str) -> str:
    return json.dumps(new, ensure_ascii=False)


def _keep_apart(scanned: Sequence[tuple[Unit, int]], edits: Sequence[Sequence[Edit]]) -> list[Sequence[Edit]]:
    """The edits, so that no key of an object becomes another's, whose value would be lost."""
    used: dict[int, set[str]] = defaultdict(set)
    for (unit, owner), wanted in zip(scanned, edits, strict=True):
        if owner != _NO_KEY and not wanted:
            used[owner].add(unit.text)
    # Of each key that several become, the number of the last; else each would be tried from the first on.
    numbers: dict[tuple[int, str], int] = {}
    kept = []
    for (unit, owner), wanted in zip(scanned, edits, strict=True):
        if owner != _NO_KEY and wanted:
            ordered = sorted(wanted, key=lambda edit: edit.start)
            last = ordered[-1].text
            new = first = change(unit.text, [(e.start, e.end, e.text) for e in ordered])
            number = numbers.get((owner, first), 1)
            while new in used[owner]:
                number += 1
                ordered[-1] = replace(ordered[-1], text=f"{last}-{number}")
                new = change(unit.text, [(e.start, e.end, e.text) for e in ordered])
            numbers[owner, first] = number
            used[owner].add(new)
            wanted = ordered
        kept.append(wanted)
    return kept
