"""Making a copied or renamed run folder a run of its own, under the folder's name."""

from __future__ import annotations

from dataclasses import replace

from itner.core.errors import InputError
from itner.evaluation.predictions import name_predictions
from itner.records.files import change_record, check_name, read_record
from itner.records.run import RunRecord
from itner.records.store import CARD, INCOMPLETE, PREDICTIONS, RUN, RunStore
from itner.records.workspace import Workspace
from itner.workflows.card import write_run_card


def adopt(name: str, place: Workspace) -> str:
    """Give a run the name of its folder, in its record, its stored predictions and its card.

    What was measured stays: the weights are the same. Called again after it was cut off, it goes on.

    Args:
        name: the folder's.
    Returns:
        the name that the run had.
    Raises:
        InputError: it is no complete run, or has its folder's name already.
    """
    path = place.models / check_name(name)
    if not path.is_dir():
        raise InputError(f"no folder {name!r} under {place.models.name}/")
    if (path / INCOMPLETE).exists():
        raise InputError("its training has not finished; copy it when it has", path=path)
    record: RunRecord | None = read_record(path / RUN, RunRecord)
    if record is None:
        raise InputError(f"{RUN} is missing, so this is no run", path=path)
    if record.name == name:
        raise InputError(f"{name!r} is the run's name already; there is nothing to adopt", path=path)
    for stored in sorted((path / PREDICTIONS).glob("*.parquet")):
        name_predictions(stored, name)
    # The last one: until then the folder is one that asks to be adopted.
    change_record(path / RUN, RunRecord, lambda _: replace(record, name=name))
    RunStore(place.models).load(name)
    if (path / CARD).is_file():
        write_run_card(name, place)
    return record.name
