"""Loading the tagger of an encoder run at a variant."""

from __future__ import annotations

from itner.core.labels import LabelScheme
from itner.records.store import TOKENIZER, Run
from itner.taggers.encoder.onnx_backend import OnnxScorer
from itner.taggers.encoder.tagger import EncoderTagger, Scorer
from itner.taggers.encoder.variants import facts_of
from itner.taggers.encoder.windows import Encoder
from itner.taggers.variants import TORCH


def load_tagger(run: Run, variant: str, threads: int | None = None) -> EncoderTagger:
    """The tagger; ONNX files must have been built. torch is imported for `torch-fp32` alone."""
    encoder = load_encoder(run)
    return make_tagger(run, variant, load_scorer(run, variant, threads), encoder, threads)


def make_tagger(run: Run, variant: str, scorer: Scorer, encoder: Encoder, threads: int | None = None) -> EncoderTagger:
    """The tagger around a variant's network, whatever the variant and its threads: its products are shared."""
    return EncoderTagger(scorer, encoder, run_scheme(run))


def load_encoder(run: Run) -> Encoder:
    """Documents as the run reads them."""
    info, config = facts_of(run)
    return Encoder.from_file(
        run.path / TOKENIZER, info.max_length, config.context, config.guidelines, info.tokenizer_sha256
    )


def load_scorer(run: Run, variant: str, threads: int | None = None) -> Scorer:
    """The model alone."""
    if variant == TORCH:
        from itner.taggers.encoder.model import load_network
        from itner.taggers.encoder.torch_backend import TorchScorer

        return TorchScorer(load_network(run), threads)
    return OnnxScorer(run.onnx_path(variant), threads)


def run_scheme(run: Run) -> LabelScheme:
    """The label scheme a run was trained with, rebuilt from its labels."""
    return LabelScheme(run.info.scheme, run.info.types)
