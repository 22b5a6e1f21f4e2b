from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import Tiny
from tokenizers import Tokenizer, models, pre_tokenizers

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Token
from itner.records.store import TOKENIZER
from itner.taggers.encoder.windows import Encoder, find_casing, window_spans


def document(text: str, tokens: tuple[Token, ...] | None = None) -> Document:
    return Document(text, split_tokens(text) if tokens is None else tokens, (), "d", "test")


@pytest.fixture
def encoder(tiny: Tiny) -> Encoder:
    return Encoder.from_file(tiny.backbone / TOKENIZER, 10)  # room for 8 pieces


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (8, [(0, 8)]),
        # A quarter of 8 overlaps, so the step is 6; the last window ends with the text.
        (9, [(0, 8), (1, 9)]),
        (20, [(0, 8), (6, 14), (12, 20)]),
        (21, [(0, 8), (6, 14), (12, 20), (13, 21)]),
        (0, [(0, 0)]),
    ],
)
def test_window_spans_by_hand(length: int, expected: list[tuple[int, int]]) -> None:
    of, starts, ends = window_spans(np.array([length, 3]), 8)
    assert of.tolist() == [0] * len(expected) + [1]
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == [*expected, (0, 3)]


def test_of_an_overlap_each_window_reads_the_half_with_its_context(encoder: Encoder) -> None:
    windows = encoder.encode([document("the " * 20)])  # one piece a token
    assert [window.tokens.tolist() for window in windows] == [
        [0, 1, 2, 3, 4, 5, 6],
        [7, 8, 9, 10, 11, 12],
        [13, 14, 15, 16, 17, 18, 19],
    ]
    # Each window begins with [CLS] and ends with [SEP]; positions count from there.
    assert [window.positions.tolist() for window in windows] == [
        [1, 2, 3, 4, 5, 6, 7],
        [2, 3, 4, 5, 6, 7],
        [2, 3, 4, 5, 6, 7, 8],
    ]
    assert all((window.ids[0], window.ids[-1]) == (2, 3) for window in windows)


def test_a_token_is_read_at_its_first_piece(encoder: Encoder, tiny: Tiny) -> None:
    pieces = Tokenizer.from_file(str(tiny.backbone / TOKENIZER))
    (window,) = encoder.encode([document("ab windows c#")])
    assert [pieces.id_to_token(int(i)) for i in window.ids] == ["[CLS]", "a", "##b", "windows", "c", "#", "[SEP]"]
    assert window.positions.tolist() == [1, 3, 4]
    assert window.tokens.tolist() == [0, 1, 2]


def test_the_tokenizers_own_truncation_and_padding_are_off(tiny: Tiny) -> None:
    tokenizer = Tokenizer.from_file(str(tiny.backbone / TOKENIZER))
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=64)
    windows = Encoder(tokenizer, 64).encode([document("the " * 30), document("the")])
    assert [len(window.ids) for window in windows] == [32, 3]
    assert len(windows[0].tokens) == 30


def test_documents_without_tokens_or_pieces_have_no_window(encoder: Encoder) -> None:
    found = encoder.encode([document(""), document("the", ()), document(" \n "), document("the")])
    assert [window.documents.tolist() for window in found] == [[3]]
    assert len(encoder.encode([])) == 0


def test_text_before_the_first_token_belongs_to_none(encoder: Encoder) -> None:
    (window,) = encoder.encode([document("the the windows", (Token(8, 15),))])
    assert window.tokens.tolist() == [0]
    assert window.positions.tolist() == [3]


def test_special_tokens_spelled_in_a_text_move_no_offset(encoder: Encoder) -> None:
    text = "[SEP] windows [MASK]"
    doc = document(text)
    (window,) = encoder.encode([doc])
    names = {doc.token_texts()[t]: p for t, p in zip(window.tokens, window.positions, strict=True)}
    (word,) = encoder.encode([document("windows")])
    assert window.ids[names["windows"]] == word.ids[1]


