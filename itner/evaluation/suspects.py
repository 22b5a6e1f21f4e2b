"""Labels under suspicion: where an annotation and taggers that never learned from it disagree, the surest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from itner.core.labels import (
    LabelScheme,
    align_to_tokens,
    decode_label_ids,
    spans_to_mentions,
    spans_to_tags,
)
from itner.core.types import Document, Mention
from itner.evaluation.agreement import find_places
from itner.records.evaluation import Span
from itner.records.suspects import Opinions, Suspect, SuspectKind

_GIVEN, _PROPOSED = "given", "proposed"


def blend_opinions(
    probabilities: np.ndarray,
    document: Document,
    opinions: Sequence[Sequence[Mention]],
    scheme: LabelScheme,
) -> np.ndarray:
    """Label probabilities in which each run's mentions weigh as much as the probabilities do.

    Args:
        probabilities: float [tokens, labels], out of sample.
        opinions: a run's mentions each; one off token boundaries says nothing.
    Returns:
        float [tokens, labels].
    """
    numbers = {label: index for index, label in enumerate(scheme.labels)}
    total = np.array(probabilities, np.float64)
    rows = np.arange(len(document.tokens))
    for mentions in opinions:
        tags = spans_to_tags(align_to_tokens(mentions, document.tokens)[0], len(rows))
        total[rows, [numbers[tag] for tag in tags]] += 1.0
    return total / (1 + len(opinions))


def decode_probabilities(
    documents: Sequence[Document], probabilities: Sequence[np.ndarray], types: Sequence[str]
) -> list[tuple[Mention, ...]]:
    """The most likely mentions of each document.

    Args:
        probabilities: float [tokens, labels] a document, in `LabelScheme.labels` order.
    """
    # A row of O behind each document, so that no mention runs into the next.
    lengths = np.array([len(rows) + 1 for rows in probabilities], np.int64)
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    labels = np.zeros(offsets[-1], np.int64)
    for offset, rows in zip(offsets, probabilities, strict=False):
        labels[offset : offset + len(rows)] = rows.argmax(axis=1)
    starts, ends, kinds = decode_label_ids(labels)
    owners = np.searchsorted(offsets, starts, side="right") - 1
    spans: list[list[tuple[int, int, str]]] = [[] for _ in documents]
    for owner, start, end, kind in zip(owners, starts - offsets[owners], ends - offsets[owners], kinds, strict=True):
        spans[owner].append((int(start), int(end), types[kind]))
    return [spans_to_mentions(found, document.tokens) for found, document in zip(spans, documents, strict=True)]


def list_suspects(
    split: str,
    documents: Sequence[Document],
    probabilities: Sequence[np.ndarray],
    scheme: LabelScheme,
    opinions: Sequence[Mapping[str, Sequence[Mention]]] = (),
) -> list[Suspect]:
    """The places of a split where what is annotated is not what is most likely, in document order.

    A place's score is 1 less the mean probability of the annotated labels, over the tokens that are labelled otherwise
    than is most likely. Annotated mentions off token boundaries have no label, so they are compared as nothing.

    Args:
        documents: as they are annotated.
        probabilities: float [tokens, labels] a document, in `scheme.labels` order, from taggers that did not learn it.
        opinions: each run's mentions by document id, which weigh as much as the probabilities do.
    """
    said = [[run.get(document.id, ()) for run in opinions] for document in documents]
    blended = [
        blend_opinions(rows, document, mentions, scheme) if mentions else rows
        for rows, document, mentions in zip(probabilities, documents, said, strict=True)
    ]
    numbers = {label: index for index, label in enumerate(scheme.labels)}
    suspects = []
    for document, rows, mentions, likely in zip(
        documents, blended, said, decode_probabilities(documents, blended, scheme.types), strict=True
    ):
        places = [place for place in find_places({_GIVEN: document.mentions, _PROPOSED: likely}) if not place.agreed]
        if not places:
            continue
        given, proposed = (
            np.array([numbers[tag] for tag in spans_to_tags(align_to_tokens(found, document.tokens)[0], len(rows))])
            for found in (document.mentions, likely)
        )
        doubts = 1.0 - rows[np.arange(len(rows)), given]
        differs = given != proposed
        starts, ends = (np.array([getattr(token, side) for token in document.tokens]) for side in ("start", "end"))
        for place in places:
            inside = differs & (starts < place.end) & (ends > place.start)
            spans = {name: tuple(Span(m.start, m.end, m.type) for m in found) for name, found in place.mentions.items()}
            suspects.append(
                Suspect(
                    document=document.id,
                    split=split,
                    kind=_name_kind(spans[_GIVEN], spans[_PROPOSED]),
                    given=spans[_GIVEN],
                    proposed=spans[_PROPOSED],
                    score=float(np.clip(doubts[inside].mean(), 0.0, 1.0)) if inside.any() else 0.0,
                    opinions=_count(place.start, place.end, spans, mentions) if mentions else None,
                )
            )
    return suspects


def rank(suspects: Sequence[Suspect]) -> list[Suspect]:
    """The least plausible labels first; equals stay as they are."""
    return sorted(suspects, key=lambda suspect: -suspect.score)


def _name_kind(given: Sequence[Span], proposed: Sequence[Span]) -> SuspectKind:
    if not given:
        return "missing"
    if not proposed:
        return "spurious"
    same_types = [span.type for span in given] == [span.type for span in proposed]
    same_places = [(span.start, span.end) for span in given] == [(span.start, span.end) for span in proposed]
    if same_places:
        return "type"
    return "boundary" if same_types or {s.type for s in given} == {s.type for s in proposed} else "boundary and type"


def _count(
    start: int, end: int, spans: Mapping[str, tuple[Span, ...]], mentions: Sequence[Sequence[Mention]]
) -> Opinions:
    there = [
        tuple(Span(m.start, m.end, m.type) for m in found if m.start < end and start < m.end) for found in mentions
    ]
    return Opinions(runs=len(there), given=there.count(spans[_GIVEN]), proposed=there.count(spans[_PROPOSED]))
