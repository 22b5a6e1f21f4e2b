"""A tiny backbone, and how runs are trained on it in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from itner.core.labels import LabelScheme
from itner.core.progress import silent
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.domains.it.scheme import SCHEME
from itner.records.config import EncoderConfig
from itner.records.run import DatasetRef
from itner.records.store import Run, RunStore

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
        tokens = split_tokens(text.strip())
        documents.append(Document(text.strip(), tokens, tuple(mentions), f"t-{number}", "tiny", guideline="tiny"))
    return documents


@dataclass(frozen=True)
class Tiny:
    """A two-layer backbone's folder, and how to train on it."""

    backbone: Path
    documents: list[Document]
    scheme: LabelScheme = SCHEME

    def config(self, name: str, **changes: object) -> EncoderConfig:
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
        return EncoderConfig(**(settings | changes))  # type: ignore[arg-type]

    def ref(self) -> DatasetRef:
        n = len(self.documents)
        return DatasetRef("tiny", "jsonl", "0" * 64, n, n)

    def train(self, root: Path, config: EncoderConfig, resume: bool = False, progress=silent) -> Run:
        from itner.training.trainer import train_run

        folder = root / config.preset
        indices = range(len(self.documents))
        dev = self.documents[:20]
        train_run(config, folder, SCHEME, "it", self.ref(), self.documents, indices, dev, resume, progress)
        return RunStore(root).load(config.preset)


def build_backbone(folder: Path) -> Tiny:
    """A random BERT of two layers with a vocabulary of letters and the words above."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, BertTokenizerFast

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