def test_a_byte_level_piece_belongs_to_the_word_after_its_space() -> None:
    # As in RoBERTa: the space before a word is a part of its first piece, and of that piece's offsets.
    words = ["<s>", "</s>", "a", "o", "k", "ok", "Ġ", "Ġok", "Ġa"]
    merges = [("o", "k"), ("Ġ", "ok"), ("Ġ", "a")]
    tokenizer = Tokenizer(models.BPE({word: i for i, word in enumerate(words)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    doc = document("ok ok a ok")
    (window,) = Encoder(tokenizer, 10).encode([doc])
    assert window.ids.tolist() == [5, 7, 8, 7]
    assert window.tokens.tolist() == window.positions.tolist() == [0, 1, 2, 3]


def test_every_token_of_a_contraction_is_read() -> None:
    # Tokens are ca and n't, pieces are can, ' and t (as all-MiniLM cuts them). A token that no piece speaks for is
    # always O, so a mention that begins with "can't" could never be found whole.
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "can", "'", "t", "open"]
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    doc = document("can't open")
    assert doc.token_texts() == ["ca", "n't", "open"]
    (window,) = Encoder(tokenizer, 10).encode([doc])
    assert window.tokens.tolist() == [0, 1, 2]


def test_casing_by_hand(encoder: Encoder, tiny: Tiny) -> None:
    # Pieces are letters but for known words, so every word shows where its capitals are.
    text = "ab Ab AB aB A 7 C# Windows 11 ÄÖ"
    (window,) = Encoder.from_file(tiny.backbone / TOKENIZER, 64).encode([document(text)])
    pieces = Tokenizer.from_file(str(tiny.backbone / TOKENIZER))
    shown = [pieces.id_to_token(int(i)) for i in window.ids]
    assert list(zip(shown, window.casing.tolist(), strict=True)) == [
        ("[CLS]", 0),
        ("a", 0),
        ("##b", 0),
        ("a", 1),  # first letter alone, and here it is
        ("##b", 4),  # first letter alone, and not here
        ("a", 2),
        ("##b", 2),
        ("a", 5),  # a capital elsewhere, and not here
        ("##b", 3),  # a capital elsewhere, and here it is
        ("a", 1),  # one letter says no more than a first letter
        ("7", 0),
        ("c", 1),
        ("#", 4),
        ("windows", 1),
        ("1", 0),
        ("##1", 0),
        ("a", 2),  # the tokenizer takes accents away, too
        ("##o", 2),
        ("[SEP]", 0),
    ]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_casing_says_whether_a_word_has_capitals(text: str) -> None:
    tokens = split_tokens(text)
    if not tokens:
        return
    bounds = np.array([(token.start, token.end) for token in tokens])
    casing = find_casing(text, bounds, bounds, np.arange(len(tokens)))
    for token, kind in zip(tokens, casing.tolist(), strict=True):
        word = [c if ord(c) < 0x10000 else "." for c in text[token.start : token.end]]
        capitals, letters = sum(c.isupper() for c in word), sum(c.isalpha() for c in word)
        assert (kind == 0) == (capitals == 0)
        # A whole word as its own piece holds all of its capitals.
        assert kind in (0, 1, 2, 3)
        if capitals and capitals == letters > 1:
            assert kind == (1 if capitals == 1 else 2)


def test_casing_is_cut_with_its_pieces(encoder: Encoder) -> None:
    windows = encoder.encode([document("the THE " * 10)])
    assert len(windows) > 1
    for window in windows:
        assert window.casing.shape == window.ids.shape
        body = window.casing[1:-1].tolist()
        assert set(pairwise(body)) == {(0, 2), (2, 0)}


def grouped(*texts: str, group: str | None = "g") -> list[Document]:
    return [replace(document(text), id=str(number), group=group) for number, text in enumerate(texts)]


@pytest.fixture
def sharing(tiny: Tiny) -> Encoder:
    return Encoder.from_file(tiny.backbone / TOKENIZER, 10, context=True)


def test_sentences_of_a_text_share_a_window(sharing: Encoder) -> None:
    (window,) = sharing.encode(grouped("the THE", "the windows the"))
    the, windows, begin, end = int(window.ids[1]), int(window.ids[5]), 2, 3
    assert window.ids.tolist() == [begin, the, the, end, the, windows, the, end]
    assert window.casing.tolist() == [0, 0, 2, 0, 0, 0, 0, 0]
    assert window.positions.tolist() == [1, 2, 4, 5, 6]
    assert window.documents.tolist() == [0, 0, 1, 1, 1]
    assert window.tokens.tolist() == [0, 1, 0, 1, 2]


def test_a_window_is_never_shared_beyond_its_text_or_its_length(sharing: Encoder) -> None:
    three = "the the the"
    # [CLS] and two sentences of three pieces with a [SEP] each are nine; a third does not fit.
    assert owners(sharing, grouped(three, three, three)) == [{0, 1}, {2}]
    assert owners(sharing, grouped("the", group="a") + grouped("the", group="b")) == [{0}, {0}]
    assert owners(sharing, grouped("the", "the", group=None)) == [{0}, {1}]
    # A sentence that needs windows of its own stands between the others.
    assert owners(sharing, grouped("the", "the " * 20, "the", "the")) == [{0}, {1}, {1}, {1}, {2, 3}]
    # One without any piece separates nothing.
    assert owners(sharing, grouped("the", "", "the")) == [{0, 2}]


def test_without_context_every_document_has_its_own_window(encoder: Encoder) -> None:
    assert owners(encoder, grouped("the", "the")) == [{0}, {1}]


def owners(encoder: Encoder, documents: list[Document]) -> list[set[int]]:
    """The documents of each window, by number within their group."""
    return [{int(documents[index].id) for index in window.documents} for window in encoder.encode(documents)]


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from([None, "a", "b"])), max_size=12), st.integers())
def test_every_token_is_read_once_however_windows_are_shared(texts: list[tuple[int, str | None]], seed: int) -> None:
    documents = [replace(document("the " * n), group=group) for n, group in texts]
    for vary in (None, random.Random(seed)):
        windows = _SHARING[0].encode(documents, vary)
        read = sorted(
            pair for window in windows for pair in zip(window.documents.tolist(), window.tokens.tolist(), strict=True)
        )
        assert read == [(index, token) for index, d in enumerate(documents) for token in range(len(d.tokens))]
        for window in windows:
            assert len(window.ids) <= 10
            assert len(window.ids) == len(window.casing)
            assert {documents[index].group for index in window.documents} in ({None}, {"a"}, {"b"})


