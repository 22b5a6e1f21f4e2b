"""The trained tiny runs through the whole tagger, torch against ONNX, on text that no training set holds."""

from __future__ import annotations

import numpy as np
import pytest
from tiny import Tiny

from itner.compress.onnx import export_run
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.records.store import TOKENIZER, Run
from itner.taggers.encoder.load import load_tagger
from itner.taggers.encoder.windows import Encoder
from itner.taggers.variants import VARIANTS

# One piece to several windows of 16: 14 pieces fit beside the special tokens.
LENGTHS = (1, 2, 13, 14, 15, 16, 27, 28, 29, 60, 100)
HOSTILE = (
    "",
    " \n\t ",
    "\x00",
    "a\x00b windows\x00",
    "\u202ewindows\u202c laptop",
    "שלום windows שלום",
    "🙂🙂 windows 👩‍👩‍👧 laptop",
    "ﬁﬃ\u0130ß windows",
    "\ufffd\ufeff\u200b",
    "windows\r\nlaptop\r\n\r\n",
    "[CLS] windows [SEP] [PAD]",
    "e\u0301" * 50 + " windows",
    "x" * 5000,
    "windows. " * 300,
)


@pytest.fixture(scope="module")
def built(tiny_run: Run) -> Run:
    export_run(tiny_run)
    return tiny_run


def document(text: str, name: str = "d") -> Document:
    return Document(text, split_tokens(text), (), name, "test")


def keys(mentions: list[Mention]) -> list[tuple[int, int, str]]:
    return [(mention.start, mention.end, mention.type) for mention in mentions]


def test_logits_equal_torch_at_one_window_and_at_many(built: Run) -> None:
    words = ["the", "windows", "outlook", "laptop", "3.12", "timeout"]
    documents = [document(" ".join(words[i % len(words)] for i in range(n))) for n in LENGTHS]
    reference, torch_offsets = load_tagger(built, "torch-fp32").token_logits(documents)
    logits, offsets = load_tagger(built, "fp32").token_logits(documents)
    assert (offsets == torch_offsets).all()
    both = np.isfinite(reference)
    # Every token was read in some window; only the O row after each document was not.
    assert both.all(axis=1).sum() == sum(len(d.tokens) for d in documents)
    assert (np.isfinite(logits) == both).all()
    assert np.abs(logits[both] - reference[both]).max() <= 1e-3


def test_a_long_text_is_tagged_in_every_part_alone_or_in_company(built: Run, tiny: Tiny) -> None:
    sentence = tiny.documents[0].text
    text = " ".join([sentence] * 30)
    (window, *_) = windows = Encoder.from_file(built.path / TOKENIZER, 16).encode([document(text)])
    assert len(windows) > 10
    assert len(window.ids) == 16
    tagger = load_tagger(built, "fp32")
    (alone,) = tagger.tag([text])
    company = [sentence, text, "", "the", text, *(["the laptop"] * 70)]
    together = tagger.tag(company)
    assert keys(together[1]) == keys(together[4]) == keys(alone)
    assert np.abs([a.score - b.score for a, b in zip(together[1], alone, strict=True)]).max() < 1e-4
    found = np.array([mention.start for mention in alone])
    tenth = len(text) // 10
    for start in range(0, 10 * tenth, tenth):
        assert ((found >= start) & (found < start + tenth)).any(), start
    words = {text[m.start : m.end] for m in alone}
    assert "windows" in words
    assert not [word for word in words if word != word.strip()]


@pytest.mark.parametrize("variant", VARIANTS)
def test_hostile_texts_give_mentions_inside_the_text(built: Run, variant) -> None:
    tagger = load_tagger(built, variant)
    tagged = tagger.tag(HOSTILE)
    assert any(tagged)
    for text, mentions in zip(HOSTILE, tagged, strict=True):
        end = 0
        for mention in mentions:
            assert end <= mention.start < mention.end <= len(text)
            assert text[mention.start : mention.end].strip()
            assert 0.0 <= mention.score <= 1.0
            end = mention.end
    assert tagger.tag(["", " "]) == [[], []]
    assert tagger.tag([]) == []


def test_what_torch_finds_onnx_finds(built: Run, tiny: Tiny) -> None:
    texts = [d.text for d in tiny.documents[:12]] + list(HOSTILE)
    reference = load_tagger(built, "torch-fp32").tag(texts)
    assert [keys(m) for m in load_tagger(built, "fp32").tag(texts)] == [keys(m) for m in reference]
    assert sum(map(len, reference)) > 30


def test_a_lone_surrogate_does_not_stop_the_other_texts(full_run: Run) -> None:
    # A str may hold half a pair (from JSON, or from a file name); the tokenizer refuses it with a TypeError.
    tagger = load_tagger(full_run, "torch-fp32")
    found = tagger.tag(["the \ud83d windows", "the windows"])
    assert len(found) == 2
    assert found[1]
    assert keys(found[1]) == keys(tagger.tag(["the windows"])[0])
