"""A compact run's record and configuration as such, and how its INT8 is made."""

from __future__ import annotations

from itner.core.errors import InputError
from itner.records.config import CompactConfig
from itner.records.int8 import Int8Recipe
from itner.records.run import CompactRun
from itner.records.store import Run

RECIPE = Int8Recipe()


def facts_of(run: Run) -> tuple[CompactRun, CompactConfig]:
    """A run's record and configuration as a compact tagger's; InputError for a run of another kind."""
    if not isinstance(run.info, CompactRun) or not isinstance(run.config, CompactConfig):
        raise InputError(f"run {run.name!r} is of kind {run.info.kind!r}, not compact", path=run.path)
    return run.info, run.config


def count_reach(config: CompactConfig) -> int:
    """How many pieces to each side the network sees."""
    return sum(dilation * (config.kernel // 2) for dilation in config.dilations)
