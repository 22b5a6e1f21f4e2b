"""A run of ours, timed in the same way as its peers. Runs in this project's own environment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from itner.core.types import Document, Token
from itner.records.store import RunStore
from itner.taggers.registry import open_variant
from tools.peers.handover import Sentence, Span
from tools.peers.worker import Model, Settings, main


def to_documents(sentences: Sequence[Sentence]) -> list[Document]:
    """The sentences as documents with nothing marked; each is a text by itself."""
    return [
        Document(
            text=sentence.text,
            tokens=tuple(Token(start, end) for start, end in sentence.tokens),
            mentions=(),
            id=str(number),
            source="",
            guideline=sentence.guideline,
        )
        for number, sentence in enumerate(sentences)
    ]


def load(folder: Path, settings: Settings) -> Model:
    """The `variant` of the run in a folder, on all usable cores; what it is opened from must be there."""
    tagger = open_variant(RunStore(folder.parent).load(folder.name), settings["variant"])

    def tag(documents: list[Any]) -> Iterable[list[Span]]:
        for mentions in tagger.tag_documents(documents):
            yield [(mention.start, mention.end, mention.type) for mention in mentions]

    return Model(to_documents, tag, "characters")


if __name__ == "__main__":
    main(None, load)
