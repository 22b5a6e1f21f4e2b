"""How every figure sits on a page: its legend, axes of names, titles that wrap, colours that both themes show."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

# Streamlit colours axes and text by the theme; what a figure draws itself has to be seen on white and on black.
INK = "#777777"
# Characters that fit beside an axis on a telephone.
_X_WIDTH, _Y_WIDTH = 42, 30
# The lines that a legend of many entries takes there come out of the plot.
_FREE_ENTRIES, _ENTRY_PX = 3, 10
_SMALLEST_TEXT = 9


def arrange(figure: go.Figure) -> go.Figure:
    """The figure as a page shows it; what is drawn is the figure's matter, this is the same for all.

    The legend stands above the plot, bars and cells have names and never numbers as their places, long titles of axes
    are broken into lines, and what has no colour of its own gets one that is seen in both themes.
    """
    _place_legend(figure)
    _place_by_name(figure)
    _break_titles(figure)
    _colour(figure)
    # A number that does not fit is left out: shrunken to a bar's width, nobody could read it.
    figure.update_layout(uniformtext={"minsize": _SMALLEST_TEXT, "mode": "hide"})
    return figure


def whiskers(low: pd.Series, value: pd.Series, high: pd.Series) -> dict[str, Any]:
    """The ends of an interval around each value, as a trace's `error_x` or `error_y`.

    A percentile interval need not hold the score itself where mentions are few: the whisker then ends at the score.
    """
    return {
        "type": "data",
        "symmetric": False,
        "array": (high - value).clip(lower=0),
        "arrayminus": (value - low).clip(lower=0),
        "thickness": 1.2,
        "width": 3,
    }


def log_axis(values: Sequence[float], beyond: float = 1.0, factors: Sequence[int] = (1, 2, 5)) -> dict[str, Any]:
    """A logarithmic axis over the values, with whole numbers at its ticks.

    Left to itself, Plotly labels a narrow one with bare digits (2, 5) that read as other numbers than they are.

    Args:
        beyond: how many times farther than the values it reaches on both sides.
        factors: of each power of ten that has a tick.
    """
    if not values:
        return {"type": "log"}
    low, high = min(values) / beyond, max(values) * beyond
    ticks = [factor * 10**power for power in range(-3, 7) for factor in factors if low <= factor * 10**power <= high]
    text = [f"{tick:g}" for tick in ticks]
    return {"type": "log", "tickvals": ticks, "ticktext": text, "range": [math.log10(low), math.log10(high)]}


def _place_legend(figure: go.Figure) -> None:
    """Above the plot, held at its lower end: with more lines it grows upwards, off what is drawn."""
    figure.update_layout(legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0})
    entries = sum(trace.showlegend is not False for trace in figure.data)
    if figure.layout.showlegend is not False and figure.layout.height and entries > _FREE_ENTRIES:
        figure.update_layout(height=figure.layout.height + _ENTRY_PX * (entries - _FREE_ENTRIES))


def _place_by_name(figure: go.Figure) -> None:
    """A telephone number or a run called 2024 is a name: left to itself, Plotly makes an axis of numbers of them.

    An axis that says what it is of stays so.
    """
    for trace in figure.data:
        upright = trace.type == "bar" and trace.orientation != "h"
        if trace.type == "heatmap" or upright:
            figure.update_xaxes(type="category", selector={"type": None})
        if trace.type == "heatmap" or (trace.type == "bar" and not upright):
            figure.update_yaxes(type="category", selector={"type": None})


def _break_titles(figure: go.Figure) -> None:
    for axes, width in ((figure.select_xaxes(), _X_WIDTH), (figure.select_yaxes(), _Y_WIDTH)):
        for axis in axes:
            if axis.title.text:
                axis.title.text = "<br>".join(textwrap.wrap(axis.title.text, width, break_long_words=False))


def _colour(figure: go.Figure) -> None:
    for trace in figure.data:
        for whiskers in ("error_x", "error_y"):
            if whiskers in trace and trace[whiskers].color is None:
                trace[whiskers].color = INK
    for annotation in figure.layout.annotations:
        annotation.arrowcolor = annotation.arrowcolor or INK
    for shape in figure.layout.shapes:
        shape.line.color = shape.line.color or INK
