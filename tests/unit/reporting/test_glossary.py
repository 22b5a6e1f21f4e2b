from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from itner.reporting.glossary import GLOSSARY, split_terms


def explained(text: str) -> list[str]:
    return [part for part, meaning in split_terms(text) if meaning]


def test_a_term_is_explained_once_and_only_as_a_word() -> None:
    assert explained("F1 of INT8, and INT8 again; F1x is no term, nor is my-F1.") == ["F1", "INT8"]
    # The longer term is meant, and several of a thing are meant as well.
    assert explained("micro-F1 on 30 gold mentions") == ["micro-F1", "gold mention"]
    assert explained("LoRA, distilled") == ["LoRA", "distilled"]
    assert explained("nothing") == []


@given(st.lists(st.sampled_from([*GLOSSARY, " ", "s", ", ", "<b>", "x"])).map("".join))
def test_nothing_of_a_text_is_lost(text: str) -> None:
    assert "".join(part for part, _ in split_terms(text)) == text
    met = explained(text)
    assert len(met) == len(set(met))


def test_every_meaning_is_a_sentence() -> None:
    for meaning in GLOSSARY.values():
        assert meaning.endswith(".")
        assert meaning[0].isupper()
