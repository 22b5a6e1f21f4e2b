from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import PROVENANCE

from itner.core.types import Document, Mention
from itner.evaluation.cases import (
    Case,
    Show,
    count_surfaces,
    filter_cases,
    list_cases,
    most_confident,
    rebuild_mentions,
    sort_by_confidence,
)
from itner.evaluation.confusion import list_errors
from itner.evaluation.predictions import Predictions
from itner.records.evaluation import ErrorClass, ErrorReport, PredictionInfo

HASH = "ab" * 32
TEXT = "Outlook 2021 fails on Windows 11"


def document(mentions: list[Mention], id: str = "d", text: str = TEXT) -> Document:
    return Document(text, (), tuple(mentions), id, "test")


def report(documents: list[Document], pred: list[list[Mention]]) -> ErrorReport:
    errors = [e for d, found in zip(documents, pred, strict=True) for e in list_errors(d.id, d.mentions, found)]
    return ErrorReport("x", "test", HASH, "int8", HASH, {}, {}, tuple(errors))


@st.composite
def spans(draw: st.DrawFn) -> list[Mention]:
    cuts = sorted(draw(st.sets(st.integers(0, 20), max_size=8)))
    return [Mention(a, b, draw(st.sampled_from(["OS", "ERROR"]))) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


@given(spans(), spans())
def test_predictions_come_back_from_their_errors(gold: list[Mention], pred: list[Mention]) -> None:
    text = document(gold, text="x" * 20)
    assert rebuild_mentions(text, list_errors("d", gold, pred)) == tuple(pred)


def test_errors_of_another_text_are_refused() -> None:
    errors = list_errors("d", [Mention(0, 7, "SOFTWARE")], [])
    with pytest.raises(ValueError, match="do not fit"):
        rebuild_mentions(document([]), errors)
    with pytest.raises(ValueError, match="do not fit"):
        rebuild_mentions(document([], text="short"), list_errors("d", [], [Mention(2, 9, "OS")]))


@pytest.fixture
def cases() -> list[Case]:
    gold = [Mention(0, 7, "SOFTWARE"), Mention(22, 29, "OS")]
    documents = [document(gold, "both"), document(gold, "one"), document([], "none", "hello"), document([], "extra")]
    good = report(documents, [gold, gold, [], []])
    bad = report(documents, [gold[:1], [Mention(0, 12, "SOFTWARE"), gold[1]], [], [Mention(0, 7, "OS")]])
    return list_cases(documents, {"good": good, "bad": bad})


def test_documents_without_mention_or_error_are_no_cases(cases: list[Case]) -> None:
    assert [case.document.id for case in cases] == ["both", "one", "extra"]
    assert cases[0].answers["good"].right
    assert cases[0].answers["bad"].mentions == (Mention(0, 7, "SOFTWARE"),)


def test_filters(cases: list[Case]) -> None:
    def ids(*args: object, **kwargs: object) -> list[str]:
        return [case.document.id for case in filter_cases(cases, *args, **kwargs)]  # type: ignore[arg-type]

    assert ids("bad") == ["both", "one", "extra"]
    assert ids("good") == []
    assert ids("bad", kinds=["missed"]) == ["both"]
    assert ids("bad", types=["SOFTWARE"]) == ["one"]
    assert ids("bad", kinds=["missed"], types=["SOFTWARE"]) == []
    assert ids("good", other="bad", show="better", kinds=["boundary"]) == ["one"]
    assert ids("bad", other="good", show="better") == []
    assert ids("bad", other="good", show="worse") == ["both", "one", "extra"]
    assert ids("bad", other="good", show="worse", types=["OS"]) == ["both", "extra"]
    assert ids("bad", text="OUTLOOK") == ["both", "one", "extra"]
    assert ids("bad", text="nowhere") == []


def test_what_is_wrong_most_often_is_counted_by_its_text() -> None:
    gold = [Mention(0, 7, "SOFTWARE"), Mention(22, 29, "OS")]
    documents = [document(gold, name) for name in "abc"]
    pred = [gold[:1], [gold[0], Mention(22, 29, "SOFTWARE"), Mention(30, 32, "VERSION")], [Mention(0, 12, "SOFTWARE")]]
    cases = list_cases(documents, {"it": report(documents, pred)})
    assert count_surfaces(cases, "it") == [
        ("Windows", "OS", "O", "missed", 2),
        ("11", "O", "VERSION", "spurious", 1),
        ("Outlook", "SOFTWARE", "SOFTWARE", "boundary", 1),
        ("Windows", "OS", "SOFTWARE", "type", 1),
    ]
    assert count_surfaces(cases[:1], "it", types=["VERSION"]) == []
    assert [line[3] for line in count_surfaces(cases, "it", ["type", "boundary"], ["SOFTWARE"])] == ["boundary", "type"]


def test_where_two_taggers_differ_on_a_type() -> None:
    gold = [Mention(0, 7, "SOFTWARE"), Mention(22, 29, "OS")]
    documents = [document(gold, name) for name in ("same", "worse", "better", "unlike", "elsewhere")]
    other = Mention(22, 29, "SOFTWARE")
    one = [gold[:1], gold[:1], gold, [gold[0], other], [gold[1]]]
    two = [gold[:1], gold, gold[:1], gold[:1], gold]
    cases = list_cases(documents, {"one": report(documents, one), "two": report(documents, two)})

    def ids(show: Show, types: list[str], kinds: list[ErrorClass]) -> list[str]:
        return [case.document.id for case in filter_cases(cases, "one", kinds, types, "", "two", show)]

    assert ids("differ", ["OS"], []) == ["worse", "better", "unlike"]
    assert ids("differ", [], []) == ["worse", "better", "unlike", "elsewhere"]
    assert ids("better", ["OS"], []) == ["better"]
    assert ids("worse", ["OS"], []) == ["worse"]
    assert ids("worse", ["SOFTWARE"], []) == ["unlike", "elsewhere"]
    # Wrong in another way is not right.
    assert ids("better", ["OS"], ["missed"]) == ["better"]
    assert ids("differ", ["OS"], ["missed"]) == ["worse", "better", "unlike"]
    with pytest.raises(ValueError, match="needs another tagger"):
        filter_cases(cases, "one", show="differ")


def test_the_surest_mistakes_come_first_and_those_without_a_score_last() -> None:
    gold = [Mention(0, 7, "SOFTWARE")]
    documents = [document(gold, name) for name in ("miss", "low", "high", "right")]
    pred = [[], [Mention(0, 12, "SOFTWARE", 0.25)], [Mention(0, 7, "OS", 0.75), Mention(22, 29, "OS", 0.5)], gold]
    info = PredictionInfo("it", "x", "test", HASH, "fp32", HASH, None, "none", 4, None, None, PROVENANCE)
    recorded = Predictions(info, {d.id: tuple(found) for d, found in zip(documents, pred, strict=True)})
    cases = list_cases(documents, {"it": report(documents, pred)}, {"it": recorded})
    assert [most_confident(case, ["it"]) for case in cases] == [None, 0.25, 0.75, None]
    assert most_confident(cases[2], ["it"], ["spurious"]) == 0.5
    assert most_confident(cases[2], ["it"], (), ["VERSION"]) is None
    assert [case.document.id for case in sort_by_confidence(cases, ["it"])] == ["high", "low", "miss", "right"]
    assert cases[3].answers["it"].score(None) is None
    silent = list_cases(documents, {"it": report(documents, pred)})
    assert sort_by_confidence(silent, ["it"]) == silent
