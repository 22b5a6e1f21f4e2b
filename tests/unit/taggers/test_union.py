"""Rules before another tagger: what overrules what."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy import TOY

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.taggers.base import TokenScores
from itner.taggers.rules.tagger import RulesTagger
from itner.taggers.union.tagger import UnionTagger, overrule, union_sha256


class Capitals:
    """Marks words that begin with a capital letter, and is almost sure."""

    types = TOY.scheme.types

    def tag_documents(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> list[tuple[Mention, ...]]:
        if on_share is not None:
            on_share(1.0)
        return [
            tuple(
                Mention(token.start, token.end, "PLACE", 0.9)
                for token in document.tokens
                if document.text[token.start].isupper()
            )
            for document in documents
        ]

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        raise AssertionError("sentences are cut once")


def by_hand(firm: Sequence[Mention], others: Sequence[Mention]) -> set[Mention]:
    taken = {index for mention in firm for index in range(mention.start, mention.end)}
    return {*firm, *(each for each in others if taken.isdisjoint(range(each.start, each.end)))}


def apart(lengths: list[tuple[int, int]], kind: str) -> list[Mention]:
    """Mentions one behind the other: of each pair a gap and a length."""
    found, at = [], 0
    for gap, length in lengths:
        found.append(Mention(at + gap, at + gap + length, kind))
        at += gap + length
    return found


PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4)), max_size=8)


@given(PAIRS, PAIRS)
def test_what_rules_mark_stands_and_of_the_rest_what_shares_nothing(
    first: list[tuple[int, int]], second: list[tuple[int, int]]
) -> None:
    firm, others = apart(first, "FRUIT"), apart(second, "PLACE")
    found = overrule(firm, others)
    assert set(found) == by_hand(firm, others)
    assert list(found) == sorted(found, key=lambda mention: mention.start)
    assert len(found) == len(set(found))
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_texts_are_read_sentence_by_sentence_by_both() -> None:
    tagger = UnionTagger(RulesTagger(TOY), Capitals())
    assert not isinstance(tagger, TokenScores)
    text = "An apple in Rome.\n\nPear or pear? Oslo"
    found = tagger.tag([text, "", "apple"])
    assert [(text[m.start : m.end], m.type, m.score) for m in found[0]] == [
        ("An", "PLACE", 0.9),
        ("apple", "FRUIT", None),
        ("Rome", "PLACE", 0.9),
        ("Pear", "PLACE", 0.9),
        ("pear", "FRUIT", None),
        ("Oslo", "PLACE", 0.9),
    ]
    assert found[1:] == [[], [Mention(0, 5, "FRUIT")]]


def test_a_rule_overrules_what_it_shares_characters_with() -> None:
    text = "Fresh-apple"
    whole = Document(text, (type(split_tokens(text)[0])(0, len(text)),), (), "1", "x")
    fruit = RulesTagger(TOY, [lambda document: [Mention(0, len(document.text), "FRUIT")]])
    heard: list[float] = []
    assert UnionTagger(fruit, Capitals()).tag_documents([whole], heard.append) == [(Mention(0, 11, "FRUIT"),)]
    assert heard == [1.0]


def test_both_mark_the_same_types() -> None:
    class Other(Capitals):
        types = ("PLACE",)

    with pytest.raises(ValueError, match="beside a tagger for"):
        UnionTagger(RulesTagger(TOY), Other())


def test_the_hash_is_of_all_that_a_union_is() -> None:
    made = ("a" * 64, "b" * 64, ("one", "two"))
    changed = [("c" * 64, *made[1:]), (made[0], "c" * 64, made[2]), (*made[:2], ("two", "one")), (*made[:2], ("one",))]
    random.shuffle(changed)
    assert union_sha256(*made) not in {union_sha256(*each) for each in changed}
    assert union_sha256(*made) == union_sha256(*made)
