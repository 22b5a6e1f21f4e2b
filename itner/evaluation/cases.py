"""Documents with what a tagger got right and wrong in them, put together from error records and the corpus text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from itner.core.types import Document, Mention
from itner.evaluation.predictions import Predictions
from itner.records.evaluation import ErrorClass, ErrorRecord, ErrorReport, Span
from itner.records.scores import OUTSIDE

# Which cases `filter_cases` keeps.
Show = Literal["errors", "better", "worse", "differ"]


@dataclass(frozen=True)
class Answer:
    """One tagger's mentions in a document, its errors there, and what is recorded of how sure it was of mentions."""

    mentions: tuple[Mention, ...]
    errors: tuple[ErrorRecord, ...]
    recorded: tuple[Mention, ...] = ()

    @property
    def scored(self) -> tuple[Mention, ...]:
        """Its mentions, with how sure it was of each; None where that is not recorded."""
        known = {_key(mention): mention.score for mention in self.recorded}
        return tuple(replace(mention, score=known.get(_key(mention))) for mention in self.mentions)

    def score(self, span: Span | None) -> float | None:
        """How sure it was of a mention; None for none, and where that is not recorded."""
        if span is None:
            return None
        key = (span.start, span.end, span.type)
        return next((mention.score for mention in self.recorded if key == _key(mention)), None)

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
                known = recorded[label].mentions.get(document.id, ()) if label in recorded else ()
                answers[label] = Answer(rebuild_mentions(document, errors), errors, known)
            cases.append(Case(document, answers))
    return cases


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
    text: str = "",
    other: str | None = None,
    show: Show = "errors",
) -> list[Case]:
    """Cases in which the tagger `label` has an error of the given classes and types (empty: any), or differs from
    another one in such errors.

    Args:
        types: gold or predicted type of the error.
        text: kept are documents that contain it, in any case.
        other: the label of the tagger that it is held against; without one, `show` must be "errors".
        show: "better": the other one has such an error, and it has none of the types, whatever the class; "worse": the
            other way round; "differ": the two do not have the same such errors, so that what they mark differs.
    """
    if other is None and show != "errors":
        raise ValueError(f"{show!r} needs another tagger")
    needle = text.casefold()
    kept = []
    for case in cases:
        if needle and needle not in case.document.text.casefold():
            continue
        mine = _list_fitting(case, label, kinds, types)
        theirs = _list_fitting(case, other, kinds, types) if other is not None else []
        if (
            (show == "errors" and mine)
            or (show == "better" and theirs and not _list_fitting(case, label, (), types))
            or (show == "worse" and mine and not _list_fitting(case, other or label, (), types))
            or (show == "differ" and set(mine) != set(theirs))
        ):
            kept.append(case)
    return kept


def most_confident(
    case: Case, labels: Iterable[str], kinds: Collection[ErrorClass] = (), types: Collection[str] = ()
) -> float | None:
    """How sure the surest of these taggers' fitting mistakes is; None where none has a score: nobody says how sure a
    miss is."""
    scores = (
        case.answers[label].score(record.pred)
        for label in labels
        for record in _list_fitting(case, label, kinds, types)
    )
    return max((score for score in scores if score is not None), default=None)


def sort_by_confidence(
    cases: Sequence[Case], labels: Sequence[str], kinds: Collection[ErrorClass] = (), types: Collection[str] = ()
) -> list[Case]:
    """The cases with the surest mistakes first, those without a score last; equals stay in document order."""

    def doubt(case: Case) -> float:
        score = most_confident(case, labels, kinds, types)
        return 1.0 if score is None else -score

    return sorted(cases, key=doubt)


def _list_fitting(case: Case, label: str, kinds: Collection[ErrorClass], types: Collection[str]) -> list[ErrorRecord]:
    return [record for record in case.answers[label].errors if fits(record, kinds, types)]


def fits(record: ErrorRecord, kinds: Collection[ErrorClass], types: Collection[str]) -> bool:
    """Whether an error is of the given classes, and of the given types in gold or prediction; empty means any."""
    if kinds and record.kind not in kinds:
        return False
    return not types or any(span is not None and span.type in types for span in (record.gold, record.pred))
