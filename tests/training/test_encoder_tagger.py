from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny import Tiny

from itner.core.labels import document_tags
from itner.core.tokens import split_tokens
from itner.core.types import Document
from itner.records.store import TOKENIZER, Run
from itner.taggers.encoder.load import load_tagger
from itner.taggers.encoder.tagger import EncoderTagger
from itner.taggers.encoder.windows import Encoder, window_spans


class Oracle:
    """A scorer that labels a piece by its id alone, so that the right answer is known for any text."""

    def __init__(self, labels: dict[int, int], n_labels: int):
        self._labels = labels
        self._n = n_labels
        self.rows: list[int] = []

    def score(self, input_ids: np.ndarray, attention_mask: np.ndarray, casing: np.ndarray) -> np.ndarray:
        assert input_ids.shape == attention_mask.shape
        self.rows.append(len(input_ids))
        ids = np.vectorize(lambda piece: self._labels.get(piece, 0))(input_ids)
        return np.eye(self._n, dtype=np.float32)[ids] * 9


@pytest.fixture(scope="module")
def encoder(tiny: Tiny) -> Encoder:
    return Encoder.from_file(tiny.backbone / TOKENIZER, 12)


@pytest.fixture
def oracle(tiny: Tiny, encoder: Encoder) -> EncoderTagger:
    """Finds the words windows (OS), outlook (SOFTWARE) and laptop (HARDWARE), always as B."""
    piece = {word: int(encoder.encode([document(word)])[0].ids[1]) for word in ("windows", "outlook", "laptop")}
    labels = tiny.scheme.labels
    wanted = {
        piece["windows"]: labels.index("B-OS"),
        piece["outlook"]: labels.index("B-SOFTWARE"),
        piece["laptop"]: labels.index("B-HARDWARE"),
    }
    return EncoderTagger(Oracle(wanted, len(labels)), encoder, tiny.scheme)


def document(text: str) -> Document:
    return Document(text, split_tokens(text), (), "d", "test")


@given(st.integers(0, 400), st.integers(2, 60))
def test_windows_cover_everything_and_fit(length: int, room: int) -> None:
    _, starts, ends = window_spans(np.array([length]), room)
    spans = list(zip(starts.tolist(), ends.tolist(), strict=True))
    assert spans[0][0] == 0
    assert spans[-1][1] == length
    for (start, end), (following, _) in pairwise(spans):
        assert start < following <= end
    assert all(end - start <= room for start, end in spans)


@given(st.integers(1, 60))
def test_each_token_is_read_exactly_once(n: int) -> None:
    # hypothesis and fixtures do not mix; the tokenizer is cheap to find again through the module-level cache
    encoder = _ENCODER[0]
    text = " ".join(["windows", "x1", "laptop"] * n)[: 9 * n]
    doc = document(text)
    windows = encoder.encode([doc])
    read = np.concatenate([window.tokens for window in windows])
    assert sorted(read.tolist()) == list(range(len(doc.tokens)))
    assert all(len(window.ids) <= 12 for window in windows)


_ENCODER: list[Encoder] = []


@pytest.fixture(scope="module", autouse=True)
def _share_encoder(encoder: Encoder) -> None:
    _ENCODER[:] = [encoder]


def test_mentions_in_every_part_of_a_long_text(oracle: EncoderTagger) -> None:
    text = " ".join(f"word{number} windows and laptop" for number in range(200))
    (mentions,) = oracle.tag([text])
    assert [text[m.start : m.end] for m in mentions] == ["windows", "laptop"] * 200
    assert [m.type for m in mentions] == ["OS", "HARDWARE"] * 200


def test_results_do_not_depend_on_the_company(oracle: EncoderTagger) -> None:
    texts = [
        "windows",
        "a laptop with outlook on windows, and then nothing. " * 4,
        "",
        "no entity here",
        "laptop\n\nwindows",
    ]
    together = oracle.tag(texts)
    assert together == [oracle.tag([text])[0] for text in texts]
    assert together[2] == [] == together[3]
    assert [(m.start, m.end) for m in together[4]] == [(0, 6), (8, 15)]


def test_neighbouring_documents_never_share_a_mention(tiny: Tiny, encoder: Encoder) -> None:
    # The first document ends in a mention that the next one's first token would continue.
    begin, inside = (tiny.scheme.labels.index(label) for label in ("B-OS", "I-OS"))
    windows, laptop = (int(encoder.encode([document(word)])[0].ids[1]) for word in ("windows", "laptop"))
    tagger = EncoderTagger(Oracle({windows: begin, laptop: inside}, 11), encoder, tiny.scheme)
    predictions = tagger.predict([document("windows laptop"), document("windows"), document("laptop laptop")])
    assert [prediction.spans for prediction in predictions] == [((0, 2, "OS"),), ((0, 1, "OS"),), ()]


