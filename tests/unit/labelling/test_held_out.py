"""Text of dev and test is known again in raw text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.labelling.held_out import HeldOut

SENTENCE = "Outlook 2021 shows 0x80070057 on my laptop."
HELD = HeldOut([SENTENCE, "Outlook hangs again.", "1.", "Thanks a"])


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        "OUTLOOK 2021  shows\n0x80070057 on my laptop",
        f"Since noon: {SENTENCE} Please help.",
        "2021 shows 0x80070057 on my laptop.",
        "outlook hangs, again",
    ],
)
def test_the_same_words_are_known_again(text: str) -> None:
    assert HELD.holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.",
        "Thanks a",
        "Outlook 2021 shows 0x80070057",
        "My Outlook hangs again and again today.",
        "Outlook 2021 shows 0x80070057 on our laptop.",
        "on my laptop Outlook 2021 shows 0x80070057",
    ],
)
def test_other_words_and_what_anybody_writes_are_not(text: str) -> None:
    assert not HELD.holds(text)


WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=14)


@given(st.lists(WORDS, max_size=4), WORDS)
def test_it_finds_what_looking_everywhere_finds(held: list[list[str]], words: list[str]) -> None:
    def inside(one: list[str], other: list[str]) -> bool:
        return len(one) >= 6 and any(other[at : at + len(one)] == one for at in range(len(other) - len(one) + 1))

    expected = any((len(each) > 2 and each == words) or inside(each, words) or inside(words, each) for each in held)
    assert HeldOut(" ".join(each) for each in held).holds(" ".join(words)) is expected
