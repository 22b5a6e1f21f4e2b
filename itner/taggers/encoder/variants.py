"""An encoder run's record and configuration as such, and how its INT8 is made."""

from __future__ import annotations

from itner.core.errors import InputError
from itner.records.config import EncoderConfig
from itner.records.int8 import Int8Recipe
from itner.records.run import EncoderRun
from itner.records.store import Run

RECIPE = Int8Recipe()
# What is done to a backbone to make it smaller: layers taken out, and what is left taught by others; or one that was
# distilled by who published it.
CUT, TAUGHT, DISTILLED = "fewer layers", "fewer layers, taught", "distilled backbone"


def facts_of(run: Run) -> tuple[EncoderRun, EncoderConfig]:
    """A run's record and configuration as an encoder's; InputError for a run of another kind."""
    if not isinstance(run.info, EncoderRun) or not isinstance(run.config, EncoderConfig):
        raise InputError(f"run {run.name!r} is of kind {run.info.kind!r}, not an encoder", path=run.path)
    return run.info, run.config
