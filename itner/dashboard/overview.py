"""The Overview page's figures: what is advised, and F1 against latency with the front of the best trade-offs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.words import counted, unmarked
from itner.records.study import PublishedResult
from itner.reporting.advice import Advice, Limits
from itner.reporting.latency import QUANTILES, Quantile
from itner.reporting.palette import FAMILY_COLORS, NEUTRAL, VARIANT_SYMBOLS
from itner.reporting.rows import Row, mebibytes, milliseconds
from itner.taggers.registry import VARIANT_NAMES

_LARGEST_BUBBLE = 28


@dataclass(frozen=True)
class Fact:
    """One headline figure."""

    label: str
    value: str
    note: str


def facts(row: Row, quantile: Quantile = "p95") -> list[Fact]:
    """Quality, speed and size of one row; what was not measured is left out."""
    found = []
    if row.report is not None:
        micro, interval = row.report.micro, row.report.micro_f1_interval
        found += [
            Fact("micro-F1", f"{micro.f1:.3f}", f"{interval.level:.0%}: {interval.low:.3f} to {interval.high:.3f}"),
            Fact("Recall", f"{micro.recall:.3f}", f"precision {micro.precision:.3f}"),
        ]
    if row.timing is not None:
        times = row.timing.at(quantile)
        known = f"{milliseconds(times.low)} to {milliseconds(times.high)}; {row.timing.length} {row.unit}"
        found.append(Fact(f"Latency, {QUANTILES[quantile]}", f"{milliseconds(times.value)} ms", known))
    if row.size_mib is not None:
        found.append(Fact("Size", f"{mebibytes(row.size_mib)} MiB", f"{row.tokens_per_s:,.0f} tokens/s in bulk"))
    return found


@dataclass(frozen=True)
class Ranges:
    """How far the limits can be set: a little beyond what was measured."""

    max_ms: float
    max_mib: float


def ranges(rows: Sequence[Row], quantile: Quantile = "p95") -> Ranges:
    """Upper ends for the sliders of latency and size, whole numbers above everything measured."""
    slowest = max((row.timing.at(quantile).high for row in rows if row.timing is not None), default=1.0)
    largest = max((row.size_mib for row in rows if row.size_mib is not None), default=1.0)
    return Ranges(math.floor(slowest) + 1.0, math.floor(largest) + 1.0)


def limits(bounds: Ranges, ms: float, mib: float, f1: float, recall: float, quantile: Quantile = "p95") -> Limits:
    """What the sliders mean: a slider at its open end sets no limit."""
    return Limits(
        max_ms=ms if ms < bounds.max_ms else None,
        max_mib=mib if mib < bounds.max_mib else None,
        min_f1=f1 or None,
        min_recall=recall or None,
        quantile=quantile,
    )


def show_beside(advice: Advice) -> None:
    """What stands beside the answer: who comes next, what just misses, and what was left out."""
    lines = []
    if advice.runner_up is not None:
        f1 = advice.runner_up.micro_f1 or 0.0
        lines.append(f"**Next best run:** {advice.runner_up.label}, micro-F1 {f1:.3f}.")
    if advice.near:
        lines.append(f"**Just beyond the limit:** {' '.join(advice.near)}")
    if advice.row is not None and (weakest := find_weakest(advice.row)) is not None:
        name, f1, support = weakest
        lines.append(f"**Weakest type:** {name}, F1 {f1:.3f} on {counted(support, 'gold mention')}.")
    # They name machines, in words of whoever measured there.
    lines += map(unmarked, advice.caveats)
    for line in lines:
        st.markdown(line)


def find_weakest(row: Row) -> tuple[str, float, int] | None:
    """The type of the lowest F1, with it and the number of its gold mentions; None where nothing was scored."""
    known = [(name, counts) for name, counts in row.report.per_type.items() if counts.support] if row.report else []
    if not known:
        return None
    name, counts = min(known, key=lambda each: (each[1].f1, each[0]))
    return name, counts.f1, counts.support


def families(rows: Sequence[Row]) -> list[str]:
    """The families of the rows, in the order in which they first occur among the runs."""
    return list(dict.fromkeys(row.family for row in rows))


def trade_off(
    rows: Sequence[Row],
    published: Sequence[PublishedResult] = (),
    front: Sequence[Row] = (),
    chosen: Row | None = None,
    limits: Limits | None = None,
    quantile: Quantile = "p95",
) -> go.Figure:
    """Micro-F1 against latency, bubble area by size; published results, which have no latency, as lines."""
    shown = [row for row in rows if row.micro_f1 is not None and row.timing is not None and row.size_mib is not None]
    figure = go.Figure()
    largest = max((row.size_mib or 0.0 for row in shown), default=1.0)
    if len(front) > 1:
        figure.add_trace(
            go.Scatter(
                x=[_ms(row, quantile) for row in front],
                y=[row.micro_f1 for row in front],
                mode="lines",
                name="Pareto front",
                line={"shape": "hv", "width": 2, "color": NEUTRAL},
                hoverinfo="skip",
            )
        )
    order = families(rows)
    # The family of what is advised lies above the others.
    for family in sorted(order, key=lambda name: chosen is not None and name == chosen.family):
        members = [row for row in shown if row.family == family]
        if not members:
            continue
        figure.add_trace(
            go.Scatter(
                x=[_ms(row, quantile) for row in members],
                y=[row.micro_f1 for row in members],
                mode="markers",
                name=family,
                legendrank=1000 + order.index(family),
                marker={
                    "size": [max(row.size_mib or 0.0, 0.1) for row in members],
                    "sizemode": "area",
                    "sizeref": 2 * largest / _LARGEST_BUBBLE**2,
                    "sizemin": 7,
                    "color": FAMILY_COLORS.get(family, NEUTRAL),
                    "symbol": [VARIANT_SYMBOLS[row.variant] for row in members],
                    "opacity": 0.75,
                    "line": {"width": 1, "color": "white"},
                },
                text=[row.label for row in members],
                customdata=[_hover(row, quantile) for row in members],
                hovertemplate="<b>%{text}</b><br>micro-F1 %{y:.3f} (%{customdata[0]})<br>"
                f"{QUANTILES[quantile]} %{{x:.3~g}} ms (%{{customdata[1]}})<br>"
                "%{customdata[2]:.3~g} MiB<br>"
                "%{customdata[3]:,.0f} tokens/s in bulk<extra></extra>",
            )
        )
    if chosen is not None and chosen in shown:
        figure.add_annotation(
            x=math.log10(_ms(chosen, quantile)),
            y=chosen.micro_f1,
            text=f"<b>{chosen.label}</b>",
            showarrow=True,
            arrowhead=2,
            # Into the figure: beside the left edge there is no room on the left.
            ax=_aside(chosen, shown, quantile),
            ay=75,
        )
    if limits is not None and limits.max_ms is not None:
        figure.add_vline(x=limits.max_ms, line={"dash": "dash", "width": 1.5, "color": NEUTRAL})
    if limits is not None and limits.min_f1 is not None:
        figure.add_hline(y=limits.min_f1, line={"dash": "dash", "width": 1.5, "color": NEUTRAL})
    lowest = min(published, key=lambda result: result.micro_f1, default=None)
    for result in published:
        figure.add_hline(
            y=result.micro_f1,
            line={"dash": "dot", "width": 1, "color": NEUTRAL},
            annotation={
                "text": f"{result.name}, {result.parameters / 1e6:.0f} M (published): {result.micro_f1:.3f}",
                "font": {"size": 11},
            },
            # On the right, where the slow are good; the lowest below its line, so that neighbours do not overlap.
            annotation_position="bottom right" if result is lowest else "top right",
        )
    figure.update_layout(
        xaxis=_ticks(shown, quantile)
        | {
            "title": f"{QUANTILES[quantile]} of the latency, one text of 128 pieces or tokens (ms, log scale)",
            "type": "log",
        },
        yaxis={"title": "micro-F1 (strict, entity level)", "tickformat": ".3f"},
        legend={"itemsizing": "constant"},
        height=460,
        margin={"t": 30, "r": 20, "b": 50},
    )
    return figure


def _ms(row: Row, quantile: Quantile) -> float:
    """A time that is on the figure."""
    return row.timing.at(quantile).value if row.timing is not None else 1.0


def _aside(chosen: Row, shown: Sequence[Row], quantile: Quantile) -> int:
    """Where the label of what is advised stands beside it, in pixels: on the side that has more room."""
    times = [math.log(_ms(row, quantile)) for row in shown]
    middle = (min(times) + max(times)) / 2
    return 90 if math.log(_ms(chosen, quantile)) < middle else -90


def trade_off_data(rows: Sequence[Row], front: Sequence[Row]) -> pd.DataFrame:
    """What `trade_off` draws."""
    labels = {row.label for row in front}
    return pd.DataFrame.from_records(
        [
            {
                "run": row.run,
                "family": row.family,
                "variant": VARIANT_NAMES[row.variant],
                "p50 ms": row.p50_ms,
                "p95 ms": row.p95_ms,
                "micro-F1": row.micro_f1,
                "size MiB": row.size_mib,
                "on Pareto front": row.label in labels,
            }
            for row in rows
        ]
    )


def _ticks(rows: Sequence[Row], quantile: Quantile) -> dict[str, Any]:
    # Plotly labels a narrow log axis with bare digits (2, 5) that read as other numbers than they are.
    times = [_ms(row, quantile) for row in rows]
    if not times:
        return {}
    steps = [factor * 10**power for power in range(-2, 5) for factor in (1, 2, 3, 5, 7)]
    values = [step for step in steps if min(times) / 1.5 <= step <= max(times) * 1.5]
    low, high = math.log10(min(times) / 1.25), math.log10(max(times) * 1.25)
    return {"tickvals": values, "ticktext": [f"{value:g}" for value in values], "range": [low, high]}


def symbol_key(rows: Sequence[Row]) -> str:
    """What the marker shapes of these rows mean, in words."""
    shown = {row.variant for row in rows}
    return ", ".join(
        f"{VARIANT_SYMBOLS[variant].removesuffix('-up')} = {name}"
        for variant, name in VARIANT_NAMES.items()
        if variant in shown
    )


def _hover(row: Row, quantile: Quantile) -> tuple[str, str, float | None, float | None]:
    interval = row.report.micro_f1_interval if row.report else None
    text = f"95% {interval.low:.3f} to {interval.high:.3f}" if interval else ""
    times = row.timing.at(quantile) if row.timing is not None else None
    known = f"{milliseconds(times.low)} to {milliseconds(times.high)}" if times is not None else ""
    return text, known, row.size_mib, row.tokens_per_s
