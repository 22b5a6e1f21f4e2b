"""The Efficiency page's tables and figures: parameters, size, latency, throughput, memory, training time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.dashboard.figures import log_axis
from itner.dashboard.tables import leaderboard_columns, rounded
from itner.records.bulk import BulkBench, BulkProof
from itner.records.store import Run
from itner.reporting.advice import Compare, compare_rows
from itner.reporting.bulk import list_bulk_rows
from itner.reporting.bulk_proof import list_goals
from itner.reporting.cost import Cost
from itner.reporting.palette import (
    FAMILY_COLORS,
    NEUTRAL,
    SERIES_COLORS,
    SERIES_SYMBOLS,
    VARIANT_COLORS,
    VARIANT_SYMBOLS,
)
from itner.reporting.rows import Row, interval_in_words
from itner.taggers.registry import VARIANT_NAMES

END_TO_END = "one sentence, text to mentions"
MEASURES = {
    "tokens/s": "throughput over many sentences (tokens/s)",
    "size MB": "what has to be deployed beside the program (MB)",
    "peak memory MiB": "largest resident memory of the process (MiB)",
    "load s": "time to load, file cache warm (s)",
}
# Of these, some are less than one.
_SMALL = ("size MB", "load s")


def costs(runs: Sequence[Run], rows: Sequence[Row]) -> pd.DataFrame:
    """One line a run and variant: size, speed, memory; what was not measured is empty."""
    infos = {run.name: run.info for run in runs}
    records = []
    for row in rows:
        bench = row.bench
        record: dict[str, object] = {
            "model": row.label,
            "run": row.run,
            "variant": VARIANT_NAMES[row.variant],
            "parameters M": _scaled(row.parameters, 1e6),
            "trained M": _scaled(infos[row.run].parameters_trainable, 1e6),
            "size MB": row.size_mb,
        }
        if bench is not None:
            for length, latency in sorted(bench.forward.items()):
                record |= {f"p50 ms, {length}": latency.p50_ms, f"p95 ms, {length}": latency.p95_ms}
            record |= {"p50 ms, sentence": bench.end_to_end.p50_ms, "p95 ms, sentence": bench.end_to_end.p95_ms}
            record |= {
                "tokens/s": rounded(bench.bulk_tokens_per_s),
                "peak memory MiB": bench.peak_rss_mib,
                "load s": bench.load_s,
                "rounds differ by": max(latency.spread for latency in bench.forward.values()) - 1,
            }
        record["training min"] = _scaled(infos[row.run].train_seconds, 60)
        records.append(record)
    return pd.DataFrame.from_records(records)


def _scaled(value: float | None, unit: float) -> float | None:
    return value / unit if value is not None else None


def cost_columns(frame: pd.DataFrame) -> dict[str, Any]:
    """How Streamlit shows `costs`."""
    number = st.column_config.NumberColumn
    columns: dict[str, Any] = {
        name: number(
            format="%.2f",
            help="Median and 95th percentile of the model alone, by length in pieces (rules: tokens), batch 1.",
        )
        for name in frame.columns
        if name.startswith("p")
    }
    return columns | {
        "parameters M": number(format="%.1f", help="Parameters in millions, adapters merged."),
        "trained M": number(format="%.1f", help="Parameters that training changed, in millions."),
        "size MB": leaderboard_columns()["size MB"],
        "tokens/s": number(format="localized", help="Throughput over many sentences at once.", step=1),
        "peak memory MiB": number(format="%.0f", help="Largest resident memory of a process that only tags."),
        "load s": number(format="%.2f", help="From the files on disk (cache warm) to a ready tagger."),
        "rounds differ by": number(format="percent", help="Slowest round's median over the fastest's, minus one."),
        "training min": number(format="%.1f", help="Training time of the run, on the machine of its record."),
    }


def lengths(rows: Sequence[Row]) -> list[str]:
    """What latency was measured on: sequence lengths in pieces, and whole sentences."""
    known = sorted({length for row in rows if row.bench for length in row.bench.forward}, reverse=True)
    # Kinds that read no pieces are timed on as many tokens.
    return [*(f"{length} pieces" for length in known), *([END_TO_END] if known else [])]


def latencies(rows: Sequence[Row], length: str) -> pd.DataFrame:
    """Median and 95th percentile for one of `lengths`; rows without it are left out."""
    records = []
    for row in rows:
        if row.bench is None:
            continue
        latency = row.bench.end_to_end if length == END_TO_END else row.bench.forward.get(int(length.split()[0]))
        if latency is not None:
            variant = VARIANT_NAMES[row.variant]
            record = {"run": row.run, "variant": variant, "p50 ms": latency.p50_ms, "p95 ms": latency.p95_ms}
            records.append(record | {"p99 ms": latency.p99_ms, "rounds differ by": latency.spread - 1})
    return pd.DataFrame.from_records(records)


def latency_bars(frame: pd.DataFrame, length: str) -> go.Figure:
    """Median latency by run and variant; the whisker ends at the 95th percentile."""
    return _bars(
        frame,
        "p50 ms",
        f"median latency, {length} (ms)",
        error={"type": "data", "array": "whisker", "symmetric": False},
        hover="p50 %{y:.3~g} ms, p95 %{customdata[0]:.3~g} ms<br>rounds differ by %{customdata[1]:.0%}",
    )


def measure_bars(frame: pd.DataFrame, measure: str) -> go.Figure:
    """One of `MEASURES` by run and variant."""
    return _bars(frame, measure, MEASURES[measure], hover="%{y:,.2f}" if measure in _SMALL else "%{y:,.0f}")


def gains(rows: Sequence[Row], baseline: str, compare: Compare = compare_rows) -> pd.DataFrame:
    """Speed-up over the baseline and the change in micro-F1 with its paired interval; rows without both numbers are
    left out."""
    base = next(row for row in rows if row.label == baseline)
    records = []
    for row in rows:
        if not (row.p50_ms and base.p50_ms and row.micro_f1 is not None and base.micro_f1 is not None):
            continue
        change = compare(row, base) if row is not base else None
        records.append(
            {
                "model": row.label,
                "family": row.family,
                "variant": row.variant,
                "times as fast": base.p50_ms / row.p50_ms,
                "micro-F1 change": row.micro_f1 - base.micro_f1,
                "change low": change.low if change is not None else None,
                "change high": change.high if change is not None else None,
                "micro-F1": row.micro_f1,
                "p50 ms": row.p50_ms,
            }
        )
    return pd.DataFrame.from_records(records)


def gain_scatter(frame: pd.DataFrame, baseline: str) -> go.Figure:
    """How much faster than the baseline, and what it costs in micro-F1."""
    hover = (
        "<b>%{customdata[0]}</b><br>%{x:.2f} times as fast (%{customdata[2]:.3~g} ms)<br>"
        "micro-F1 %{y:+.3f}, 95% %{customdata[3]:+.3f} to %{customdata[4]:+.3f} (%{customdata[1]:.3f})<extra></extra>"
    )
    columns = ["model", "micro-F1", "p50 ms", "change low", "change high"]
    figure = _scatter(frame, "times as fast", "micro-F1 change", columns, hover)
    figure.add_hline(y=0, line={"width": 1, "dash": "dot", "color": NEUTRAL})
    figure.add_vline(x=1, line={"width": 1, "dash": "dot", "color": NEUTRAL})
    figure.update_layout(
        xaxis={
            "title": f"times as fast as {baseline} (128 pieces or tokens, median, log scale)",
            "type": "log",
            "dtick": "D2",
            "tickformat": "~g",
        },
        yaxis={"title": "change in micro-F1", "tickformat": "+.3f"},
    )
    return figure


def prices_frame(rows: Sequence[Row], costs: Mapping[str, Cost]) -> pd.DataFrame:
    """One line a model that has a price and a score."""
    return pd.DataFrame.from_records(
        [
            {
                "model": row.label,
                "family": row.family,
                "variant": row.variant,
                "micro-F1": row.micro_f1,
                "95% interval": interval_in_words(row.report.micro_f1_interval if row.report is not None else None),
                "1,000 tickets": costs[row.label].amount,
                "of": costs[row.label].of,
            }
            for row in rows
            if row.label in costs and row.micro_f1 is not None
        ]
    )


def price_scatter(frame: pd.DataFrame, currency: str) -> go.Figure:
    """Micro-F1 over what a thousand tickets cost."""
    hover = (
        f"<b>%{{customdata[0]}}</b><br>%{{x:.2~g}} {currency} of %{{customdata[1]}}<br>"
        "micro-F1 %{y:.3f}, 95% %{customdata[2]}<extra></extra>"
    )
    figure = _scatter(frame, "1,000 tickets", "micro-F1", ["model", "of", "95% interval"], hover)
    figure.update_layout(
        # Whole decades, in digits: Plotly would write millionths as µ.
        xaxis={"title": f"1,000 tickets, {currency} (log scale)", "type": "log", "dtick": 1, "tickformat": ".8~f"},
        yaxis={"title": "micro-F1", "tickformat": ".3f"},
    )
    return figure


def _scatter(frame: pd.DataFrame, x: str, y: str, told: list[str], hover: str) -> go.Figure:
    """A point a model, in its family's colour; `told` are the columns that `hover` shows."""
    figure = go.Figure()
    for family in dict.fromkeys(frame["family"]) if not frame.empty else ():
        part = frame[frame["family"] == family]
        figure.add_trace(
            go.Scatter(
                x=part[x],
                y=part[y],
                mode="markers",
                name=family,
                marker={
                    "size": 15,
                    "color": FAMILY_COLORS.get(family, NEUTRAL),
                    "symbol": [VARIANT_SYMBOLS[variant] for variant in part["variant"]],
                    "line": {"width": 1, "color": "white"},
                },
                customdata=part[told],
                hovertemplate=hover,
            )
        )
    figure.update_layout(height=420, margin={"t": 30, "b": 50})
    return figure


