"""Making a copied or renamed run folder a run of its own, under the folder's name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

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
    if path.is_symlink():
        raise InputError("a link to another folder, whose run has its name; copy the folder to adopt it", path=path)
    if not path.is_dir():
        raise InputError(f"no folder {name!r} under {place.models.name}/")
    if (path / INCOMPLETE).exists():
        raise InputError("its training has not finished; copy it when it has", path=path)
    record: RunRecord | None = read_record(path / RUN, RunRecord)
    if record is None:
        raise InputError(f"{RUN} is missing, so this is no run", path=path)
    told = _named_by_card(path / CARD)
    if record.name == name and told in (None, name):
        raise InputError(f"{name!r} is the run's name already; there is nothing to adopt", path=path)
    try:
        name_predictions(sorted((path / PREDICTIONS).glob("*.parquet")), name)
    except InputError as error:
        raise InputError(
            f"{error.problem}; nothing was changed. Remove the file, adopt, and evaluate the run there anew",
            path=error.path,
        ) from None
    # Until here the folder is one that asks to be adopted.
    change_record(path / RUN, RunRecord, lambda _: replace(record, name=name))
    RunStore(place.models).load(name)
    if told is not None:
        write_run_card(name, place)
    return record.name if record.name != name else str(told)


def _named_by_card(card: Path) -> str | None:
    """The run that a model card is of, None where there is no card."""
    if not card.is_file():
        return None
    lines = card.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.removeprefix("# ").strip() for line in lines if line.startswith("# ")), "")