@pytest.mark.parametrize(
    "text",
    [
        "windows\u0130 windows",
        "é windows",
        "e\u0301 windows",
        "\u202ewindows\u202c windows",
        "🙂 windows",
        "\x00 windows",
        "ﬁ windows",
        "  \t windows ",
        "\ufeffwindows",
        "日本 windows",
    ],
)
def test_offsets_hold_where_normalisation_changes_lengths(oracle: EncoderTagger, text: str) -> None:
    (mentions,) = oracle.tag([text])
    assert mentions
    assert {text[m.start : m.end].strip("\u0130\u202e\u202c\ufeff") for m in mentions} == {"windows"}


@given(st.text(max_size=80))
def test_no_text_breaks_the_encoder(text: str) -> None:
    doc = document(text)
    for window in _ENCODER[0].encode([doc]):
        assert (window.tokens < len(doc.tokens)).all()
        assert (window.positions < len(window.ids)).all()


def test_a_token_without_pieces_is_outside(oracle: EncoderTagger) -> None:
    doc = document("\x00 windows")
    (prediction,) = oracle.predict([doc])
    nothing, windows = prediction.label_ids.tolist()
    assert nothing == 0
    assert windows != 0
    assert prediction.probabilities.shape == (len(doc.tokens), 11)
    assert prediction.probabilities.sum(axis=1) == pytest.approx(1.0)


def test_scores_are_the_least_certain_token(full_run: Run, tiny: Tiny) -> None:
    tagger = load_tagger(full_run, "torch-fp32")
    doc = tiny.documents[0]
    (prediction,) = tagger.predict([doc])
    assert prediction.spans
    for (start, end, _), mention in zip(prediction.spans, prediction.mentions, strict=True):
        chosen = prediction.probabilities[np.arange(start, end), prediction.label_ids[start:end]]
        assert mention.score == pytest.approx(float(chosen.min()))
    assert len(prediction.label_ids) == len(document_tags(doc)[0])


def test_batches_are_bounded(tiny: Tiny, encoder: Encoder) -> None:
    oracle = Oracle({}, 11)
    tagger = EncoderTagger(oracle, encoder, tiny.scheme)
    shares: list[float] = []
    tagger.predict([document("windows")] * 200, on_share=shares.append)
    # Three pieces each, 256 in a batch.
    assert oracle.rows == [85, 85, 30]
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    assert tagger.predict([]) == []


@pytest.mark.parametrize("threshold", [0.5, 0.9, 0.2, 0.01, 0.001])
def test_at_a_threshold_it_marks_what_is_at_least_so_likely_beside_none(full_run: Run, threshold: float) -> None:
    tagger = load_tagger(full_run, "torch-fp32")
    text = "the windows on the printer and the outlook of laptop excel words (timeout) 11"
    documents = [document(text), document("nothing here"), Document("", (), (), "e", "test")]
    logits, offsets = tagger.token_logits(documents)
    # Some of what a trained tagger is sure of is made doubtful.
    logits[::2] *= 0.1
    plain = tagger.decode(documents, logits, offsets)
    predictions = tagger.at(threshold).decode(documents, logits, offsets)
    for prediction, before in zip(predictions, plain, strict=True):
        shares = before.probabilities
        best = shares[:, 1:].max(axis=1)
        beside = best / (best + shares[:, 0])
        assert ((prediction.label_ids != 0) == (beside >= threshold)).all()
        marked = prediction.label_ids != 0
        assert (prediction.label_ids[marked] == shares[marked, 1:].argmax(axis=1) + 1).all()
        # Scores stay what they are: the probability of the label among all.
        assert np.array_equal(prediction.probabilities, shares)
        for mention, (start, end, _) in zip(prediction.mentions, prediction.spans, strict=True):
            rows = np.arange(start, end)
            assert mention.score == pytest.approx(float(shares[rows, prediction.label_ids[rows]].min()))
    found = tagger.at(threshold).find_mentions(documents, logits, offsets)
    assert found == [prediction.mentions for prediction in predictions]


def test_a_threshold_is_the_tagger_s_that_was_asked_for_alone(full_run: Run) -> None:
    tagger = load_tagger(full_run, "torch-fp32")
    texts = ["the windows and the outlook", "printer 11"]
    before = tagger.tag(texts)
    assert sum(map(len, tagger.at(1e-9).tag(texts))) > 0
    assert all(mention.end - mention.start > 0 for mentions in tagger.at(1e-9).tag(texts) for mention in mentions)
    assert tagger.at(1 - 1e-9).tag(texts) != before or not any(before)
    assert tagger.tag(texts) == before == tagger.at(0.5).tag(texts)
    for wrong in (0.0, 1.0, -1.0, 2.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            tagger.at(wrong)
