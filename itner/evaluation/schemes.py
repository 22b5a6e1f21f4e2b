"""The four ways to match mentions of SemEval-2013 task 9 (Segura-Bedmar et al.), and where boundaries go wrong.

The counts equal those of nervaluate 1.2, whose rule pairs from left to right: a prediction takes the first gold mention
that it overlaps and that none before it has taken, unless it fits one exactly. (nervaluate sees an overlap from 1 % of
the gold mention on; here any overlap is one.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np

from itner.evaluation.uncertainty import LEVEL, RESAMPLES, SEED, ends_of, resample
from itner.records.evaluation import ErrorRecord, ErrorReport, Span
from itner.records.scores import Interval

# Boundaries and type; boundaries alone; boundaries alone, where an overlap counts half; type alone, with any overlap.
Scheme = Literal["strict", "exact", "partial", "type"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
OUTCOMES = ("correct", "incorrect", "partial", "missed", "spurious")
_CORRECT, _INCORRECT, _PARTIAL, _MISSED, _SPURIOUS = range(len(OUTCOMES))

Boundary = Literal["too long", "too short", "shifted", "split", "merged"]
BOUNDARIES: tuple[Boundary, ...] = get_args(Boundary)


class _Marked(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def type(self) -> str: ...


def count_outcomes(gold: Sequence[_Marked], pred: Sequence[_Marked]) -> np.ndarray:
    """How often each of `OUTCOMES` is met under each of `SCHEMES`: int array [4, 5].

    Args:
        gold, pred: of one document, each in text order and without overlap.
    """
    return np.stack([_count(gold, pred, scheme) for scheme in SCHEMES])


def _count(gold: Sequence[_Marked], pred: Sequence[_Marked], scheme: Scheme) -> np.ndarray:
    counts = np.zeros(len(OUTCOMES), dtype=np.int64)
    taken: set[int] = set()
    for mark in pred:
        best: tuple[int, int] | None = None
        overlapped: int | None = None
        for place, own in enumerate(gold):
            if place in taken or not _overlap(mark, own):
                continue
            apart = abs(mark.start - own.start) + abs(mark.end - own.end)
            if _is_right(mark, own, scheme) and (best is None or apart < best[0]):
                best = apart, place
            if overlapped is None:
                overlapped = place
        if best is not None:
            counts[_CORRECT] += 1
            taken.add(best[1])
        elif overlapped is not None:
            counts[_PARTIAL if scheme == "partial" else _INCORRECT] += 1
            taken.add(overlapped)
        else:
            counts[_SPURIOUS] += 1
    counts[_MISSED] = len(gold) - len(taken)
    return counts


def _overlap(one: _Marked, other: _Marked) -> bool:
    return one.start < other.end and other.start < one.end


def _is_right(mark: _Marked, own: _Marked, scheme: Scheme) -> bool:
    bounds = (mark.start, mark.end) == (own.start, own.end)
    same = mark.type == own.type
    return {"strict": bounds and same, "exact": bounds, "partial": bounds, "type": same}[scheme]


def scores_of_outcomes(counts: np.ndarray) -> np.ndarray:
    """Precision, recall and F1 of counts [..., 5]; a partial match counts half. Not a number where nothing counts."""
    correct, incorrect, partial, missed, spurious = np.moveaxis(np.asarray(counts, dtype=float), -1, 0)
    right = correct + 0.5 * partial
    found, known = right + 0.5 * partial + incorrect + spurious, right + 0.5 * partial + incorrect + missed
    with np.errstate(invalid="ignore"):
        return np.stack([right / found, right / known, 2 * right / (found + known)], axis=-1)


@dataclass(frozen=True)
class SchemeScore:
    """A tagger under one scheme.

    Attributes:
        counts: of each of `OUTCOMES`.
        precision, recall, f1: with their intervals; None where nothing counts.
    """

    scheme: Scheme
    counts: dict[str, int]
    precision: tuple[float, Interval] | None
    recall: tuple[float, Interval] | None
    f1: tuple[float, Interval] | None


def score_schemes(report: ErrorReport, units: int, seed: int = SEED) -> list[SchemeScore]:
    """A report's scores under each scheme: what is exactly right is so under all, and errors hold all the rest.

    Args:
        units: how many the split holds (`Uncertainty.units`).
    """
    rows: dict[str, np.ndarray] = {}
    for document, gold in report.gold_mentions.items():
        row = rows.setdefault(report.groups.get(document, document), np.zeros((len(SCHEMES), len(OUTCOMES)), int))
        row[:, _CORRECT] += gold if isinstance(gold, int) else sum(gold)
    for document, (gold_spans, pred_spans, _) in _wrong(report):
        row = rows.setdefault(report.groups.get(document, document), np.zeros((len(SCHEMES), len(OUTCOMES)), int))
        row[:, _CORRECT] -= len(gold_spans)
        row += count_outcomes(gold_spans, pred_spans)
    table = np.array(list(rows.values()), dtype=np.int64).reshape(-1, len(SCHEMES), len(OUTCOMES))
    drawn = resample(table.reshape(len(table), len(SCHEMES) * len(OUTCOMES)), units, seed)
    scores = scores_of_outcomes(drawn.reshape(RESAMPLES, len(SCHEMES), len(OUTCOMES)))
    total = table.sum(axis=0)
    whole = scores_of_outcomes(total)

    def with_interval(place: int, number: int) -> tuple[float, Interval] | None:
        value = float(whole[place, number])
        if value != value:
            return None
        return value, Interval(*ends_of(scores[:, place, number]), LEVEL, RESAMPLES)

    return [
        SchemeScore(
            scheme,
            dict(zip(OUTCOMES, total[place].tolist(), strict=True)),
            *(with_interval(place, number) for number in range(3)),
        )
        for place, scheme in enumerate(SCHEMES)
    ]


_Wrong = tuple[list[Span], list[Span], list[ErrorRecord]]


def _wrong(report: ErrorReport) -> Iterator[tuple[str, _Wrong]]:
    """Of each document with errors: its gold mentions that were not found, its wrong predictions, its records."""
    records: dict[str, list[ErrorRecord]] = {}
    for record in report.errors:
        records.setdefault(record.document, []).append(record)
    for document, own in records.items():
        gold = sorted({each.gold for each in own if each.gold is not None}, key=lambda span: span.start)
        pred = sorted({each.pred for each in own if each.pred is not None}, key=lambda span: span.start)
        yield document, (gold, pred, own)


def list_boundaries(report: ErrorReport) -> list[tuple[ErrorRecord, Boundary]]:
    """What is wrong with the boundaries of each error of the classes "boundary" and "boundary and type".

    Split: several predictions lie on the gold mention; merged: the prediction lies on several gold mentions. Else too
    long, too short, or shifted, which is too long at one end and too short at the other.
    """
    found: list[tuple[ErrorRecord, Boundary]] = []
    for _, (gold, pred, records) in _wrong(report):
        for record in records:
            if record.gold is None or record.pred is None or record.kind == "type":
                continue
            own, mark = record.gold, record.pred
            if sum(_overlap(mark, each) for each in gold) > 1:
                kind: Boundary = "merged"
            elif sum(_overlap(each, own) for each in pred) > 1:
                kind = "split"
            elif mark.start <= own.start and own.end <= mark.end:
                kind = "too long"
            elif own.start <= mark.start and mark.end <= own.end:
                kind = "too short"
            else:
                kind = "shifted"
            found.append((record, kind))
    return found
