"""The file of a table of rules: its entries as plain values, and the lines where they stand.

Nothing is made of YAML here but texts, whole numbers, nothing, lists and mappings: a date or a "no" in a table is the
words that somebody wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from itner.core.errors import InputError

_YAML = "tag:yaml.org,2002:"
# A list of rules, their keys, the values of those, and their parts.
_DEEPEST = 4
_HOW = "a table is a list of rules, each beginning with `- id: its-name`; the comments above the one that ships say how"


@dataclass(frozen=True)
class Entry:
    """An entry of a table.

    Attributes:
        number: its place in the table, from 1.
        lines: the line of each key.
    """

    number: int
    line: int
    values: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What people find it by: its id, and its place where it has none."""
        name = self.values.get("id")
        return f"rule {name!r}" if isinstance(name, str) and name else f"rule {self.number:,} of the table"


def read_entries(path: Path) -> list[Entry]:
    """The entries of a table; InputError says in which line what is wrong."""
    try:
        import yaml
    except ModuleNotFoundError:
        raise InputError("rules need the package PyYAML: pip install pyyaml") from None
    if not path.is_file():
        raise InputError("no such table of rules; name a file", path=path)
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("not in UTF-8; save the table in that encoding", path=path, line=line) from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InputError(f"not YAML: {error.reason}", path=path, line=line) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = " ".join(filter(None, (error.context, error.problem)))
        raise InputError(f"not YAML: {told}", path=path, line=mark.line + 1 if mark is not None else None) from None
    except RecursionError:
        raise InputError("nested too deeply for a table of rules", path=path) from None
    if root is None or (root.id == "sequence" and not root.value):
        raise InputError(f"holds no rules: {_HOW}", path=path)
    if root.id != "sequence":
        raise InputError(f"holds no list: {_HOW}", path=path, line=_line(root))
    return [_read_entry(path, number, node) for number, node in enumerate(root.value, start=1)]


def _read_entry(path: Path, number: int, node: Any) -> Entry:
    if node.id != "mapping":
        raise InputError(f"rule {number:,} of the table has no keys: {_HOW}", path=path, line=_line(node))
    values = _value(path, node, 1)
    return Entry(number, _line(node), values, {key.value: _line(key) for key, _ in node.value})


def _value(path: Path, node: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        # Also what an alias puts into itself.
        raise InputError("nested more deeply than any key of a rule is", path=path, line=_line(node))
    if not node.tag.startswith(_YAML):
        raise InputError(f"{node.tag} means nothing in a table of rules; leave it out", path=path, line=_line(node))
    if node.id == "sequence":
        return [_value(path, part, depth + 1) for part in node.value]
    if node.id == "mapping":
        return _mapping(path, node, depth)
    if node.tag == f"{_YAML}null":
        return None
    try:
        # With a sign, or groups of digits that underscores part, as in YAML.
        return int(node.value.replace("_", "")) if node.tag == f"{_YAML}int" else node.value
    except ValueError:
        return node.value


def _mapping(path: Path, node: Any, depth: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in node.value:
        if key.id != "scalar":
            raise InputError("a key is to be a word", path=path, line=_line(key))
        if key.value in values:
            # YAML would take the last one, and not say so.
            raise InputError(f"the key {key.value!r} is given twice; take one out", path=path, line=_line(key))
        values[key.value] = _value(path, value, depth + 1)
    return values


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
