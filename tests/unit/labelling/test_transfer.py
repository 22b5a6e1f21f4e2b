"""Transfer text: mentions follow every change, the same seed makes the same text, nothing comes from elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from itner.core.labels import align_mentions
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.labelling.transfer import Transfer
from itner.records.transfer import TransferSettings

SENTENCES = [
    ("Outlook 2021 hangs on Windows.", [("Outlook", "SOFTWARE"), ("2021", "VERSION"), ("Windows", "OS")]),
    ("The ThinkPad T14 shows 0x80070057, again!", [("ThinkPad T14", "HARDWARE"), ("0x80070057", "ERROR")]),
    ("Nothing works since yesterday", []),
    ("Visual Studio Code/Docker", [("Visual Studio Code", "SOFTWARE"), ("Docker", "SOFTWARE")]),
]  # fmt: skip


def documents() -> list[Document]:
    found = []
    for number, (text, marked) in enumerate(SENTENCES):
        mentions = tuple(Mention(text.index(word), text.index(word) + len(word), kind) for word, kind in marked)
        found.append(Document(text, split_tokens(text), mentions, f"d{number}", "tiny", "g", "helpdesk"))
    return found


ALL = TransferSettings(
    copies=20, swap=0.8, other_type=0.3, replace=0.7, replace_words=0.3, join=0.4, lower=0.3, cut=0.3, typos=0.5,
    typo_words=0.4,
)  # fmt: skip


def test_every_mention_of_a_copy_is_one_of_the_corpus_and_fits_its_tokens() -> None:
    known = {(kind, word.lower()) for _, marked in SENTENCES for word, kind in marked}
    made = list(Transfer(documents(), ALL).stream())
    assert len(made) == 21 * len(SENTENCES)
    assert made[: len(SENTENCES)] == documents()
    for document in made:
        assert not align_mentions(document)[1]
        for mention in document.mentions:
            assert (mention.type, document.text[mention.start : mention.end].lower()) in known


def words() -> set[str]:
    return {token.lower() for document in documents() for token in document.token_texts()}


def test_no_word_comes_from_elsewhere_where_nothing_is_mistyped() -> None:
    for document in Transfer(documents(), replace(ALL, typos=0.0)).stream():
        assert {token.lower() for token in document.token_texts()} <= words()


def test_the_seed_makes_the_text_and_a_stream_can_begin_anywhere() -> None:
    first = list(Transfer(documents(), ALL).stream())
    assert list(Transfer(documents(), ALL).stream()) == first
    assert list(Transfer(documents(), ALL).stream(37)) == first[37:]
    assert list(Transfer(documents(), replace(ALL, seed=14)).stream())[4:] != first[4:]
    assert len({document.text for document in first}) > 60


def test_what_was_done_is_counted() -> None:
    source = Transfer(documents(), ALL)
    made = list(source.stream())
    assert source.done["copies"] == len(made) - len(SENTENCES)
    for name in ("mentions swapped", "words replaced", "words mistyped", "cut", "joined", "in lower case"):
        assert source.done[name] > 5, name
    assert source.done["mentions swapped for another type's"] > 5


@pytest.mark.parametrize("name", ["swap", "replace", "join", "lower", "cut", "typos"])
def test_each_change_can_be_left_out(name: str) -> None:
    nothing = TransferSettings(copies=3, swap=0, replace=0, join=0, lower=0, cut=0, typos=0)
    texts = [document.text for document in Transfer(documents(), nothing).stream()]
    assert texts == [text for text, _ in SENTENCES] * 4
    source = Transfer(documents(), replace(nothing, **{name: 1.0}, replace_words=0.5, typo_words=0.5))
    assert [document.text for document in source.stream()] != texts


def test_documents_of_different_guidelines_are_not_joined() -> None:
    mixed = [replace(document, guideline=name) for name in ("a", "b") for document in documents()]
    source = Transfer(mixed, TransferSettings(copies=10, swap=0, replace=0, lower=0, cut=0, typos=0, join=1.0))
    for number, document in enumerate(source.stream()):
        assert document.guideline == mixed[number % len(mixed)].guideline
    assert 0 < source.done["joined"] < source.done["copies"]


@given(st.lists(st.text(max_size=30).filter(str.strip), min_size=1, max_size=5), st.integers(0, 5))
def test_any_raw_text_makes_documents(texts: list[str], seed: int) -> None:
    raw = [Document(text, split_tokens(text), (), str(number), "raw") for number, text in enumerate(texts)]
    for document in Transfer(raw, replace(ALL, copies=2, seed=seed)).stream():
        assert document.text.strip()
        assert not document.mentions
