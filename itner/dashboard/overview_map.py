"""The map of the Overview page: which run is advised under which limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from itner.dashboard.figures import log_axis
from itner.reporting.advice import Limits
from itner.reporting.latency import QUANTILES
from itner.reporting.palette import NEUTRAL, SERIES_COLORS
from itner.reporting.rows import Row
from itner.reporting.sensitivity import AnswerMap

# How far it goes beyond the last limit that matters, and the smallest size on its logarithmic axis.
_BEYOND, _SMALLEST_MB = 1.5, 0.1
# Read on a field of any colour, in both themes.
_ON_FIELD: dict[str, Any] = {"font": {"color": "#12161b"}, "bgcolor": "rgba(255, 255, 255, 0.85)"}


def answer_map(answers: AnswerMap, limits: Limits) -> go.Figure:
    """Which run is advised under which limits: a field a run, latency to the right, size upwards."""
    names = {run: number for number, run in enumerate(answers.runs)}
    labels = [[row.label if row is not None else "nothing fits" for row in line] for line in answers.answers]
    # The last answers hold for all that is looser.
    across = [*answers.ms, answers.ms[-1] * _BEYOND]
    sizes = [max(size, _SMALLEST_MB) for size in answers.mb]
    upwards = [*sizes, sizes[-1] * _BEYOND]
    colours = [SERIES_COLORS[number % len(SERIES_COLORS)] for number in range(max(len(names), 1))]
    figure = go.Figure(
        go.Heatmap(
            x=across,
            y=upwards,
            z=[[names[row.run] if row is not None else None for row in line] for line in answers.answers],
            customdata=labels,
            zmin=-0.5,
            zmax=len(colours) - 0.5,
            colorscale=_steps(colours),
            opacity=0.55,
            showscale=False,
            hoverongaps=False,
            hovertemplate="from %{x:.3~g} ms and %{y:.3~g} MB on: <b>%{customdata}</b><extra></extra>",
        )
    )
    for run in names:
        x, y = _middle(answers, run, across, upwards)
        figure.add_annotation(x=math.log10(x), y=math.log10(y), text=f"<b>{run}</b>", showarrow=False, **_ON_FIELD)
    if limits.max_ms is not None:
        figure.add_vline(x=limits.max_ms, line={"dash": "dash", "width": 1.5, "color": NEUTRAL})
    if limits.max_mb is not None:
        figure.add_hline(y=limits.max_mb, line={"dash": "dash", "width": 1.5, "color": NEUTRAL})
    figure.update_layout(
        xaxis=log_axis(across) | {"title": f"{QUANTILES[limits.quantile]} of the latency at most (ms, log scale)"},
        yaxis=log_axis(upwards) | {"title": "size at most (MB, log scale)"},
        height=340,
        margin={"t": 20, "r": 20, "b": 50},
    )
    return figure


def _steps(colours: Sequence[str]) -> list[tuple[float, str]]:
    """A colour scale without transitions."""
    count = len(colours)
    return [
        step
        for number, colour in enumerate(colours)
        for step in ((number / count, colour), ((number + 1) / count, colour))
    ]


def _middle(answers: AnswerMap, run: str, across: Sequence[float], upwards: Sequence[float]) -> tuple[float, float]:
    """The middle of a run's largest stretch in one line, as it is seen on logarithmic axes, over all lines like it."""
    best, place = 0.0, (across[0], upwards[0])
    for low, line in enumerate(answers.answers):
        columns = [number for number, row in enumerate(line) if row is not None and row.run == run]
        if not columns:
            continue
        high = low
        while high < len(answers.answers) and all(_is(answers.answers[high][number], run) for number in columns):
            high += 1
        left, right, bottom, top = across[columns[0]], across[columns[-1] + 1], upwards[low], upwards[high]
        area = math.log(right / left) * math.log(top / bottom)
        if area > best:
            best, place = area, (math.sqrt(left * right), math.sqrt(bottom * top))
    return place


def _is(row: Row | None, run: str) -> bool:
    return row is not None and row.run == run


def map_data(answers: AnswerMap) -> pd.DataFrame:
    """What `answer_map` draws."""
    return pd.DataFrame.from_records(
        [
            {"ms at least": time, "MB at least": size, "advised": row.label if row is not None else None}
            for size, line in zip(answers.mb, answers.answers, strict=True)
            for time, row in zip(answers.ms, line, strict=True)
        ]
    )
