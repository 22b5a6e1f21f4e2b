"""Encoding, batching and decoding on flat arrays say what one document after the other says."""

from __future__ import annotations

import random
from dataclasses import fields
from itertools import pairwise

import numpy as np
import pytest
from encoders import CHOICES, FOLDERS, ODD, WORDS, byte_level, encoders, word_pieces
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_encoder import plain_predict, plain_spans
from tiny import Tiny
from tokenizers import AddedToken, Tokenizer, normalizers

from itner.core.tokens import split_tokens
from itner.core.types import Document, Token
from itner.domains.it.scheme import SCHEME
from itner.taggers.encoder.batches import lay_out
from itner.taggers.encoder.pieces import PieceReader, find_begins, join_ranges
from itner.taggers.encoder.tagger import EncoderTagger
from itner.taggers.encoder.windows import Window, window_spans


@pytest.fixture(scope="module", autouse=True)
def _keep_for_hypothesis(tiny: Tiny) -> None:
    # hypothesis and fixtures do not mix.
    FOLDERS[:] = [tiny]


class Sensitive:
    """Scores that depend on all that a model is given, the shape of the batch too."""

    table = np.random.default_rng(0).normal(size=(1000, len(SCHEME.labels))).astype(np.float32) * 3

    def score(self, input_ids: np.ndarray, attention_mask: np.ndarray, casing: np.ndarray) -> np.ndarray:
        assert input_ids.dtype == attention_mask.dtype == casing.dtype == np.int64
        assert not (input_ids * (1 - attention_mask)).any()
        assert not (casing * (1 - attention_mask)).any()
        rows, width = input_ids.shape
        places = np.arange(width) * 0.1 + np.arange(rows)[:, None] * 0.01 + width
        return self.table[input_ids] * np.cos(casing + places + attention_mask.sum()).astype(np.float32)[..., None]


TEXTS = st.one_of(
    st.lists(st.sampled_from(WORDS + ODD), max_size=60).map(" ".join),
    st.lists(st.sampled_from(WORDS + ODD), max_size=12).map("".join),
    st.text(alphabet=st.characters(), max_size=60),
)


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    found = []
    for number in range(draw(st.integers(0, 7))):
        text = draw(TEXTS)
        tokens = split_tokens(text)
        if draw(st.booleans()) and len(text) > 1:
            # Tokens that leave text out, hold spaces, or touch.
            places = sorted(draw(st.sets(st.integers(0, len(text)), min_size=2, max_size=12)))
            tokens = tuple(Token(*pair) for pair in pairwise(places) if draw(st.integers(0, 3)))
        group, guideline = draw(st.sampled_from([None, "g", "h"])), draw(st.sampled_from([None, "one", "two", "x"]))
        found.append(Document(text, tokens, (), str(number), "test", group, guideline))
    return found


@settings(max_examples=400)
@given(documents(), CHOICES, st.one_of(st.none(), st.integers()))
def test_windows_are_those_of_one_document_after_the_other(
    batch: list[Document], choice: tuple[int, int, bool, tuple[str, ...]], seed: int | None
) -> None:
    fast, plain = encoders(*choice)
    vary, also = (random.Random(seed) if seed is not None else None for _ in range(2))
    found, expected = fast.encode(batch, vary), plain.encode(batch, also)
    assert len(found) == len(expected)
    assert found.lengths.tolist() == [len(window.ids) for window in expected]
    for one, other in zip(found, expected, strict=True):
        for part in fields(Window):
            assert getattr(one, part.name).dtype == np.int32
            assert getattr(one, part.name).tolist() == getattr(other, part.name).tolist(), part.name


@settings(max_examples=200)
@given(documents(), CHOICES, st.sampled_from([1, 40, 256]))
def test_predictions_are_those_of_one_document_after_the_other(
    batch: list[Document], choice: tuple[int, int, bool, tuple[str, ...]], pieces: int
) -> None:
    fast, plain = encoders(*choice)
    tagger = EncoderTagger(Sensitive(), fast, SCHEME, pieces)
    expected = plain_predict(Sensitive(), plain, SCHEME, batch, pieces)
    found = tagger.predict(batch)
    assert [prediction.spans for prediction in found] == [prediction.spans for prediction in expected]
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one.label_ids, other.label_ids)
        assert np.array_equal(one.probabilities, other.probabilities)
    # To the last digit of a score, with and without the other tokens' probabilities.
    mentions = [prediction.mentions for prediction in expected]
    assert [prediction.mentions for prediction in found] == tagger.tag_documents(batch) == mentions


