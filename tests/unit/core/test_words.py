from __future__ import annotations

import pytest

from itner.core.words import counted, listed


@pytest.mark.parametrize(("number", "words"), [(0, "0 pages"), (1, "1 page"), (1200, "1,200 pages")])
def test_things_are_counted(number: int, words: str) -> None:
    assert counted(number, "page") == words


@pytest.mark.parametrize(("names", "words"), [("", ""), ("a", "a"), ("ab", "a and b"), ("abcd", "a, b, c and d")])
def test_names_are_listed(names: str, words: str) -> None:
    assert listed(iter(names)) == words
