"""Loading the tagger of a run at a weight precision."""

from __future__ import annotations

from itner.config import Precision
from itner.encoding import Encoder
from itner.infer.onnx_backend import OnnxScorer
from itner.infer.tagger import ModelTagger, Scorer
from itner.labels import LabelScheme
from itner.store import TOKENIZER, Run


def load_tagger(run: Run, precision: Precision, threads: int | None = None, spin: bool = False) -> ModelTagger:
    """The tagger; ONNX files must have been built. torch is imported for `torch-fp32` alone."""
    encoder = load_encoder(run)
    return ModelTagger(load_scorer(run, precision, threads, spin), encoder, run_scheme(run))


def load_encoder(run: Run) -> Encoder:
    """Documents as the run reads them."""
    config = run.config
    return Encoder.from_file(run.path / TOKENIZER, run.info.max_length, config.context, config.guidelines)


def load_scorer(run: Run, precision: Precision, threads: int | None = None, spin: bool = False) -> Scorer:
    """The model alone."""
    if precision == "torch-fp32":
        from itner.infer.torch_backend import TorchScorer

        return TorchScorer(run, threads)
    return OnnxScorer(run.onnx_path(precision), threads, spin)


def run_scheme(run: Run) -> LabelScheme:
    """The label scheme a run was trained with, rebuilt from its labels."""
    return LabelScheme(run.info.scheme, run.scheme_types)
