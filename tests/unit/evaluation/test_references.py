"""The scores against two independent implementations, type by type, and the interval against its own score."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate import Evaluator
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import IOB2, Entities

from itner.core.labels import repair_tags, spans_to_mentions, tags_to_spans
from itner.core.types import Document, Mention, Token
from itner.domains.it.scheme import SCHEME
from itner.evaluation.confusion import list_errors
from itner.evaluation.scoring import count_spans, counts_per_type, score_documents
from itner.evaluation.uncertainty import find_ranges
from itner.records.scores import Counts

tags = st.lists(st.sampled_from(SCHEME.labels), min_size=1, max_size=10)
# Two tag sequences of equal length per sentence.
pairs = st.lists(
    tags.flatmap(
        lambda gold: st.lists(st.sampled_from(SCHEME.labels), min_size=len(gold), max_size=len(gold)).map(
            lambda pred: (gold, pred)
        )
    ),
    min_size=1,
    max_size=6,
)


def count(gold: list[list[str]], pred: list[list[str]]) -> dict[str, Counts]:
    table = count_spans([tags_to_spans(t) for t in gold], [tags_to_spans(t) for t in pred], SCHEME.types)
    return counts_per_type(table, SCHEME.types)


@settings(max_examples=500, deadline=None)
@given(pairs)
def test_tp_fp_and_fn_of_each_type_are_seqevals(sentences: list[tuple[list[str], list[str]]]) -> None:
    gold, pred = [g for g, _ in sentences], [p for _, p in sentences]
    expected, found = (Entities(rows, IOB2) for rows in (gold, pred))
    for name, counts in count(gold, pred).items():
        true = {e.to_tuple() for sentence in expected.entities for e in sentence if e.tag == name}
        guess = {e.to_tuple() for sentence in found.entities for e in sentence if e.tag == name}
        assert counts == Counts(len(true & guess), len(guess - true), len(true - guess))


@given(tags)
def test_repaired_mentions_are_those_of_seqevals_lenient_mode(sequence: list[str]) -> None:
    # conlleval's rule, which seqeval follows by default, is the `begin` rule.
    lenient = [(start, end + 1, name) for name, start, end in get_entities(sequence)]
    assert tags_to_spans(repair_tags(sequence)[0]) == lenient


@settings(max_examples=100, deadline=None)
@given(pairs)
def test_each_type_and_the_bare_boundaries_are_nervaluates(sentences: list[tuple[list[str], list[str]]]) -> None:
    gold = [repair_tags(g)[0] for g, _ in sentences]
    pred = [repair_tags(p)[0] for _, p in sentences]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = Evaluator(gold, pred, tags=list(SCHEME.types), loader="list").evaluate()
    ours = count(gold, pred)
    for name in {name for rows in gold for _, _, name in tags_to_spans(rows)}:
        strict = result["entities"][name]["strict"]
        assert ours[name].tp == strict.correct
        assert ours[name].support == strict.correct + strict.incorrect + strict.missed
    spans = [[[(a, b) for a, b, _ in tags_to_spans(t)] for t in rows] for rows in (gold, pred)]
    # nervaluate's "exact" asks for the boundaries alone: right ones, and those that only miss the type.
    tokens = [tuple(Token(i, i + 1) for i in range(len(row))) for row in gold]
    errors = [
        record
        for row, words in enumerate(tokens)
        for record in list_errors(
            "d",
            spans_to_mentions(tags_to_spans(gold[row]), words),
            spans_to_mentions(tags_to_spans(pred[row]), words),
        )
    ]
    exact = sum(len(set(a) & set(b)) for a, b in zip(*spans, strict=True))
    right = sum(c.tp for c in ours.values())
    assert exact == result["overall"]["exact"].correct
    assert exact == right + sum(record.kind == "type" for record in errors)
    # Every gold mention is either right or one error.
    assert sum(c.support for c in ours.values()) == right + sum(record.gold is not None for record in errors)


def test_the_interval_holds_the_score_it_belongs_to_when_gold_is_unaligned() -> None:
    # In each document one mention is found and one cannot be expressed in tokens, so it counts as missed: F1 is
    # 2/3 in every resample, and the interval of that score is not [1, 1].
    tokens, gold = (Token(0, 9), Token(10, 14)), (Mention(0, 7, "OS"), Mention(10, 14, "OS"))
    documents = [Document("Windows11 okay", tokens, gold, f"d{number}", "s") for number in range(20)]
    scores = score_documents(documents, [[Mention(10, 14, "OS")]] * 20, SCHEME.types)
    f1 = scores["per_type"]["OS"].f1
    assert f1 == pytest.approx(2 / 3)
    assert scores["uncertainty"].micro.f1 == (pytest.approx(f1, abs=1e-5), pytest.approx(f1, abs=1e-5))


def test_the_interval_is_wider_for_fewer_documents() -> None:
    one = [[(0, 1, "OS")], [(0, 1, "OS")], [(0, 1, "OS")], []]
    two = [[(0, 1, "OS")], [], [(0, 1, "OS"), (2, 3, "OS")], [(0, 1, "OS")]]
    few, many = (count_spans(one * n, two * n, SCHEME.types) for n in (5, 80))
    narrow, wide = (find_ranges(counts, len(counts), 1)[0].f1 for counts in (many, few))
    assert narrow is not None
    assert wide is not None
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])
