"""What stands in the files that a Batch API gives back, whatever happened to their lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

_UNREADABLE = "an answer without a list of mentions"


@dataclass(frozen=True)
class Answer:
    """What an answer says: surfaces and their types. `repaired` where it is not whole."""

    pairs: tuple[tuple[str, str], ...]
    repaired: bool = False


@dataclass(frozen=True)
class Reply:
    """A line of an output file about one text.

    Attributes:
        answer: None where there is none.
        why: there is none.
        tokens: read and written; None where the server does not count.
    """

    id: str
    answer: Answer | None
    why: str = ""
    tokens: tuple[int, int] | None = None


@dataclass
class Replies:
    """What the files of a batch say of its texts, each counted once.

    Attributes:
        answers: by text.
        faults: why a text has no answer, where a line says so.
        tokens: that a text took, answered or not.
    """

    answers: dict[str, Reply] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, tuple[int, int]] = field(default_factory=dict)
    unknown: int = 0
    repeated: int = 0


def read_replies(files: Sequence[bytes], ids: set[str], read: Callable[[str], Answer | None]) -> Replies:
    """Read a batch's files, in which lines may be missing, broken, out of order, repeated, or about other texts."""
    found = Replies()
    for data in files:
        # Not by splitlines: a text may hold other ends of lines.
        for line in data.decode(errors="replace").split("\n"):
            reply = read_line(line, read)
            if reply is None:
                continue
            if reply.id not in ids:
                found.unknown += 1
                continue
            if reply.tokens is not None:
                found.tokens.setdefault(reply.id, reply.tokens)
            if reply.answer is None:
                found.faults[reply.id] = reply.why
            elif reply.id in found.answers:
                found.repeated += 1
            else:
                found.answers[reply.id] = reply
    return found


def read_line(line: str, read: Callable[[str], Answer | None]) -> Reply | None:
    """A line of an output or error file; None where it is not whole, or names no text."""
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    name = _at(said, "custom_id")
    if not isinstance(name, str):
        return None
    body, status = _at(said, "response", "body"), _at(said, "response", "status_code")
    counts = tuple(_at(body, "usage", key) for key in ("prompt_tokens", "completion_tokens"))
    tokens = (counts[0], counts[1]) if all(type(count) is int and 0 <= count < 2**40 for count in counts) else None
    if _at(said, "error") is not None or type(status) is not int:
        return Reply(name, None, "an error line", tokens)
    if status != 200:
        return Reply(name, None, f"status {status}", tokens)
    content = _at(body, "choices", 0, "message", "content")
    answer = read(content) if isinstance(content, str) else None
    if answer is None:
        return Reply(name, None, _UNREADABLE, tokens)
    cut = _at(body, "choices", 0, "finish_reason") == "length"
    return Reply(name, Answer(answer.pairs, answer.repaired or cut), tokens=tokens)


def _at(value: Any, *path: str | int) -> Any:
    """What stands in JSON under a path; None where there is no such place."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and len(value) > step:
            value = value[step]
        else:
            return None
    return value
