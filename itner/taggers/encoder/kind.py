"""Encoders as a kind of tagger: their variants, and what opens them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from itner.core.types import Document, Tagger
from itner.records.store import INT8_RANGES, Run
from itner.taggers.base import Kind, Probe
from itner.taggers.counting import count_parameters
from itner.taggers.encoder.describe import list_facts, remake, write_card_text
from itner.taggers.encoder.variants import ONNX_VARIANTS, RECIPE, TORCH, VARIANTS, facts_of


def _missing(run: Run) -> list[str] | None:
    # A run may come without its weights, with the files that were built from them.
    if all(run.onnx_path(variant).is_file() for variant in ONNX_VARIANTS):
        return None
    if run.weights_path is not None:
        # Runs of earlier versions have no ranges.
        return None if (run.path / INT8_RANGES).is_file() else ["calibrate", run.name]
    info, config = facts_of(run)
    return ["train", config.preset, "--data", info.dataset.name]


def _open(run: Run, variant: str, threads: int | None) -> Tagger:
    from itner.taggers.encoder.load import load_tagger

    return load_tagger(run, variant, threads)


def _probe(run: Run, variant: str, threads: int | None) -> Probe:
    from itner.taggers.encoder.load import load_encoder, load_scorer, run_scheme
    from itner.taggers.encoder.tagger import EncoderTagger, real_pieces

    scorer = load_scorer(run, variant, threads)
    encoder = load_encoder(run)

    def forward(length: int, documents: Sequence[Document]) -> Callable[[], object]:
        return batch(1, length, documents)

    def batch(rows: int, length: int, documents: Sequence[Document]) -> Callable[[], object]:
        pieces = real_pieces(encoder, documents, length, rows)
        return lambda: scorer.score(*pieces)

    return Probe(EncoderTagger(scorer, encoder, run_scheme(run)), "pieces", forward, batch)


def _warm(variant: str) -> None:
    import itner.taggers.encoder.load

    if variant == TORCH:
        import itner.taggers.encoder.torch_backend  # noqa: F401


def _deployed_bytes(run: Run, variant: str) -> int:
    """The ONNX file, or every parameter in FP32 for PyTorch (adapters merged)."""
    if variant == TORCH:
        return facts_of(run)[0].parameters_total * 4
    return run.onnx_path(variant).stat().st_size


def _table_parameters(run: Run) -> int | None:
    """Those of word pieces, positions and token types; None without the weights, or where they are adapters alone."""
    return count_parameters(run, lambda name: name.endswith("embeddings.weight"))


def _guidelines(run: Run) -> tuple[str, ...]:
    return facts_of(run)[1].guidelines


ENCODER = Kind(
    name="encoder",
    variants=VARIANTS,
    reference=TORCH,
    exact=("fp32",),
    live=("int8", "fp16", "fp32", TORCH),
    missing=_missing,
    open=_open,
    probe=_probe,
    warm=_warm,
    deployed_bytes=_deployed_bytes,
    recipe=lambda variant: RECIPE if variant == "int8" else None,
    facts=list_facts,
    remake=remake,
    card=write_card_text,
    guidelines=_guidelines,
    table_parameters=_table_parameters,
)
