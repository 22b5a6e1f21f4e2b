"""What a kind of tagger is, and the protocols that a tagger of some kinds offers beside `Tagger`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from itner.core.labels import LabelScheme, TokenSpan
from itner.core.reading import Marks
from itner.core.sentences import Sentence
from itner.core.stopwatch import Stopwatch
from itner.core.types import Document, Mention, Tagger
from itner.records.answers import Account
from itner.records.bench import Unit
from itner.records.config import Price
from itner.records.int8 import Int8Recipe
from itner.records.store import Run


@dataclass(frozen=True)
class Prediction:
    """What a tagger with token probabilities says about one document.

    Attributes:
        label_ids: int [tokens], in `LabelScheme.labels` order.
        probabilities: float32 [tokens, labels]; a token that the model does not see is O with probability 1.
        spans: token spans of the mentions.
        mentions: the mentions, each scored by its least certain token.
    """

    label_ids: np.ndarray
    probabilities: np.ndarray
    spans: tuple[TokenSpan, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True)
class Segment:
    """A sentence of the raw text number `text`, and what the tagger says about it."""

    text: int
    sentence: Sentence
    prediction: Prediction


@runtime_checkable
class TokenScores(Tagger, Protocol):
    """A tagger of a kind that has probabilities for every token."""

    scheme: LabelScheme

    def read(self, texts: Sequence[str], guideline: str | None = None) -> list[Segment]:
        """The texts' sentences in order, each with its prediction."""
        ...

    def token_logits(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Logits [rows, labels] over all tokens, and each document's first row.

        An O row follows each document, so that no mention runs from one document into the next.
        """
        ...

    def decode(self, documents: Sequence[Document], logits: np.ndarray, offsets: np.ndarray) -> list[Prediction]:
        """Predictions from what `token_logits` returned."""
        ...

    def find_mentions(
        self, documents: Sequence[Document], logits: np.ndarray, offsets: np.ndarray
    ) -> list[tuple[Mention, ...]]:
        """The mentions alone of what `decode` returns."""
        ...


@runtime_checkable
class MarksTexts(Tagger, Protocol):
    """A tagger that finds mentions as flat arrays."""

    def mark(self, texts: Sequence[str], guideline: str | None = None, watch: Stopwatch | None = None) -> Marks:
        """What `tag` finds; `watch` hears of the stages segment, encode, model and decode, and what there was."""
        ...


@runtime_checkable
class Adjustable(Tagger, Protocol):
    """A tagger that can be told how likely a type has to be to be marked."""

    def at(self, threshold: float) -> Tagger:
        """The same tagger, which marks a token when a type is at least so likely beside none at all.

        That is P(label) / (P(label) + P(O)) of the most likely label of a type. At 0.5 it marks what is most likely.
        Mentions keep their scores, the probabilities of their labels among all.
        """
        ...


@runtime_checkable
class Accountable(Tagger, Protocol):
    """A tagger whose answers cost something, or have no place in the text now and then, which it counts."""

    def account(self) -> Account:
        """What it did since it was opened."""
        ...


@dataclass(frozen=True)
class Probe:
    """A variant that is ready to be timed.

    Attributes:
        tagger: the whole tagger.
        forward: from a length in `unit` and documents to a call that reads a sequence of that length.
        batch: from a number of sequences, their length and documents to a call that reads them at once; None for a
            kind that reads one sequence after the other.
    """

    tagger: Tagger
    unit: Unit
    forward: Callable[[int, Sequence[Document]], Callable[[], object]]
    batch: Callable[[int, int, Sequence[Document]], Callable[[], object]] | None = None


@dataclass(frozen=True)
class Remake:
    """How a run is made again.

    Attributes:
        words: the verb of the command line and what it is told.
        lost: settings that differ from today's and that no option brings back.
    """

    words: tuple[str, ...]
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lack:
    """What a run lacks to be opened here.

    Attributes:
        what: it is.
        remedy: what its command does, as an imperative.
        words: the verb of the command line and what it is told.
    """

    what: str
    remedy: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class CardText:
    """What only a run's kind can say in its model card.

    Attributes:
        made: how the tagger is made, in sentences.
        data: what it learned from.
        limits: what it is bad at, each a sentence.
        provenance: commit, seed and hashes.
        hub: entries of the hub's front matter: library, base model, licence.
        tags: what the card is found by besides.
    """

    made: str
    data: str
    limits: tuple[str, ...]
    provenance: str
    hub: Mapping[str, Any]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paid:
    """A language model that is paid for by the token, and its price where that is known."""

    model: str
    price: Price | None


@dataclass(frozen=True)
class Kind:
    """A kind of tagger.

    Attributes:
        name: as in `run.json`.
        variants: what a run of this kind can be opened as, by name, with the name for people.
        reference: the variant that the others are compared with; None where there is a single one.
        exact: variants that must equal the reference but for rounding.
        live: the variants by how much they are worth a look, best first.
        lack: what a run lacks to be opened; None when nothing.
        open: a variant of a run as a tagger. `threads` None means all usable cores.
        probe: the same for the benchmark; whatever is imported once for all runs is imported by `warm` before.
        warm: imports what opening a variant needs.
        deployed_bytes: how much a variant adds to a deployment.
        recipe: how a variant's weights are quantised, None for others.
        facts: what is worth saying of a run that only its kind has, as names and values.
        remake: how a run is made again, as `name`.
        card: its part of a run's model card.
        guidelines: the annotation guidelines by which a run can read a raw text, its own choice last; none where it
            knows one way alone.
        table_parameters: how many of a run's parameters stand in tables, of which a text needs a few rows; None where
            there are no such tables.
        graph: what of a run's network makes it as fast as it is, so that equal ones share what was timed; None for a
            run whose time is its own.
        family: what was done to make it, by which runs are grouped in tables and legends.
        parts: the runs beside it that a run opens; its variants are theirs.
        remote: where the server is that does the work and gets the texts; None where this machine does.
        paid: the model that is paid for by the token, and its price where the run knows it; None where none is.
        slow: whether it writes word for word, so that nobody should wait for it without having asked.
    """

    name: str
    variants: dict[str, str]
    reference: str | None
    exact: tuple[str, ...]
    live: tuple[str, ...]
    lack: Callable[[Run], Lack | None]
    open: Callable[[Run, str, int | None], Tagger]
    probe: Callable[[Run, str, int | None], Probe]
    warm: Callable[[str], None]
    deployed_bytes: Callable[[Run, str], int]
    recipe: Callable[[str], Int8Recipe | None]
    facts: Callable[[Run], dict[str, str]]
    remake: Callable[[Run, str], Remake]
    card: Callable[[Run], CardText]
    guidelines: Callable[[Run], tuple[str, ...]] = lambda run: ()
    table_parameters: Callable[[Run], int | None] = lambda run: None
    graph: Callable[[Run], tuple[object, ...] | None] = lambda run: None
    family: Callable[[Run], str] = lambda run: run.info.family
    parts: Callable[[Run], tuple[Run, ...]] = lambda run: ()
    remote: Callable[[Run], str | None] = lambda run: None
    paid: Callable[[Run], Paid | None] = lambda run: None
    slow: bool = False
