"""A tiny backbone and taggers trained on the spot; nothing here reaches a hub."""

from __future__ import annotations

import os

os.environ["HF_HUB_OFFLINE"] = "1"

from dataclasses import dataclass
from pathlib import Path

import pytest

from itner.records.config import LoraSettings, TrainConfig
from itner.domains.it.scheme.scheme import IT5
from itner.core.labels import LabelScheme
from itner.core.progress import silent
from itner.records.run import DatasetRef
from itner.records.store import Run, RunStore
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention

WORDS = {
    "OS": ["windows", "linux", "macos"],
    "SOFTWARE": ["outlook", "excel", "python"],
    "ERROR": ["timeout", "segfault"],
    "HARDWARE": ["laptop", "printer"],
    "VERSION": ["11", "3.12"],
}


def make_documents() -> list[Document]:
    """Sixty short sentences whose words decide the types, so that a tiny model can learn them."""
    documents = []
    for number in range(60):
        text, mentions = "", []
        for name, words in WORDS.items():
            word = words[number % len(words)]
            text += "the "
            mentions.append(Mention(len(text), len(text) + len(word), name))
            text += word + " "
        documents.append(Document(text.strip(), split_tokens(text.strip()), tuple(mentions), f"t-{number}", "tiny"))
    return documents


@dataclass(frozen=True)
class Tiny:
    """A two-layer backbone's folder, and how to train on it."""

    backbone: Path
    documents: list[Document]
    scheme: LabelScheme = IT5

    def config(self, name: str, **changes: object) -> TrainConfig:
        settings: dict[str, object] = {
            "preset": name,
            "family": "full",
            "backbone": str(self.backbone),
            "max_length": 16,
            "epochs": 8,
            "early_stopping_patience": 8,
            "learning_rate": 5e-3,
            "label_smoothing": 0.0,
            "device": "cpu",
        }
        return TrainConfig(**(settings | changes))  # type: ignore[arg-type]

    def ref(self) -> DatasetRef:
        n = len(self.documents)
        return DatasetRef("tiny", "jsonl", "0" * 64, n, n)

    def train(self, root: Path, config: TrainConfig, resume: bool = False, progress=silent) -> Run:
        from itner.training.trainer import train_run

        folder = root / config.preset
        indices = range(len(self.documents))
        train_run(config, folder, IT5, "it", self.ref(), self.documents, indices, self.documents[:20], resume, progress)
        return RunStore(root).load(config.preset)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("backbone")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789.,:()#'!?<>=/-"
    vocabulary = special + [f"{mark}{letter}" for letter in letters for mark in ("", "##")] + ["the"]
    vocabulary += sorted({word for words in WORDS.values() for word in words if word.isalpha()})
    vocabulary += ["[unused1]", "[unused2]"]
    tokenizer = Tokenizer(models.WordPiece({word: i for i, word in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    BertTokenizerFast(tokenizer_object=tokenizer).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=160,
    )
    BertModel(config).save_pretrained(folder)
    return Tiny(folder, make_documents())


@pytest.fixture(scope="session")
def tiny_root(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three trained runs: full, lora and l1 (the second of two layers).

    lora and l1 are told the casing; l1 reads sentences in their context, and is told whose guideline to follow.
    """
    root = tmp_path_factory.mktemp("models")
    lora = LoraSettings(r=4, alpha=8)
    tiny.train(root, tiny.config("full", ema_decay=0.5))
    tiny.train(root, tiny.config("lora", family="lora", lora=lora, learning_rate=2e-2, casing=True))
    tiny.train(
        root,
        tiny.config(
            "l1", family="distilled architecture", layers=(1,), casing=True, context=True, guidelines=("a", "tiny")
        ),
    )
    return root


@pytest.fixture(scope="session", params=["full", "lora", "l1"])
def tiny_run(request: pytest.FixtureRequest, tiny_root: Path) -> Run:
    return RunStore(tiny_root).load(request.param)


@pytest.fixture(scope="session")
def full_run(tiny_root: Path) -> Run:
    return RunStore(tiny_root).load("full")
