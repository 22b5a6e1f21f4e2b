"""Encoders as a kind of tagger: their variants, and what opens them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from itner.core.errors import InputError
from itner.core.types import Document, Tagger
from itner.records.config import EncoderConfig
from itner.records.int8 import Int8Recipe
from itner.records.run import EncoderRun
from itner.records.store import Run
from itner.taggers.base import Kind, Probe

TORCH = "torch-fp32"
# FP32 in PyTorch is the reference that the ONNX files are compared with; the others are ONNX files.
ONNX_VARIANTS = ("fp32", "fp16", "int8")
VARIANTS = {TORCH: "FP32 (PyTorch)", "fp32": "FP32", "fp16": "FP16", "int8": "INT8"}
RECIPE = Int8Recipe()


def facts_of(run: Run) -> tuple[EncoderRun, EncoderConfig]:
    """A run's record and configuration as an encoder's; InputError for a run of another kind."""
    if not isinstance(run.info, EncoderRun) or not isinstance(run.config, EncoderConfig):
        raise InputError(f"run {run.name!r} is of kind {run.info.kind!r}, not an encoder", path=run.path)
    return run.info, run.config


def _missing(run: Run) -> list[str] | None:
    if run.weights_path is not None:
        return None
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
        pieces = real_pieces(encoder, documents, length)
        return lambda: scorer.score(*pieces)

    return Probe(EncoderTagger(scorer, encoder, run_scheme(run)), "pieces", forward)


def _warm(variant: str) -> None:
    import itner.taggers.encoder.load

    if variant == TORCH:
        import itner.taggers.encoder.torch_backend  # noqa: F401


def _deployed_bytes(run: Run, variant: str) -> int:
    """The ONNX file, or every parameter in FP32 for PyTorch (adapters merged)."""
    if variant == TORCH:
        return facts_of(run)[0].parameters_total * 4
    return run.onnx_path(variant).stat().st_size


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
)