def test_the_scores_of_the_comparison_find_mentions() -> None:
    fast, _ = encoders(0, 16, False, ())
    text = "the windows hangs while outlook runs on a laptop"
    found = EncoderTagger(Sensitive(), fast, SCHEME).tag_documents(
        [Document(text, split_tokens(text), (), "d", "test")]
    )
    assert found[0]


def test_pieces_of_all_tokens_keep_their_logits() -> None:
    fast, plain = encoders(0, 8, False, ())
    texts = ("the windows " * 9, "", "the", "outlook 11")
    batch = [Document(text, split_tokens(text), (), "d", "test") for text in texts]
    tagger = EncoderTagger(Sensitive(), fast, SCHEME, 40)
    windows, logits = tagger.piece_logits(batch)
    assert [len(scores) for scores in logits] == [len(window.ids) for window in plain.encode(batch)]
    tokens, offsets = tagger.token_logits(batch)
    for window, scores in zip(windows, logits, strict=True):
        assert np.array_equal(scores[window.positions], tokens[offsets[window.documents] + window.tokens])


@given(st.lists(st.integers(0, 300), max_size=6), st.integers(1, 60))
def test_spans_of_many_lengths_are_those_of_each(lengths: list[int], room: int) -> None:
    of, starts, ends = window_spans(np.array(lengths, dtype=np.int64), room)
    for number, length in enumerate(lengths):
        assert list(zip(starts[of == number].tolist(), ends[of == number].tolist(), strict=True)) == plain_spans(
            length, room
        )


def test_a_window_is_found_by_its_number() -> None:
    fast, _ = encoders(0, 8, False, ())
    windows = fast.encode([Document("the windows", split_tokens("the windows"), (), "d", "test")])
    assert windows[0].tokens.tolist() == [0, 1]
    for index in (1, -1):
        with pytest.raises(IndexError):
            windows[index]


def test_ranges_one_after_the_other() -> None:
    assert join_ranges(np.array([5, 9, 0]), np.array([2, 0, 3])).tolist() == [5, 6, 0, 1, 2]
    assert join_ranges(np.array([], dtype=np.int64), np.array([], dtype=np.int64)).tolist() == []
    assert find_begins(["ab", "", "c"]).tolist() == [0, 3, 4, 6]


def test_no_batch_of_nothing() -> None:
    fast, _ = encoders(0, 8, False, ())
    assert list(lay_out(fast.encode([]), 256)) == []


def changed(content: str, **settings: bool) -> Tokenizer:
    tokenizer = word_pieces()
    tokenizer.add_tokens([AddedToken(content, **settings)])
    return tokenizer


def normalized() -> Tokenizer:
    tokenizer = word_pieces()
    tokenizer.normalizer = normalizers.Replace(" ", "_")
    return tokenizer


@pytest.mark.parametrize(
    "tokenizer",
    [
        lambda: changed("the windows"),  # a piece with a space
        lambda: changed("the", rstrip=True),  # pieces that take a space with them
        lambda: changed("windows", lstrip=True),
        normalized,
        byte_level,
    ],
)
def test_words_are_cut_apart_only_where_their_neighbours_do_not_matter(tokenizer: object) -> None:
    pieces: Tokenizer = tokenizer()  # type: ignore[operator]
    texts = ["the windows the", " windows", "the  the windows"]
    ids, spans = PieceReader(pieces).read(texts)
    found = [pieces.encode(text, add_special_tokens=False) for text in texts]
    assert ids.tolist() == [piece for encoding in found for piece in encoding.ids]
    expected = [
        (first + begin, last + begin)
        for encoding, begin in zip(found, find_begins(texts).tolist(), strict=False)
        for first, last in encoding.offsets
    ]
    assert list(map(tuple, spans.tolist())) == expected
