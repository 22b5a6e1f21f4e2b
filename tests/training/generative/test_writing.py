"""Decoding by a grammar, with networks that have learned nothing."""

from __future__ import annotations

import json

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.records.base import BaseConfig
from itner.taggers.answers import Pairs, read_answer
from itner.taggers.generative.decoding import Decoder
from itner.taggers.generative.wording import Question, pairs_of, word_answer, word_prompt
from itner.taggers.placing import Pair
from itner.training.generative.build import new_network, train_tokenizer

TYPES = ("OS", "SOFTWARE", "CREDIT_CARD")
TINY = BaseConfig(hidden=32, layers=2, heads=2, key_heads=1, feed_forward=64, positions=256)
TEXTS = [("Windows 11 fails " * times).strip() for times in (1, 4, 2, 3)] + ['say "no\\" \t[ok] é']
PROMPTS = [Question.of(text, split_tokens(text), TYPES) for text in TEXTS]


@pytest.fixture(scope="module")
def tokenizer():  # type: ignore[no-untyped-def]
    return train_tokenizer([word_prompt("Windows 11", TYPES), word_answer([Pair("Windows 11", "OS")])], 400)


def decoder(tokenizer, seed: int, longest: int) -> Decoder:  # type: ignore[no-untyped-def]
    torch.manual_seed(seed)
    network = new_network(TINY, len(tokenizer), tokenizer.eos_token_id).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.6)
    return Decoder(network, tokenizer, TYPES, longest)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_a_network_likes_it_writes_an_answer(tokenizer, seed: int) -> None:  # type: ignore[no-untyped-def]
    written = decoder(tokenizer, seed, 60).write(PROMPTS)
    assert len(written) == len(PROMPTS)
    for said, text in zip(written, TEXTS, strict=True):
        if said.cut:
            assert said.pieces_out == 60
            continue
        found = json.loads(said.content, object_pairs_hook=list)
        # Nothing is made up, and no word is cut.
        assert all(kind in TYPES and surface for surface, kind in found)
        parts = [text[token.start : token.end] for token in split_tokens(text)]
        for surface, _ in found:
            assert surface in text
            assert not surface.strip() or any(surface.strip().startswith(part) for part in parts)
        assert read_answer(said.content) == Pairs(tuple(Pair(*pair) for pair in found))


def test_an_answer_does_not_depend_on_its_neighbours(tokenizer) -> None:  # type: ignore[no-untyped-def]
    writer = decoder(tokenizer, 2, 30)
    assert writer.write(PROMPTS) == [writer.write([prompt])[0] for prompt in PROMPTS]
    assert writer.write([]) == []


def test_some_answers_end_by_themselves_and_some_are_cut(tokenizer) -> None:  # type: ignore[no-untyped-def]
    cut = {said.cut for seed in range(6) for said in decoder(tokenizer, seed, 60).write(PROMPTS)}
    assert cut == {True, False}


@given(st.lists(st.tuples(st.text(min_size=1).filter(split_tokens), st.sampled_from(TYPES))))
@settings(max_examples=50, deadline=None)
def test_what_is_taught_is_what_the_grammar_allows(pairs: list[tuple[str, str]]) -> None:
    import llguidance
    import llguidance.hf
    from llguidance import LLMatcher

    from itner.taggers.generative.wording import answer_grammar

    known = train_tokenizer(["a"], 300)
    guide = llguidance.hf.from_tokenizer(known, eos_token=known.eos_token_id)
    # Any tokens in a row may be a mention.
    pairs = [(text[(found := split_tokens(text))[0].start : found[-1].end], kind) for text, kind in pairs]
    whole = "\n".join(text for text, _ in pairs)
    words = Question.of(whole, split_tokens(whole), TYPES).words
    matcher = LLMatcher(guide, llguidance.grammar_from("lark", answer_grammar(TYPES, words)))
    answer = word_answer([Pair(*pair) for pair in pairs])
    ids = known(answer)["input_ids"]
    assert matcher.validate_tokens(ids) == len(ids)
    assert read_answer(answer) == Pairs(tuple(Pair(*pair) for pair in pairs))


def test_the_pairs_of_a_document() -> None:
    document = Document("VPN on Windows 11", (), (Mention(0, 3, "SOFTWARE"), Mention(7, 17, "OS")), "0", "x")
    assert word_answer(pairs_of(document)) == '{"VPN": "SOFTWARE", "Windows 11": "OS"}'
    assert word_prompt("VPN", ("OS", "SOFTWARE")) == "Types: OS, SOFTWARE\nText: VPN\nMentions: "