def _bars(frame: pd.DataFrame, value: str, title: str, hover: str, error: dict[str, Any] | None = None) -> go.Figure:
    figure = go.Figure()
    for variant, name in VARIANT_NAMES.items():
        part = frame[(frame["variant"] == name) & frame[value].notna()]
        if part.empty:
            continue
        options: dict[str, Any] = {}
        if error is not None:
            options["error_y"] = error | {"array": part["p95 ms"] - part[value], "arrayminus": [0.0] * len(part)}
            options["customdata"] = part[["p95 ms", "rounds differ by"]]
        figure.add_trace(
            go.Bar(
                x=part["run"],
                y=part[value],
                name=name,
                marker={"color": VARIANT_COLORS[variant]},
                hovertemplate=f"<b>%{{x}} · {name}</b><br>{hover}<extra></extra>",
                **options,
            )
        )
    figure.update_layout(
        barmode="group",
        yaxis={"title": title},
        height=380,
        margin={"t": 20, "b": 40},
    )
    return figure


def bulk_frame(bench: BulkBench) -> pd.DataFrame:
    """One line for everything that was timed in bulk, the fastest first."""
    return pd.DataFrame.from_records(
        [
            {
                "what": row.label,
                "processes × threads": row.how,
                "tokens/s": rounded(row.tokens_per_s),
                "lowest": rounded(row.low),
                "highest": rounded(row.high),
                "times the pipeline": row.times,
                "peak memory MiB": row.peak_mib,
            }
            for row in list_bulk_rows(bench)
        ]
    )


