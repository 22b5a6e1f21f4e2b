"""What makes mentions hard: scores by length, density, familiarity, casing, word pieces, source and position.

A gold mention falls into a bucket by what it is itself, and so does a predicted one: recall is of the gold mentions of
a bucket, precision of the predicted ones. One that is exactly right is in the same bucket on both sides. The buckets
are the same for every tagger; nothing in them depends on what a tagger does.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from tokenizers import Tokenizer

from itner.core.types import Document, Mention
from itner.evaluation.uncertainty import add_by_unit, find_ranges, unit_of
from itner.records.buckets import Bucket
from itner.records.scores import Counts

_UNSEEN, _OTHER_TYPE, _SEEN = "not in train", "in train as another type", "in train"


@dataclass(frozen=True)
class Known:
    """How often train marks a surface, in lower case: as each type."""

    surfaces: Mapping[str, Counter[str]]

    @classmethod
    def of(cls, train: Sequence[Document]) -> Known:
        """Of training documents."""
        surfaces: dict[str, Counter[str]] = {}
        for document in train:
            for mention in document.mentions:
                surfaces.setdefault(_fold(document, mention), Counter())[mention.type] += 1
        return cls(surfaces)


@dataclass(frozen=True)
class Surroundings:
    """A document and what is asked of its mentions.

    Attributes:
        starts, ends: of its tokens.
        position: which of its text's sentences it is, from 0; None for a sentence by itself.
        known: None where there is no training split.
    """

    document: Document
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    position: int | None
    known: Known | None
    pieces: Callable[[str], int]


def _fold(document: Document, mention: Mention) -> str:
    return document.text[mention.start : mention.end].casefold()


def _up_to(bounds: Sequence[int], value: float) -> int:
    """The place of the first bound that a value does not exceed."""
    return bisect.bisect_left(bounds, value)


def _tokens(around: Surroundings, mention: Mention) -> int:
    first = bisect.bisect_right(around.ends, mention.start)
    return max(1, bisect.bisect_left(around.starts, mention.end) - first)


def _by_length(around: Surroundings, mention: Mention) -> int:
    return _up_to((1, 2, 3), _tokens(around, mention))


def _by_sentence(around: Surroundings, mention: Mention) -> int:
    return _up_to((5, 10, 20, 40), len(around.starts))


def _by_density(around: Surroundings, mention: Mention) -> int:
    mentions = len(around.document.mentions)
    return 1 + _up_to((5, 10, 20), 100 * mentions / max(1, len(around.starts))) if mentions else 0


def _by_familiarity(around: Surroundings, mention: Mention) -> int | None:
    if around.known is None:
        return None
    types = around.known.surfaces.get(_fold(around.document, mention))
    return 0 if types is None else 2 if mention.type in types else 1


def _by_frequency(around: Surroundings, mention: Mention) -> int | None:
    if around.known is None:
        return None
    types = around.known.surfaces.get(_fold(around.document, mention), Counter[str]())
    return _up_to((0, 1, 5, 20), types[mention.type])


def _by_casing(around: Surroundings, mention: Mention) -> int:
    surface = around.document.text[mention.start : mention.end]
    if surface.lower() == surface.upper():
        return 0
    if surface == surface.lower():
        return 1
    if surface == surface.upper():
        return 3
    return 2 if surface == surface.title() or surface == surface.capitalize() else 4


def _by_pieces(around: Surroundings, mention: Mention) -> int:
    pieces = around.pieces(around.document.text[mention.start : mention.end])
    return _up_to((1.0, 1.5, 2.5), pieces / _tokens(around, mention))  # type: ignore[arg-type]


def _by_position(around: Surroundings, mention: Mention) -> int | None:
    return None if around.position is None else _up_to((0, 2), around.position)


@dataclass(frozen=True)
class Feature:
    """A way to part mentions.

    Attributes:
        title: what is parted by, for people.
        labels: of its buckets, in their order.
        place: from what is around a mention and the mention to the place of its bucket; None where the split cannot be
            parted so.
    """

    title: str
    labels: tuple[str, ...]
    place: Callable[[Surroundings, Mention], int | None]


FEATURES: dict[str, Feature] = {
    "length": Feature("length of the mention", ("1 token", "2 tokens", "3 tokens", "4 tokens or more"), _by_length),
    "sentence": Feature(
        "length of the sentence",
        ("1 to 5 tokens", "6 to 10 tokens", "11 to 20 tokens", "21 to 40 tokens", "more than 40 tokens"),
        _by_sentence,
    ),
    "density": Feature(
        "mentions in the sentence",
        ("none (gold)", "up to 5 in 100 tokens", "up to 10 in 100", "up to 20 in 100", "more than 20 in 100"),
        _by_density,
    ),
    "familiarity": Feature("familiarity", (_UNSEEN, _OTHER_TYPE, _SEEN), _by_familiarity),
    "frequency": Feature(
        "frequency in train",
        ("never as this type", "once", "2 to 5 times", "6 to 20 times", "more than 20 times"),
        _by_frequency,
    ),
    "casing": Feature("casing", ("no letters", "lower case", "Capitalised", "UPPER CASE", "mIxed"), _by_casing),
    "pieces": Feature(
        "word pieces for a token",
        ("whole words", "up to 1.5 pieces a token", "up to 2.5 pieces a token", "more than 2.5 pieces a token"),
        _by_pieces,
    ),
    "position": Feature("place in the text", ("first sentence", "second or third", "later"), _by_position),
}
# Whose buckets are the dataset's own.
SOURCE = "source"


Span = tuple[int, int, str]


@dataclass(frozen=True)
class Parted:
    """A split, ready to be parted by.

    Attributes:
        names: of features and buckets, in the order of the table's columns.
    """

    documents: Sequence[Document]
    surroundings: Sequence[Surroundings]
    names: tuple[tuple[str, str], ...]
    _columns: dict[tuple[int, Span], tuple[int, ...]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, documents: Sequence[Document], train: Sequence[Document] | None, tokenizer: Tokenizer) -> Parted:
        """Of a split.

        Args:
            train: the dataset's training split, None where it has none.
            tokenizer: whose word pieces are counted, the same for every tagger.
        """
        known = Known.of(train) if train is not None else None
        counted: dict[str, int] = {}

        def pieces(surface: str) -> int:
            if surface not in counted:
                counted[surface] = len(tokenizer.encode(surface, add_special_tokens=False).ids)
            return counted[surface]

        seen: Counter[str] = Counter()
        surroundings = []
        for document in documents:
            position = seen[unit_of(document)] if document.group is not None else None
            seen[unit_of(document)] += 1
            starts, ends = (tuple(getattr(token, side) for token in document.tokens) for side in ("start", "end"))
            surroundings.append(Surroundings(document, starts, ends, position, known, pieces))
        sources = sorted({document.source for document in documents})
        names = [(name, label) for name, feature in FEATURES.items() for label in feature.labels]
        # One source is no part.
        names += [(SOURCE, source) for source in sources] if len(sources) > 1 else []
        return cls(documents, surroundings, tuple(names))

    def count(self, pred: Sequence[Sequence[Mention]]) -> np.ndarray:
        """True positives, false positives and false negatives of predictions in each bucket: int array [documents,
        buckets, 3]."""
        places = {name: number for number, name in enumerate(self.names)}
        table = np.zeros((len(self.documents), len(self.names), 3), dtype=np.int64)
        for number, (row, around, found) in enumerate(zip(table, self.surroundings, pred, strict=True)):
            gold = {(m.start, m.end, m.type): m for m in around.document.mentions}
            marked = {(m.start, m.end, m.type): m for m in found}
            if not gold and not marked:
                continue
            outcomes = (gold.keys() & marked.keys(), marked.keys() - gold.keys(), gold.keys() - marked.keys())
            for outcome, keys in enumerate(outcomes):
                for key in keys:
                    # What one tagger finds, most others find too.
                    columns = self._columns.get((number, key))
                    if columns is None:
                        columns = _find_columns(places, around, gold.get(key) or marked[key])
                        self._columns[number, key] = columns
                    for column in columns:
                        row[column, outcome] += 1
        return table

    def score(self, pred: Sequence[Sequence[Mention]]) -> dict[str, tuple[Bucket, ...]]:
        """Scores of predictions by feature, with their intervals; buckets without any mention are left out."""
        table = add_by_unit(self.documents, self.count(pred))
        _, _, ranges = find_ranges(table, len(table))
        found: dict[str, list[Bucket]] = {}
        for (name, label), counts, each in zip(self.names, table.sum(axis=0).tolist(), ranges, strict=True):
            if any(counts):
                found.setdefault(name, []).append(Bucket(label, Counts(*counts), each))
        return {name: tuple(buckets) for name, buckets in found.items()}


def _find_columns(places: Mapping[tuple[str, str], int], around: Surroundings, mention: Mention) -> tuple[int, ...]:
    """Of the buckets that a mention is in."""
    found = ((name, feature.place(around, mention)) for name, feature in FEATURES.items())
    columns = [places[name, FEATURES[name].labels[place]] for name, place in found if place is not None]
    source = places.get((SOURCE, around.document.source))
    return (*columns, source) if source is not None else tuple(columns)
