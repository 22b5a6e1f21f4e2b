"""What an ONNX file of a run is made of, for each kind that has some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from itner.records.int8 import Int8Recipe
from itner.records.store import Run
from itner.taggers.compact import variants as compact
from itner.taggers.encoder import variants as encoder
from itner.taggers.encoder.windows import Encoder


@dataclass(frozen=True)
class Graphs:
    """How a kind's FP32 graphs are made; the functions import what they need, which may be PyTorch.

    Attributes:
        plain: writes a run's graph, of this opset, to a file.
        fuse: from a plain file writes one of operators that onnxruntime has fast kernels for; if so asked, embeddings
            become one of those, which knows tables of one step alone.
        read: documents as the run reads them.
        recipe: how INT8 is made of them.
    """

    plain: Callable[[Run, Path, int], None]
    fuse: Callable[[Run, Path, Path, bool], None]
    read: Callable[[Run], Encoder]
    recipe: Int8Recipe


def graphs_of(run: Run) -> Graphs:
    """How the graphs of a run are made; KeyError for a kind that has none."""
    return GRAPHS[run.info.kind]


def _plain_encoder(run: Run, path: Path, opset: int) -> None:
    from itner.compress.encoder import export_plain

    export_plain(run, path, opset)


def _fuse_encoder(run: Run, source: Path, target: Path, embeddings: bool) -> None:
    from itner.compress.encoder import fuse

    fuse(run, source, target, embeddings)


def _read_encoder(run: Run) -> Encoder:
    from itner.taggers.encoder.load import load_encoder

    return load_encoder(run)


def _plain_compact(run: Run, path: Path, opset: int) -> None:
    from itner.compress.compact import export_plain

    export_plain(run, path, opset)


def _fuse_compact(run: Run, source: Path, target: Path, embeddings: bool) -> None:
    # It was exported of such operators.
    target.write_bytes(source.read_bytes())


def _read_compact(run: Run) -> Encoder:
    from itner.taggers.compact.tagger import load_encoder

    return load_encoder(run)


GRAPHS: dict[str, Graphs] = {
    "encoder": Graphs(_plain_encoder, _fuse_encoder, _read_encoder, encoder.RECIPE),
    "compact": Graphs(_plain_compact, _fuse_compact, _read_compact, compact.RECIPE),
}
