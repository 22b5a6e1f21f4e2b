"""spaCy's own NER, trained and run by spaCy as it comes. Runs in the environment of the peers."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.cli.init_config import init_config
from spacy.cli.train import train as train_pipeline
from spacy.tokens import Doc, DocBin
from spacy.tokens import Span as DocSpan

from tools.peers.handover import Sentence, Span, read_sentences
from tools.peers.worker import Model, Settings, main

_BATCH_SIZE = 256


def to_docs(vocab: Any, sentences: Sequence[Sentence]) -> list[Any]:
    """The sentences as spaCy's documents, with our tokens and nothing marked."""
    return [Doc(vocab, words=sentence.words, spaces=sentence.spaces) for sentence in sentences]


def _write_docs(path: Path, sentences: Sequence[Sentence]) -> None:
    docs = to_docs(spacy.blank("en").vocab, sentences)
    for doc, sentence in zip(docs, sentences, strict=True):
        doc.set_ents([DocSpan(doc, start, end, label=name) for start, end, name in sentence.spans])
    DocBin(docs=docs).to_disk(path)


def train(folder: Path, train_file: Path, dev_file: Path, _: Settings) -> None:
    """`spacy init config --lang en --pipeline ner --optimize efficiency`, and `spacy train` with it, no more."""
    build = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    files = {"train": train_file, "dev": dev_file}
    for name, file in files.items():
        _write_docs(build / f"{name}.spacy", read_sentences(file))
    config = init_config(lang="en", pipeline=["ner"], optimize="efficiency", gpu=False)
    config.to_disk(build / "config.cfg")
    train_pipeline(
        build / "config.cfg", build / "out", overrides={f"paths.{name}": str(build / f"{name}.spacy") for name in files}
    )
    (build / "out" / "model-best").replace(folder)
    shutil.rmtree(build)


def load(folder: Path, settings: Settings) -> Model:
    """The trained pipeline; `batch_size` is that of `nlp.pipe`.

    Args:
        settings: with `raw`, it reads the texts themselves, which its own tokenizer cuts, in `processes`; spans of
            these tokens are good for nothing but to be timed.
    """
    nlp = spacy.load(folder)
    batch_size, processes = settings.get("batch_size", _BATCH_SIZE), settings.get("processes", 1)

    def tag(docs: list[Any]) -> Iterable[list[Span]]:
        for doc in nlp.pipe(docs, batch_size=batch_size, n_process=processes):
            yield [(ent.start, ent.end, ent.label_) for ent in doc.ents]

    def prepare(sentences: Sequence[Sentence]) -> list[Any]:
        return [each.text for each in sentences] if settings.get("raw") else to_docs(nlp.vocab, sentences)

    return Model(prepare, tag, "tokens")


if __name__ == "__main__":
    main(train, load)
