"""The prompted tagger: sentences of one text are asked about together, and each answer is kept as soon as it comes."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from itner.core.errors import InputError
from itner.core.sentences import tag_by_sentences
from itner.core.types import Document, Mention, Token
from itner.records.answers import Account
from itner.records.config import PromptedConfig
from itner.taggers.answers import Pairs
from itner.taggers.placing import PLACING_RULE, place
from itner.taggers.prompted.asking import Asker, in_parallel
from itner.taggers.prompted.budget import Ledger
from itner.taggers.prompted.cache import AnswerCache, Found, open_cache
from itner.taggers.prompted.endpoint import Endpoint, Reply, open_endpoint
from itner.taggers.prompted.prompt import Message, messages_for
from itner.taggers.prompted.shots import Shots

# Characters of a request at most, where a text has more sentences than one.
_LONGEST = 4_000
# Between documents that are asked about together, where they are searched: no surface reaches across it.
_BORDER = "\0"


@dataclass(frozen=True)
class _Question:
    """Neighbouring documents of one text."""

    documents: tuple[int, ...]
    text: str
    searched: str
    tokens: tuple[Token, ...]
    starts: tuple[int, ...]


class PromptedTagger:
    """Asks a language model for the mentions of texts.

    Args:
        types: that it is asked for.
        system: what it is told before any text.
        shots: examples; None for none.
        cache: file of what was found before.
        digest: of the model, as the server named it when the run was made.
        endpoint: makes the server that is asked; another one in tests.
        first_wait_s: see `Asker`.
    """

    def __init__(
        self,
        config: PromptedConfig,
        types: tuple[str, ...],
        system: str,
        shots: Shots | None,
        cache: Path,
        digest: str | None = None,
        endpoint: Callable[[PromptedConfig, Sequence[str]], Endpoint] = open_endpoint,
        first_wait_s: float = 1.0,
    ):
        self._config = config
        self._types = types
        self._system = system
        self._shots = shots
        self._cache = cache
        self._digest = digest
        self._endpoint = endpoint
        self._first_wait_s = first_wait_s
        self._ledger = Ledger(config.budget, config.price)
        self._checked = digest is None

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types that it may mark."""
        return self._types

    def account(self) -> Account:
        """What was asked, what it took, and what of the answers has no place in its text, since it was opened."""
        return self._ledger.account()

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        """Mentions of each text, of any length; InputError where one has no readable answer, which is no result."""
        before = self._ledger.unreadable
        found = tag_by_sentences(texts, guideline, self.tag_documents)
        if self._ledger.unreadable > before:
            raise InputError(
                f"{self._config.model} gave no list of mentions for {self._ledger.unreadable - before} of the texts, "
                f"asked {self._config.retries + 1} times; the other answers are kept: call again, or choose another run"
            )
        return found

    def tag_documents(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> list[tuple[Mention, ...]]:
        """The mentions of each document, over its own tokens; without scores.

        InputError where the server refuses or fails too often, or the budget is used up: what was answered until then
        is kept, so that the next call goes on there.
        """
        questions = _join(documents)
        self._ledger.begin()
        try:
            with open_cache(self._cache) as cache:
                found = asyncio.run(self._find(questions, cache, on_share or (lambda share: None)))
        finally:
            self._ledger.end()
        mentions: list[tuple[Mention, ...]] = [()] * len(documents)
        for question, each in zip(questions, found, strict=True):
            if each is not None:
                for index, start in zip(question.documents, question.starts, strict=True):
                    mentions[index] = _of_document(each.mentions, start, len(documents[index].text))
        return mentions

    async def _find(
        self, questions: Sequence[_Question], cache: AnswerCache, on_share: Callable[[float], None]
    ) -> list[Found | None]:
        """What is found for each question; None where the model gave no readable answer."""
        messages = [self._messages(question.text) for question in questions]
        keys = [self._key(said, question) for said, question in zip(messages, questions, strict=True)]
        known = cache.get(keys)
        for key in keys:
            if key in known:
                self._ledger.note(known[key], known=True)
        # The same text is asked about once, however often it stands there.
        missing = {key: index for index, key in enumerate(keys) if key not in known}
        done = len(keys) - len(missing)
        if missing:
            endpoint = self._endpoint(self._config, self._types)
            try:
                asker = Asker(endpoint, self._config, self._ledger, self._first_wait_s)
                await self._check_digest(asker)

                def asked(key: str, index: int) -> Callable[[], Awaitable[None]]:
                    async def ask() -> None:
                        nonlocal done
                        pairs, reply, seconds = await asker.read(messages[index])
                        done += 1
                        if pairs is None:
                            self._ledger.note_unreadable(reply.tokens_in, reply.tokens_out)
                        else:
                            known[key] = self._place(questions[index], pairs, reply, seconds)
                            cache.put(key, known[key])
                            self._ledger.note(known[key], known=False)
                        on_share(done / len(keys))

                    return ask

                await in_parallel([asked(key, index) for key, index in missing.items()], self._config.concurrency)
            finally:
                await endpoint.close()
        # The others with the same text have its answer.
        for index, key in enumerate(keys):
            if key in known and missing.get(key, index) != index:
                self._ledger.note(known[key], known=True)
        return [known.get(key) for key in keys]

    def _place(self, question: _Question, pairs: Pairs, reply: Reply, seconds: float) -> Found:
        placed = place(question.searched, question.tokens, pairs.pairs, self._types)
        return Found(
            tuple((mention.start, mention.end, mention.type) for mention in placed.mentions),
            placed.losses,
            pairs.repaired or reply.cut,
            reply.tokens_in,
            reply.tokens_out,
            round(seconds, 4),
        )

    async def _check_digest(self, asker: Asker) -> None:
        if self._checked:
            return
        now = await asker.digest()
        if now != self._digest:
            raise InputError(
                f"{self._config.model} at {self._config.endpoint} is another model now than the one that this run was "
                "made of; make it anew with `itner prompt` after removing the folder"
            )
        self._checked = True

    def _messages(self, text: str) -> list[Message]:
        shots = self._shots.nearest(text, self._config.shots) if self._shots is not None else []
        return messages_for(self._system, shots, text)

    def _key(self, messages: Sequence[Message], question: _Question) -> str:
        """A hash over everything that shapes what is found."""
        config = self._config
        shaping = (
            config.provider, config.endpoint, config.model, self._digest, config.structured, config.temperature,
            config.max_tokens, config.seed, messages, self._types, PLACING_RULE,
            [(token.start, token.end) for token in question.tokens],
        )  # fmt: skip
        return hashlib.sha256(json.dumps(shaping).encode()).hexdigest()


def _join(documents: Sequence[Document]) -> list[_Question]:
    """Neighbouring documents of one text together, as many as a request may hold."""
    questions: list[list[int]] = []
    length = 0
    for index, document in enumerate(documents):
        group = document.group
        beside = index > 0 and group is not None and documents[index - 1].group == group
        if beside and length + 1 + len(document.text) <= _LONGEST:
            questions[-1].append(index)
            length += 1 + len(document.text)
        else:
            questions.append([index])
            length = len(document.text)
    return [_question(indices, documents) for indices in questions]


def _question(indices: Sequence[int], documents: Sequence[Document]) -> _Question:
    texts = [documents[index].text for index in indices]
    starts, tokens = [], []
    start = 0
    for index in indices:
        starts.append(start)
        tokens += [Token(start + token.start, start + token.end) for token in documents[index].tokens]
        start += len(documents[index].text) + 1
    return _Question(tuple(indices), "\n".join(texts), _BORDER.join(texts), tuple(tokens), tuple(starts))


def _of_document(mentions: Sequence[Mention], start: int, length: int) -> tuple[Mention, ...]:
    return tuple(
        replace(mention, start=mention.start - start, end=mention.end - start)
        for mention in mentions
        if start <= mention.start < start + length
    )
