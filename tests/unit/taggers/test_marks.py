"""Raw texts read as flat arrays say what one sentence after the other says."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from encoders import CHOICES, FOLDERS, ODD, WORDS, encoders, word_pieces
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny import Tiny

from itner.core.reading import Marks, read_texts
from itner.core.sentences import list_all_sentences, tag_by_sentences
from itner.core.tokens import join_tokens, split_tokens
from itner.core.types import Document, Mention
from itner.domains.it.scheme import SCHEME
from itner.taggers.encoder import words
from itner.taggers.encoder.tagger import EncoderTagger
from itner.taggers.encoder.windows import Encoder

# What only its neighbours make one token, and what views leave out.
GLUED = [
    "--force", "-v", "-", "--", "-9 -x-y", "https://a.example/x?y=1", "Ctrl+Alt+Del", "PL/SQL", "Word/Excel", "C++11",
    "DS920+", "android:minSdk", "call(a,b)", "(s)", "won't", ".NET", "7.4.0", "**bold**", "`code`", "<b>x</b>", "&amp;",
    "\x1b[31mred\x1b[0m", "end.", "Next", "e.g.", "no. 4", "\n", "\n\n", "\t", "\r\n", "- item", "2024-01-01 10:00:00",
    "在Ubuntu上", "Ｗｉｎ",
]  # fmt: skip
PARTS = st.sampled_from(WORDS + ODD + GLUED)
TEXTS = st.one_of(
    st.lists(PARTS, max_size=30).map(" ".join),
    st.lists(PARTS, max_size=12).map("".join),
    st.lists(st.lists(PARTS, max_size=9).map(" ".join), max_size=9).map("\n".join),
    st.text(alphabet=st.characters(), max_size=60),
)
SLOW = settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module", autouse=True)
def _keep_for_hypothesis(tiny: Tiny) -> None:
    FOLDERS[:] = [tiny]


class Reading:
    """Scores of a piece that depend on those before it in its window, and on nothing else."""

    table = np.random.default_rng(0).normal(size=(1000, len(SCHEME.labels))).astype(np.float32) * 3

    def score(self, input_ids: np.ndarray, attention_mask: np.ndarray, casing: np.ndarray) -> np.ndarray:
        before = np.cumsum(input_ids * attention_mask, axis=1) + casing
        return self.table[before % len(self.table)]


def as_documents(texts: Sequence[str], groups: Sequence[int], guideline: str | None) -> list[Document]:
    return [
        Document(text, join_tokens(text, split_tokens(text)), (), "d", "test", str(group), guideline)
        for text, group in zip(texts, groups, strict=True)
    ]


@SLOW
@given(st.lists(TEXTS, max_size=6), CHOICES, st.sampled_from([None, "one", "x"]), st.data())
def test_windows_of_texts_are_those_of_their_documents(
    texts: list[str],
    choice: tuple[int, int, bool, tuple[str, ...]],
    guideline: str | None,
    data: st.DataObject,
) -> None:
    fast, _ = encoders(*choice)
    groups = data.draw(st.lists(st.integers(0, 2), min_size=len(texts), max_size=len(texts)))
    # The second time all words are known.
    for _ in range(2):
        windows, tokens, begins = fast.encode_texts(texts, groups, guideline)
        documents = as_documents(texts, groups, guideline)
        expected = fast.encode(documents)
        for name in ("ids", "casing", "positions", "documents", "tokens", "starts", "reads"):
            found = getattr(windows, name)
            assert found.dtype == getattr(expected, name).dtype, name
            assert found.tolist() == getattr(expected, name).tolist(), name
        spans = [(token.start, token.end) for document in documents for token in document.tokens]
        assert list(map(tuple, tokens.tolist())) == spans
        assert np.diff(begins).tolist() == [len(document.tokens) for document in documents]


@SLOW
@given(st.lists(TEXTS, max_size=6), st.booleans(), st.sampled_from([8, 16, 2**31]), st.sampled_from([0.2, None]))
def test_marks_are_what_is_found_sentence_by_sentence(
    texts: list[str], context: bool, length: int, threshold: float | None
) -> None:
    tagger = EncoderTagger(Reading(), Encoder(word_pieces(), length, context), SCHEME, 40)
    if threshold is not None:
        tagger = tagger.at(threshold)
    # Twice the same, so that sentences repeat.
    given = [*texts, *texts]
    expected = tag_by_sentences(given, None, tagger.tag_documents)
    assert tagger.tag(given) == expected
    marks = tagger.mark(given)
    back = Marks.of(expected, tagger.types)
    for name in ("texts", "starts", "ends", "types", "scores"):
        assert getattr(marks, name).tolist() == getattr(back, name).tolist(), name


def test_the_scores_of_the_comparison_find_mentions() -> None:
    tagger = EncoderTagger(Reading(), Encoder(word_pieces(), 16), SCHEME)
    assert (
        sum(map(len, tagger.tag(["the windows hangs. Outlook runs on a laptop"] * 2 + ["✅the can't foo()"] * 2))) > 2
    )


@settings(max_examples=60)
@given(st.lists(TEXTS, max_size=4), st.integers(0, 130))
def test_texts_are_read_as_their_sentences_are_listed(texts: list[str], lines: int) -> None:
    long = "\n".join(["a line", "", "- item"] * (lines // 3) + texts)
    given = [*texts, long, "x" * 20_001, "word " * 4_100]
    reading = read_texts(given)
    expected = list_all_sentences(given)
    assert reading.sentences == [sentence.document.text for _, sentence in expected]
    assert reading.texts.tolist() == [number for number, _ in expected]
    assert reading.starts.tolist() == [sentence.start for _, sentence in expected]
    assert reading.begins[reading.passages].tolist() == [sentence.passage for _, sentence in expected]
    groups = [sentence.document.group for _, sentence in expected]
    assert [groups.index(group) for group in groups] == [
        reading.passages.tolist().index(passage) for passage in reading.passages.tolist()
    ]


def test_mentions_there_and_back() -> None:
    mentions = [[Mention(0, 3, "OS", 0.5)], [], [Mention(1, 2, "ERROR"), Mention(4, 9, "OS", 1.0)]]
    marks = Marks.of(mentions, SCHEME.types)
    assert marks.as_mentions(3, SCHEME.types) == mentions
    assert marks.take(marks.ends > 2).as_mentions(3, SCHEME.types) == [mentions[0], [], mentions[2][1:]]
    assert Marks.of([[], []], SCHEME.types).as_mentions(2, SCHEME.types) == [[], []]


def test_many_threads_share_a_table_that_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_MOST_WORDS", 40)
    fast = Encoder(word_pieces(), 64)
    batches = [[f"the windows {number} hangs", f"--v{number} a-b {number}.{number}"] for number in range(200)]
    expected = [Encoder(word_pieces(), 64).encode_texts(batch, [0, 1])[0].ids.tolist() for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda batch: fast.encode_texts(batch, [0, 1])[0].ids.tolist(), batches * 3))
    assert found == expected * 3
    assert len(fast._words._table.numbers) < 80  # type: ignore[union-attr]
