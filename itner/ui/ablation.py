"""The Data page's account of what each step of the training brought."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.ablation import measure_gain
from itner.palette import SERIES_COLORS
from itner.results import Ablation

_SYMBOLS = ("circle", "diamond", "square", "cross")


def ablation_table(ablation: Ablation) -> pd.DataFrame:
    """One line an arm and dev set: mean and spread of micro-F1 over the seeds, and the gain over the arm before."""
    records = []
    for arm in ablation.arms:
        for dataset in _datasets(ablation):
            found = measure_gain(ablation, arm, dataset)
            error = measure_gain(ablation, arm, dataset, "ERROR")
            verdicts = {None: "", True: "yes", False: "no"}
            records.append(
                {
                    "step": arm.name,
                    "what it adds": arm.what,
                    "to": arm.against or "",
                    "dev set": dataset,
                    "seeds": len(found.scores),
                    "micro-F1": found.mean,
                    "spread": found.spread,
                    "gain": found.gain,
                    "noise": found.noise,
                    "beyond noise": verdicts[found.beyond_noise],
                    "ERROR F1": error.mean,
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
        "ERROR F1": number(format="%.3f", help="F1 of the rarest type, mean over the seeds."),
    }


def ablation_in_words(ablation: Ablation) -> str:
    """What was done, and which steps earned their place."""
    counts = [len(arm.runs) for arm in ablation.arms]
    times = f"{max(counts)} times" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)} times"
    better, worse, noise, unknown = [], [], [], []
    for arm in ablation.arms:
        gains = [measure_gain(ablation, arm, dataset) for dataset in _datasets(ablation)]
        if all(found.gain is None for found in gains):
            continue
        stands = [found.gain or 0.0 for found in gains if found.beyond_noise]
        if any(gain > 0 for gain in stands):
            better.append(arm.name)
        elif stands:
            worse.append(arm.name)
        elif all(found.beyond_noise is None for found in gains):
            unknown.append(arm.name)
        else:
            noise.append(arm.name)
    epochs = " or ".join(str(n) for n in sorted({run.config.epochs for arm in ablation.arms for run in arm.runs}))
    words = (
        f"Each step was trained {times} for {epochs} epochs as `{ablation.preset}`, with another seed each, and scored "
        f"on {ablation.split} alone; each is compared with the step named beside it."
    )
    for names, said in (
        (better, "Better beyond the noise of the seeds on at least one dev set"),
        (worse, "Worse beyond the noise, and better on none"),
        (noise, "Within the noise"),
        (unknown, "Too few seeds to tell"),
    ):
        if names:
            words += f" {said}: {', '.join(names)}."
    return words


def ablation_figure(ablation: Ablation) -> go.Figure:
    """Every seed's micro-F1 by step, and their mean, for each dev set."""
    figure = go.Figure()
    steps = [arm.name for arm in ablation.arms]
    for number, dataset in enumerate(_datasets(ablation)):
        color = SERIES_COLORS[number % len(SERIES_COLORS)]
        means = [measure_gain(ablation, arm, dataset).mean for arm in ablation.arms]
        figure.add_trace(
            go.Scatter(
                x=steps,
                y=means,
                name=f"{dataset}, mean",
                mode="lines",
                line={"color": color, "width": 2},
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
        xaxis={"title": "step"},
        yaxis={"title": "micro-F1 on dev"},
        legend={"orientation": "h", "y": 1.15},
        height=400,
        margin={"t": 20, "b": 40},
    )
    return figure


def _datasets(ablation: Ablation) -> list[str]:
    return list(ablation.arms[0].runs[0].dev)
