"""Writing a run's model card from what its folder holds."""

from __future__ import annotations

from itner.records.files import locked, write_atomic
from itner.records.store import CARD, RunStore
from itner.records.workspace import Workspace
from itner.reporting.card import write_card


def write_run_card(name: str, place: Workspace) -> None:
    """Write the model card from what the run folder holds now."""
    store = RunStore(place.models)
    path = store.load(name).path / CARD
    with locked(path):
        # Read again: another process may have measured something meanwhile.
        write_atomic(path, write_card(store.load(name)))
