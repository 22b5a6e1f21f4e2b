"""What the ONNX files of a run are made of, for each kind that has some."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from itner.records.int8 import INT8, Int8Recipe
from itner.records.store import Run
from itner.taggers.encoder.windows import Encoder
from itner.taggers.registry import kind_of


class Graphs(Protocol):
    """The module that makes a kind's FP32 graphs, imported when it is needed: it needs PyTorch."""

    def load_encoder(self, run: Run) -> Encoder:
        """Documents as the run reads them."""
        ...

    def export_plain(self, run: Run, path: Path, opset: int) -> None:
        """Write the graph as PyTorch exports it."""
        ...

    def fuse(self, run: Run, source: Path, target: Path, embeddings: bool = True) -> None:
        """Of a plain file, write one of operators that onnxruntime has fast kernels for.

        Args:
            embeddings: make one operator of their tables and layer norm, too; it knows tables of one step alone.
        """
        ...


def _encoder() -> Graphs:
    from itner.compress import encoder

    return encoder


def _compact() -> Graphs:
    from itner.compress import compact

    return compact


# By kind; the others are opened as they are stored.
GRAPHS: dict[str, Callable[[], Graphs]] = {"encoder": _encoder, "compact": _compact}


def graphs_of(run: Run) -> Graphs:
    """What makes the graphs of a run; KeyError for a kind that has none."""
    return GRAPHS[run.info.kind]()


def int8_recipe(run: Run) -> Int8Recipe:
    """How INT8 is made of a run; ValueError for a kind that has none."""
    recipe = kind_of(run).recipe(INT8)
    if recipe is None:
        raise ValueError(f"runs of kind {run.info.kind} have no INT8")
    return recipe
