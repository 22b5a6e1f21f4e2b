"""The texts that links are to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from itner.dashboard.shared_texts import DAYS, SharedTexts


@given(st.text(st.characters(codec=None)))
def test_a_text_comes_back_as_it_was(text: str) -> None:
    texts = SharedTexts()
    assert texts.find(texts.keep(text)) == text


def test_nothing_is_found_by_guessing_and_no_token_is_given_twice() -> None:
    texts = SharedTexts()
    assert len({texts.keep("a") for _ in range(100)}) == 100
    assert texts.find("") is None
    assert texts.find("a") is None


def test_the_oldest_go_when_there_are_too_many_or_too_long_ones() -> None:
    texts = SharedTexts(most_texts=2, most_bytes=10)
    first, second, third = (texts.keep(text) for text in ("one", "two", "three"))
    assert [texts.find(token) for token in (first, second, third)] == [None, "two", "three"]
    long = texts.keep("seven, 8")
    assert [texts.find(token) for token in (second, third, long)] == [None, None, "seven, 8"]


def test_a_text_is_forgotten_after_the_days_that_are_said() -> None:
    now = 0.0
    texts = SharedTexts(clock=lambda: now)
    token = texts.keep("a")
    now = DAYS * 24 * 3600 - 1.0
    assert texts.find(token) == "a"
    now += 1.0
    assert texts.find(token) is None
