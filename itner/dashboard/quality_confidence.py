"""How far confidences can be relied on, and what a threshold on them does, on the Quality page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.dashboard import selection
from itner.dashboard.figures import whiskers
from itner.dashboard.quality import find_recorded
from itner.dashboard.widgets import show_command, show_figure, show_folded, show_table
from itner.records.calibration import CalibrationReport, Reliability, ThresholdPoint
from itner.records.scores import Range
from itner.records.store import Run
from itner.reporting.palette import NEUTRAL, SERIES_COLORS, SERIES_SYMBOLS
from itner.reporting.rows import Row, score_in_words

Wish = Literal["precision", "recall"]


def find_reports(runs: Sequence[Run], rows: Sequence[Row], dataset: str, split: str) -> dict[str, CalibrationReport]:
    """What is recorded of the rows' models, by their labels; a model without confidences has none."""
    return find_recorded(runs, rows, lambda run, variant: run.calibration(dataset, split, variant))


def errors(reports: Mapping[str, CalibrationReport]) -> pd.DataFrame:
    """One line a model: how far confidence and precision are apart, before and after scaling."""
    return pd.DataFrame.from_records(
        [
            {
                "model": label,
                "calibration error": score_in_words(report.raw.ece, report.raw.ece_range),
                "Brier score": score_in_words(report.raw.brier, report.raw.brier_range),
                "temperature": report.scaling.temperature if report.scaling is not None else None,
                "shift": report.scaling.shift if report.scaling is not None else None,
                "calibration error, scaled": _scaled(report.scaled, "ece"),
                "Brier score, scaled": _scaled(report.scaled, "brier"),
                "mentions": report.mentions,
            }
            for label, report in reports.items()
        ]
    )


def error_columns() -> dict[str, Any]:
    """How Streamlit shows `errors`."""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "calibration error": text(
            help="Expected calibration error: how far confidence and precision are apart, over ten bins; with its 95% "
            "interval."
        ),
        "Brier score": text(help="Mean square of confidence minus being right; with its 95% interval."),
        "temperature": number(
            format="%.2f",
            help="By which confidences are divided, as logits; fitted on dev. Above 1: too extreme.",
        ),
        "shift": number(format="%+.2f", help="What is added then; fitted on dev. Below 0: it is too sure."),
        "calibration error, scaled": text(help="After temperature and shift."),
        "Brier score, scaled": text(help="After temperature and shift."),
        "mentions": number(format="localized", help="Mentions that it predicted."),
    }


def _scaled(found: Reliability | None, what: str) -> str | None:
    if found is None:
        return None
    if what == "ece":
        return score_in_words(found.ece, found.ece_range)
    return score_in_words(found.brier, found.brier_range)


def bins(reports: Mapping[str, CalibrationReport]) -> pd.DataFrame:
    """One line a model and bin of confidence."""
    return pd.DataFrame.from_records(
        [
            {
                "model": label,
                "confidence": bin.confidence,
                "precision": bin.right / bin.mentions,
                "precision low": bin.precision[0] if bin.precision is not None else None,
                "precision high": bin.precision[1] if bin.precision is not None else None,
                "mentions": bin.mentions,
                "from": bin.low,
                "to": bin.high,
            }
            for label, report in reports.items()
            for bin in report.raw.bins
        ]
    )


