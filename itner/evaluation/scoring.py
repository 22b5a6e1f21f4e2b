"""Entity-level scoring, strict IOB2: a mention is right when its boundaries and its type are right.

The counts equal those of seqeval with `mode="strict", scheme=IOB2`.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from itner.core.labels import TokenSpan, align_mentions, align_to_tokens, spans_to_tags
from itner.core.types import Document, Mention
from itner.evaluation.masking import count_masked, sum_masked
from itner.evaluation.uncertainty import LEVEL, RESAMPLES, SEED, add_by_unit, find_ranges, find_share_range
from itner.records.scores import Counts, PairScores, ScoreRanges, Uncertainty

TYPE_COUNTS = 3  # tp, fp, fn


def score_documents(
    documents: Sequence[Document],
    pred: Sequence[Sequence[Mention]],
    types: Sequence[str],
    personal: Collection[str] = (),
    seed: int = SEED,
) -> dict[str, Any]:
    """The counts of an `EvalReport` for predicted mentions, and between what the scores lie.

    Mentions are compared as characters, so that one that does not fall on token boundaries counts like any other; BIO
    tags, for the accuracy over tokens, can express only those that do.

    Args:
        personal: types that point at a person; where there are some, what redaction would hide is counted.
    """
    unaligned = 0
    tokens = np.zeros((len(documents), 2), dtype=np.int64)
    for row, document, found in zip(tokens, documents, pred, strict=True):
        n = len(document.tokens)
        if not document.mentions and not found:
            row[:] = n, n
            continue
        spans, outside = align_mentions(document)
        unaligned += len(outside)
        expected, tagged = spans_to_tags(spans, n), spans_to_tags(align_to_tokens(found, document.tokens)[0], n)
        row[:] = sum(map(operator.eq, expected, tagged)), n
    counts, pairs = count_documents(documents, pred, types), count_pairs(documents, pred)
    masked = count_masked(documents, pred, personal) if personal else None
    return {
        "documents": len(documents),
        "tokens": int(tokens[:, 1].sum()),
        "tokens_correct": int(tokens[:, 0].sum()),
        "unaligned_gold": unaligned,
        "per_type": counts_per_type(counts, types),
        "pairs": sum_pairs(pairs),
        "masking": sum_masked(masked) if masked is not None else None,
        "uncertainty": _find_uncertainty(documents, types, counts, tokens, pairs, masked, seed),
    }


def _find_uncertainty(
    documents: Sequence[Document],
    types: Sequence[str],
    counts: np.ndarray,
    tokens: np.ndarray,
    pairs: np.ndarray,
    masked: np.ndarray | None,
    seed: int,
) -> Uncertainty:
    """Between what the scores lie that come from counts of each document."""
    ones = np.ones((len(documents), 1), dtype=np.int64)
    table, (tokens, pairs, texts) = (
        add_by_unit(documents, counts),
        (add_by_unit(documents, each) for each in (tokens, pairs, np.hstack([pairs[:, 3:], ones]))),
    )
    units = len(table)
    micro, macro, each = find_ranges(table, units, seed)
    hidden = add_by_unit(documents, masked) if masked is not None else None
    return Uncertainty(
        unit="document" if units < len(documents) else "sentence",
        units=units,
        level=LEVEL,
        resamples=RESAMPLES,
        seed=seed,
        micro=micro,
        macro=macro,
        per_type={name: ranges for name, ranges in zip(types, each, strict=True) if ranges != ScoreRanges()},
        token_accuracy=find_share_range(tokens, units, seed),
        pairs_f1=find_ranges(pairs[:, None, :3], units, seed)[0].f1,
        exact_texts=find_share_range(texts, units, seed),
        share_left=find_share_range(hidden[:, [1, 0]], units, seed) if hidden is not None else None,
        share_masked=find_share_range(hidden[:, [3, 2]], units, seed) if hidden is not None else None,
    )


def count_pairs(documents: Sequence[Document], pred: Sequence[Sequence[Mention]]) -> np.ndarray:
    """Mentions as pairs of surface and type, without regard to where in the text they stand.

    Returns:
        int array [documents, 4]: true positives, false positives, false negatives, and 1 where all is right.
    """
    table = np.zeros((len(documents), 4), dtype=np.int64)
    for row, document, found in zip(table, documents, pred, strict=True):
        if not document.mentions and not found:
            row[3] = 1
            continue
        expected, given = (
            Counter((document.text[m.start : m.end], m.type) for m in mentions)
            for mentions in (document.mentions, found)
        )
        right = (expected & given).total()
        row[:] = right, given.total() - right, expected.total() - right, expected == given
    return table


def sum_pairs(table: np.ndarray) -> PairScores:
    """`count_pairs` summed over documents, as typed counts."""
    tp, fp, fn, texts = table.sum(axis=0).tolist()
    return PairScores(Counts(tp, fp, fn), texts)


def count_documents(
    documents: Sequence[Document], pred: Sequence[Sequence[Mention]], types: Sequence[str]
) -> np.ndarray:
    """`count_spans` of documents and what was predicted in them, by characters."""
    gold, found = (
        [[(m.start, m.end, m.type) for m in mentions] for mentions in each]
        for each in ([document.mentions for document in documents], pred)
    )
    return count_spans(gold, found, types)


def count_spans(
    gold: Sequence[Sequence[TokenSpan]], pred: Sequence[Sequence[TokenSpan]], types: Sequence[str]
) -> np.ndarray:
    """Counts per document and type.

    Args:
        gold, pred: spans (start, end, type) per document, in tokens or characters, same order and length.
        types: the types to count; a span of any other type is a KeyError.
    Returns:
        int array [documents, types, 3] with true positives, false positives, false negatives.
    """
    if len(gold) != len(pred):
        raise ValueError(f"{len(gold)} gold documents, {len(pred)} predicted")
    index = {name: position for position, name in enumerate(types)}
    counts = np.zeros((len(gold), len(types), TYPE_COUNTS), dtype=np.int64)
    for row, (gold_spans, pred_spans) in enumerate(zip(gold, pred, strict=True)):
        if not gold_spans and not pred_spans:
            continue
        expected, found = set(gold_spans), set(pred_spans)
        for column, spans in enumerate((expected & found, found - expected, expected - found)):
            for _, _, name in spans:
                counts[row, index[name], column] += 1
    return counts


def counts_per_type(counts: np.ndarray, types: Sequence[str]) -> dict[str, Counts]:
    """`count_spans` summed over documents, as typed counts."""
    totals = counts.sum(axis=0)
    return {name: Counts(*(int(value) for value in totals[position])) for position, name in enumerate(types)}
