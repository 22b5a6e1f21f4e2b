from __future__ import annotations

from dataclasses import replace

import pytest

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.domains.it.scheme import SCHEME
from itner.labelling.weak import collect_votes, combine_votes, label_settled, measure_functions, score_settled
from itner.records.dataset import FunctionStats
from itner.records.scores import Counts


def document(text: str, *mentions: Mention, id: str = "d") -> Document:
    return Document(text, split_tokens(text), mentions, id, "x")


def find(word: str, kind: str):
    """A function that marks every occurrence of a word."""

    def function(document: Document) -> list[Mention]:
        at = document.text.find(word)
        return [Mention(at, at + len(word), kind)] if at >= 0 else []

    return function


def stats(**dev: Counts) -> FunctionStats:
    return FunctionStats(0.0, 0, None, None, dev)


TEXT = "Word fails on Windows 11 today"
FUNCTIONS = {
    "word": find("Word", "SOFTWARE"),
    "windows": find("Windows", "OS"),
    "both": find("Windows 11", "OS"),
    "inside": find("indows", "OS"),
}


def test_votes_are_token_spans_and_others_are_none() -> None:
    (entry,) = collect_votes(FUNCTIONS, [document(TEXT)])
    assert entry.votes == {
        "word": {(0, 1, "SOFTWARE")},
        "windows": {(3, 4, "OS")},
        "both": {(3, 5, "OS")},
        "inside": frozenset(),
    }


def test_a_function_may_contradict_itself() -> None:
    def twice(document: Document) -> list[Mention]:
        return [Mention(14, 21, "OS"), Mention(14, 24, "OS"), Mention(0, 4, "SOFTWARE")]

    (entry,) = collect_votes({"twice": twice}, [document(TEXT)])
    assert entry.votes["twice"] == {(0, 1, "SOFTWARE"), (3, 5, "OS")}


def test_measures_by_hand() -> None:
    texts = [document(TEXT, id="1"), document("Windows is slow", id="2"), document("no name", id="3")]
    dev = [
        document(TEXT, Mention(0, 4, "SOFTWARE"), Mention(14, 21, "OS"), id="1"),
        document("Windows of the shop", id="2"),
        document("Ubuntu", Mention(0, 6, "OS"), id="3"),
    ]
    measured = measure_functions(collect_votes(FUNCTIONS, texts), collect_votes(FUNCTIONS, dev), SCHEME.types)
    windows = measured["windows"]
    assert windows.coverage == pytest.approx(2 / 3, abs=1e-4)
    assert (windows.mentions, windows.overlap, windows.conflict) == (2, 0.5, 0.5)
    assert windows.dev == {"OS": Counts(tp=1, fp=1, fn=1)}
    assert measured["word"].overlap == 0.0
    assert measured["both"].dev == {"OS": Counts(tp=0, fp=1, fn=2)}
    assert (measured["inside"].overlap, measured["inside"].dev) == (None, {})


def test_votes_add_up_and_the_likelier_span_stays() -> None:
    (entry,) = collect_votes(FUNCTIONS, [document(TEXT)])
    known = {
        "word": stats(SOFTWARE=Counts(tp=8)),  # 9 of 10
        "windows": stats(OS=Counts(tp=7, fp=1)),  # 8 of 10
        "both": stats(OS=Counts(tp=2, fp=6)),
        "inside": stats(),
    }
    found, settled = combine_votes(entry, known, 0.75)
    assert settled
    assert found.mentions == (Mention(0, 4, "SOFTWARE", 0.9), Mention(14, 21, "OS", 0.8))
    found, settled = combine_votes(entry, known, 0.85)
    assert not settled
    assert [mention.type for mention in found.mentions] == ["SOFTWARE"]
    # Two functions for one span: 1 - 0.2 * 0.2.
    twice = replace(entry, votes=entry.votes | {"inside": entry.votes["windows"]})
    found, settled = combine_votes(twice, known | {"inside": known["windows"]}, 0.95)
    assert found.mentions[-1].score == pytest.approx(0.96)
    # A function that was never right on dev persuades nobody.
    assert combine_votes(entry, dict.fromkeys(FUNCTIONS, stats()), 0.6)[1] is False


def test_only_settled_sentences_are_kept_and_scored() -> None:
    gold = [document(TEXT, Mention(0, 4, "SOFTWARE"), id="1"), document("Word up", id="2"), document("none", id="3")]
    voted = collect_votes(FUNCTIONS, gold)
    known = {"word": stats(SOFTWARE=Counts(tp=8)), "windows": stats(), "both": stats(), "inside": stats()}
    settled = label_settled(voted, known, 0.8)
    assert [kept.id for kept in settled] == ["2", "3"]
    scores = score_settled(gold, settled, SCHEME.types)
    assert scores["SOFTWARE"] == Counts(fp=1)
    assert scores["OS"] == Counts()
