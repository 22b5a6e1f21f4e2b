"""A linear-chain CRF with the usual features, trained by CRFsuite. Runs in the environment of the peers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pycrfsuite

from itner.core.labels import spans_to_tags, tags_to_spans
from tools.peers.crf_features import features
from tools.peers.handover import Sentence, Span, read_sentences
from tools.peers.worker import Model, Settings, main

MODEL, SETTINGS = "model.crfsuite", "settings.json"
_ITERATIONS = 100


def train(folder: Path, train_file: Path, _: Path, settings: Settings) -> None:
    """L-BFGS with the penalties `c1` and `c2`; with `told`, the guideline stands among the features."""
    build = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    trainer = pycrfsuite.Trainer(verbose=True)
    for sentence in read_sentences(train_file):
        told = sentence.guideline if settings["told"] else ""
        trainer.append(features(sentence.words, told), spans_to_tags(sentence.spans, len(sentence.tokens)))
    trainer.select("lbfgs")
    trainer.set_params({"c1": settings["c1"], "c2": settings["c2"], "max_iterations": _ITERATIONS})
    trainer.train(str(build / MODEL))
    (build / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
    build.replace(folder)


def load(folder: Path, _: Settings) -> Model:
    """The trained CRF."""
    tagger = pycrfsuite.Tagger()
    tagger.open(str(folder / MODEL))
    told = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))["told"]

    def tag(read: list[Any]) -> Iterable[list[Span]]:
        for words, guideline in read:
            yield tags_to_spans(tagger.tag(features(words, guideline)))

    def prepare(sentence: Sentence) -> tuple[list[str], str]:
        return sentence.words, sentence.guideline if told else ""

    return Model(lambda sentences: [prepare(sentence) for sentence in sentences], tag, "tokens")


if __name__ == "__main__":
    main(train, load)
