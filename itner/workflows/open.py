"""Opening a run's tagger: what it is opened from is built first when it is missing."""

from __future__ import annotations

from itner.compress.build import build
from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.types import Tagger
from itner.records.dataset import DataStats
from itner.records.store import Run, RunStore
from itner.records.workspace import Workspace
from itner.taggers.registry import blaming, check_variants, kind_of, open_variant


def built(
    name: str,
    place: Workspace,
    variants: tuple[str, ...] | None = None,
    progress: Progress = silent,
    apart: bool = False,
) -> Run:
    """A run with everything that its variants (all of them for None) are opened from; `apart`: see `build`."""
    run = RunStore(place.models).load(name)
    with blaming(run, "cannot be built"):
        build(run, check_variants(run, variants), progress, apart)
    return run


def open_tagger(
    name: str,
    variant: str | None = None,
    place: Workspace | None = None,
    progress: Progress = silent,
    apart: bool = False,
) -> Tagger:
    """A run's tagger.

    Args:
        variant: a variant of the run's kind; None for the one to deploy, INT8 for an encoder.
        place: where the run is; None for the workspace that the environment names.
        apart: see `build`.
    """
    place = place or Workspace.find()
    chosen = variant or kind_of(RunStore(place.models).load(name)).live[0]
    return open_variant(built(name, place, (chosen,), progress, apart), chosen)


def exact_variant(name: str, place: Workspace) -> str:
    """The variant that tags as the run was made to, at the least cost: for labels and lessons."""
    kind = kind_of(RunStore(place.models).load(name))
    return (*kind.exact, *kind.live)[0]


def check_domain(run: Run, stats: DataStats) -> None:
    """InputError when a run is of another domain than a dataset: it marks nothing of what that holds."""
    if run.info.domain != stats.domain:
        raise InputError(
            f"run {run.name} is of domain {run.info.domain!r}, the dataset {stats.name} of {stats.domain!r}; name a "
            "dataset of the run's domain",
            path=run.path,
        )
