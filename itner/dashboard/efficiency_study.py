"""The Efficiency page's compression study: its scatter and its table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.words import unmarked
from itner.dashboard.figures import log_axis
from itner.dashboard.tables import rounded
from itner.records.study import CompressionStudy
from itner.reporting.compression import REFERENCE, StudyRow, find_front, list_timings
from itner.reporting.palette import GROUP_COLORS, NEUTRAL, VARIANT_SYMBOLS
from itner.taggers.registry import VARIANT_NAMES

_LARGEST_BUBBLE = 34.0


def study_table(rows: Sequence[StudyRow], dataset: str, speed: str | None) -> pd.DataFrame:
    """One line a network and variant, what was not measured is empty; the front is of one dataset and speed or size."""
    front = {row.label for row in find_front(rows, dataset, speed)}
    records = []
    for row in rows:
        record: dict[str, object] = {
            "network": row.name,
            "variant": VARIANT_NAMES[row.variant],
            "varies": row.varies,
            "on the front": row.label in front,
        }
        for name, score in row.f1.items():
            record |= {f"F1 {name}": score.mean, f"spread {name}": score.spread}
        record |= {
            "seeds": max(score.seeds for score in row.f1.values()),
            "parameters M": row.parameters / 1e6 if row.parameters is not None else None,
            "outside embeddings M": row.outside_embeddings / 1e6 if row.outside_embeddings is not None else None,
            "size MB": row.mb,
            "times as fast, one window": row.ratio("one window"),
            "times as fast, many": row.ratio("many short windows"),
            "p50 ms": row.ms,
            "pieces/s": rounded(row.pieces_per_s),
            "training min": row.train_seconds / 60 if row.train_seconds is not None else None,
            "what": row.what,
        }
        records.append(record)
    return pd.DataFrame.from_records(records)


def study_columns(frame: pd.DataFrame) -> dict[str, Any]:
    """How Streamlit shows `study_table`."""
    number = st.column_config.NumberColumn
    columns: dict[str, Any] = {}
    for name in frame.columns:
        if name.startswith("F1 "):
            columns[name] = number(format="%.3f", help="Strict micro-F1 on the dev split, mean over the seeds.")
        elif name.startswith("spread "):
            columns[name] = number(format="%.4f", help="Standard deviation over the seeds.")
    return columns | {
        "seeds": number(format="%d", help="Trainings of this network, each drawn otherwise."),
        "parameters M": number(format="%.2f", help="Parameters in millions."),
        "outside embeddings M": number(format="%.2f", help="Those outside tables of which a text needs a few rows."),
        "size MB": number(format="%.2f", help="What has to be deployed beside the program."),
        "times as fast, one window": number(
            format="%.2f", help="As the reference on one window, batch 1, timed in turns in the same process."
        ),
        "times as fast, many": number(format="%.2f", help="The same on many short windows at once."),
        "p50 ms": number(format="%.2f", help="Median time of one window."),
        "pieces/s": number(
            format="localized", help="Word pieces read in a second, many short windows at once.", step=1
        ),
        "training min": number(format="%.1f", help="Training time, on the machine of the point's record."),
    }


def study_figure(study: CompressionStudy, rows: Sequence[StudyRow], dataset: str, speed: str | None) -> go.Figure:
    """Micro-F1 against times as fast as the reference, or size where `speed` is None.

    Area by size, colour by what is varied, shape by variant.
    """

    def place(row: StudyRow) -> float:
        return row.mb if speed is None else row.ratio(speed) or 1.0

    shown = [row for row in rows if speed is None or row.ratio(speed) is not None]
    figure = go.Figure()
    front = find_front(rows, dataset, speed)
    if len(front) > 1:
        figure.add_trace(
            go.Scatter(
                x=[place(row) for row in front],
                y=[row.f1[dataset].mean for row in front],
                mode="lines",
                name="front",
                # What is to be so fast at least is found at the next point to the right, what is to be so small at
                # most to the left.
                line={"shape": "vh", "width": 2, "color": NEUTRAL},
                hoverinfo="skip",
            )
        )
    largest = max((row.mb for row in shown), default=1.0)
    groups = list(dict.fromkeys(row.varies for row in shown))
    colours = dict(zip([group for group in groups if group != REFERENCE], cycle(GROUP_COLORS), strict=False))
    for group in groups:
        members = [row for row in shown if row.varies == group]
        figure.add_trace(
            go.Scatter(
                x=[place(row) for row in members],
                y=[row.f1[dataset].mean for row in members],
                mode="markers",
                name=group,
                marker={
                    "size": [row.mb for row in members],
                    "sizemode": "area",
                    "sizeref": 2 * largest / _LARGEST_BUBBLE**2,
                    "sizemin": 6,
                    "color": colours.get(group, NEUTRAL),
                    "symbol": [VARIANT_SYMBOLS[row.variant] for row in members],
                    "opacity": 0.8,
                    "line": {"width": 1, "color": "white"},
                },
                text=[row.label for row in members],
                customdata=[_hover(row) for row in members],
                hovertemplate="<b>%{text}</b><br>%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]}<br>"
                "%{customdata[3]}<extra></extra>",
            )
        )
    places = [place(row) for row in shown]
    figure.update_layout(
        xaxis=log_axis(places, 1.25) | {"title": f"{_across(study, speed)} (log scale)"},
        yaxis={"title": f"micro-F1 on the dev set of {dataset}", "tickformat": ".3f"},
        legend={"itemsizing": "constant"},
        height=480,
        margin={"t": 30, "r": 20, "b": 50},
    )
    return figure


def study_key(study: CompressionStudy, rows: Sequence[StudyRow]) -> str:
    """What shapes and sizes mean, and where the speed was measured, in words."""
    variants = dict.fromkeys(row.variant for row in rows)
    shapes = ", ".join(f"{VARIANT_SYMBOLS[name].removesuffix('-up')} = {VARIANT_NAMES[name]}" for name in variants)
    machines = list_timings(study)
    where = (
        f" Speed was measured on {'; and on '.join(map(unmarked, machines))}."
        if machines
        else " Speed was not measured."
    )
    better = "Right" if len(machines) < 2 else "Left"
    return f"{better} and up is better; the larger, the more MB. {shapes}.{where}"


def _across(study: CompressionStudy, speed: str | None) -> str:
    """What the figure shows from left to right."""
    if speed is None:
        return "size in MB"
    return f"times as fast as {study.reference.run} {VARIANT_NAMES[study.reference.variant]}, {speed}"


def _hover(row: StudyRow) -> tuple[str, str, str, str]:
    scores = ", ".join(
        f"{name} {score.mean:.3f}" + (f" ±{score.spread:.3f} ({score.seeds} seeds)" if score.spread is not None else "")
        for name, score in row.f1.items()
    )
    outside = f", {row.outside_embeddings / 1e6:.2f} M outside embeddings" if row.outside_embeddings else ""
    parameters = f", {row.parameters / 1e6:.2f} M parameters{outside}" if row.parameters else ""
    ratios = ", ".join(f"{speed} ×{ratio.mean:.2f}" for speed, ratio in row.ratios.items())
    absolute = [f"{row.ms:.2f} ms"] if row.ms is not None else []
    absolute += [f"{row.pieces_per_s:,.0f} pieces/s"] if row.pieces_per_s is not None else []
    return row.what, f"F1: {scores}", f"{row.mb:.2f} MB{parameters}", " · ".join([ratios, *absolute])
