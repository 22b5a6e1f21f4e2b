"""Which type is taken for which, and a record of every error as document id and offsets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from itner.core.types import Mention
from itner.records.evaluation import ErrorClass, ErrorRecord, ErrorReport, Span
from itner.records.scores import OUTSIDE


def pair_mentions(
    gold: Sequence[Mention], pred: Sequence[Mention]
) -> tuple[list[tuple[Mention, Mention | None]], list[Mention]]:
    """Each gold mention with the prediction that overlaps it most (exact boundaries first), and predictions without.

    One prediction may be the best match of several gold mentions; a prediction that overlaps any gold
    mention is never in the second list.
    """
    pairs: list[tuple[Mention, Mention | None]] = []
    for mention in gold:
        best: Mention | None = None
        best_key = (False, 0)
        for candidate in pred:
            overlap = min(mention.end, candidate.end) - max(mention.start, candidate.start)
            key = ((mention.start, mention.end) == (candidate.start, candidate.end), overlap)
            if overlap > 0 and key > best_key:
                best, best_key = candidate, key
        pairs.append((mention, best))
    alone = [p for p in pred if not any(p.start < g.end and g.start < p.end for g in gold)]
    return pairs, alone


def summarize_confusion(
    gold: Iterable[Sequence[Mention]], pred: Iterable[Sequence[Mention]], types: Sequence[str]
) -> dict[str, dict[str, int]]:
    """`table[gold type][pred type]` in mentions, with O for "none"; every cell is present."""
    names = (*types, OUTSIDE)
    table = {row: dict.fromkeys(names, 0) for row in names}
    for gold_mentions, pred_mentions in zip(gold, pred, strict=True):
        pairs, alone = pair_mentions(gold_mentions, pred_mentions)
        for mention, match in pairs:
            table[mention.type][match.type if match else OUTSIDE] += 1
        for mention in alone:
            table[OUTSIDE][mention.type] += 1
    return table


def list_confusions(report: ErrorReport) -> list[tuple[str, str, int]]:
    """(gold type, predicted type, mentions) off the diagonal, most frequent first; O stands for "none"."""
    cells = [
        (gold, pred, count)
        for gold, row in report.confusion.items()
        for pred, count in row.items()
        if gold != pred and count
    ]
    return sorted(cells, key=lambda cell: (-cell[2], cell[0], cell[1]))


def list_errors(document_id: str, gold: Sequence[Mention], pred: Sequence[Mention]) -> list[ErrorRecord]:
    """One record per gold mention that is not exactly right, and per prediction that no gold mention is paired with."""
    pairs, alone = pair_mentions(gold, pred)
    records = []
    paired = {match for _, match in pairs if match is not None}
    for mention, match in pairs:
        kind = _classify(mention, match)
        if kind is not None:
            records.append(ErrorRecord(document_id, kind, _span(mention), _span(match) if match else None))
    records += [ErrorRecord(document_id, "spurious", None, _span(mention)) for mention in alone]
    fragments = [mention for mention in pred if mention not in paired and mention not in alone]
    records += [ErrorRecord(document_id, "fragment", None, _span(mention)) for mention in fragments]
    return records


def _classify(gold: Mention, pred: Mention | None) -> ErrorClass | None:
    if pred is None:
        return "missed"
    same_bounds = (gold.start, gold.end) == (pred.start, pred.end)
    if gold.type == pred.type:
        return None if same_bounds else "boundary"
    return "type" if same_bounds else "boundary and type"


def _span(mention: Mention) -> Span:
    return Span(mention.start, mention.end, mention.type)
