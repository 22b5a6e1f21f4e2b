"""Corrected texts that somebody keeps: a folder with train, dev and test, which `itner prepare` reads.

Nothing is kept that nobody asked for. Each text stands in one split, and in it from then on: one that is corrected
again replaces what was kept of it, so that what is tested on never moves to what is trained on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from itner.core.characters import is_blank
from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.data.corpus import SPLITS
from itner.data.fitting import Edges, Span
from itner.files.tagging import Origin, TaggedItem
from itner.files.writers import to_bytes
from itner.records.files import locked, read_bytes, replacing

# Of ten texts so many, in the order in which splits get their first one.
SHARES: Mapping[str, int] = dict(zip(SPLITS, (8, 1, 1), strict=True))
# What nobody but its owner is to read.
_PRIVATE = 0o600
_REMEDY = "mend the line, or move the file away"


@dataclass(frozen=True)
class Kept:
    """What became of a text that was to be kept.

    Attributes:
        split: where it stands.
        replaced: whether it was there before.
        texts: how many each split has now.
    """

    split: str
    replaced: bool
    texts: Mapping[str, int]

    @property
    def whole(self) -> bool:
        """Whether each split has a text, which `itner prepare` needs."""
        return all(self.texts.values())


def fits(entry: TaggedItem) -> bool:
    """Whether annotated text can hold the mentions: none begins or ends inside a word."""
    edges = Edges(split_tokens(entry.item.text))
    return all(edges.fit(Span(mention.start, mention.end, mention.type)) for mention in entry.mentions)


def keep_text(folder: Path, entry: TaggedItem, origin: Origin, guideline: str | None) -> Kept:
    """Keep a text with its mentions as somebody corrected them, for its owner to read alone.

    It goes to the split that is farthest behind 8 : 1 : 1 of train, dev and test; one without a mention not as the
    first of a split, which would teach and test nothing.

    Args:
        folder: made where it is not there.
        origin: what the mentions were before somebody corrected them.
        guideline: by which they were read; None where nobody knows one.
    Raises:
        InputError: the text is blank, a mention begins or ends inside a word, or what is kept there is damaged.
    """
    if is_blank(entry.item.text):
        raise InputError("a text without a word cannot be kept")
    if not fits(entry):
        raise InputError("a mention begins or ends inside a word, which annotated text cannot hold; correct it")
    record = _as_record(entry, origin, guideline)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "corrections"):
        kept = {split: _read(_file(folder, split)) for split in SPLITS}
        found = next((split for split in SPLITS if any(_is_same(line, record) for line in kept[split])), None)
        split = found or _choose_split(kept, bool(entry.mentions))
        others = [line for line in kept[split] if not _is_same(line, record)]
        kept[split] = [*others, record]
        with replacing(_file(folder, split), _PRIVATE) as file:
            file.writelines(f"{json.dumps(line, ensure_ascii=False)}\n".encode() for line in kept[split])
    return Kept(split, found is not None, {name: len(lines) for name, lines in kept.items()})


def _file(folder: Path, split: str) -> Path:
    return folder / f"{split}.jsonl"


def _as_record(entry: TaggedItem, origin: Origin, guideline: str | None) -> dict[str, Any]:
    """The line of the JSON Lines that results are written as, with an id of the text, less what was carried along."""
    line = json.loads(to_bytes([replace(entry, item=replace(entry.item, fields=()))], "JSONL", (), origin))
    name = hashlib.sha256(line["text"].encode()).hexdigest()[:16]
    return {"id": f"corrected-{name}", **line} | ({"guideline": guideline} if guideline is not None else {})


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    lines = []
    # Other signs that end a line may stand in a text.
    for number, line in enumerate(read_bytes(path).split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError:
            raise InputError(f"not valid JSON; {_REMEDY}", path=path, line=number) from None
        if not isinstance(value, dict) or not isinstance(value.get("text"), str):
            raise InputError(f"not an object with a text; {_REMEDY}", path=path, line=number)
        lines.append(value)
    return lines


def _is_same(line: Mapping[str, Any], record: Mapping[str, Any]) -> bool:
    return bool(line["text"] == record["text"])


def _choose_split(kept: Mapping[str, Sequence[object]], marked: bool) -> str:
    open_to = [split for split in SPLITS if marked or kept[split]] or [SPLITS[0]]
    return min(open_to, key=lambda split: len(kept[split]) / SHARES[split])