def bulk_columns() -> dict[str, Any]:
    """How Streamlit shows `bulk_frame`."""
    number = st.column_config.NumberColumn
    return {
        "tokens/s": number(format="localized", help="Median of the rounds, from file to file.", step=1),
        "lowest": number(format="localized", help="Of the rounds.", step=1),
        "highest": number(format="localized", help="Of the rounds.", step=1),
        "times the pipeline": number(format="%.1f", help="As fast as Transformers' pipeline at its best batch."),
        "peak memory MiB": number(format="%.0f", help="Of one process."),
    }


def goals_frame(bench: BulkBench, proof: BulkProof) -> pd.DataFrame:
    """One line a goal of tagging much text, with what was reached."""
    met = {True: "met: ", False: "missed: ", None: "not measured"}
    return pd.DataFrame.from_records(
        [(goal.what, met[goal.met] + goal.reached) for goal in list_goals(bench, proof)], columns=["goal", "reached"]
    )


def memory_frame(proof: BulkProof) -> pd.DataFrame:
    """A line for each input that was tagged, and each process that has memory of its own."""
    return pd.DataFrame.from_records(
        [
            (
                f"{process}, {each.kind}, {each.engine}",
                each.source_bytes / 1e6,
                memory,
                each.counts.records,
                each.wall_seconds / 60,
            )
            for each in proof.sizes
            for process, memory in each.peak_mib.items()
        ],
        columns=["process", "input MB", "most memory MiB", "texts", "minutes"],
    ).sort_values(["process", "input MB"], ignore_index=True)


def memory_lines(frame: pd.DataFrame) -> go.Figure:
    """The most memory of a process over the size of the input, from `memory_frame`."""
    figure = go.Figure()
    for number, name in enumerate(dict.fromkeys(frame["process"])):
        part = frame[frame["process"] == name]
        figure.add_trace(
            go.Scatter(
                x=part["input MB"],
                y=part["most memory MiB"],
                name=name,
                mode="lines+markers",
                marker={
                    "symbol": SERIES_SYMBOLS[number % len(SERIES_SYMBOLS)],
                    "color": SERIES_COLORS[number % len(SERIES_COLORS)],
                    "size": 9,
                },
                customdata=part[["texts", "minutes"]],
                hovertemplate=f"<b>{name}</b><br>%{{x:,.0f}} MB, %{{customdata[0]:,}} texts<br>"
                "at most %{y:,.0f} MiB, %{customdata[1]:,.1f} minutes<extra></extra>",
            )
        )
    figure.update_layout(
        xaxis={"title": "input, MB", **log_axis(frame["input MB"].tolist(), beyond=1.5, factors=(1,))},
        # Room for a marker at the top, which the plot's own range cuts.
        yaxis={"title": "most memory of a process, MiB", "range": [0, 1.1 * frame["most memory MiB"].max()]},
        height=340,
        margin={"t": 20, "b": 40},
    )
    return figure
