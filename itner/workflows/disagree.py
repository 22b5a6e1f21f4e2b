"""Two taggers on the same texts: where they differ."""

from __future__ import annotations

from collections.abc import Sequence

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.types import Mention
from itner.files.items import TextItem
from itner.files.tagging import above, tag_items
from itner.records.store import Run, RunStore
from itner.records.workspace import Workspace
from itner.reporting.disagreements import Comparison, compare_tagged
from itner.taggers.registry import check_variants, kind_of
from itner.workflows.tag import Chosen, choose_tagger


def open_pair(
    one: str, other: str, guideline: str | None, place: Workspace, progress: Progress = silent
) -> tuple[Chosen, Chosen]:
    """The taggers that are to be held against each other.

    Args:
        one, other: a run, with a colon and a variant where another one than that to deploy is meant.
        guideline: by which both read; None leaves the choice to each.
    Raises:
        InputError: there is no such run or variant, both are the same, or they mark types of different domains.
    """
    # Opening one may make its file first, which takes minutes.
    (run, variant), (against, its_variant) = (_find(given, place) for given in (one, other))
    if (run.name, variant) == (against.name, its_variant):
        raise InputError(
            f"{run.name}:{variant} is given twice; name another run, or another variant of it as {run.name}:VARIANT"
        )
    if run.info.domain != against.info.domain:
        raise InputError(
            f"{run.name}:{variant} marks types of the domain {run.info.domain!r} and {against.name}:{its_variant} of "
            f"{against.info.domain!r}, which are different by nature; name two of one domain"
        )
    first, second = (
        choose_tagger(each.name, its, guideline, place, progress)
        for each, its in ((run, variant), (against, its_variant))
    )
    return first, second


def name_of(chosen: Chosen) -> str:
    """A tagger of a run as it is asked for: `run:variant`."""
    return f"{chosen.run}:{chosen.variant}"


def compare(
    items: Sequence[TextItem], pair: tuple[Chosen, Chosen], threshold: float = 0.0, progress: Progress = silent
) -> Comparison:
    """Tag the texts by both, and hold what they mark against each other.

    Args:
        threshold: mentions that are less certain count as not found.
    """
    first, second = (_tag(items, chosen, threshold, progress) for chosen in pair)
    return compare_tagged(items, (name_of(pair[0]), name_of(pair[1])), first, second)


def _find(given: str, place: Workspace) -> tuple[Run, str]:
    name, colon, variant = given.partition(":")
    if not name or (colon and not variant):
        raise InputError(f"{given!r} names no tagger; give a run, or a run and a variant as RUN:VARIANT")
    run = RunStore(place.models).load(name)
    variant = variant or kind_of(run).live[0]
    check_variants(run, [variant])
    return run, variant


def _tag(items: Sequence[TextItem], chosen: Chosen, threshold: float, progress: Progress) -> list[tuple[Mention, ...]]:
    message = f"tagging by {name_of(chosen)}"
    tagged = tag_items(
        items,
        chosen.tagger,
        lambda done, total: progress(message, done / max(total, 1)),
        lambda: False,
        chosen.guideline,
    )
    return [entry.mentions for entry in above(tagged, threshold)]
