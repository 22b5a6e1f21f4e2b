"""Compact taggers as a kind of tagger: their variants, and what opens them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from itner.core.types import Document, Tagger
from itner.records.store import Run
from itner.taggers.base import Kind, Probe
from itner.taggers.compact.describe import list_facts, remake, write_card_text
from itner.taggers.compact.variants import RECIPE, facts_of
from itner.taggers.counting import count_parameters
from itner.taggers.encoder.variants import ONNX_VARIANTS, TORCH, VARIANTS


def _missing(run: Run) -> list[str] | None:
    # A run may come without its weights, with the files that were built from them.
    if run.weights_path is not None or all(run.onnx_path(variant).is_file() for variant in ONNX_VARIANTS):
        return None
    return list(remake(run, run.name).words)


def _open(run: Run, variant: str, threads: int | None) -> Tagger:
    from itner.taggers.compact.tagger import open_tagger

    return open_tagger(run, variant, threads)


def _probe(run: Run, variant: str, threads: int | None) -> Probe:
    from itner.taggers.compact.tagger import load_encoder, load_scorer, make_tagger
    from itner.taggers.encoder.tagger import real_pieces

    scorer = load_scorer(run, variant, threads)
    encoder = load_encoder(run)

    def forward(length: int, documents: Sequence[Document]) -> Callable[[], object]:
        return batch(1, length, documents)

    def batch(rows: int, length: int, documents: Sequence[Document]) -> Callable[[], object]:
        pieces = real_pieces(encoder, documents, length, rows)
        return lambda: scorer.score(*pieces)

    return Probe(make_tagger(run, variant, scorer, encoder, threads), "pieces", forward, batch)


def _warm(variant: str) -> None:
    import itner.taggers.compact.tagger

    if variant == TORCH:
        import itner.taggers.compact.weights  # noqa: F401


def _deployed_bytes(run: Run, variant: str) -> int:
    """The ONNX file, or every parameter in FP32 for PyTorch."""
    if variant == TORCH:
        return facts_of(run)[0].parameters_total * 4
    return run.onnx_path(variant).stat().st_size


def _table_parameters(run: Run) -> int | None:
    """Those of word pieces and of casings; None without the weights."""
    return count_parameters(run, lambda name: name in ("embeddings.weight", "casing.weight"))


COMPACT = Kind(
    name="compact",
    variants=VARIANTS,
    reference=TORCH,
    exact=("fp32",),
    live=("int8", "fp32", "fp16", TORCH),
    missing=_missing,
    open=_open,
    probe=_probe,
    warm=_warm,
    deployed_bytes=_deployed_bytes,
    recipe=lambda variant: RECIPE if variant == "int8" else None,
    facts=list_facts,
    remake=remake,
    card=write_card_text,
    guidelines=lambda run: facts_of(run)[1].guidelines,
    table_parameters=_table_parameters,
)
