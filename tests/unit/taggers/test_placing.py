"""What a language model says, as offsets of the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.tokens import split_tokens
from itner.core.types import Mention
from itner.records.answers import Losses
from itner.taggers.placing import Pair, Placed, place

TYPES = ("OS", "SOFTWARE", "CREDIT_CARD")


def placed(text: str, *pairs: tuple[str, str]) -> Placed:
    return place(text, split_tokens(text), [Pair(*pair) for pair in pairs], TYPES)


@pytest.mark.parametrize(
    ("text", "pairs", "spans", "losses"),
    [
        ("Windows 11 fails", [("Windows 11", "OS")], [(0, 10, "OS")], Losses()),
        # In order, one place for each.
        ("Word and Word", [("Word", "SOFTWARE"), ("Word", "OS")], [(0, 4, "SOFTWARE"), (9, 13, "OS")], Losses()),
        ("Word and Word", [("Word", "SOFTWARE")] * 3, [(0, 4, "SOFTWARE"), (9, 13, "SOFTWARE")], Losses(crowded=1)),
        # Its very characters first, wherever they stand.
        ("word, Word", [("Word", "SOFTWARE")], [(6, 10, "SOFTWARE")], Losses()),
        ("word, Word", [("Word", "SOFTWARE")] * 2, [(0, 4, "SOFTWARE"), (6, 10, "SOFTWARE")], Losses()),
        ("on WINDOWS  11.", [("Windows 11", "OS")], [(3, 14, "OS")], Losses()),
        ("on Windows 11.", [(" Windows\n11 ", "OS")], [(3, 13, "OS")], Losses()),
        # The longer one has its place first, whatever the order of the answer.
        ("Windows 11 or Windows", [("Windows", "OS"), ("Windows 11", "OS")], [(0, 10, "OS"), (14, 21, "OS")], Losses()),
        ("Windows 11", [("Windows", "OS"), ("Windows 11", "OS")], [(0, 10, "OS")], Losses(crowded=1)),
        # Never inside a word, and never what is not there.
        ("Windowsill", [("Windows", "OS")], [], Losses(absent=1)),
        ("My screen", [("monitor", "OS"), ("", "OS"), ("  ", "OS")], [], Losses(absent=3)),
        ("Windows 11", [("Windows 11", "PRODUCT"), ("Windows 11", "")], [], Losses(unknown=2)),
        ("Pay 4111", [("4111", "credit card")], [(4, 8, "CREDIT_CARD")], Losses()),
        ("a (b) [c] a.b", [("(b)", "OS"), ("a.b", "OS")], [(2, 5, "OS"), (10, 13, "OS")], Losses()),
        ("", [("a", "OS")], [], Losses(absent=1)),
    ],
)
def test_where_a_pair_stands(
    text: str, pairs: list[tuple[str, str]], spans: list[tuple[int, int, str]], losses: Losses
) -> None:
    assert placed(text, *pairs) == Placed(tuple(Mention(*span) for span in spans), losses)


@given(st.text("ab A.\n", max_size=30), st.lists(st.tuples(st.text("abA .", max_size=4), st.sampled_from(("OS", "X")))))
def test_every_pair_is_placed_or_counted_and_none_overlap(text: str, pairs: list[tuple[str, str]]) -> None:
    found = placed(text, *pairs)
    assert len(found.mentions) + found.losses.total == len(pairs)
    end = 0
    for mention in found.mentions:
        assert mention.start >= end
        end = mention.end
        surface = " ".join(text[mention.start : mention.end].split()).casefold()
        assert surface in {" ".join(given.split()).casefold() for given, _ in pairs}
    assert end <= len(text)


@given(st.lists(st.sampled_from(("Word", "Windows 11", "Windows", "and", "Excel")), max_size=12))
def test_an_answer_that_names_every_mention_in_order_gives_all_of_them_back(words: list[str]) -> None:
    text = " , ".join(words)
    pairs, gold, at = [], [], 0
    for word in words:
        if word != "and":
            kind = "OS" if word.startswith("Win") else "SOFTWARE"
            pairs.append((word, kind))
            gold.append(Mention(at, at + len(word), kind))
        at += len(word) + 3
    assert placed(text, *pairs) == Placed(tuple(gold), Losses())
