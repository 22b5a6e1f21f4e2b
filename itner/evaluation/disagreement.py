"""Where two taggers differ on texts without gold, weighed by how much it matters, and how far they agree.

Nobody says here which of them is right. What is worth a look first is what both are sure of and say differently, and
what recurs: `Disagreement.weight` is the product of the two.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from itner.core.types import Mention
from itner.evaluation.agreement import Place, find_places
from itner.evaluation.scoring import count_spans
from itner.evaluation.uncertainty import LEVEL, RESAMPLES, find_ranges
from itner.records.scores import Counts, Interval

Kind = Literal[
    "only the first", "only the second", "type", "longer", "shorter", "shifted", "split", "merged", "tangled"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_MEANINGS: dict[Kind, str] = {
    "only the first": "the second marks nothing there",
    "only the second": "the first marks nothing there",
    "type": "same boundaries, another type",
    "longer": "the second's mention holds the first's and more",
    "shorter": "the second's mention is a part of the first's",
    "shifted": "the mentions overlap, and each has something that the other has not",
    "split": "the second marks several where the first marks one",
    "merged": "the second marks one where the first marks several",
    "tangled": "both mark several, which overlap in a chain",
}
_FIRST, _SECOND = "first", "second"
_SEED = 13


@dataclass(frozen=True)
class Disagreement:
    """A stretch of a text where two taggers mark different things.

    Attributes:
        text: the number of the text, from 0.
        start, end: characters of the text, end exclusive.
        first, second: what each marks there, in text order.
        kind: how the second differs from the first; see `KIND_MEANINGS`.
        retyped: whether the types differ, where both mark something.
        sureness: see `find_sureness`; None where no mention there has a score.
        times: how often the two differ on the same words in the same way, in all texts; this place included.
    """

    text: int
    start: int
    end: int
    first: tuple[Mention, ...]
    second: tuple[Mention, ...]
    kind: Kind
    retyped: bool
    sureness: float | None
    times: int

    @property
    def weight(self) -> float | None:
        """How much it matters: `sureness` times `times`; None where nobody says how sure it is."""
        return None if self.sureness is None else self.sureness * self.times


@dataclass(frozen=True)
class Agreement:
    """How far two taggers mark the same.

    Attributes:
        counts: mentions that both mark alike (tp), that only the second (fp) and only the first (fn) marks like this.
        texts: how many there are.
        interval: of `share`, from resampling texts; None for a single text, or where nobody marks anything.
    """

    counts: Counts
    texts: int
    interval: Interval | None

    @property
    def share(self) -> float | None:
        """F1 of one against the other, whichever: twice the mentions alike by those of both; None without any."""
        return self.counts.f1 if self.counts.tp + self.counts.fp + self.counts.fn else None


def find_sureness(place: Place) -> float | None:
    """How sure taggers are that differ at a place, from 0 to 1; None where no mention there has a score.

    Of everything that is said there (one or more taggers mark just this), the surest tagger counts, and of its mentions
    the least certain one. Where several things are said, it is one minus the product of what each leaves open: never
    less than the surest says, and the more, the surer the others are. Who marks nothing, or has no scores, adds
    nothing.
    """
    said: dict[tuple[tuple[int, int, str], ...], float] = {}
    for mentions in place.mentions.values():
        scores = [mention.score for mention in mentions if mention.score is not None]
        if scores:
            what = tuple((mention.start, mention.end, mention.type) for mention in mentions)
            said[what] = max(said.get(what, 0.0), min(scores))
    # As one minus the product, and exact where one thing is said.
    return functools.reduce(lambda sure, score: sure + score - sure * score, said.values()) if said else None


def list_disagreements(
    texts: Sequence[str], first: Sequence[Sequence[Mention]], second: Sequence[Sequence[Mention]]
) -> list[Disagreement]:
    """Every place where two taggers differ, what matters most first; without a weight last, by how often they recur.

    Args:
        first, second: the mentions of each text, in text order and without overlap.
    """
    found: list[tuple[int, Place]] = []
    for number, (one, other) in enumerate(zip(first, second, strict=True)):
        places = find_places({_FIRST: one, _SECOND: other})
        found += [(number, place) for place in places if not place.agreed]
    disagreements = [
        Disagreement(
            number,
            place.start,
            place.end,
            place.mentions[_FIRST],
            place.mentions[_SECOND],
            tell_kind(place.mentions[_FIRST], place.mentions[_SECOND]),
            _is_retyped(place.mentions[_FIRST], place.mentions[_SECOND]),
            find_sureness(place),
            times,
        )
        for (number, place), times in zip(found, count_times(texts, found), strict=True)
    ]
    return sorted(disagreements, key=_order)


def count_times(texts: Sequence[str], places: Sequence[tuple[int, Place]]) -> list[int]:
    """Of each place, how often taggers say the same of the same words at any of the places; itself included.

    Upper and lower case and white space make no difference.

    Args:
        places: with the number of the text that each is in.
    """
    words = [_words(texts[number], place) for number, place in places]
    times = Counter(words)
    return [times[said] for said in words]


def tell_kind(first: Sequence[Mention], second: Sequence[Mention]) -> Kind:
    """How what the second tagger marks at a place differs from what the first does; one of them may mark nothing."""
    if not second:
        return "only the first"
    if not first:
        return "only the second"
    if len(first) > 1 or len(second) > 1:
        return "split" if len(first) == 1 else "merged" if len(second) == 1 else "tangled"
    (one,), (other,) = first, second
    if (one.start, one.end) == (other.start, other.end):
        return "type"
    if other.start <= one.start and one.end <= other.end:
        return "longer"
    return "shorter" if one.start <= other.start and other.end <= one.end else "shifted"


def measure_agreement(first: Sequence[Sequence[Mention]], second: Sequence[Sequence[Mention]]) -> Agreement:
    """How far two taggers mark the same in the same texts: boundaries and types."""
    spans = [[[(m.start, m.end, m.type) for m in mentions] for mentions in side] for side in (first, second)]
    types = sorted({type for side in spans for text in side for _, _, type in text})
    counts = count_spans(spans[0], spans[1], types)
    tp, fp, fn = (int(value) for value in counts.sum(axis=(0, 1)))
    few = len(first) < 2 or not types
    return Agreement(Counts(tp, fp, fn), len(first), None if few else _interval(counts))


def _order(found: Disagreement) -> tuple[bool, float, int, int, int]:
    return found.weight is None, -(found.weight or 0.0), -found.times, found.text, found.start


def _words(text: str, place: Place) -> tuple[object, ...]:
    """What is the same wherever taggers differ on the same words in the same way."""

    def fold(start: int, end: int) -> str:
        return " ".join(text[start:end].casefold().split())

    said = (tuple((fold(m.start, m.end), m.type) for m in mentions) for mentions in place.mentions.values())
    return (fold(place.start, place.end), *said)


def _is_retyped(first: Sequence[Mention], second: Sequence[Mention]) -> bool:
    return bool(first and second) and {m.type for m in first} != {m.type for m in second}


def _interval(counts: np.ndarray) -> Interval | None:
    ends = find_ranges(counts, len(counts), _SEED)[0].f1
    return Interval(*ends, LEVEL, RESAMPLES) if ends is not None else None
