"""The tagger of a compact run: an encoder's, around a network that reads a text of any length at once."""

from __future__ import annotations

from pathlib import Path

from itner.core.labels import LabelScheme
from itner.core.provenance import usable_cores
from itner.records.store import TOKENIZER, Run
from itner.taggers.compact.variants import facts_of
from itner.taggers.encoder.onnx_backend import OnnxScorer
from itner.taggers.encoder.tagger import EncoderTagger, Scorer
from itner.taggers.encoder.windows import Encoder
from itner.taggers.variants import TORCH

# A convolution reads a text of any length at once: no window is ever full.
WHOLE = 2**31
# The products of a small network are too small to share between threads: batches are scored beside each other instead.
_BATCH_PIECES = 2048


def open_tagger(run: Run, variant: str, threads: int | None = None) -> EncoderTagger:
    """The tagger; ONNX files must have been built. torch is imported for `torch-fp32` alone."""
    encoder = load_encoder(run)
    return make_tagger(run, variant, load_scorer(run, variant, threads), encoder, threads)


def make_tagger(run: Run, variant: str, scorer: Scorer, encoder: Encoder, threads: int | None = None) -> EncoderTagger:
    """The tagger around a variant's network."""
    info, _ = facts_of(run)
    # PyTorch shares a product between threads by itself.
    calls = 1 if variant == TORCH else threads or usable_cores()
    return EncoderTagger(scorer, encoder, LabelScheme(info.scheme, info.types), _BATCH_PIECES, calls)


def load_encoder(run: Run) -> Encoder:
    """Documents as the run reads them."""
    info, config = facts_of(run)
    return read_encoder(run.path / TOKENIZER, config.guidelines, info.tokenizer_sha256)


def read_encoder(path: Path, guidelines: tuple[str, ...], sha256: str | None = None) -> Encoder:
    """Documents as word pieces of a tokenizer, each in one window of its length."""
    return Encoder.from_file(path, WHOLE, guidelines=guidelines, sha256=sha256)


def load_scorer(run: Run, variant: str, threads: int | None = None) -> Scorer:
    """The network alone."""
    if variant == TORCH:
        from itner.taggers.compact.weights import load_model
        from itner.taggers.encoder.torch_backend import TorchScorer

        return TorchScorer(load_model(run), threads)
    return OnnxScorer(run.onnx_path(variant), threads=1)
