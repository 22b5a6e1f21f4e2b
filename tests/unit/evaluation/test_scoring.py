from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator
from seqeval.metrics import f1_score
from seqeval.metrics.v1 import precision_recall_fscore_support
from seqeval.scheme import IOB2

from itner.core.labels import repair_tags, tags_to_spans
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention, Token
from itner.domains.it.scheme import SCHEME
from itner.evaluation.scoring import count_pairs, count_spans, counts_per_type, score_documents, sum_pairs
from itner.evaluation.uncertainty import find_ranges
from itner.records.scores import Counts, Range

sentence = st.integers(1, 9).flatmap(
    lambda n: st.tuples(*(st.lists(st.sampled_from(SCHEME.labels), min_size=n, max_size=n) for _ in range(2)))
)


def count(gold: list[list[str]], pred: list[list[str]]) -> dict[str, Counts]:
    table = count_spans([tags_to_spans(t) for t in gold], [tags_to_spans(t) for t in pred], SCHEME.types)
    return counts_per_type(table, SCHEME.types)


@settings(max_examples=150, deadline=None)
@given(st.lists(sentence, min_size=1, max_size=8))
def test_counts_equal_seqeval_strict(pairs: list[tuple[list[str], list[str]]]) -> None:
    gold, pred = [list(a) for a, _ in pairs], [list(b) for _, b in pairs]
    ours = count(gold, pred)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = sorted({name for t in gold + pred for _, _, name in tags_to_spans(t)})
        precision, recall, f1, support = precision_recall_fscore_support(
            gold, pred, average=None, scheme=IOB2, zero_division=0
        )
        micro = f1_score(gold, pred, mode="strict", scheme=IOB2, zero_division=0)
    assert len(names) == len(precision)
    for name, p, r, f, n in zip(names, precision, recall, f1, support, strict=True):
        counts = ours[name]
        assert (counts.precision, counts.recall, counts.f1) == pytest.approx((p, r, f))
        assert counts.support == n
        # Precision times what was predicted gives the true positives back, as an integer.
        assert counts.tp == round(r * n)
    total = sum(ours.values(), Counts())
    assert total.f1 == pytest.approx(micro)


@settings(max_examples=80, deadline=None)
@given(st.lists(sentence, min_size=1, max_size=6))
def test_counts_equal_nervaluate_strict(pairs: list[tuple[list[str], list[str]]]) -> None:
    gold = [repair_tags(a)[0] for a, _ in pairs]
    pred = [repair_tags(b)[0] for _, b in pairs]
    strict = Evaluator(gold, pred, tags=list(SCHEME.types), loader="list").evaluate()["overall"]["strict"]
    total = sum(count(gold, pred).values(), Counts())
    assert total.tp == strict.correct
    assert total.tp + total.fn == strict.possible
    assert total.tp + total.fp == strict.actual


def test_counts_by_hand() -> None:
    gold = [["B-OS", "I-OS", "O", "B-VERSION"], ["B-ERROR"]]
    pred = [["B-OS", "O", "O", "B-VERSION"], ["B-OS"]]
    assert count(gold, pred) == {
        "ERROR": Counts(0, 0, 1),
        "HARDWARE": Counts(),
        "OS": Counts(0, 2, 1),
        "SOFTWARE": Counts(),
        "VERSION": Counts(1, 0, 0),
    }


def test_scores_with_empty_denominators_are_zero() -> None:
    assert (Counts().precision, Counts().recall, Counts().f1) == (0.0, 0.0, 0.0)
    assert Counts(2, 1, 1).f1 == pytest.approx(2 / 3)


def test_gold_that_no_token_span_can_express_counts_as_missed() -> None:
    document = Document("Windows11 ok", (Token(0, 9), Token(10, 12)), (Mention(0, 7, "OS"),), "d", "s")
    scores = score_documents([document], [[]], SCHEME.types)
    assert scores["unaligned_gold"] == 1
    assert scores["per_type"]["OS"] == Counts(fn=1)
    assert (scores["tokens"], scores["tokens_correct"]) == (2, 2)


def test_documents_must_pair_up() -> None:
    with pytest.raises(ValueError, match="1 gold documents, 2 predicted"):
        count_spans([[]], [[], []], SCHEME.types)


def micro_f1_range(counts: np.ndarray, seed: int) -> Range:
    found = find_ranges(counts, len(counts), seed)[0].f1
    assert found is not None
    return found


def test_the_bootstrap_resamples_documents() -> None:
    rng = np.random.default_rng(1)
    counts = rng.integers(0, 3, (300, 1, 3))
    low, high = micro_f1_range(counts, seed=7)
    assert (low, high) == micro_f1_range(counts, seed=7)
    tp, fp, fn = counts.sum(axis=(0, 1))
    assert low < 2 * tp / (2 * tp + fp + fn) < high
    explicit = []
    for _ in range(2000):
        a, b, c = counts[rng.integers(0, 300, 300)].sum(axis=(0, 1))
        explicit.append(2 * a / (2 * a + b + c))
    assert (low, high) == pytest.approx(np.quantile(explicit, [0.025, 0.975]), abs=0.006)


def test_pairs_count_what_is_mentioned_and_not_where() -> None:
    text = "Windows beside Windows and Outlook"
    first, second, third = Mention(0, 7, "OS"), Mention(15, 22, "OS"), Mention(27, 34, "SOFTWARE")
    gold = [Document(text, split_tokens(text), mentions, str(number), "x") for number, mentions in enumerate(
        [(first, third), (first, second), (), (third,), ()]
    )]  # fmt: skip
    # The other place, once too few, nothing, another type, one too many.
    pred = [(second, third), (second,), (), (Mention(27, 34, "OS"),), (first,)]
    found = sum_pairs(count_pairs(gold, pred))
    assert (found.counts.tp, found.counts.fp, found.counts.fn) == (3, 2, 2)
    assert found.texts == 2
    assert score_documents(gold, pred, ("OS", "SOFTWARE"))["pairs"] == found
    assert score_documents(gold, pred, ("OS", "SOFTWARE"))["per_type"]["OS"].tp < found.counts.tp
