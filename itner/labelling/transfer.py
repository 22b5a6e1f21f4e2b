"""Transfer text: many altered copies of annotated and raw documents, for teachers to label and students to learn from.

A student of a few weights learns more from much text that a teacher labelled than from little that people did
(Hinton et al. 2015; data augmentation for distillation as in TinyBERT, Jiao et al. 2020). Copies need not make sense,
they have to be what the teacher will be asked about: other names in known places, other words around known names,
several sentences at once, careless writing. Gold mentions follow every change exactly.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from itner.core.labels import align_mentions
from itner.core.types import Document, Mention, Token
from itner.records.transfer import TransferSettings

_SHORTEST_TYPO = 4


@dataclass
class _Words:
    """A document as words.

    Attributes:
        apart: for each word, whether white space stands before it.
        spans: mentions as (first word, word after the last, type), in order.
    """

    words: list[str]
    apart: list[bool]
    spans: list[tuple[int, int, str]]


@dataclass
class Transfer:
    """A source of transfer text.

    The copies depend on the documents, the settings and the seed alone; any copy of any document can be made by
    itself, so that a stream can begin anywhere.
    """

    documents: Sequence[Document]
    settings: TransferSettings = field(default_factory=TransferSettings)
    done: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._taken = [_take_apart(document) for document in self.documents]
        self._mentions: dict[str, list[tuple[list[str], list[bool]]]] = {}
        self._common: list[str] = []
        for taken in self._taken:
            inside = set()
            for first, last, name in taken.spans:
                self._mentions.setdefault(name, []).append((taken.words[first:last], taken.apart[first:last]))
                inside |= set(range(first, last))
            self._common += [word for index, word in enumerate(taken.words) if index not in inside]

    def __len__(self) -> int:
        return len(self.documents) * (1 + self.settings.copies)

    def stream(self, begin: int = 0) -> Iterator[Document]:
        """The documents themselves, then the copies of all, again and again; from the `begin`th on.

        `done` counts what was done to those that were made.
        """
        for number in range(begin, len(self)):
            copy, index = divmod(number, len(self.documents))
            yield self.documents[index] if copy == 0 else self.make(copy, index)

    def make(self, copy: int, index: int) -> Document:
        """A certain copy of a document. It stands alone: its neighbours are not those of the document."""
        settings = self.settings
        chance = random.Random(f"{settings.seed}:{copy}:{index}")
        document = self.documents[index]
        words = self._swap(self._taken[index], chance)
        if chance.random() < settings.replace:
            self._replace(words, chance)
        if chance.random() < settings.typos:
            self._mistype(words, chance)
        if chance.random() < settings.cut:
            words = self._cut(words, chance)
        if chance.random() < settings.join:
            words = self._join(words, document, chance)
        if chance.random() < settings.lower:
            words.words = [word.lower() for word in words.words]
            self.done["in lower case"] += 1
        self.done["copies"] += 1
        return _put_together(words, document, f"{document.id}+{copy}")

    def _swap(self, taken: _Words, chance: random.Random) -> _Words:
        words: list[str] = []
        apart: list[bool] = []
        spans = []
        position = 0
        for first, last, name in taken.spans:
            words += taken.words[position:first]
            apart += taken.apart[position:first]
            begin = len(words)
            if chance.random() < self.settings.swap:
                others = [other for other in self._mentions if other != name]
                if others and chance.random() < self.settings.other_type:
                    name = chance.choice(others)
                    self.done["mentions swapped for another type's"] += 1
                else:
                    self.done["mentions swapped"] += 1
                new, spaces = chance.choice(self._mentions[name])
                words += new
                apart += [taken.apart[first], *spaces[1:]]
            else:
                words += taken.words[first:last]
                apart += taken.apart[first:last]
            spans.append((begin, len(words), name))
            position = last
        return _Words([*words, *taken.words[position:]], [*apart, *taken.apart[position:]], spans)

    def _replace(self, words: _Words, chance: random.Random) -> None:
        for index in _outside(words):
            if chance.random() < self.settings.replace_words:
                words.words[index] = chance.choice(self._common)
                self.done["words replaced"] += 1

    def _mistype(self, words: _Words, chance: random.Random) -> None:
        for index in _outside(words):
            word = words.words[index]
            if len(word) >= _SHORTEST_TYPO and word.isalpha() and chance.random() < self.settings.typo_words:
                place = chance.randrange(1, len(word) - 1)
                words.words[index] = chance.choice(
                    (
                        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
                        word[:place] + word[place + 1 :],
                        word[:place] + word[place] + word[place:],
                    )
                )
                self.done["words mistyped"] += 1

    def _cut(self, words: _Words, chance: random.Random) -> _Words:
        inside = {index for first, last, _ in words.spans for index in range(first + 1, last)}
        places = [index for index in range(1, len(words.words)) if index not in inside]
        if not places:
            return words
        end = chance.choice(places)
        self.done["cut"] += 1
        return _Words(words.words[:end], words.apart[:end], [span for span in words.spans if span[1] <= end])

    def _join(self, words: _Words, document: Document, chance: random.Random) -> _Words:
        """With another document that follows the same guideline, so that one mark is true of both."""
        number = chance.randrange(len(self.documents))
        if self.documents[number].guideline != document.guideline:
            return words
        other = self._taken[number]
        shift = len(words.words)
        self.done["joined"] += 1
        return _Words(
            [*words.words, *other.words],
            [*words.apart, True, *other.apart[1:]],
            [*words.spans, *((first + shift, last + shift, name) for first, last, name in other.spans)],
        )


def _outside(words: _Words) -> list[int]:
    inside = {index for first, last, _ in words.spans for index in range(first, last)}
    return [index for index in range(len(words.words)) if index not in inside]


def _take_apart(document: Document) -> _Words:
    spans, unaligned = align_mentions(document)
    if unaligned:
        raise ValueError(f"document {document.id}: a mention does not fit its tokens")
    ends = [0, *(token.end for token in document.tokens)]
    apart = [token.start > end for token, end in zip(document.tokens, ends, strict=False)]
    return _Words(document.token_texts(), apart, spans)


def _put_together(words: _Words, document: Document, id: str) -> Document:
    text = ""
    tokens = []
    for word, apart in zip(words.words, words.apart, strict=True):
        text += " " if apart and text else ""
        tokens.append(Token(len(text), len(text) + len(word)))
        text += word
    mentions = tuple(Mention(tokens[first].start, tokens[last - 1].end, name) for first, last, name in words.spans)
    return replace(document, text=text, tokens=tuple(tokens), mentions=mentions, id=id, group=None)
