"""What kinds have in common whose runs are networks that score word pieces, in PyTorch or from ONNX files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from itner.core.types import Document, Tagger
from itner.records.int8 import INT8, Int8Recipe
from itner.records.store import INT8_RANGES, Run
from itner.taggers.base import CardText, Kind, Lack, Probe, Remake
from itner.taggers.variants import ONNX_VARIANTS, TORCH, VARIANTS

if TYPE_CHECKING:
    from itner.taggers.encoder.tagger import EncoderTagger, Scorer
    from itner.taggers.encoder.windows import Encoder


class Loader(Protocol):
    """The module that loads a kind's runs, imported when it is needed."""

    def load_encoder(self, run: Run) -> Encoder:
        """Documents as the run reads them."""
        ...

    def load_scorer(self, run: Run, variant: str, threads: int | None = None) -> Scorer:
        """The network alone."""
        ...

    def make_tagger(
        self, run: Run, variant: str, scorer: Scorer, encoder: Encoder, threads: int | None = None
    ) -> EncoderTagger:
        """The tagger around a variant's network."""
        ...


@dataclass(frozen=True)
class NetworkParts:
    """What is particular to a kind of network.

    Attributes:
        name: as in `run.json`.
        loader: imports its loader.
        live: the variants by how much they are worth a look, best first.
        recipe: how INT8 is made.
        facts, remake, card, guidelines, table_parameters, graph, family: as in `Kind`.
    """

    name: str
    loader: Callable[[], Loader]
    live: tuple[str, ...]
    recipe: Int8Recipe
    facts: Callable[[Run], dict[str, str]]
    remake: Callable[[Run, str], Remake]
    card: Callable[[Run], CardText]
    guidelines: Callable[[Run], tuple[str, ...]]
    table_parameters: Callable[[Run], int | None]
    graph: Callable[[Run], tuple[object, ...] | None]
    family: Callable[[Run], str] = lambda run: run.info.family


def network_kind(parts: NetworkParts) -> Kind:
    """The kind of tagger that such networks are."""

    def lack(run: Run) -> Lack | None:
        # A run may come without its weights, with the files that were built from them.
        if all(run.onnx_path(variant).is_file() for variant in ONNX_VARIANTS):
            return None
        if run.weights_path is not None:
            # Runs of earlier versions have no ranges.
            has = (run.path / INT8_RANGES).is_file()
            return None if has else Lack("the ranges that INT8 needs", "Measure them", ("calibrate", run.name))
        # Weights are never the same again, so those of another training are another run's.
        again = parts.remake(run, f"{run.name}_again")
        return Lack("its weights", "Train one like it", again.words)

    def open_variant(run: Run, variant: str, threads: int | None) -> Tagger:
        loader = parts.loader()
        encoder, scorer = loader.load_encoder(run), loader.load_scorer(run, variant, threads)
        return loader.make_tagger(run, variant, scorer, encoder, threads)

    def probe(run: Run, variant: str, threads: int | None) -> Probe:
        from itner.taggers.encoder.tagger import real_pieces

        loader = parts.loader()
        encoder, scorer = loader.load_encoder(run), loader.load_scorer(run, variant, threads)

        def batch(rows: int, length: int, documents: Sequence[Document]) -> Callable[[], object]:
            pieces = real_pieces(encoder, documents, length, rows)
            return lambda: scorer.score(*pieces)

        tagger = loader.make_tagger(run, variant, scorer, encoder, threads)
        return Probe(tagger, "pieces", lambda length, documents: batch(1, length, documents), batch)

    def warm(variant: str) -> None:
        parts.loader()
        if variant == TORCH:
            import itner.taggers.encoder.torch_backend  # noqa: F401

    def deployed_bytes(run: Run, variant: str) -> int:
        """The ONNX file, or every parameter in FP32 for PyTorch (adapters merged)."""
        if variant != TORCH:
            return run.onnx_path(variant).stat().st_size
        if run.info.parameters_total is None:
            raise ValueError(f"run {run.name} is no network")
        return run.info.parameters_total * 4

    return Kind(
        name=parts.name,
        variants=VARIANTS,
        reference=TORCH,
        exact=("fp32",),
        live=parts.live,
        lack=lack,
        open=open_variant,
        probe=probe,
        warm=warm,
        deployed_bytes=deployed_bytes,
        recipe=lambda variant: parts.recipe if variant == INT8 else None,
        facts=parts.facts,
        remake=parts.remake,
        card=parts.card,
        guidelines=parts.guidelines,
        table_parameters=parts.table_parameters,
        graph=parts.graph,
        family=parts.family,
    )
