"""How it was trained: what each step of the training brought."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.records.study import Ablation
from itner.reporting.ablation import dev_sets, measure_gain, rarest_type
from itner.reporting.palette import SERIES_COLORS

_SYMBOLS = ("circle", "diamond", "square", "cross")


def ablation_table(ablation: Ablation) -> pd.DataFrame:
    """One line an arm and dev set: mean and spread of micro-F1 over the seeds, and the gain over the arm before."""
    records = []
    for arm in ablation.arms:
        for dataset in dev_sets(ablation):
            found = measure_gain(ablation, arm, dataset)
            error = measure_gain(ablation, arm, dataset, rarest_type(ablation))
            verdicts = {None: "", True: "yes", False: "no"}
            records.append(
                {
                    "step": arm.name,
                    "to": arm.against or "",
                    "dev set": dataset,
                    "micro-F1": found.mean,
                    "gain": found.gain,
                    "noise": found.noise,
                    "beyond noise": verdicts[found.beyond_noise],
                    "rarest type F1": error.mean,
                    "spread": found.spread,
                    "seeds": len(found.scores),
                    "what it adds": arm.what,
                }
            )
    return pd.DataFrame.from_records(records)


def ablation_columns() -> dict[str, Any]:
    """How Streamlit shows `ablation_table`."""
    number = st.column_config.NumberColumn
    return {
        "to": st.column_config.TextColumn(help="The step that this one is compared with."),
        "micro-F1": number(format="%.3f", help="Mean over the seeds, on the dev split."),
        "spread": number(format="%.4f", help="Standard deviation over the seeds."),
        "gain": number(format="%+.3f", help="Mean difference to the step that it is compared with, seed by seed."),
        "noise": number(format="%.4f", help="Standard error of the gain, from the spread of both steps' seeds."),
        "beyond noise": st.column_config.TextColumn(help="Whether the gain is more than twice its standard error."),
        "rarest type F1": number(format="%.3f", help="F1 of the domain's rarest type, mean over the seeds."),
    }


def ablation_figure(ablation: Ablation) -> go.Figure:
    """Every seed's micro-F1 by step, and their mean, for each dev set."""
    figure = go.Figure()
    steps = [arm.name for arm in ablation.arms]
    for number, dataset in enumerate(dev_sets(ablation)):
        color = SERIES_COLORS[number % len(SERIES_COLORS)]
        means = [measure_gain(ablation, arm, dataset).mean for arm in ablation.arms]
        figure.add_trace(
            go.Scatter(
                x=steps,
                y=means,
                name=f"{dataset}, mean",
                # No line from step to step: not every step builds on the one to its left.
                mode="markers",
                marker={"symbol": "line-ew", "size": 30, "line": {"color": color, "width": 3}},
                hovertemplate=f"<b>%{{x}}</b> on {dataset}<br>mean micro-F1 %{{y:.3f}}<extra></extra>",
            )
        )
        runs = [run for arm in ablation.arms for run in arm.runs]
        figure.add_trace(
            go.Scatter(
                x=[run.arm for run in runs],
                y=[run.f1(dataset) for run in runs],
                name=f"{dataset}, each seed",
                mode="markers",
                marker={"color": color, "size": 9, "symbol": _SYMBOLS[number % len(_SYMBOLS)]},
                customdata=[[run.seed] for run in runs],
                hovertemplate=f"<b>%{{x}}</b> on {dataset}, seed %{{customdata[0]}}: %{{y:.3f}}<extra></extra>",
            )
        )
    figure.update_layout(
        xaxis={"title": "step", "type": "category"},
        yaxis={"title": "micro-F1 on dev"},
        height=400,
        margin={"t": 20, "b": 40},
    )
    return figure
