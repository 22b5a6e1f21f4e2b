"""The Quality page's tables and figures: precision, recall and F1, overall and per entity type."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from typing import Any, Literal, get_args

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.records.store import Run
from itner.reporting.findings import FEW_MENTIONS
from itner.reporting.languages import LanguageRow
from itner.reporting.palette import SERIES_COLORS, SERIES_PATTERNS
from itner.reporting.recall import curve_of
from itner.reporting.rows import Row
from itner.taggers.registry import VARIANT_NAMES

Score = Literal["F1", "precision", "recall"]
SCORES: tuple[Score, ...] = get_args(Score)
MICRO, MACRO = "micro", "macro"


def scores(rows: Sequence[Row]) -> pd.DataFrame:
    """One line a run, variant and entity type (and `micro`, `macro`), with scores and counts.

    Macro has no counts of its own; its counts are those of all types together, as for micro.
    """
    records = []
    for row in rows:
        report = row.report
        if report is None:
            continue
        overall = report.micro
        lines: list[tuple[str, float, float, float, Any]] = [
            (MICRO, overall.precision, overall.recall, overall.f1, overall),
            (MACRO, report.macro_precision, report.macro_recall, report.macro_f1, overall),
            *((name, c.precision, c.recall, c.f1, c) for name, c in report.per_type.items()),
        ]
        records += [
            {
                "model": row.label,
                "run": row.run,
                "variant": VARIANT_NAMES[row.variant],
                "type": name,
                "precision": precision,
                "recall": recall,
                "F1": f1,
                "gold": counts.support,
                "right": counts.tp,
                "spurious or wrong": counts.fp,
                "missed or wrong": counts.fn,
            }
            for name, precision, recall, f1, counts in lines
        ]
    return pd.DataFrame.from_records(records)


def languages(rows: Sequence[LanguageRow]) -> pd.DataFrame:
    """One line a run and language."""
    return pd.DataFrame.from_records(
        [
            {
                "language": row.language,
                "model": f"{row.run} · {VARIANT_NAMES[row.variant]}",
                "recall": row.report.micro.recall,
                "precision": row.report.micro.precision,
                "F1": row.report.micro.f1,
                "F1 low": row.report.micro_f1_interval.low,
                "F1 high": row.report.micro_f1_interval.high,
                "sentences": row.report.documents,
                "gold": row.report.micro.support,
                "dataset": row.split,
            }
            for row in rows
        ]
    )


def languages_columns() -> dict[str, Any]:
    """How Streamlit shows `languages`."""
    number = st.column_config.NumberColumn
    names = ("recall", "precision", "F1", "F1 low", "F1 high")
    return {name: number(format="%.3f") for name in names} | {"gold": number(help="Mentions of the annotation.")}


def masking(rows: Sequence[Row]) -> pd.DataFrame:
    """One line a run and variant that redaction was counted for: shares of characters."""
    counted = [(row, row.report.masking) for row in rows if row.report is not None and row.report.masking is not None]
    return pd.DataFrame.from_records(
        [
            {
                "model": row.label,
                "personal characters left": found.share_left,
                "harmless characters hidden": found.share_masked,
                "left": found.left,
                "all personal": found.personal,
                "hidden": found.masked,
                "all harmless": found.harmless,
            }
            for row, found in counted
        ]
    )


def masking_columns() -> dict[str, Any]:
    """How Streamlit shows `masking`."""
    number = st.column_config.NumberColumn
    return {
        "personal characters left": number(
            format="percent", help="Share of the characters inside mentions that point at a person which stay readable."
        ),
        "harmless characters hidden": number(format="percent", help="Share of all other characters that are hidden."),
        "left": number(format="localized", help="Personal characters that stay."),
        "all personal": number(
            format="localized", help="Characters inside mentions that point at a person, no blanks."
        ),
        "hidden": number(format="localized", help="Harmless characters that are hidden."),
        "all harmless": number(format="localized", help="All other characters, no blanks."),
    }


def thresholds(runs: Sequence[Run], rows: Sequence[Row], dataset: str, split: str) -> pd.DataFrame:
    """One line a run, variant and threshold that was tried: shares of characters; empty where none was."""
    known = {run.name: run for run in runs}
    measured = rows if split == "dev" else []
    curves = [(row, curve) for row in measured if (curve := curve_of(known[row.run], dataset, row.variant)) is not None]
    return pd.DataFrame.from_records(
        [
            {
                "model": row.label,
                "threshold": point.threshold,
                "personal characters hidden": point.found,
                "harmless characters hidden": point.masking.share_masked,
            }
            for row, curve in curves
            for point in curve.points
        ]
    )


def threshold_figure(frame: pd.DataFrame) -> go.Figure:
    """What is hidden of the personal characters against what is hidden of the others, a line a model."""
    figure = go.Figure()
    colours, symbols = cycle(SERIES_COLORS), cycle(("circle", "square", "diamond", "cross", "triangle-up", "star"))
    for model, points in frame.groupby("model", sort=False):
        figure.add_scatter(
            x=points["harmless characters hidden"],
            y=points["personal characters hidden"],
            name=str(model),
            mode="lines+markers",
            line={"color": next(colours)},
            marker={"symbol": next(symbols)},
            customdata=points["threshold"],
            hovertemplate="threshold %{customdata:g}: %{y:.1%} of the personal characters hidden, %{x:.1%} of the "
            "harmless ones<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(
        xaxis={"title": "harmless characters hidden", "tickformat": ".0%", "rangemode": "tozero"},
        yaxis={"title": "personal characters hidden", "tickformat": ".0%"},
        height=380,
    )
    return figure


def score_columns() -> dict[str, Any]:
    """How Streamlit shows `scores`."""
    number = st.column_config.NumberColumn
    help = {
        "precision": "Share of predicted mentions that are right.",
        "recall": "Share of gold mentions that were found.",
        "F1": "Harmonic mean of precision and recall.",
    }
    counts = {
        "gold": "Gold mentions.",
        "right": "True positives: boundaries and type are right.",
        "spurious or wrong": "False positives.",
        "missed or wrong": "False negatives.",
    }
    return {name: number(format="%.3f", help=text) for name, text in help.items()} | {
        name: number(format="localized", help=text) for name, text in counts.items()
    }


def overall(rows: Sequence[Row]) -> pd.DataFrame:
    """One line a run and variant: micro with its interval, macro, token accuracy, pairs of surface and type."""
    records = []
    for row in rows:
        if row.report is None:
            continue
        report, interval = row.report, row.report.micro_f1_interval
        records.append(
            {
                "model": row.label,
                "micro-F1": report.micro.f1,
                "F1 low": interval.low,
                "F1 high": interval.high,
                "precision": report.micro.precision,
                "recall": report.micro.recall,
                "macro-F1": report.macro_f1,
                "token accuracy": report.token_accuracy,
                "pairs F1": report.pairs.counts.f1 if report.pairs is not None else None,
                "texts right": report.exact_texts,
            }
        )
    return pd.DataFrame.from_records(records)


def few(frame: pd.DataFrame) -> list[str]:
    """Types with so few gold mentions that their scores are rough."""
    types = frame[~frame["type"].isin([MICRO, MACRO])].drop_duplicates("type")
    return [f"{name} ({gold})" for name, gold in zip(types["type"], types["gold"], strict=True) if gold < FEW_MENTIONS]


def difference(frame: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """`scores` with precision, recall and F1 minus those of the model `baseline`, which is left out."""
    base = frame[frame["model"] == baseline].set_index("type")
    rest = frame[frame["model"] != baseline].copy()
    for score in SCORES:
        rest[score] = rest[score] - rest["type"].map(base[score])
    return rest


def bars(frame: pd.DataFrame, score: Score) -> go.Figure:
    """Grouped bars: one group a type with its gold count, a colour for each run, a pattern for each variant."""
    runs = list(dict.fromkeys(frame["run"]))
    variants = list(dict.fromkeys(frame["variant"]))
    figure = go.Figure()
    for model in dict.fromkeys(frame["model"]):
        part = frame[frame["model"] == model]
        run, variant = part[["run", "variant"]].iloc[0]
        figure.add_trace(
            go.Bar(
                x=[f"{name}<br>{gold:,} gold" for name, gold in zip(part["type"], part["gold"], strict=True)],
                y=part[score],
                name=model,
                marker={
                    "color": SERIES_COLORS[runs.index(run) % len(SERIES_COLORS)],
                    "pattern": {"shape": SERIES_PATTERNS[variants.index(variant) % len(SERIES_PATTERNS)]},
                },
                customdata=part[["precision", "recall", "F1", "right", "gold", "type"]],
                hovertemplate=f"<b>{model}</b> on %{{customdata[5]}}<br>precision %{{customdata[0]:.3f}}, "
                "recall %{customdata[1]:.3f}, F1 %{customdata[2]:.3f}<br>"
                "%{customdata[3]:,} of %{customdata[4]:,} gold mentions right<extra></extra>",
            )
        )
    figure.update_layout(
        barmode="group",
        yaxis={"title": f"{score} (strict, entity level)", "range": [0, 1], "tickformat": ".1f"},
        xaxis={"title": None},
        height=420,
        margin={"t": 20, "b": 40},
    )
    return figure


def heatmap(frame: pd.DataFrame, score: Score, diverging: bool = False) -> go.Figure:
    """Models by types; with `diverging`, differences around zero, better than the baseline in blue."""
    table = frame.pivot(index="model", columns="type", values=score)
    table = table.loc[list(dict.fromkeys(frame["model"])), list(dict.fromkeys(frame["type"]))]
    largest = max(0.01, float(table.abs().max().max())) if len(table) else 0.01
    color: dict[str, Any] = (
        {"colorscale": "RdBu", "zmin": -largest, "zmax": largest}
        if diverging
        else {"colorscale": "Cividis", "zmin": 0, "zmax": 1}
    )
    figure = go.Figure(
        go.Heatmap(
            z=table.to_numpy(),
            x=list(table.columns),
            y=list(table.index),
            texttemplate="%{z:+.3f}" if diverging else "%{z:.3f}",
            hovertemplate=f"<b>%{{y}}</b><br>%{{x}}: {score} %{{z:.3f}}<extra></extra>",
            colorbar={"title": {"text": score}, "thickness": 12},
            xgap=2,
            ygap=2,
            **color,
        )
    )
    figure.update_layout(
        yaxis={"autorange": "reversed", "title": None},
        xaxis={"side": "top", "title": None},
        height=110 + 44 * len(table),
        margin={"t": 40, "b": 10},
    )
    return figure
