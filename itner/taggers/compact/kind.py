"""Compact taggers as a kind of tagger."""

from __future__ import annotations

from itner.records.store import Run
from itner.taggers.compact.describe import list_facts, remake, write_card_text
from itner.taggers.compact.variants import RECIPE, facts_of
from itner.taggers.counting import count_parameters
from itner.taggers.network import Loader, NetworkParts, network_kind
from itner.taggers.variants import TORCH


def _loader() -> Loader:
    from itner.taggers.compact import tagger

    return tagger


def _table_parameters(run: Run) -> int | None:
    """Those of word pieces and of casings; None without the weights."""
    return count_parameters(run, lambda name: name in ("embeddings.weight", "casing.weight"))


def _graph(run: Run) -> tuple[object, ...]:
    """The shape of the network."""
    info, config = facts_of(run)
    return config.pieces, config.width, config.hidden, config.dilations, config.kernel, len(info.labels)


COMPACT = network_kind(
    NetworkParts(
        name="compact",
        loader=_loader,
        live=("int8", "fp32", "fp16", TORCH),
        recipe=RECIPE,
        facts=list_facts,
        remake=remake,
        card=write_card_text,
        guidelines=lambda run: facts_of(run)[1].guidelines,
        table_parameters=_table_parameters,
        graph=_graph,
    )
)
