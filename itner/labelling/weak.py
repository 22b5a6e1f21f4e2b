"""Weak supervision: many imperfect labelling functions vote on text that nobody annotated.

Each function's votes count as much as the function was right on a dev set. What the votes support well enough becomes
a mention; a sentence with a vote that stays below is left out, because its O would be as doubtful as its mention.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from itner.core.labels import align_mentions
from itner.core.types import Document, LabellingFunction, Mention
from itner.records.dataset import FunctionStats
from itner.records.scores import Counts

_Span = tuple[int, int, str]


@dataclass(frozen=True)
class Voted:
    """A document with, for each function by name, the token spans it votes for."""

    document: Document
    votes: dict[str, frozenset[_Span]]


def collect_votes(functions: Mapping[str, LabellingFunction], documents: Sequence[Document]) -> list[Voted]:
    """Every function's votes on every document; what does not begin and end where tokens do is no vote."""
    return [
        Voted(
            document,
            {
                name: frozenset(align_mentions(replace(document, mentions=_in_order(find(document))))[0])
                for name, find in functions.items()
            },
        )
        for document in documents
    ]


def measure_functions(voted: Sequence[Voted], dev: Sequence[Voted], types: Sequence[str]) -> dict[str, FunctionStats]:
    """What each function covers of the unlabelled text, and how often it is right on the annotated `dev` set.

    A vote overlaps when another function marks one of its tokens, and conflicts when one does so with another type or
    other boundaries. On dev, only types that the function votes for at all are counted.
    """
    names = list(voted[0].votes) if voted else list(dev[0].votes) if dev else []
    stats = {}
    for name in names:
        covered = mentions = overlapping = conflicting = 0
        for entry in voted:
            own = entry.votes[name]
            others = [span for other, spans in entry.votes.items() if other != name for span in spans]
            covered += bool(own)
            mentions += len(own)
            for span in own:
                touching = [other for other in others if other[0] < span[1] and span[0] < other[1]]
                overlapping += bool(touching)
                conflicting += any(other != span for other in touching)
        stats[name] = FunctionStats(
            coverage=round(covered / len(voted), 4) if voted else 0.0,
            mentions=mentions,
            overlap=round(overlapping / mentions, 4) if mentions else None,
            conflict=round(conflicting / mentions, 4) if mentions else None,
            dev=_count(dev, name, types),
        )
    return stats


def combine_votes(entry: Voted, stats: Mapping[str, FunctionStats], threshold: float) -> tuple[Document, bool]:
    """The document with the mentions that the votes support, and whether all of its votes were settled.

    A span is right with the probability that at least one of the functions for it is, each as often right as on dev
    (one success and one failure added, so that a few lucky votes prove nothing). Of overlapping spans the likelier
    one stays, of equally likely ones the longer.
    """
    doubts: dict[_Span, float] = defaultdict(float)
    for name, spans in entry.votes.items():
        for span in spans:
            counts = stats[name].dev.get(span[2], Counts())
            doubts[span] += math.log((counts.fp + 1) / (counts.tp + counts.fp + 2))
    taken: set[int] = set()
    mentions = []
    settled = True
    for span, doubt in sorted(doubts.items(), key=lambda pair: (pair[1], pair[0][0] - pair[0][1], pair[0])):
        start, end, kind = span
        if taken & set(range(start, end)):
            continue
        probability = 1 - math.exp(doubt)
        if probability < threshold:
            settled = False
            continue
        taken |= set(range(start, end))
        tokens = entry.document.tokens
        mentions.append(Mention(tokens[start].start, tokens[end - 1].end, kind, round(probability, 4)))
    mentions.sort(key=lambda mention: mention.start)
    return replace(entry.document, mentions=tuple(mentions)), settled


def label_settled(voted: Sequence[Voted], stats: Mapping[str, FunctionStats], threshold: float) -> list[Document]:
    """The documents whose votes are all settled, with the mentions that the votes support."""
    combined = (combine_votes(entry, stats, threshold) for entry in voted)
    return [document for document, settled in combined if settled]


def score_settled(gold: Sequence[Document], settled: Sequence[Document], types: Sequence[str]) -> dict[str, Counts]:
    """How right `settled` documents are, by the annotation of the same documents (found by id) in `gold`."""
    annotated = {document.id: document for document in gold}
    counts = dict.fromkeys(types, Counts())
    for document in settled:
        found, expected = (set(align_mentions(side)[0]) for side in (document, annotated[document.id]))
        for spans, count in (
            (found & expected, Counts(tp=1)),
            (found - expected, Counts(fp=1)),
            (expected - found, Counts(fn=1)),
        ):
            for _, _, kind in spans:
                counts[kind] += count
    return counts


def _count(dev: Sequence[Voted], name: str, types: Sequence[str]) -> dict[str, Counts]:
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    gold: Counter[str] = Counter()
    for entry in dev:
        expected = set(align_mentions(entry.document)[0])
        gold.update(kind for _, _, kind in expected)
        right.update(kind for _, _, kind in entry.votes[name] & expected)
        wrong.update(kind for _, _, kind in entry.votes[name] - expected)
    return {
        kind: Counts(right[kind], wrong[kind], gold[kind] - right[kind]) for kind in types if right[kind] + wrong[kind]
    }


def _in_order(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    # A document's mentions stand in order and do not overlap; of a function's own overlaps the longer one votes.
    kept: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, m.start)):
        if all(mention.end <= other.start or other.end <= mention.start for other in kept):
            kept.append(mention)
    return tuple(sorted(kept, key=lambda mention: mention.start))
