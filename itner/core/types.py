"""The types that every other module speaks: Token, Mention, Document, Verdict, LabellingFunction.

Offsets count Unicode code points (Python string indices), end exclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

# Where a network works.
Device = Literal["cpu", "cuda"]


@dataclass(frozen=True, slots=True)
class Token:
    """One token as character offsets into its document's text."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"token offsets must satisfy 0 <= start < end, got {self.start}, {self.end}")


@dataclass(frozen=True, slots=True)
class Mention:
    """One entity mention as character offsets; `score` is a probability in [0, 1], or None for gold."""

    start: int
    end: int
    type: str
    score: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"mention offsets must satisfy 0 <= start < end, got {self.start}, {self.end}")
        if not self.type:
            raise ValueError("a mention needs a type")
        if self.score is not None and not 0.0 <= self.score <= 1.0:
            raise ValueError(f"a mention's score must lie in [0, 1], got {self.score}")


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its tokens and (gold or predicted) mentions, both in text order and without overlap.

    Neighbours of the same `group` are sentences of one text, in order; None is a text by itself. `guideline` names the
    annotation guideline that its mentions follow, or are to follow; None where nobody said.
    """

    text: str
    tokens: tuple[Token, ...]
    mentions: tuple[Mention, ...]
    id: str
    source: str
    group: str | None = None
    guideline: str | None = None

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("a document needs an id")
        for name, spans in (("token", self.tokens), ("mention", self.mentions)):
            end = 0
            for span in spans:
                if span.start < end:
                    raise ValueError(f"document {self.id}: {name} at {span.start} overlaps or is out of order")
                end = span.end
            if end > len(self.text):
                raise ValueError(f"document {self.id}: {name} ends at {end}, the text at {len(self.text)}")

    def token_texts(self) -> list[str]:
        """The tokens' surface strings, in order."""
        return [self.text[token.start : token.end] for token in self.tokens]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a text that a verdict rests on, and what it stands for."""

    start: int
    end: int
    role: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a text by a table of rules.

    Attributes:
        verdict: violation, compliant or review, which is for a person to decide.
        rules: the ids of the rules that decide it.
        confidence: how sure that is, from 0 to 1.
        why: in words.
    """

    verdict: Literal["violation", "compliant", "review"]
    rules: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    confidence: float
    why: str


class Tagger(Protocol):
    """Anything that finds mentions: an encoder of any variant, rules, a prompted model."""

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types that it may mark, in the scheme's order."""
        ...

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        """One list of mentions per raw text, in text order.

        By a guideline that the tagger knows; None leaves the choice to it. Texts may be of any length and shape: they
        are read as `itner.core.sentences` shows them.
        """
        ...

    def tag_documents(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> list[tuple[Mention, ...]]:
        """The mentions of each document, read by its own tokens and guideline. `on_share` hears the share done."""
        ...


# Finds mentions in a document by a rule; right often enough to vote (`itner.labelling.weak`).
LabellingFunction = Callable[[Document], list[Mention]]
