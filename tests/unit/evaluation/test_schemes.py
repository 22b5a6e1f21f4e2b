from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nervaluate.entities import Entity
from nervaluate.strategies import EntityTypeEvaluation, ExactEvaluation, PartialEvaluation, StrictEvaluation

from itner.core.types import Mention
from itner.evaluation.confusion import list_errors, summarize_confusion
from itner.evaluation.schemes import (
    OUTCOMES,
    SCHEMES,
    Boundary,
    count_outcomes,
    list_boundaries,
    score_schemes,
    scores_of_outcomes,
)
from itner.records.evaluation import ErrorReport

HASH = "ab" * 32
TYPES = ("OS", "ERROR", "VERSION")
NERVALUATE = dict(
    zip(SCHEMES, (StrictEvaluation, ExactEvaluation, PartialEvaluation, EntityTypeEvaluation), strict=True)
)


@st.composite
def marks(draw: st.DrawFn) -> list[Mention]:
    cuts = sorted(draw(st.sets(st.integers(0, 24), max_size=12)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    return [Mention(start, end, draw(st.sampled_from(TYPES))) for start, end in pairs]


def theirs(gold: list[Mention], pred: list[Mention], scheme: str) -> tuple[list[int], list[float]]:
    as_entities = [[Entity(m.type, m.start, m.end - 1) for m in mentions] for mentions in (gold, pred)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result, _ = NERVALUATE[scheme]().evaluate(*as_entities, list(TYPES))  # type: ignore[index]
    return [getattr(result, name) for name in OUTCOMES], [result.precision, result.recall, result.f1]


@settings(max_examples=300, deadline=None)
@given(marks(), marks())
def test_the_four_schemes_are_nervaluates(gold: list[Mention], pred: list[Mention]) -> None:
    counts = count_outcomes(gold, pred)
    scores = np.nan_to_num(scores_of_outcomes(counts))
    for place, scheme in enumerate(SCHEMES):
        found, score = theirs(gold, pred, scheme)
        assert counts[place].tolist() == found
        assert scores[place].tolist() == pytest.approx(score)


def test_an_overlap_of_a_long_mention_is_one_however_small() -> None:
    # nervaluate asks for 1 % of the gold mention, so that it takes one token of 150 for no overlap at all; SemEval's
    # text asks for "some overlap".
    gold, pred = [Mention(0, 150, "OS")], [Mention(149, 160, "OS")]
    assert theirs(gold, pred, "type")[0] == [0, 0, 0, 1, 1]
    assert dict(zip(SCHEMES, count_outcomes(gold, pred).tolist(), strict=True)) == {
        "strict": [0, 1, 0, 0, 0],
        "exact": [0, 1, 0, 0, 0],
        "partial": [0, 0, 1, 0, 0],
        "type": [1, 0, 0, 0, 0],
    }


def report(documents: dict[str, tuple[list[Mention], list[Mention]]]) -> ErrorReport:
    errors = tuple(record for name, (gold, pred) in documents.items() for record in list_errors(name, gold, pred))
    golds, preds = ([pair[side] for pair in documents.values()] for side in (0, 1))
    counted = {
        name: tuple(sum(m.type == t for m in gold) for t in TYPES) for name, (gold, _) in documents.items() if gold
    }
    return ErrorReport("x", "test", HASH, "int8", HASH, summarize_confusion(golds, preds, TYPES), counted, errors)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(marks(), marks()), min_size=1, max_size=5))
def test_errors_alone_tell_what_whole_documents_do(pairs: list[tuple[list[Mention], list[Mention]]]) -> None:
    documents = {f"d{number}": pair for number, pair in enumerate(pairs)}
    whole = sum(count_outcomes(gold, pred) for gold, pred in pairs)
    for score, counts in zip(score_schemes(report(documents), len(pairs)), whole, strict=True):  # type: ignore[arg-type]
        assert list(score.counts.values()) == counts.tolist()


def test_each_score_has_its_interval() -> None:
    right, wide = [Mention(0, 4, "OS")], [Mention(0, 6, "OS")]
    documents = {f"d{n}": (right, wide if n % 4 == 0 else right) for n in range(80)}
    strict, exact, partial, kind = score_schemes(report(documents), 100)
    assert strict.f1 is not None
    assert strict.f1[0] == pytest.approx(0.75)
    assert strict.f1[1].low < 0.75 < strict.f1[1].high
    assert exact.f1 == strict.f1
    assert partial.f1 is not None
    assert partial.f1[0] == pytest.approx(0.875)
    assert kind.recall is not None
    assert kind.recall[0] == 1.0
    assert score_schemes(report({"d": ([], [])}), 5)[0].f1 is None


@pytest.mark.parametrize(
    ("gold", "pred", "kinds"),
    [
        ([(2, 6)], [(0, 6)], ["too long"]),
        ([(2, 6)], [(0, 9)], ["too long"]),
        ([(2, 6)], [(3, 5)], ["too short"]),
        ([(2, 6)], [(4, 9)], ["shifted"]),
        ([(2, 9)], [(2, 4), (5, 9)], ["split"]),
        ([(2, 4), (5, 9)], [(2, 9)], ["merged", "merged"]),
        ([(2, 4), (5, 9)], [(3, 7)], ["merged", "merged"]),
        ([(2, 6)], [(2, 6)], []),
        ([(2, 6)], [(7, 9)], []),
    ],
)
def test_what_is_wrong_with_boundaries(
    gold: list[tuple[int, int]], pred: list[tuple[int, int]], kinds: list[Boundary]
) -> None:
    marked = ([Mention(start, end, "OS") for start, end in spans] for spans in (gold, pred))
    found = list_boundaries(report({"d": tuple(marked)}))  # type: ignore[dict-item]
    assert [kind for _, kind in found] == kinds
