"""How it was trained: the learning curve."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.records.curve import LearningCurve
from itner.reporting.curve import list_curve_rows
from itner.reporting.palette import SERIES_COLORS


def curve_table(curve: LearningCurve) -> pd.DataFrame:
    """One line a size: mean and spread of micro-F1 over the seeds, and of each type's F1 the mean."""
    records = []
    for row in list_curve_rows(curve):
        points = [point for point in curve.points if point.sentences == row.sentences]
        each = {name: sum(point.per_type[name].f1 for point in points) / len(points) for name in points[0].per_type}
        records.append(
            {
                "sentences": row.sentences,
                "micro-F1": row.mean.mean,
                "spread": row.mean.spread,
                "seeds": row.seeds,
                **each,
            }
        )
    return pd.DataFrame.from_records(records)


def curve_columns(curve: LearningCurve) -> dict[str, Any]:
    """How Streamlit shows `curve_table`."""
    number = st.column_config.NumberColumn
    types = {name: number(format="%.3f", help="F1, mean over the seeds.") for name in curve.points[0].per_type}
    return types | {
        "sentences": number(format="localized", help="Annotated sentences that it learned from."),
        "micro-F1": number(format="%.3f", help="Mean over the seeds, on the whole dev split."),
        "spread": number(format="%.4f", help="Standard deviation over the seeds."),
    }


def curve_figure(curve: LearningCurve) -> go.Figure:
    """Every training's micro-F1 over the number of sentences, and their mean."""
    rows = list_curve_rows(curve)
    color = SERIES_COLORS[0]
    figure = go.Figure(
        [
            go.Scatter(
                x=[row.sentences for row in rows],
                y=[row.mean.mean for row in rows],
                name="mean",
                mode="lines",
                line={"color": color, "width": 3},
                hovertemplate="%{x:,} sentences<br>mean micro-F1 %{y:.3f}<extra></extra>",
            ),
            go.Scatter(
                x=[point.sentences for point in curve.points],
                y=[point.f1 for point in curve.points],
                name="each seed",
                mode="markers",
                marker={"color": color, "size": 9},
                customdata=[[point.config.seed] for point in curve.points],
                hovertemplate="%{x:,} sentences, seed %{customdata[0]}: %{y:.3f}<extra></extra>",
            ),
        ]
    )
    sizes = [row.sentences for row in rows]
    figure.update_layout(
        xaxis={"title": "annotated sentences", "type": "log", "tickvals": sizes, "ticktext": [f"{n:,}" for n in sizes]},
        yaxis={"title": "micro-F1 on dev"},
        height=400,
        margin={"t": 20, "b": 40},
    )
    return figure
