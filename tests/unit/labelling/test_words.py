"""When two texts are the same but for how they are written."""

from __future__ import annotations

import pytest

from itner.labelling.held_out import HeldOut
from itner.labelling.words import split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The printer, again!", ("the", "printer", "again")),
        ("cafe\u0301 CAF\u00c9", ("caf\u00e9", "caf\u00e9")),
        ("\u0915\u0940 \u0932\u092a", ("\u0915\u0940", "\u0932\u092a")),
        ("!!! ???", ("!!!???",)),
        ("\U0001f600", ("\U0001f600",)),
        ("  ", ()),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert split_words(text) == words


def test_signs_belong_to_the_word_that_they_follow() -> None:
    assert split_words("C++ and C#, not C + 5 #3", "+#") == ("c++", "and", "c#", "not", "c", "5", "3")
    assert split_words("C++ and C#") == ("c", "and", "c")


def test_held_out_text_is_known_again_however_its_accents_are_written() -> None:
    held = HeldOut(["le caf\u00e9 est ferm\u00e9"])
    assert held.holds("Le cafe\u0301 est ferme\u0301.")
    # A vowel sign makes another word.
    assert not HeldOut(["\u0915\u0940 \u0932\u092a \u0928"]).holds("\u0915\u093e \u0932\u092a \u0928")
