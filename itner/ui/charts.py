"""Figures for the dashboard, from rows of runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from itner.config import PRECISION_NAMES, Family
from itner.palette import FAMILY_COLORS, NEUTRAL, PRECISION_SYMBOLS
from itner.report import Row
from itner.results import PublishedResult

_LARGEST_BUBBLE = 42


def trade_off(rows: Sequence[Row], published: Sequence[PublishedResult]) -> go.Figure:
    """Micro-F1 against median latency, bubble area by size; published results, which have no latency, as lines."""
    shown = [row for row in rows if row.micro_f1 is not None and row.p50_ms is not None and row.size_mib is not None]
    figure = go.Figure()
    largest = max((row.size_mib or 0.0 for row in shown), default=1.0)
    families: list[Family] = ["full", "lora", "distilled architecture"]
    for family in families:
        members = [row for row in shown if row.family == family]
        if not members:
            continue
        figure.add_trace(
            go.Scatter(
                x=[row.p50_ms for row in members],
                y=[row.micro_f1 for row in members],
                mode="markers",
                name=family,
                marker={
                    "size": [max(row.size_mib or 0.0, 0.1) for row in members],
                    "sizemode": "area",
                    "sizeref": 2 * largest / _LARGEST_BUBBLE**2,
                    "sizemin": 7,
                    "color": FAMILY_COLORS.get(family, NEUTRAL),
                    "symbol": [PRECISION_SYMBOLS[row.precision] for row in members],
                    "opacity": 0.8,
                    "line": {"width": 1, "color": "white"},
                },
                text=[row.label for row in members],
                customdata=[_hover(row) for row in members],
                hovertemplate="<b>%{text}</b><br>micro-F1 %{y:.3f} (%{customdata[0]})<br>"
                "p50 %{x:.1f} ms, p95 %{customdata[1]:.1f} ms<br>%{customdata[2]:.1f} MiB<br>"
                "%{customdata[3]:,.0f} tokens/s in bulk<extra></extra>",
            )
        )
    for result in published:
        figure.add_hline(
            y=result.micro_f1,
            line={"dash": "dot", "width": 1, "color": NEUTRAL},
            annotation={
                "text": f"{result.name}, {result.parameters / 1e6:.0f} M (published): {result.micro_f1:.3f}",
                "font": {"size": 11},
            },
            annotation_position="top right",
        )
    figure.update_layout(
        xaxis={"title": "median latency, one text of 128 pieces (ms, log scale)", "type": "log"} | _ticks(shown),
        yaxis={"title": "micro-F1 (strict, entity level)", "tickformat": ".3f"},
        legend={"orientation": "h", "y": 1.12, "itemsizing": "constant"},
        height=460,
        margin={"t": 30, "r": 20, "b": 50},
    )
    return figure


def _ticks(rows: Sequence[Row]) -> dict[str, Any]:
    # Plotly labels a narrow log axis with bare digits (2, 5) that read as other numbers than they are.
    times = [row.p50_ms for row in rows if row.p50_ms]
    if not times:
        return {}
    steps = [factor * 10**power for power in range(-2, 5) for factor in (1, 2, 3, 5, 7)]
    values = [step for step in steps if min(times) / 1.5 <= step <= max(times) * 1.5]
    low, high = math.log10(min(times) / 1.25), math.log10(max(times) * 1.25)
    return {"tickvals": values, "ticktext": [f"{value:g}" for value in values], "range": [low, high]}


def symbol_key() -> str:
    """What the marker shapes of `trade_off` mean, in words."""
    shapes = {"circle": "circle", "square": "square", "diamond": "diamond", "triangle-up": "triangle"}
    return ", ".join(f"{shapes[PRECISION_SYMBOLS[key]]} = {name}" for key, name in PRECISION_NAMES.items())


def _hover(row: Row) -> tuple[str, float | None, float | None, float | None]:
    interval = row.report.micro_f1_interval if row.report else None
    text = f"95% {interval.low:.3f} to {interval.high:.3f}" if interval else ""
    return text, row.p95_ms, row.size_mib, row.tokens_per_s