_SHARING: list[Encoder] = []


@pytest.fixture(scope="module", autouse=True)
def _keep_for_hypothesis(tiny: Tiny) -> None:
    # hypothesis and fixtures do not mix.
    _SHARING[:] = [Encoder.from_file(tiny.backbone / TOKENIZER, 10, context=True)]


def test_a_mark_tells_whose_guideline_is_followed(tiny: Tiny) -> None:
    pieces = Tokenizer.from_file(str(tiny.backbone / TOKENIZER))
    encoder = Encoder.from_file(tiny.backbone / TOKENIZER, 10, context=True, guidelines=("public", "own"))
    public, own = (pieces.token_to_id(f"[unused{number}]") for number in (1, 2))
    # The name of the source says nothing; text without a guideline gets the last one's mark.
    followed = ("public", "own", None, "another", "publicity")
    sentences = [replace(document("the THE"), source="public", guideline=name) for name in followed]
    windows = encoder.encode(sentences)
    assert [window.ids.tolist()[:2] for window in windows] == [
        [2, public],
        [2, own],
        [2, own],
        [2, own],
        [2, own],
    ]
    assert [window.positions.tolist() for window in windows] == [[2, 3]] * 5
    assert windows[0].casing.tolist() == [0, 0, 0, 2, 0]
    # Sentences that share a window share the mark, too; every window of a long sentence has it.
    (window,) = encoder.encode([replace(entry, guideline="public") for entry in grouped("the", "the the")])
    assert (window.ids.tolist()[:2], window.positions.tolist()) == ([2, public], [2, 4, 5])
    long = encoder.encode([replace(document("the " * 20), guideline="public")])
    assert len(long) > 1
    assert {window.ids.tolist()[1] for window in long} == {public}
    assert all(len(window.ids) <= 10 for window in long)


def test_a_tokenizer_without_reserved_pieces_cannot_mark_guidelines() -> None:
    tokenizer = Tokenizer(models.WordLevel({"a": 0, "[UNK]": 1}, unk_token="[UNK]"))
    with pytest.raises(InputError, match=r"no piece \[unused1\]"):
        Encoder(tokenizer, 10, guidelines=("one",))
