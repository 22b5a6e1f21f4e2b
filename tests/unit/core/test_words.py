from __future__ import annotations

import pytest

from itner.core.words import counted, listed, printable, unmarked


@pytest.mark.parametrize(("number", "words"), [(0, "0 pages"), (1, "1 page"), (1200, "1,200 pages")])
def test_things_are_counted(number: int, words: str) -> None:
    assert counted(number, "page") == words


@pytest.mark.parametrize(("names", "words"), [("", ""), ("a", "a"), ("ab", "a and b"), ("abcd", "a, b, c and d")])
def test_names_are_listed(names: str, words: str) -> None:
    assert listed(iter(names)) == words


def test_what_is_no_unicode_can_be_shown() -> None:
    assert printable("Büro \U0001f600") == "Büro \U0001f600"
    assert printable("a\udcff") == "a\\udcff"


def test_a_text_of_others_is_no_markdown() -> None:
    assert unmarked("Intel(R) Xeon, 2.2\nGHz") == "Intel(R) Xeon, 2.2 GHz"
    assert unmarked("![x](http://a) :red[y] $z$ <b> **c** 1-2") == (
        "\\!\\[x\\](http\\:\u2060//a) \\:red\\[y\\] \\$z\\$ \\<b\\> \\*\\*c\\*\\* 1\\-2"
    )
    assert unmarked("1. one") == "1\\. one"
    assert "\u2060" in unmarked("www.example.org")
    assert "\u2060" in unmarked("a@example.org")
