"""Microsoft Presidio's analyzer as it is installed, which nothing trains. Runs in the environment of the peers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import presidio_analyzer
import spacy
import tldextract
import yaml
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, predefined_recognizers
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine

from tools.peers.handover import Span
from tools.peers.presidio_spans import TYPES, to_spans
from tools.peers.worker import Model, Settings, main

_LANGUAGE = "en"
_BATCH_SIZE = 64
_DEFAULTS = Path(presidio_analyzer.__file__).parent / "conf" / "default.yaml"
# Invented addresses end in them, because nobody can own them (RFC 2606); for Presidio they are no addresses.
_RESERVED = ("example", "invalid", "test")


def find(settings: Settings) -> Path:
    """The files of the spaCy `pipeline`; where there is none, those of Presidio's own recognizers."""
    if not settings["pipeline"]:
        return Path(predefined_recognizers.__file__).parent
    package: Path = spacy.util.get_package_path(settings["pipeline"])
    return next(package.glob("*/config.cfg")).parent


def load(folder: Path, settings: Settings) -> Model:
    """Presidio's default recognizers with the spaCy pipeline in the folder, with a blank one where it has none.

    Of what they find, that counts whose score is at least `threshold`; `batch_size` is how many texts spaCy takes.
    """
    # By itself it would fetch the list of top-level domains as it is on the day.
    tldextract.extract = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), extra_suffixes=_RESERVED)
    defaults = yaml.safe_load(_DEFAULTS.read_text(encoding="utf-8"))
    engine = SpacyNlpEngine(ner_model_configuration=NerModelConfiguration(**defaults["ner_model_configuration"]))
    engine.nlp = {_LANGUAGE: spacy.load(folder) if settings["pipeline"] else spacy.blank(_LANGUAGE)}
    analyzer = BatchAnalyzerEngine(AnalyzerEngine(nlp_engine=engine))
    batch_size = settings.get("batch_size", _BATCH_SIZE)

    def tag(sentences: list[Any]) -> Iterable[list[Span]]:
        found = analyzer.analyze_iterator(
            [sentence.text for sentence in sentences],
            language=_LANGUAGE,
            batch_size=batch_size,
            entities=list(TYPES),
            score_threshold=settings["threshold"],
        )
        for sentence, results in zip(sentences, found, strict=True):
            yield to_spans(results, sentence.tokens)

    return Model(list, tag, "tokens")


if __name__ == "__main__":
    main(None, load, find)
