"""The ranges of a network's activations, measured once with its weights and kept in its folder."""

from __future__ import annotations

import random
from collections.abc import Sequence

from itner.compress.graphs import graphs_of, int8_recipe
from itner.compress.onnx import OPSET, measure, prepare_int8
from itner.compress.scales import INSIDE
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.core.types import Document
from itner.records.files import hidden_folder
from itner.records.int8 import Int8Ranges
from itner.records.store import Run, write_int8_ranges
from itner.taggers.encoder.tagger import make_batches

# Ranges settle with a few hundred sentences.
_SENTENCES, _SEED = 800, 13


def calibrate_run(
    run: Run, documents: Sequence[Document], dataset: str, dataset_sha256: str, progress: Progress = silent
) -> Int8Ranges:
    """Measure the ranges of a run's activations, and write `int8_ranges.json`.

    Args:
        documents: the training split of the dataset.
    """
    some = draw_sentences(documents)
    recipe = int8_recipe(run)
    progress(f"measuring the activations of {run.name}", 0.0)
    with hidden_folder(run.path / "calibration") as folder:
        plain = folder / "plain.onnx"
        graphs_of(run).export_plain(run, plain, OPSET)
        source = prepare_int8(run, plain, folder / "source.onnx", recipe)
        tensors = measure(source, recipe, make_batches(graphs_of(run).load_encoder(run), some))
    ranges = Int8Ranges(
        tensors=tensors,
        inside=INSIDE,
        dataset=dataset,
        dataset_sha256=dataset_sha256,
        sentences=len(some),
        seed=_SEED,
        weights_sha256=run.info.model_sha256,
        provenance=collect_provenance(),
    )
    write_int8_ranges(run, ranges)
    progress(f"measuring the activations of {run.name}: done", 1.0)
    return ranges


def draw_sentences(documents: Sequence[Document]) -> list[Document]:
    """The sentences that ranges are measured on, the same ones each time."""
    return random.Random(_SEED).sample(list(documents), min(_SENTENCES, len(documents)))
