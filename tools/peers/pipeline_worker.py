"""Transformers' token-classification pipeline with the weights of a run. Runs in this project's own environment."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from transformers import pipeline

from tools.peers.handover import Span
from tools.peers.worker import Model, Settings, main

_BATCH_SIZE = 16


def load(folder: Path, settings: Settings) -> Model:
    """The pipeline on a run's folder; `aggregation` is how it joins pieces, `batch_size` how many texts it takes.

    The weights are stored in 16 bits, with which most CPUs compute slowly: they are opened in 32.
    """
    recognise: Any = pipeline(
        "token-classification",
        model=str(folder),
        device="cpu",
        dtype=torch.float32,
        aggregation_strategy=settings["aggregation"],
    )
    batch_size = settings.get("batch_size", _BATCH_SIZE)

    def tag(texts: list[Any]) -> Iterable[list[Span]]:
        for found in recognise(texts, batch_size=batch_size):
            yield [(entity["start"], entity["end"], entity["entity_group"]) for entity in found]

    return Model(lambda sentences: [sentence.text for sentence in sentences], tag, "characters")


if __name__ == "__main__":
    main(None, load)
