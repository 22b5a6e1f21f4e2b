"""Two models side by side: what a link names, and which goes with which."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from itner.dashboard import errors, selection
from itner.dashboard.live import Choice
from itner.records.store import Run
from itner.reporting.rows import list_rows
from itner.taggers.registry import VARIANT_NAMES, deployed_and_exact


def accept_pair(known: Collection[str]) -> tuple[str, str] | None:
    """The keys of the two models that the link which was just followed names as `a=RUN:VARIANT&b=RUN:VARIANT`.

    None where it names no two; those that are not to be had here are said.
    """
    if not (selection.arrived("a") and selection.arrived("b")):
        return None
    asked = [(selection.wanted(key) or "").replace(":", "@") for key in ("a", "b")]
    absent = [key for key in asked if key not in known]
    if absent:
        st.warning("A model that was asked for cannot be opened here:", icon=":material/warning:")
        # The names come with the address: no Markdown in them.
        st.text("\n".join(absent))
        return None
    return asked[0], asked[1]


def find_counterpart(choice: Choice, known: Collection[str]) -> str | None:
    """The key of what a model is compared with first: as it is compressed what it is to equal, and the other way round.

    None where its run has no such variant among those known.
    """
    pair = deployed_and_exact(choice.run)
    if pair is None:
        return None
    deployed, exact = pair
    key = Choice(choice.run, exact if choice.variant == deployed else deployed).key
    return key if key in known else None


def name_pair(run: Run) -> str | None:
    """What the compression of a run is called: "FP32 against INT8"; None where there is none."""
    pair = deployed_and_exact(run)
    return f"{VARIANT_NAMES[pair[1]]} against {VARIANT_NAMES[pair[0]]}" if pair is not None else None


def link_pair(run: Run) -> dict[str, list[str]]:
    """The query parameters that open Live or Tag files with a run before and after compression."""
    pair = deployed_and_exact(run)
    if pair is None:
        raise ValueError(f"run {run.name} is not compressed")
    deployed, exact = pair
    return {"domain": [run.info.domain], "a": [f"{run.name}:{exact}"], "b": [f"{run.name}:{deployed}"]}


def list_error_links(run: Run) -> list[tuple[str, dict[str, list[str]]]]:
    """Data that a run was scored on before and after compression, each with the page Errors where the two differ."""
    pair = deployed_and_exact(run)
    if pair is None:
        return []
    links = []
    for dataset, split in dict.fromkeys((report.dataset, report.split) for report in run.metrics.reports):
        rows = {row.variant: row for row in list_rows([run], dataset, split) if row.errors is not None}
        if all(variant in rows for variant in pair):
            query = errors.link(rows[pair[1]], rows[pair[0]], run.info.domain, dataset, split)
            links.append((f"{dataset} {split}", query))
    return links
