"""Raw texts as flat arrays over their sentences, and mentions as flat arrays over the texts.

What `itner.core.sentences` says of one text at a time, for many at once: work in Python for each sentence, none for
each token or mention.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from itner.core.sentences import PASSAGE_CHARACTERS, PASSAGE_LINES, place_span, split_passages, split_sentences
from itner.core.types import Mention
from itner.core.view import View, read_view

_ALNUM = np.array([chr(code).isascii() and chr(code).isalnum() for code in range(256)])


@dataclass(frozen=True)
class Marks:
    """Mentions of texts, in the order of the texts and within each by where they stand.

    Attributes:
        texts: int64 [mentions], the number of the text.
        starts, ends: int64 [mentions], characters of the text.
        types: int64 [mentions], the place of the type in the tagger's `types`.
        scores: float [mentions], not a number where there is none.
    """

    texts: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    types: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, places: np.ndarray) -> Marks:
        """Some of them, by places or by a mask."""
        return Marks(*(each[places] for each in (self.texts, self.starts, self.ends, self.types, self.scores)))

    @classmethod
    def of(cls, mentions: Sequence[Sequence[Mention]], types: Sequence[str]) -> Marks:
        """Of mentions text by text."""
        number = {name: place for place, name in enumerate(types)}
        rows = [(text, m.start, m.end, number[m.type], m.score) for text, found in enumerate(mentions) for m in found]
        texts, starts, ends, kinds = (
            np.fromiter((row[column] for row in rows), np.int64, len(rows)) for column in range(4)
        )
        scores = np.fromiter((np.nan if row[4] is None else row[4] for row in rows), np.float64, len(rows))
        return cls(texts, starts, ends, kinds, scores)

    @classmethod
    def joined(cls, parts: Sequence[Marks]) -> Marks:
        """Several one after the other, whose numbers of texts rise."""
        if not parts:
            return cls.of([], [])
        columns = ((each.texts, each.starts, each.ends, each.types, each.scores) for each in parts)
        return cls(*(np.concatenate(column) for column in zip(*columns, strict=True)))

    def repeated(self, chosen: np.ndarray, count: int) -> Marks:
        """Those of texts of which each is one of `count` that these are of: `chosen` says which."""
        counts = np.bincount(self.texts, minlength=count)
        repeated = counts[chosen]
        # The ranges of the chosen texts, one after the other.
        starts = (np.cumsum(counts) - counts)[chosen]
        places = (starts - np.cumsum(repeated) + repeated).repeat(repeated) + np.arange(repeated.sum())
        found = self.take(places)
        return replace(found, texts=np.arange(len(chosen)).repeat(repeated))

    def as_mentions(self, count: int, types: Sequence[str]) -> list[list[Mention]]:
        """The mentions of each of so many texts."""
        found: list[list[Mention]] = [[] for _ in range(count)]
        columns = (self.texts, self.starts, self.ends, self.types, self.scores)
        for text, start, end, kind, score in zip(*(column.tolist() for column in columns), strict=True):
            found[text].append(Mention(start, end, types[kind], None if score != score else score))
        return found


@dataclass(frozen=True)
class Reading:
    """The sentences that taggers read of raw texts.

    Attributes:
        sentences: what is read of each.
        texts: int64 [sentences], the number of the text that each is of.
        passages: int64 [sentences], the passage that each is of, counted over all texts.
        starts: int64 [sentences], where in its passage's view each begins.
        views: of each passage.
        begins: int64 [passages], where in its text each passage begins.
    """

    sentences: list[str]
    texts: np.ndarray
    passages: np.ndarray
    starts: np.ndarray
    views: list[View]
    begins: np.ndarray

    def place(self, marks: Marks) -> Marks:
        """Mentions of the sentences as mentions of the texts; see `Sentence.place`."""
        if not len(marks):
            return marks
        passages = self.passages[marks.texts]
        plain = np.fromiter((view.is_plain for view in self.views), bool, len(self.views))[passages]
        ascii_only = np.fromiter(map(str.isascii, self.sentences), bool, len(self.sentences))[marks.texts]
        # Of ASCII nothing at a mention's ends is left out; what has no letter and no digit is no mention.
        begins = np.concatenate(([0], np.cumsum(np.fromiter(map(len, self.sentences), np.int64, len(self.sentences)))))
        codes = np.frombuffer("".join(self.sentences).encode("latin-1", "replace"), np.uint8)
        held = np.concatenate(([0], np.cumsum(_ALNUM[codes], dtype=np.int64)))
        base = begins[marks.texts]
        kept = ~ascii_only | (held[base + marks.ends] > held[base + marks.starts])
        moved = self.begins[passages] + self.starts[marks.texts]
        starts, ends = marks.starts + moved, marks.ends + moved
        for row in np.flatnonzero(kept & ~(plain & ascii_only)).tolist():
            sentence = int(marks.texts[row])
            passage = int(passages[row])
            span = place_span(
                self.sentences[sentence],
                self.views[passage],
                int(self.starts[sentence]),
                int(marks.starts[row]),
                int(marks.ends[row]),
            )
            if span is None:
                kept[row] = False
            else:
                starts[row], ends[row] = (place + int(self.begins[passage]) for place in span)
        return Marks(self.texts[marks.texts], starts, ends, marks.types, marks.scores).take(kept)


def read_texts(texts: Sequence[str]) -> Reading:
    """The sentences of raw texts, in order, as the views of them show them; see `list_sentences`."""
    sentences: list[str] = []
    owners: list[int] = []
    passages: list[int] = []
    starts: list[int] = []
    views: list[View] = []
    begins: list[int] = []
    for number, text in enumerate(texts):
        for first, last in _find_passages(text):
            view = read_view(text[first:last])
            spans = split_sentences(view.text)
            sentences += [view.text[start:end] for start, end in spans]
            starts += [start for start, _ in spans]
            owners += [number] * len(spans)
            passages += [len(views)] * len(spans)
            views.append(view)
            begins.append(first)
    arrays = (np.array(each, np.int64) for each in (owners, passages, starts))
    owned, passed, begun = arrays
    return Reading(sentences, owned, passed, begun, views, np.array(begins, np.int64))


_SHOWN = re.compile(r"\S")


def _find_passages(text: str) -> list[tuple[int, int]]:
    """`split_passages`, which most texts are too short to need."""
    if len(text) > PASSAGE_CHARACTERS or text.count("\n") >= PASSAGE_LINES:
        return split_passages(text)
    shown = _SHOWN.search(text)
    if shown is None:
        return []
    last = text.find("\n", len(text.rstrip()))
    return [(text.rfind("\n", 0, shown.start()) + 1, last if last >= 0 else len(text))]
