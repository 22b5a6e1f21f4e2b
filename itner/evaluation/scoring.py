"""Entity-level scoring, strict IOB2: a mention is right when its boundaries and its type are right.

The counts equal those of seqeval with `mode="strict", scheme=IOB2`.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from itner.core.labels import TokenSpan, align_mentions, align_to_tokens, spans_to_tags
from itner.core.types import Document, Mention
from itner.records.scores import Counts, Interval, PairScores

TYPE_COUNTS = 3  # tp, fp, fn


def score_documents(
    documents: Sequence[Document], pred: Sequence[Sequence[Mention]], types: Sequence[str], seed: int = 13
) -> dict[str, Any]:
    """The counts of an `EvalReport` for predicted mentions.

    Mentions are compared as characters, so that one that does not fall on token boundaries counts like any other; BIO
    tags, for the accuracy over tokens, can express only those that do.
    """
    gold_spans = [[(m.start, m.end, m.type) for m in document.mentions] for document in documents]
    pred_spans = [[(m.start, m.end, m.type) for m in found] for found in pred]
    unaligned = correct = tokens = 0
    for document, found in zip(documents, pred, strict=True):
        spans, outside = align_mentions(document)
        unaligned += len(outside)
        n = len(document.tokens)
        expected, tagged = spans_to_tags(spans, n), spans_to_tags(align_to_tokens(found, document.tokens)[0], n)
        correct += sum(map(operator.eq, expected, tagged))
        tokens += n
    counts = count_spans(gold_spans, pred_spans, types)
    return {
        "documents": len(documents),
        "tokens": tokens,
        "tokens_correct": correct,
        "unaligned_gold": unaligned,
        "per_type": counts_per_type(counts, types),
        "micro_f1_interval": bootstrap_micro_f1(counts, seed),
        "pairs": score_pairs(documents, pred),
    }


def score_pairs(documents: Sequence[Document], pred: Sequence[Sequence[Mention]]) -> PairScores:
    """Mentions as pairs of surface and type, without regard to where in the text they stand."""
    tp = fp = fn = texts = 0
    for document, found in zip(documents, pred, strict=True):
        expected, given = (
            Counter((document.text[m.start : m.end], m.type) for m in mentions)
            for mentions in (document.mentions, found)
        )
        right = (expected & given).total()
        tp += right
        fp += given.total() - right
        fn += expected.total() - right
        texts += expected == given
    return PairScores(Counts(tp, fp, fn), texts)


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
        expected, found = set(gold_spans), set(pred_spans)
        for column, spans in enumerate((expected & found, found - expected, expected - found)):
            for _, _, name in spans:
                counts[row, index[name], column] += 1
    return counts


def counts_per_type(counts: np.ndarray, types: Sequence[str]) -> dict[str, Counts]:
    """`count_spans` summed over documents, as typed counts."""
    totals = counts.sum(axis=0)
    return {name: Counts(*(int(value) for value in totals[position])) for position, name in enumerate(types)}


def bootstrap_micro_f1(counts: np.ndarray, seed: int, resamples: int = 2000, level: float = 0.95) -> Interval:
    """Percentile interval of micro-F1 by resampling whole documents, the unit that is independent.

    Args:
        counts: int array [documents, types, 3] from `count_spans`.
    """
    # The variants of a run mostly find the same, and then have the same interval.
    per_document = np.ascontiguousarray(counts.sum(axis=1), dtype=np.int64)
    return _bootstrap(per_document.tobytes(), seed, resamples, level)


@lru_cache(maxsize=64)
def _bootstrap(counted: bytes, seed: int, resamples: int, level: float) -> Interval:
    """`bootstrap_micro_f1` of int64 [documents, 3] as bytes."""
    per_document = np.frombuffer(counted, dtype=np.int64).reshape(-1, TYPE_COUNTS)
    rng = np.random.default_rng(seed)
    n = len(per_document)
    # Drawing how often each document is taken is the same as drawing documents, and is one matrix product.
    scores = np.empty(resamples)
    for start in range(0, resamples, 100):
        stop = min(start + 100, resamples)
        weights = rng.multinomial(n, np.full(n, 1 / n), size=stop - start)
        tp, fp, fn = (weights @ per_document).T
        scores[start:stop] = 2 * tp / np.maximum(2 * tp + fp + fn, 1)
    low, high = np.quantile(scores, [(1 - level) / 2, (1 + level) / 2])
    return Interval(low=float(low), high=float(high), level=level, resamples=resamples)