def reliability(frame: pd.DataFrame) -> go.Figure:
    """Precision by confidence, a line a model; on the diagonal it is as often right as it is sure."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": NEUTRAL, "dash": "dot"}, hoverinfo="skip", showlegend=False
    )
    for number, (model, part) in enumerate(frame.groupby("model", sort=False)):
        figure.add_scatter(
            x=part["confidence"],
            y=part["precision"],
            name=str(model),
            mode="lines+markers",
            line={"color": SERIES_COLORS[number % len(SERIES_COLORS)], "width": 1.2},
            marker={"symbol": SERIES_SYMBOLS[number % len(SERIES_SYMBOLS)], "size": 9},
            error_y=whiskers(part["precision low"], part["precision"], part["precision high"]),
            customdata=part[["mentions", "precision low", "precision high"]],
            hovertemplate=f"<b>{model}</b><br>confidence %{{x:.2f}}: %{{y:.1%}} right, 95% %{{customdata[1]:.1%}} to "
            "%{customdata[2]:.1%}<br>%{customdata[0]:,} mentions<extra></extra>",
        )
    figure.update_layout(
        xaxis={"title": "confidence of a mention", "range": [0, 1.02]},
        yaxis={"title": "share that is right", "tickformat": ".0%", "range": [0, 1.02]},
        height=400,
        margin={"t": 20, "b": 50},
    )
    return figure


def points(report: CalibrationReport) -> pd.DataFrame:
    """One line a threshold: what it leaves, with intervals."""
    predicted = report.points[0].counts.tp + report.points[0].counts.fp
    return pd.DataFrame.from_records(
        [
            {
                "threshold": point.threshold,
                **_with_ends("precision", point.counts.precision if _kept(point) else None, point.ranges.precision),
                **_with_ends("recall", point.counts.recall, point.ranges.recall),
                **_with_ends("F1", point.counts.f1, point.ranges.f1),
                "coverage": _kept(point) / predicted if predicted else None,
                "risk": 1 - point.counts.precision if _kept(point) else None,
                "taken": _kept(point),
            }
            for point in report.points
        ]
    )


def _kept(point: ThresholdPoint) -> int:
    return point.counts.tp + point.counts.fp


def _with_ends(name: str, value: float | None, ends: Range | None) -> dict[str, float | None]:
    low, high = ends if ends is not None else (None, None)
    return {name: value, f"{name} low": low, f"{name} high": high}


def point_columns() -> dict[str, Any]:
    """How Streamlit shows `points`."""
    number = st.column_config.NumberColumn
    columns = {name: number(format="%.2f") for name in ("threshold",)}
    columns |= {
        f"{name}{end}": number(format="%.3f") for name in ("precision", "recall", "F1") for end in ("", " low", " high")
    }
    return columns | {
        "coverage": number(format="percent", help="Share of the predicted mentions that are taken."),
        "risk": number(format="percent", help="Share of those taken that are wrong: 1 minus precision."),
        "taken": number(format="localized", help="Mentions that reach the threshold."),
    }


def threshold_figure(frame: pd.DataFrame, chosen: float | None) -> go.Figure:
    """Precision and recall over the threshold, with their intervals as bands, and the threshold that is chosen."""
    figure = go.Figure()
    for number, name in enumerate(("precision", "recall")):
        part = frame.dropna(subset=[name, f"{name} low"])
        colour = SERIES_COLORS[number]
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        figure.add_scatter(
            x=[*part["threshold"], *part["threshold"][::-1]],
            y=[*part[f"{name} high"], *part[f"{name} low"][::-1]],
            fill="toself",
            fillcolor=f"rgba({red}, {green}, {blue}, 0.18)",
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
        )
        figure.add_scatter(
            x=part["threshold"],
            y=part[name],
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": "solid" if number == 0 else "dash"},
            marker={"symbol": SERIES_SYMBOLS[number]},
            customdata=part[[f"{name} low", f"{name} high"]],
            hovertemplate=f"threshold %{{x:g}}: {name} %{{y:.3f}}, 95% %{{customdata[0]:.3f}} to "
            "%{customdata[1]:.3f}<extra></extra>",
        )
    if chosen is not None:
        figure.add_vline(x=chosen, line={"color": NEUTRAL, "dash": "dot"})
    figure.update_layout(
        xaxis={"title": "lowest confidence that is taken"},
        yaxis={"title": "share", "tickformat": ".0%"},
        height=360,
        margin={"t": 20, "b": 50},
    )
    return figure


def find_threshold(report: CalibrationReport, wish: Wish, least: float) -> ThresholdPoint | None:
    """The threshold that meets a wished precision or recall and gives up least of the other; None where none does."""
    kept = [point for point in report.points if _kept(point)]
    if wish == "precision":
        fitting = [point for point in kept if point.counts.precision >= least]
        return max(fitting, key=lambda point: (point.counts.recall, -point.threshold), default=None)
    fitting = [point for point in kept if point.counts.recall >= least]
    return max(fitting, key=lambda point: (point.counts.precision, point.threshold), default=None)


def show_confidence(runs: Sequence[Run], rows: Sequence[Row], dataset: str, split: str) -> None:
    """Calibration of the chosen models, and a threshold for one of them."""
    reports = find_reports(runs, rows, dataset, split)
    silent = [row.label for row in rows if row.label not in reports]
    if not reports:
        st.info("Nothing is recorded of how sure these models are; rules do not know it. What is stored is scored by:")
        show_command("score", rows[0].run)
        return
    name = f"{dataset}-{split}"
    frame = bins(reports)
    show_figure(reliability(frame), frame, f"reliability-{name}", "Line chart: share of mentions right by confidence.")
    st.caption(
        "Confidence of a mention: the probability of its least certain token. On the dotted line it is right as often "
        "as it is sure; below, it is too sure. Whiskers: the 95% interval."
        + (f" Without confidences: {', '.join(silent)}." if silent else "")
    )
    show_table(errors(reports), f"calibration-{name}", error_columns())
    label = selection.choose_one("Model", list(reports), "sure_model")
    report = reports[label]
    left, right = st.columns(2)
    with left:
        wish: Wish = selection.choose_one("Wished", ("precision", "recall"), "wish", pills=True)
    with right:
        least = selection.choose_number("At least", 0.0, 1.0, 0.01, "least", 0.9, "%.2f")
    point = find_threshold(report, wish, least)
    table = points(report)
    alt = f"Line chart: precision and recall of {label} over the threshold on its confidence."
    show_figure(threshold_figure(table, point.threshold if point is not None else None), table, f"curve-{name}", alt)
    if point is None:
        st.warning(f"No threshold reaches {wish} {least:.2f} with {label}.", icon=":material/block:")
    else:
        line = table[table["threshold"] == point.threshold].iloc[0]
        st.markdown(
            f"**Take mentions of confidence {point.threshold:g} or more**: precision {line['precision']:.3f} "
            f"({line['precision low']:.3f} to {line['precision high']:.3f}), recall {line['recall']:.3f} "
            f"({line['recall low']:.3f} to {line['recall high']:.3f}) on {dataset} {split}; {line['coverage']:.0%} of "
            "what it marks is kept."
        )
        row = next(row for row in rows if row.label == label)
        run = next(run for run in runs if run.name == row.run)
        model = f"{row.run}@{row.variant}"
        asked = {"domain": run.info.domain, "confidence": f"{point.threshold:g}"}
        with st.container(horizontal=True):
            st.page_link(
                "pages/live.py",
                label="Try this threshold",
                icon=":material/edit_note:",
                query_params=asked | {"model": model},
            )
            st.page_link(
                "pages/tag_files.py",
                label="Tag files with it",
                icon=":material/upload_file:",
                query_params=asked | {"model_one": model},
            )
    if split == "test":
        st.caption("To set a threshold and to judge it, use different text: choose dev above to set it.")
    show_folded(
        "Every threshold, with coverage and risk",
        lambda: show_table(table, f"thresholds-{name}-{label}", point_columns()),
        "thresholds",
    )
