"""What the command and its workers hand each other as files: sentences one way, spans the other.

The workers run in environments of their own, so this needs nothing but the standard library.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

# In tokens where a sentence is handed over, in characters where a prediction comes back; end exclusive.
Span = tuple[int, int, str]


@dataclass(frozen=True)
class Sentence:
    """A sentence: its tokens as character offsets, its mentions as token spans, the guideline that they follow."""

    text: str
    tokens: tuple[tuple[int, int], ...]
    spans: tuple[Span, ...]
    guideline: str

    @property
    def words(self) -> list[str]:
        """The tokens' surface strings."""
        return [self.text[start:end] for start, end in self.tokens]

    @property
    def spaces(self) -> list[bool]:
        """Whether something that is no token follows each token."""
        following = [start for start, _ in self.tokens[1:]]
        ends = [end for _, end in self.tokens]
        return [start > end for end, start in zip(ends, following, strict=False)] + [False] * bool(ends)


def write_sentences(path: Path, sentences: Iterable[Sentence]) -> None:
    """One sentence a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(asdict(sentence)) + "\n" for sentence in sentences), encoding="utf-8")


def read_sentences(path: Path) -> list[Sentence]:
    """What `write_sentences` wrote."""
    return [
        Sentence(
            text=line["text"],
            tokens=tuple((start, end) for start, end in line["tokens"]),
            spans=tuple((start, end, name) for start, end, name in line["spans"]),
            guideline=line["guideline"],
        )
        for line in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]


def to_characters(sentence: Sentence, spans: Iterable[Span]) -> list[Span]:
    """Token spans as spans of the sentence's characters."""
    return [(sentence.tokens[start][0], sentence.tokens[end - 1][1], name) for start, end, name in spans]


def write_spans(path: Path, found: Iterable[Sequence[Span]]) -> None:
    """The spans of one sentence a line, in characters; whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(list(spans)) + "\n" for spans in found), encoding="utf-8")
    part.replace(path)


def read_spans(path: Path) -> list[list[Span]]:
    """What `write_spans` wrote."""
    return [
        [(start, end, name) for start, end, name in json.loads(line)]
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
