"""Writing a run's model card from what its folder holds."""

from __future__ import annotations

from contextlib import suppress

from itner.core.errors import InputError
from itner.domains.registry import get_domain
from itner.domains.release import SpeedAim
from itner.records.files import locked, write_atomic
from itner.records.peers import Peers
from itner.records.store import CARD, Run, RunStore
from itner.records.workspace import Workspace
from itner.reporting.aims import AimRow, list_aims
from itner.reporting.card import write_card
from itner.reporting.peers import peers_file, read_peers


def write_run_card(name: str, place: Workspace) -> None:
    """Write the model card from what the run folder holds now."""
    store = RunStore(place.models)
    path = store.load(name).path / CARD
    with locked(path):
        # Read again: another process may have measured something meanwhile.
        run = store.load(name)
        aims, peers = _aims_of(run, store, place)
        file = peers_file(run.info.domain) if peers is not None else None
        write_atomic(path, write_card(run, aims, f"data/{file}" if file is not None else None))


def _aims_of(run: Run, store: RunStore, place: Workspace) -> tuple[list[AimRow], Peers | None]:
    """What the run was to reach, and the record of peers where that is told by it."""
    release = get_domain(run.info.domain).release
    if release is None:
        return [], None
    # The runs that an aim compares it with. What cannot be read of others leaves this card a figure short.
    others = {aim.of for aim in release.aims if isinstance(aim, SpeedAim) and aim.run == run.name}
    runs, peers = [run], None
    with suppress(InputError):
        runs += [store.load(other) for other in others]
        peers = read_peers(place, run.info.domain) if others else None
    return list_aims(runs, release, peers, of=run.name), peers
