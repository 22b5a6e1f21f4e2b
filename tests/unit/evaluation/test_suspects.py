"""Suspects by hand-made probabilities, planted errors, and how early those come."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import make_documents

from itner.core.labels import LabelScheme, align_mentions
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.evaluation.planting import Planted, plant_errors, rank_planted
from itner.evaluation.suspects import list_suspects, rank
from itner.records.evaluation import Span
from itner.records.suspects import PLANT_KINDS, Found, Opinions, Suspect

SCHEME = LabelScheme("two", ("A", "B"))
LABELS = SCHEME.labels  # O, B-A, I-A, B-B, I-B


def document(*mentions: Mention) -> Document:
    text = "one two three"
    return Document(text, split_tokens(text), mentions, "d", "s")


def rows(*tokens: dict[str, float]) -> np.ndarray:
    """Label probabilities; what is not named of a token is O."""
    found = np.zeros((len(tokens), len(LABELS)))
    for row, named in zip(found, tokens, strict=True):
        row[0] = 1 - sum(named.values())
        for label, value in named.items():
            row[LABELS.index(label)] = value
    return found


def only(held: Document, probabilities: np.ndarray, *opinions: list[Mention]) -> Suspect:
    [found] = list_suspects("dev", [held], [probabilities], SCHEME, [{"d": said} for said in opinions])
    return found


def test_each_kind_is_told_with_how_implausible_the_annotation_is() -> None:
    missing = only(document(), rows({"B-A": 0.9}, {}, {}))
    assert (missing.kind, missing.given, missing.proposed) == ("missing", (), (Span(0, 3, "A"),))
    assert missing.score == pytest.approx(0.9)  # O was annotated, with probability 0.1
    spurious = only(document(Mention(0, 3, "A")), rows({"B-A": 0.3}, {}, {}))
    assert (spurious.kind, spurious.proposed) == ("spurious", ())
    assert spurious.score == pytest.approx(0.7)
    other = only(document(Mention(0, 3, "A")), rows({"B-B": 0.8, "B-A": 0.2}, {}, {}))
    assert (other.kind, other.score) == ("type", pytest.approx(0.8))
    # "one two" is annotated, "one" is likely: of the two labels, the second alone is doubted.
    longer = only(document(Mention(0, 7, "A")), rows({"B-A": 1.0}, {"I-A": 0.4}, {}))
    assert (longer.kind, longer.score) == ("boundary", pytest.approx(0.6))
    both = only(document(Mention(0, 7, "A")), rows({"B-B": 1.0}, {}, {}))
    assert (both.kind, both.score) == ("boundary and type", pytest.approx(1.0))
    assert not list_suspects("dev", [document(Mention(0, 3, "A"))], [rows({"B-A": 0.9}, {}, {})], SCHEME)


def test_a_run_weighs_as_much_as_the_probabilities() -> None:
    held = document(Mention(0, 3, "A"))
    sure = rows({"B-A": 0.7, "B-B": 0.3}, {}, {})
    assert not list_suspects("dev", [held], [sure], SCHEME)
    # (0.7 + 1 + 0 + 0) / 4 is left for what is annotated, (0.3 + 2) / 4 for the other type.
    found = only(held, sure, [Mention(0, 3, "A")], [Mention(0, 3, "B")], [Mention(0, 3, "B")])
    assert (found.kind, found.score) == ("type", pytest.approx(1 - 1.7 / 4))
    assert found.opinions == Opinions(runs=3, given=1, proposed=2)


def test_neighbouring_documents_are_read_apart() -> None:
    held = [document(), document()]
    likely = [rows({}, {}, {"B-A": 1.0}), rows({"I-A": 1.0}, {}, {})]
    [found] = list_suspects("dev", held, likely, SCHEME)
    assert found.proposed == (Span(8, 13, "A"),)


def test_ranks_count_a_planted_error_once() -> None:
    def suspect(name: str, start: int, score: float) -> Suspect:
        return Suspect(name, "dev", "missing", (), (Span(start, start + 3, "A"),), score)

    ranked = rank([suspect("b", 0, 0.2), suspect("a", 0, 0.9), suspect("a", 1, 0.8), suspect("c", 9, 0.5)])
    assert [found.score for found in ranked] == [0.9, 0.8, 0.5, 0.2]
    planted = {
        ("dev", "a"): Planted(1, 3, "type"),
        ("dev", "c"): Planted(0, 3, "made up"),  # beside the suspect
        ("dev", "b"): Planted(0, 3, "left out"),
        ("test", "a"): Planted(0, 3, "left out"),  # another split's
    }
    ranks = rank_planted(ranked, planted)
    assert ranks.planted == {"left out": 2, "type": 1, "boundary": 0, "made up": 1}
    assert (ranks.found_in_50, ranks.found_anywhere) == (2, 2)
    assert ranks.found == {"left out": 1, "type": 1, "boundary": 0, "made up": 0}
    # The first of four suspects are as many as were planted; of two, "b" comes too late.
    assert sum(rank_planted(ranked, dict(list(planted.items())[:3])).found.values()) == 1


@given(share=st.sampled_from([0.02, 0.1, 0.2]), seed=st.integers(0, 5))
def test_as_many_errors_are_planted_as_asked_and_nothing_else_changes(share: float, seed: int) -> None:
    documents = make_documents()
    types = ("SOFTWARE", "OS", "HARDWARE", "VERSION", "ERROR")
    changed, planted = plant_errors(documents, share, types, seed)
    assert planted
    # All words of names are marked wherever they stand, so nothing is left to make up a mention on.
    wanted = round(share * sum(len(held.mentions) for held in documents))
    assert len(planted) == sum(PLANT_KINDS[n % 4] != "made up" for n in range(wanted))
    for number, (before, after) in enumerate(zip(documents, changed, strict=True)):
        if number not in planted:
            assert after is before
            continue
        error = planted[number]
        differing = set(before.mentions) ^ set(after.mentions)
        assert 1 <= len(differing) <= 2
        assert all(error.start <= mention.start and mention.end <= error.end for mention in differing)
        assert not align_mentions(after)[1]
    assert plant_errors(documents, share, types, seed) == (changed, planted)


def test_wilsons_interval() -> None:
    # By hand: centre (0.5 + 3.8415 / 20) / 1.38415 = 0.5, half width 1.96 * sqrt(0.025 + 0.0096) / 1.38415 = 0.2634.
    assert Found(5, 10).interval == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert Found(0, 10).interval[0] == 0.0
    assert Found(10, 10).interval[1] == pytest.approx(1.0)
