from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.types import Mention
from itner.evaluation.agreement import find_places
from itner.evaluation.disagreement import (
    KIND_MEANINGS,
    KINDS,
    find_sureness,
    list_disagreements,
    measure_agreement,
)
from itner.records.scores import Counts

TEXT = "Excel on Windows 11 hangs"


def mention(words: str, type: str = "OS", score: float | None = None, text: str = TEXT) -> Mention:
    start = text.index(words)
    return Mention(start, start + len(words), type, score)


@pytest.mark.parametrize(
    ("first", "second", "kind", "retyped"),
    [
        ([mention("Windows")], [], "only the first", False),
        ([], [mention("Windows")], "only the second", False),
        ([mention("Windows")], [mention("Windows", "SOFTWARE")], "type", True),
        ([mention("Windows")], [mention("Windows 11")], "longer", False),
        ([mention("Windows 11")], [mention("11", "VERSION")], "shorter", True),
        ([mention("Excel on")], [mention("on Windows")], "shifted", False),
        ([mention("Windows 11")], [mention("Windows"), mention("11", "VERSION")], "split", True),
        ([mention("Windows"), mention("11")], [mention("Windows 11")], "merged", False),
        ([mention("Excel"), mention("on Windows")], [mention("Excel on"), mention("Windows 11")], "tangled", False),
    ],
)
def test_each_kind_is_told_from_the_others(
    first: list[Mention], second: list[Mention], kind: str, retyped: bool
) -> None:
    (found,) = list_disagreements([TEXT], [first], [second])
    assert (found.kind, found.retyped) == (kind, retyped)
    assert found.weight is None
    assert set(KIND_MEANINGS) == set(KINDS)


def test_both_sure_and_different_matters_most() -> None:
    # Each of the first tagger's scores, and each of the second's; None where it marks nothing.
    pairs = [(0.9, 0.8), (0.99, None), (0.9, None), (0.5, 0.5), (0.0, 0.3)]
    firsts = [[mention("Windows", "OS", one)] for one, _ in pairs]
    seconds = [[] if other is None else [mention("Windows", "SOFTWARE", other)] for _, other in pairs]
    found = list_disagreements([TEXT] * 5, firsts, seconds)
    # What recurs counts as often: three change the type, two are missed.
    assert [(one.text, one.times) for one in found] == [(0, 3), (3, 3), (1, 2), (2, 2), (4, 3)]
    assert [one.weight for one in found] == pytest.approx([3 * 0.98, 3 * 0.75, 2 * 0.99, 2 * 0.9, 3 * 0.3])


def test_of_several_mentions_the_least_certain_counts_and_of_several_taggers_that_agree_the_surest() -> None:
    whole, parts = mention("Windows 11", "OS", 0.5), (mention("Windows", "OS", 0.9), mention("11", "VERSION", 0.6))
    (found,) = list_disagreements([TEXT], [[whole]], [parts])
    assert found.sureness == pytest.approx(1 - 0.5 * 0.4)
    (place,) = find_places({"a": [mention("Excel", score=0.7)], "b": [mention("Excel", score=0.9)], "c": []})
    assert find_sureness(place) == pytest.approx(0.9)
    (place,) = find_places({"a": [mention("Excel")], "b": []})
    assert find_sureness(place) is None


def test_who_has_no_scores_comes_last_by_how_often_it_recurs() -> None:
    texts = ["Excel", "EXCEL", "Word", "Teams"]
    marked = [[Mention(0, len(text), "OS", 0.1 if text == "Teams" else None)] for text in texts]
    found = list_disagreements(texts, marked, [[], [], [], []])
    assert [(one.text, one.times, one.weight) for one in found] == [
        (3, 1, 0.1), (0, 2, None), (1, 2, None), (2, 1, None),
    ]  # fmt: skip


def test_the_same_words_said_otherwise_recur_apart() -> None:
    texts = ["a  Windows\n11", "b windows 11", "c Windows 11"]
    first = [[mention(text[2:].strip(), "OS", 0.5, text)] for text in texts]
    second = [[], [], [mention("Windows", "OS", 0.5, texts[2])]]
    assert [one.times for one in list_disagreements(texts, first, second)] == [2, 2, 1]


def test_agreement_counts_what_both_mark_alike() -> None:
    first = [[mention("Excel", "SOFTWARE"), mention("Windows")], [mention("Windows")], []]
    second = [[mention("Excel", "SOFTWARE"), mention("Windows 11")], [mention("Windows", "SOFTWARE")], []]
    found = measure_agreement(first, second)
    assert (found.counts, found.texts) == (Counts(tp=1, fp=2, fn=2), 3)
    # 2 of 6 mentions.
    assert found.share == pytest.approx(2 * 1 / 6)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high, found.interval.resamples) == (0.0, 0.5, 2000)


def test_a_single_text_has_no_interval_and_no_mention_no_share() -> None:
    one = measure_agreement([[mention("Excel")]], [[mention("Excel")]])
    assert (one.share, one.interval) == (1.0, None)
    none = measure_agreement([[], []], [[], []])
    assert (none.share, none.interval) == (None, None)


@st.composite
def marked(draw: st.DrawFn) -> list[Mention]:
    """Mentions of a text of 12 characters, in order and without overlap."""
    cuts = sorted(draw(st.sets(st.integers(0, 12), max_size=6)))
    scores = st.none() | st.floats(0, 1)
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [Mention(start, end, draw(st.sampled_from("AB")), draw(scores)) for start, end in pairs]


@given(st.lists(st.tuples(marked(), marked()), min_size=1, max_size=4))
def test_nothing_that_differs_is_left_out_and_nothing_alike_is_listed(pairs: list[tuple[list[Mention], ...]]) -> None:
    first, second = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    found = list_disagreements(["aaaabbbbcccc"] * len(pairs), first, second)
    for side, marks in (("first", first), ("second", second)):
        listed = [(one.text, each) for one in found for each in getattr(one, side)]
        assert len(listed) == len(set(listed))
        others = second if side == "first" else first
        known = [{(m.start, m.end, m.type) for m in mentions} for mentions in others]
        assert set(listed) == {
            (number, m)
            for number, each in enumerate(marks)
            for m in each
            if (m.start, m.end, m.type) not in known[number]
        }
    agreed = measure_agreement(first, second).counts
    assert agreed.fn == sum(len(one.first) for one in found)
    assert agreed.fp == sum(len(one.second) for one in found)
    weights = [one.weight for one in found if one.weight is not None]
    assert weights == sorted(weights, reverse=True)
    turned = list_disagreements(["aaaabbbbcccc"] * len(pairs), second, first)
    assert sorted((one.text, one.start, one.times) for one in turned) == sorted(
        (one.text, one.start, one.times) for one in found
    )
