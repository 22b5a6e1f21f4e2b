"""Encoders as a kind of tagger."""

from __future__ import annotations

from itner.records.store import Run
from itner.taggers.counting import count_parameters
from itner.taggers.encoder.describe import list_facts, remake, write_card_text
from itner.taggers.encoder.variants import CUT, DISTILLED, RECIPE, TAUGHT, facts_of
from itner.taggers.network import Loader, NetworkParts, network_kind
from itner.taggers.variants import TORCH


def _loader() -> Loader:
    from itner.taggers.encoder import load

    return load


def _table_parameters(run: Run) -> int | None:
    """Those of word pieces, positions and token types; None without the weights, or where they are adapters alone."""
    return count_parameters(run, lambda name: name.endswith("embeddings.weight"))


def _graph(run: Run) -> tuple[object, ...]:
    """The backbone, its layers and the head: adapters are merged, and how it was taught leaves no trace in it."""
    info, config = facts_of(run)
    return info.backbone_sha256, len(config.layers) if config.layers is not None else None, len(info.labels)


def _family(run: Run) -> str:
    """Whole, with adapters, or cut; only what learned from another tagger, or comes from one that did, is distilled."""
    info, config = facts_of(run)
    if info.family != "distilled architecture":
        return info.family
    if config.layers is None:
        return DISTILLED
    return TAUGHT if info.teachers else CUT


ENCODER = network_kind(
    NetworkParts(
        name="encoder",
        loader=_loader,
        live=("int8", "fp16", "fp32", TORCH),
        recipe=RECIPE,
        facts=list_facts,
        remake=remake,
        card=write_card_text,
        guidelines=lambda run: facts_of(run)[1].guidelines,
        table_parameters=_table_parameters,
        graph=_graph,
        family=_family,
    )
)
