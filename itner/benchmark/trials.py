"""Trying INT8 recipes: F1 and agreement on dev, latency in turns, file size."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from itner.benchmark.protocol import summarize_latency
from itner.compress.graphs import graphs_of
from itner.compress.onnx import OPSET, measure, prepare_int8, quantize
from itner.compress.scales import Ranges
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance, usable_cores
from itner.core.types import Document, Mention
from itner.evaluation.scoring import score_documents
from itner.records.files import hidden_folder
from itner.records.int8 import FFN_OUTPUT, Int8Recipe
from itner.records.scores import Counts
from itner.records.store import Run
from itner.records.study import Int8Trial, Int8Trials
from itner.taggers.encoder.load import load_encoder, run_scheme
from itner.taggers.encoder.onnx_backend import OnnxScorer
from itner.taggers.encoder.tagger import EncoderTagger, make_batches, real_pieces
from itner.taggers.encoder.variants import RECIPE

# Every choice alone against the kept recipe, the pairs that are said to help each other, and what was kept before.
RECIPES: tuple[Int8Recipe, ...] = (
    RECIPE,
    replace(RECIPE, reduce_range=False),
    replace(RECIPE, per_channel=False),
    replace(RECIPE, per_channel=False, reduce_range=False),
    replace(RECIPE, embeddings="fp32"),
    replace(RECIPE, embeddings="tensor"),
    replace(RECIPE, fused=False),
    replace(RECIPE, weight_type="QUInt8", reduce_range=False),
    replace(RECIPE, fp32_nodes=FFN_OUTPUT),
    replace(RECIPE, fp32_nodes=FFN_OUTPUT, per_channel=False),
    replace(RECIPE, fp32_nodes=FFN_OUTPUT, embeddings="fp32"),
    replace(RECIPE, fp32_nodes="classifier"),
    replace(RECIPE, activations="dynamic"),
    replace(RECIPE, activations="dynamic", embeddings="tensor"),
)
_LENGTH = 128
_ROUNDS, _CALLS, _WARMUP = 8, 25, 5
# So many sentences are tagged alone as well.
_ALONE = 500


def try_recipes(
    run: Run,
    documents: Sequence[Document],
    training: Sequence[Document],
    dataset: str,
    split: str,
    recipes: Sequence[Int8Recipe] = RECIPES,
    progress: Progress = silent,
) -> Int8Trials:
    """Quantise a run by each recipe and measure it.

    Args:
        documents: what is scored; must not be test data.
        training: some of what the run learned from, on which fixed scales are measured.
    """
    scheme = run_scheme(run)
    encoder = load_encoder(run)

    def measure_alone(scorer: OnnxScorer) -> float:
        tagger = EncoderTagger(scorer, encoder, scheme)
        some = documents[:_ALONE]
        together = tagger.tag_documents(some)
        alone = [tagger.tag_documents([document])[0] for document in some]
        # Scores differ in the last digits, in which order sums are added.
        return sum(_spans(one) == _spans(other) for one, other in zip(together, alone, strict=True)) / len(some)

    def score(scorer: OnnxScorer) -> tuple[float, np.ndarray]:
        tagger = EncoderTagger(scorer, encoder, scheme)
        logits, offsets = tagger.token_logits(documents)
        found = tagger.find_mentions(documents, logits, offsets)
        per_type: dict[str, Counts] = score_documents(documents, found, scheme.types)["per_type"]
        token_rows = np.delete(logits.argmax(axis=1), offsets[1:] - 1)
        return sum(per_type.values(), Counts()).f1, token_rows

    with hidden_folder(run.path / "trials") as folder:
        progress(f"INT8 trials of {run.name}: exporting", 0.0)
        plain, fused = folder / "plain.onnx", folder / "fused.onnx"
        graphs_of(run).export_plain(run, plain, OPSET)
        graphs_of(run).fuse(run, plain, fused)
        reference_f1, reference = score(OnnxScorer(fused))
        known: dict[tuple[bool, bool], tuple[Path, Ranges]] = {}
        scorers, scores, sizes = [], [], []
        for number, recipe in enumerate(recipes):
            progress(f"INT8 trials of {run.name}: {recipe.name}", number / len(recipes))
            path = folder / f"{number}.onnx"
            # The ranges are those of the graph, whatever a recipe leaves out.
            graph = recipe.fused, recipe.embeddings == "rows"
            if graph not in known:
                source = prepare_int8(run, plain, folder / f"source-{number}.onnx", recipe)
                known[graph] = source, measure(source, replace(recipe, fp32_nodes=""), make_batches(encoder, training))
            source, ranges = known[graph]
            quantize(source, path, recipe, ranges)
            scorers.append(OnnxScorer(path))
            sizes.append(path.stat().st_size / 2**20)
            f1, tags = score(scorers[-1])
            scores.append((f1, float((tags == reference).mean()), measure_alone(scorers[-1])))
        times = _time_in_turns(scorers, real_pieces(encoder, documents, _LENGTH))
    latencies = [summarize_latency(rounds) for rounds in times]
    kept = latencies[list(recipes).index(RECIPE)].p50_ms
    return Int8Trials(
        dataset=dataset,
        split=split,
        forward_length=_LENGTH,
        threads=usable_cores(),
        trials=tuple(
            Int8Trial(
                run=run.name,
                recipe=recipe,
                dev_f1=f1,
                dev_f1_fp32=reference_f1,
                dev_tag_agreement=agreement,
                forward=latency,
                forward_ratio=round(latency.p50_ms / kept, 3),
                file_mib=round(size, 2),
                kept=recipe == RECIPE,
                dev_alone_agreement=alone,
                model_sha256=run.info.model_sha256,
            )
            for recipe, (f1, agreement, alone), latency, size in zip(recipes, scores, latencies, sizes, strict=True)
        ),
        provenance=collect_provenance(),
    )


def _spans(mentions: Sequence[Mention]) -> list[tuple[int, int, str]]:
    return [(mention.start, mention.end, mention.type) for mention in mentions]


def _time_in_turns(
    scorers: Sequence[OnnxScorer], given: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> list[list[list[float]]]:
    """Seconds [scorer][round][call]; the scorers do not spin, so they may share the process."""
    times: list[list[list[float]]] = [[] for _ in scorers]
    for _ in range(_ROUNDS):
        for scorer, rounds in zip(scorers, times, strict=True):
            calls = []
            for number in range(_WARMUP + _CALLS):
                started = time.perf_counter()
                scorer.score(*given)
                if number >= _WARMUP:
                    calls.append(time.perf_counter() - started)
            rounds.append(calls)
    return times
