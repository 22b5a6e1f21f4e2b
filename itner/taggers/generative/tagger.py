"""The generative tagger: sentence by sentence, a decoder writes the mentions, which are then looked for in the text."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from itner.core.sentences import tag_by_sentences
from itner.core.types import Document, Mention, Token
from itner.records.answers import Account, Losses
from itner.taggers.answers import Pairs, read_answer
from itner.taggers.generative.wording import Question, word_prompt
from itner.taggers.placing import place


class Writing(Protocol):
    """An answer of a decoder (see `itner.taggers.generative.decoding.Written`)."""

    @property
    def content(self) -> str: ...

    @property
    def cut(self) -> bool: ...

    @property
    def pieces_in(self) -> int: ...

    @property
    def pieces_out(self) -> int: ...


class Writer(Protocol):
    """A decoder (see `itner.taggers.generative.decoding.Decoder`)."""

    @property
    def positions(self) -> int:
        """Word pieces that it has room for, prompt and answer together."""
        ...

    @property
    def longest(self) -> int:
        """Word pieces of an answer at most."""
        ...

    def count(self, prompt: str) -> int:
        """The word pieces of a prompt."""
        ...

    def write(
        self, questions: Sequence[Question], on_share: Callable[[float], None] | None = None
    ) -> Sequence[Writing]:
        """An answer to each question."""
        ...


@dataclass(frozen=True)
class _Part:
    """Tokens of a document that are read together."""

    document: int
    start: int
    text: str
    tokens: tuple[Token, ...]


class GenerativeTagger:
    """Has a decoder write mentions.

    Args:
        types: that it is asked for, any that its domain's texts were annotated with.
        scheme: from the types that are asked for to those that are marked.
    """

    def __init__(
        self, decoder: Writer, types: tuple[str, ...], scheme: Callable[[str], str | None] = lambda name: name
    ):
        self._decoder = decoder
        self._types = types
        self._scheme = scheme
        self._account = Account()

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types that it may mark."""
        return tuple(dict.fromkeys(name for each in self._types if (name := self._scheme(each)) is not None))

    def account(self) -> Account:
        """What it wrote since it was opened, what broke off, and what has no place in its text; tokens are pieces."""
        return self._account

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        """Mentions of each text, of any length."""
        return tag_by_sentences(texts, guideline, self.tag_documents)

    def tag_documents(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> list[tuple[Mention, ...]]:
        """The mentions of each document, over its own tokens; without scores."""
        started = time.perf_counter()
        parts = [part for index, document in enumerate(documents) for part in self._split(index, document)]
        written = self._decoder.write([Question.of(part.text, part.tokens, self._types) for part in parts], on_share)
        mentions: list[list[Mention]] = [[] for _ in documents]
        losses, repaired = Losses(), 0
        for part, said in zip(parts, written, strict=True):
            # What breaks off before its first mention is whole holds none.
            pairs = read_answer(said.content) or Pairs((), repaired=True)
            placed = place(part.text, part.tokens, pairs.pairs, self._types)
            losses += placed.losses
            repaired += pairs.repaired or said.cut
            for mention in placed.mentions:
                name = self._scheme(mention.type)
                if name is not None:
                    start, end = part.start + mention.start, part.start + mention.end
                    mentions[part.document].append(replace(mention, start=start, end=end, type=name))
        before = self._account
        self._account = replace(
            before,
            answers=before.answers + len(parts),
            repaired=before.repaired + repaired,
            losses=before.losses + losses,
            tokens_in=before.tokens_in + sum(said.pieces_in for said in written),
            tokens_out=before.tokens_out + sum(said.pieces_out for said in written),
            seconds=round(before.seconds + time.perf_counter() - started, 3),
        )
        return [tuple(found) for found in mentions]

    def _split(self, number: int, document: Document) -> list[_Part]:
        """A document as parts that leave room for an answer, cut between tokens: almost always one."""
        if not document.tokens:
            return []
        room = self._decoder.positions - self._decoder.longest
        waiting = [document.tokens]
        parts = []
        while waiting:
            tokens = waiting.pop()
            start, end = tokens[0].start, tokens[-1].end
            text = document.text[start:end]
            if len(tokens) > 1 and self._decoder.count(word_prompt(text, self._types)) > room:
                middle = len(tokens) // 2
                waiting += [tokens[middle:], tokens[:middle]]
                continue
            shifted = tuple(Token(token.start - start, token.end - start) for token in tokens)
            parts.append(_Part(number, start, text, shifted))
        return parts
