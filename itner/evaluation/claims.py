"""Whether compression costs more on some mentions than on others: a difference of differences, paired by text."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from itner.core.types import Document, Mention
from itner.evaluation.buckets import Parted
from itner.evaluation.confusion import list_errors
from itner.evaluation.scoring import count_documents
from itner.evaluation.uncertainty import RESAMPLES, SEED, add_by_unit, ends_of, resample, scores_of
from itner.records.claims import Estimate

Column = Literal[1, 2]
_RECALL: Column = 1
_F1: Column = 2


@dataclass(frozen=True)
class Question:
    """A claim that can be tested.

    Attributes:
        hard, easy: which mentions should suffer more, and which less, in words.
        score: what is compared, in words.
        column: of precision, recall and F1, the one that is compared.
        count: from a split and what was predicted to counts [documents, 2, 3] of hard and easy mentions.
    """

    name: str
    title: str
    hard: str
    easy: str
    score: str
    column: Column
    count: Callable[[Parted, Sequence[Sequence[Mention]]], np.ndarray]


@dataclass(frozen=True)
class Effect:
    """What a step changes for hard and easy mentions, and by how much that differs; see `itner.records.claims.Step`."""

    hard: Estimate
    easy: Estimate
    apart: Estimate
    p: float
    mentions: tuple[int, int]


def by_buckets(feature: str, hard: Collection[str], easy: Collection[str]) -> Callable[..., np.ndarray]:
    """Counts the mentions in buckets of a feature."""

    def count(parted: Parted, pred: Sequence[Sequence[Mention]]) -> np.ndarray:
        table = parted.count(pred)
        sides = [
            [place for place, (name, label) in enumerate(parted.names) if name == feature and label in labels]
            for labels in (hard, easy)
        ]
        return np.stack([table[:, places].sum(axis=1) for places in sides], axis=1)

    return count


def by_types(hard: Collection[str], easy: Collection[str]) -> Callable[..., np.ndarray]:
    """Counts the mentions of types."""
    types = (*hard, *easy)

    def count(parted: Parted, pred: Sequence[Sequence[Mention]]) -> np.ndarray:
        kept = [tuple(m for m in found if m.type in types) for found in pred]
        documents = [_only(document, types) for document in parted.documents]
        table = count_documents(documents, kept, types)
        return np.stack([table[:, : len(hard)].sum(axis=1), table[:, len(hard) :].sum(axis=1)], axis=1)

    return count


def _only(document: Document, types: Collection[str]) -> Document:
    kept = tuple(mention for mention in document.mentions if mention.type in types)
    return (
        document
        if kept == document.mentions
        else Document(
            document.text, document.tokens, kept, document.id, document.source, document.group, document.guideline
        )
    )


def by_boundaries(hard: Collection[str], easy: Collection[str]) -> Callable[..., np.ndarray]:
    """Counts gold mentions by their length, as right when there is no boundary error on them, whatever else is."""

    def count(parted: Parted, pred: Sequence[Sequence[Mention]]) -> np.ndarray:
        # As if nothing but what has a boundary error had been missed.
        kept = []
        for document, found in zip(parted.documents, pred, strict=True):
            wrong = {
                (each.gold.start, each.gold.end)
                for each in list_errors(document.id, document.mentions, found)
                if each.gold is not None and each.kind in ("boundary", "boundary and type")
            }
            kept.append([m for m in document.mentions if (m.start, m.end) not in wrong])
        return by_buckets("length", hard, easy)(parted, kept)

    return count


QUESTIONS = (
    Question(
        "rarity",
        "Rare mentions suffer more from compression",
        "never or once in train as this type",
        "more than five times in train",
        "F1",
        _F1,
        by_buckets("frequency", ("never as this type", "once"), ("6 to 20 times", "more than 20 times")),
    ),
    Question(
        "boundaries",
        "Boundary errors in names of several words grow more",
        "two tokens or more",
        "one token",
        "the share of gold mentions without a boundary error",
        _RECALL,
        by_boundaries(("2 tokens", "3 tokens", "4 tokens or more"), ("1 token",)),
    ),
)


def question_of_types(name: str, title: str, hard: Sequence[str], easy: Sequence[str]) -> Question:
    """A claim about entity types, which a domain makes."""
    return Question(name, title, ", ".join(hard), ", ".join(easy), "F1", _F1, by_types(hard, easy))


def measure_effect(
    documents: Sequence[Document], base: np.ndarray, other: np.ndarray, column: Column, seed: int = SEED
) -> Effect:
    """What changes from one model's counts [documents, 2, 3] of hard and easy mentions to another's.

    The p-value is of a normal distribution with the resamples' standard error (Wald): shares of the resamples could
    not tell small ones apart, which a table of many tests asks for.
    """
    both = add_by_unit(documents, np.concatenate([base, other], axis=1))
    drawn = resample(both.reshape(len(both), -1), len(both), seed).reshape(RESAMPLES, 4, 3)
    changes, whole = (_changes(counts, column) for counts in (drawn, both.sum(axis=0)))
    error = float(changes[:, 2].std())
    hard, easy, apart = (Estimate(round(float(whole[place]), 5), *ends_of(changes[:, place])) for place in range(3))
    gold = base.sum(axis=0)
    return Effect(
        hard,
        easy,
        apart,
        math.erfc(abs(float(whole[2])) / error / math.sqrt(2)) if error else 1.0,
        (int(gold[0, 0] + gold[0, 2]), int(gold[1, 0] + gold[1, 2])),
    )


def _changes(counts: np.ndarray, column: int) -> np.ndarray:
    """Changes of hard and easy, and the first minus the second, of counts [..., 4, 3] of both models."""
    scores = np.nan_to_num(scores_of(counts)[..., column])
    hard, easy = scores[..., 2] - scores[..., 0], scores[..., 3] - scores[..., 1]
    return np.stack([hard, easy, hard - easy], axis=-1)
