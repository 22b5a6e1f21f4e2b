"""Backbones of the kind that multilingual ones are: sentence pieces of a unigram model, on XLM-RoBERTa's network."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tiny import WORDS, Tiny, make_documents

from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.records.workspace import Workspace
from itner.taggers.encoder.presets import preset
from itner.workflows.open import built, open_tagger


def build_multilingual(folder: Path) -> Tiny:
    """A random XLM-RoBERTa of two layers, whose pieces begin with the blank before a word."""
    import torch
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    words = ["der", "the", *sorted({word for words in WORDS.values() for word in words if word.isalpha()})]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.äöüß▁"
    pieces = [(piece, 0.0) for piece in special] + [(f"▁{word}", -2.0) for word in words]
    pieces += [(letter, -6.0) for letter in letters]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", cls_token="<s>", sep_token="</s>", eos_token="</s>",
        pad_token="<pad>", unk_token="<unk>",
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(0)
    XLMRobertaModel(
        XLMRobertaConfig(
            vocab_size=len(pieces),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=162,
            type_vocab_size=1,
            pad_token_id=1,
            bos_token_id=0,
            eos_token_id=2,
        )
    ).save_pretrained(folder)
    return Tiny(folder, [in_german(document) for document in make_documents()])


def in_german(document: Document) -> Document:
    """The same mentions between other words, one of which has a letter that English lacks."""
    text, mentions = "öfter ", []
    for mention in document.mentions:
        word = document.text[mention.start : mention.end]
        text += "der "
        mentions.append(Mention(len(text), len(text) + len(word), mention.type))
        text += word + " "
    text = text.strip()
    return replace(document, text=text, tokens=split_tokens(text), mentions=tuple(mentions))


@pytest.mark.parametrize("name", ["bert_full", pytest.param("bert_lora", marks=pytest.mark.thorough)])
def test_a_preset_of_the_hub_takes_a_multilingual_backbone(name: str, tmp_path: Path) -> None:
    tiny = build_multilingual(tmp_path / "backbone")
    config = preset(name, backbone=str(tiny.backbone), epochs=12, learning_rate=1e-2, device="cpu")
    run = tiny.train(tmp_path / "models", replace(config, max_length=64, batch_size=8, early_stopping_patience=12))
    assert run.info.best_dev_f1 is not None
    assert run.info.best_dev_f1 > 0.9
    place = Workspace(tmp_path / "models", tmp_path)
    built(run.name, place)
    text = "öfter der linux der excel der segfault der printer der 3.12"
    types = ("OS", "SOFTWARE", "ERROR", "HARDWARE", "VERSION")
    expected = list(zip(("linux", "excel", "segfault", "printer", "3.12"), types, strict=True))
    for variant in ("torch-fp32", "fp32", "int8"):
        (found,) = open_tagger(run.name, variant, place).tag([text])
        assert [(text[m.start : m.end], m.type) for m in found] == expected, variant
