"""The Overview page's figures: what is advised, and F1 against latency with the front of the best trade-offs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.words import counted, listed, unmarked
from itner.dashboard import selection
from itner.dashboard.cache import rules_of
from itner.dashboard.figures import log_axis
from itner.domains.registry import Domain
from itner.files.highlighting import STYLE, highlight
from itner.records.scores import Interval
from itner.records.study import PublishedResult
from itner.reporting.advice import Advice, Limits
from itner.reporting.latency import QUANTILES, Quantile
from itner.reporting.palette import FAMILY_COLORS, NEUTRAL, VARIANT_SYMBOLS
from itner.reporting.rows import (
    Row,
    find_weakest,
    in_words,
    interval_in_words,
    megabytes,
    milliseconds,
    row_f1_in_words,
)
from itner.taggers.registry import VARIANT_NAMES

_LARGEST_BUBBLE = 28
_CLEAR, _FAINT = 0.9, 0.25
_WEIGHTS_ABREAST = 5
# So much less micro-F1 than the worst of the front is out of the picture.
_WORSE = 0.08


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
        micro, known = row.report.micro, row.report.interval
        if row.weights:
            found += [
                Fact("micro-F1, weighed", f"{row.micro_f1:.3f}", _within(row.interval("f1"))),
                Fact("Recall, weighed", f"{row.recall:.3f}", _within(row.interval("recall"))),
            ]
        found += [
            Fact("micro-F1", f"{micro.f1:.3f}", _within(known("f1"))),
            Fact("Recall", f"{micro.recall:.3f}", _within(known("recall"))),
            Fact("Precision", f"{micro.precision:.3f}", _within(known("precision"))),
        ]
    if row.timing is not None:
        times = row.timing.at(quantile)
        span = f"{milliseconds(times.low)} to {milliseconds(times.high)}; {row.timing.length} {row.unit}"
        found.append(Fact(f"Latency, {QUANTILES[quantile]}", f"{milliseconds(times.value)} ms", span))
    if row.size_mb is not None:
        found.append(Fact("Size", f"{megabytes(row.size_mb)} MB", f"{row.tokens_per_s:,.0f} tokens/s in bulk"))
    return found


def _within(interval: Interval | None) -> str:
    return f"{interval.level:.0%}: {interval_in_words(interval)}" if interval is not None else "interval unknown"


@dataclass(frozen=True)
class Ranges:
    """How far the limits can be set: a little beyond what was measured."""

    max_ms: float
    max_mb: float


def ranges(rows: Sequence[Row], quantile: Quantile = "p95") -> Ranges:
    """Upper ends for the sliders of latency and size, whole numbers above everything measured."""
    slowest = max((row.timing.at(quantile).high for row in rows if row.timing is not None), default=1.0)
    largest = max((row.size_mb for row in rows if row.size_mb is not None), default=1.0)
    return Ranges(math.floor(slowest) + 1.0, math.floor(largest) + 1.0)


def limits(bounds: Ranges, ms: float, mib: float, f1: float, recall: float, quantile: Quantile = "p95") -> Limits:
    """What the sliders mean: a slider at its open end sets no limit."""
    return Limits(
        max_ms=ms if ms < bounds.max_ms else None,
        max_mb=mib if mib < bounds.max_mb else None,
        min_f1=f1 or None,
        min_recall=recall or None,
        quantile=quantile,
    )


def show_strip(domain: Domain) -> None:
    """What the product is, and a sentence in which what it finds is marked."""
    (found,) = rules_of(domain.name).tag([domain.sample])
    st.html(
        f"{STYLE}<p><strong>itner</strong> marks what {escape(domain.title)} speaks of, and tells which tagger to "
        f"deploy for it:</p>{highlight(domain.sample, found)}"
    )


_HEAVIEST = 5.0


def choose_weights(domain: Domain) -> dict[str, float]:
    """How much each entity type weighs, where that is not 1."""
    with st.expander("Weigh the entity types"):
        st.markdown(
            "A mention counts as often as its type weighs, be it right, missed or wrong. What weighs 0 does not count."
        )
        types = domain.scheme.types
        columns = st.columns(min(_WEIGHTS_ABREAST, len(types)))
        weights = {}
        for number, name in enumerate(types):
            with columns[number % len(columns)]:
                weights[name] = selection.choose_number(name, 0.0, _HEAVIEST, 0.5, f"weight_{name}", 1.0, "%.1f")
    return {name: weight for name, weight in weights.items() if weight != 1.0}


def weights_in_words(weights: Mapping[str, float]) -> str:
    """What of the types does not weigh 1, as a further sentence; empty where all do."""
    return f" {listed(f'{name} weighs {weight:g}' for name, weight in weights.items())}." if weights else ""


def show_beside(advice: Advice, scope: str) -> None:
    """What stands beside the answer: who comes next, what just misses, what was left out, and what was scored."""
    lines = []
    if advice.runner_up is not None:
        lines.append(f"**Next best run:** {advice.runner_up.label}, micro-F1 {row_f1_in_words(advice.runner_up)}.")
    if advice.near:
        lines.append(f"**Just beyond the limit:** {' '.join(advice.near)}")
    if advice.row is not None and advice.row.report is not None and (weakest := find_weakest(advice.row)) is not None:
        name, counts = weakest
        f1 = in_words(counts.f1, advice.row.report.interval("f1", name))
        lines.append(f"**Weakest type:** {name}, F1 {f1} on {counted(counts.support, 'gold mention')}.")
    # They name machines, in words of whoever measured there.
    lines += map(unmarked, advice.caveats)
    lines.append(scope)
    for line in lines:
        st.markdown(line)


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
    shown = [row for row in rows if row.micro_f1 is not None and row.timing is not None and row.size_mb is not None]
    figure = go.Figure()
    largest = max((row.size_mb or 0.0 for row in shown), default=1.0)
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
                    "size": [max(row.size_mb or 0.0, 0.1) for row in members],
                    "sizemode": "area",
                    "sizeref": 2 * largest / _LARGEST_BUBBLE**2,
                    "sizemin": 7,
                    "color": FAMILY_COLORS.get(family, NEUTRAL),
                    "symbol": [VARIANT_SYMBOLS[row.variant] for row in members],
                    # What nobody would choose stays in the background.
                    "opacity": [_CLEAR if row in front or row is chosen else _FAINT for row in members],
                    "line": {"width": 1, "color": "white"},
                },
                text=[row.label for row in members],
                customdata=[_hover(row, quantile) for row in members],
                hovertemplate="<b>%{text}</b><br>micro-F1 %{y:.3f} (%{customdata[0]})<br>"
                f"{QUANTILES[quantile]} %{{x:.3~g}} ms (%{{customdata[1]}})<br>"
                "%{customdata[2]:.3~g} MB<br>"
                "%{customdata[3]:,.0f} tokens/s in bulk<extra></extra>",
            )
        )
    if front:
        figure.add_trace(_names(front, chosen, quantile))
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
    # The best alone: the others stand in their table, and lines beside each other hide what they cross.
    if published:
        result = max(published, key=lambda result: result.micro_f1)
        figure.add_hline(
            y=result.micro_f1,
            line={"dash": "dot", "width": 1.5, "color": NEUTRAL},
            annotation={"text": f"best published: {result.name}, {result.micro_f1:.3f}", "font": {"size": 12}},
            # On the right, where what is slow is better than that.
            annotation_position="bottom right",
        )
    figure.update_layout(
        xaxis=log_axis([_ms(row, quantile) for row in shown], 1.25, (1, 2, 3, 5, 7))
        | {"title": f"{QUANTILES[quantile]} of the latency, one text of 128 pieces or tokens (ms, log scale)"},
        yaxis={"title": "micro-F1 (strict, entity level)", "tickformat": ".2f", "range": _f1_range(shown, front)},
        legend={"itemsizing": "constant"},
        height=460,
        margin={"t": 30, "r": 20, "b": 50},
    )
    return figure


def _f1_range(shown: Sequence[Row], front: Sequence[Row]) -> list[float] | None:
    """So that what is near the front can be told apart, however bad some are; None where nothing is on it."""
    scores = [row.micro_f1 for row in front if row.micro_f1 is not None]
    if not scores:
        return None
    seen = [row.micro_f1 for row in shown if row.micro_f1 is not None and row.micro_f1 >= min(scores) - _WORSE]
    low, high = min(seen), max(seen)
    room = max((high - low) * 0.12, 0.01)
    return [low - room, high + room]


def below_in_words(rows: Sequence[Row], front: Sequence[Row]) -> str:
    """What lies below the figure, whose axis begins near the worst of the front; empty where nothing does."""
    least = min((row.micro_f1 or 0.0 for row in front), default=0.0) - _WORSE
    below = {
        row.run: row.micro_f1
        for row in rows
        if row.micro_f1 is not None and row.timing is not None and row.micro_f1 < least
    }
    named = listed(f"{run} ({f1:.2f})" for run, f1 in below.items())
    return f"Below what is shown: {unmarked(named)}. " if below else ""


def _ms(row: Row, quantile: Quantile) -> float:
    """A time that is on the figure."""
    return row.timing.at(quantile).value if row.timing is not None else 1.0


def _names(front: Sequence[Row], chosen: Row | None, quantile: Quantile) -> go.Scatter:
    """The runs of the front above their points, where nothing is, each once; `chosen` has its arrow."""
    first = {row.run: row for row in reversed(front) if chosen is None or row.run != chosen.run}
    named = list(first.values())
    return go.Scatter(
        x=[_ms(row, quantile) for row in named],
        y=[row.micro_f1 for row in named],
        mode="text",
        # The second line lifts the name off the symbol.
        text=[f"{row.run}<br>" for row in named],
        textposition="top center",
        textfont={"size": 12},
        cliponaxis=False,
        showlegend=False,
        hoverinfo="skip",
    )


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
                "size MB": row.size_mb,
                "on Pareto front": row.label in labels,
            }
            for row in rows
        ]
    )


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
    return text, known, row.size_mb, row.tokens_per_s
