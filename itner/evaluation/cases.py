"""Documents with what a tagger got right and wrong in them, put together from error records and the corpus text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from itner.core.types import Document, Mention
from itner.evaluation.predictions import Predictions
from itner.records.evaluation import ErrorClass, ErrorRecord, ErrorReport, Span
from itner.records.scores import OUTSIDE


@dataclass(frozen=True)
class Answer:
    """One tagger's mentions in a document, and its errors there."""

    mentions: tuple[Mention, ...]
    errors: tuple[ErrorRecord, ...]

    def score(self, span: Span | None) -> float | None:
        """How sure it was of a mention; None for none, and where that is not recorded."""
        if span is None:
            return None
        key = (span.start, span.end, span.type)
        return next((mention.score for mention in self.mentions if key == _key(mention)), None)

    @property
    def right(self) -> bool:
        """Whether every mention is exactly right."""
        return not self.errors


@dataclass(frozen=True)
class Case:
    """A document and each tagger's answer, by the tagger's label."""

    document: Document
    answers: dict[str, Answer]


def rebuild_mentions(document: Document, errors: Iterable[ErrorRecord]) -> tuple[Mention, ...]:
    """The predicted mentions of a document: gold mentions without an error, and what the errors predicted instead.

    Raises ValueError when an error lies outside the document's text, so that the two cannot belong together.
    """
    wrong = set()
    predicted = set()
    for record in errors:
        if record.gold is not None:
            wrong.add((record.gold.start, record.gold.end, record.gold.type))
        if record.pred is not None:
            predicted.add((record.pred.start, record.pred.end, record.pred.type))
    gold = set(map(_key, document.mentions))
    if not wrong <= gold or any(end > len(document.text) for _, end, _ in predicted):
        raise ValueError(f"the errors of document {document.id} do not fit its text")
    return tuple(Mention(*span) for span in sorted(gold - wrong | predicted))


def list_cases(
    documents: Sequence[Document],
    reports: Mapping[str, ErrorReport],
    recorded: Mapping[str, Predictions] = MappingProxyType({}),
) -> list[Case]:
    """Every document that has a gold mention, or an error of any tagger, in document order.

    Args:
        recorded: taggers' stored predictions, for how sure they were of their mentions.
    """
    grouped: dict[str, dict[str, list[ErrorRecord]]] = {label: {} for label in reports}
    for label, report in reports.items():
        for record in report.errors:
            grouped[label].setdefault(record.document, []).append(record)
    cases = []
    for document in documents:
        found = {label: tuple(errors.get(document.id, ())) for label, errors in grouped.items()}
        if document.mentions or any(found.values()):
            answers = {}
            for label, errors in found.items():
                mentions = rebuild_mentions(document, errors)
                if label in recorded:
                    mentions = _with_scores(mentions, recorded[label].mentions.get(document.id, ()))
                answers[label] = Answer(mentions, errors)
            cases.append(Case(document, answers))
    return cases


def _with_scores(mentions: Sequence[Mention], recorded: Sequence[Mention]) -> tuple[Mention, ...]:
    known = {_key(mention): mention.score for mention in recorded}
    return tuple(replace(mention, score=known.get(_key(mention))) for mention in mentions)


def _key(mention: Mention) -> tuple[int, int, str]:
    return mention.start, mention.end, mention.type


def count_surfaces(
    cases: Iterable[Case], label: str, kinds: Collection[ErrorClass] = (), types: Collection[str] = ()
) -> list[tuple[str, str, str, ErrorClass, int]]:
    """What a tagger gets wrong most often: text, gold type, predicted type (O: none), class and how often, most first.

    The text is gold's where gold has a mention, else what was predicted.
    """
    counts: Counter[tuple[str, str, str, ErrorClass]] = Counter()
    for case in cases:
        for record in case.answers[label].errors:
            span = record.gold or record.pred
            if span is not None and fits(record, kinds, types):
                gold, pred = (side.type if side is not None else OUTSIDE for side in (record.gold, record.pred))
                counts[case.document.text[span.start : span.end], gold, pred, record.kind] += 1
    return [(*key, count) for key, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]


def filter_cases(
    cases: Iterable[Case],
    label: str,
    kinds: Collection[ErrorClass] = (),
    types: Collection[str] = (),
    better_than: str | None = None,
    text: str = "",
) -> list[Case]:
    """Cases in which the tagger `label` has an error of the given classes and types; empty means any.

    Args:
        types: gold or predicted type of the error.
        better_than: another tagger's label; then cases that `label` has right and that one has wrong are kept, and
            classes and types speak of the other's errors.
        text: kept are documents that contain it, in any case.
    """
    needle = text.casefold()
    kept = []
    for case in cases:
        if needle and needle not in case.document.text.casefold():
            continue
        if better_than is not None and not case.answers[label].right:
            continue
        errors = case.answers[better_than if better_than is not None else label].errors
        if any(fits(record, kinds, types) for record in errors):
            kept.append(case)
    return kept


def fits(record: ErrorRecord, kinds: Collection[ErrorClass], types: Collection[str]) -> bool:
    """Whether an error is of the given classes, and of the given types in gold or prediction; empty means any."""
    if kinds and record.kind not in kinds:
        return False
    return not types or any(span is not None and span.type in types for span in (record.gold, record.pred))
