"""The Quality page's tables and figures: precision, recall and F1, overall and per entity type."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from types import MappingProxyType
from typing import Any, Literal, get_args

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.dashboard.tables import interval_in_words
from itner.dashboard.widgets import download_csv
from itner.domains.registry import Domain
from itner.evaluation.compare import Difference
from itner.records.scores import Interval
from itner.records.store import Run
from itner.reporting.advice import Compare
from itner.reporting.findings import FEW_MENTIONS
from itner.reporting.languages import LanguageRow
from itner.reporting.palette import NEUTRAL, SERIES_COLORS, SERIES_SYMBOLS
from itner.reporting.recall import curve_of
from itner.reporting.rows import Row
from itner.taggers.registry import VARIANT_NAMES, model_label

Score = Literal["F1", "precision", "recall"]
SCORES: tuple[Score, ...] = get_args(Score)
MICRO, MACRO = "micro", "macro"
_INTERVAL = "95% interval"
# How much of a type's row its models fill, and the difference that has the full colour.
_ROW_SHARE, _WHOLE_SCALE = 0.8, 0.1


def scores(rows: Sequence[Row], known: Mapping[str, Mapping[str, Interval]] = MappingProxyType({})) -> pd.DataFrame:
    """One line a run, variant and entity type (and `micro`, `macro`), with scores and counts.

    Macro has no counts of its own; its counts are those of all types together, as for micro.

    Args:
        known: from `intervals`; where there is none, it is empty.
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
                "F1 low": within.low if within is not None else math.nan,
                "F1 high": within.high if within is not None else math.nan,
                "gold": counts.support,
                "right": counts.tp,
                "spurious or wrong": counts.fp,
                "missed or wrong": counts.fn,
            }
            for name, precision, recall, f1, counts in lines
            for within in [known.get(row.label, {}).get(name)]
        ]
    return pd.DataFrame.from_records(records)


def languages(rows: Sequence[LanguageRow]) -> pd.DataFrame:
    """One line a run and language."""
    return pd.DataFrame.from_records(
        [
            {
                "language": row.language,
                "model": model_label(row.run, row.variant),
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
    colours, symbols = cycle(SERIES_COLORS), cycle(SERIES_SYMBOLS)
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
        "F1 low": "Lower end of its 95% interval (sentences resampled).",
        "F1 high": "Upper end of the interval.",
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
    """One line a run and variant: micro with its interval, macro, token accuracy."""
    records = []
    for row in rows:
        if row.report is None:
            continue
        report = row.report
        records.append(
            {
                "model": row.label,
                "micro-F1": report.micro.f1,
                "95% interval": interval_in_words(report),
                "precision": report.micro.precision,
                "recall": report.micro.recall,
                "macro-F1": report.macro_f1,
                "token accuracy": report.token_accuracy,
            }
        )
    return pd.DataFrame.from_records(records)


def pairs(rows: Sequence[Row]) -> pd.DataFrame:
    """One line a run and variant: its mentions as pairs of surface and type, wherever they stand."""
    return pd.DataFrame.from_records(
        [
            {
                "model": row.label,
                "pairs F1": row.report.pairs.counts.f1 if row.report.pairs is not None else None,
                "texts right": row.report.exact_texts,
            }
            for row in rows
            if row.report is not None
        ]
    )


def few(frame: pd.DataFrame) -> list[str]:
    """Types with so few gold mentions that their scores are rough."""
    types = frame[~frame["type"].isin([MICRO, MACRO])].drop_duplicates("type")
    return [f"{name} ({gold})" for name, gold in zip(types["type"], types["gold"], strict=True) if gold < FEW_MENTIONS]


def dots(frame: pd.DataFrame, score: Score) -> go.Figure:
    """A row a type, with its gold count, and in it a dot a model, of F1 with its interval; a colour a run, a symbol a
    variant. The axis begins where the scores do."""
    runs, variants = list(dict.fromkeys(frame["run"])), list(dict.fromkeys(frame["variant"]))
    models, types = list(dict.fromkeys(frame["model"])), list(dict.fromkeys(frame["type"]))
    figure = go.Figure()
    for number, model in enumerate(models):
        part = frame[frame["model"] == model]
        run, variant = part[["run", "variant"]].iloc[0]
        # One under the other within the row, or their intervals would hide each other.
        aside = (number - (len(models) - 1) / 2) * _ROW_SHARE / max(len(models), 1)
        figure.add_trace(
            go.Scatter(
                x=part[score],
                y=[types.index(name) + aside for name in part["type"]],
                mode="markers",
                name=model,
                marker={
                    "color": SERIES_COLORS[runs.index(run) % len(SERIES_COLORS)],
                    "symbol": SERIES_SYMBOLS[variants.index(variant) % len(SERIES_SYMBOLS)],
                    "size": 9,
                },
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": part["F1 high"] - part["F1"],
                    "arrayminus": part["F1"] - part["F1 low"],
                    "thickness": 1.2,
                    "width": 3,
                }
                if score == "F1"
                else None,
                customdata=part[["precision", "recall", "F1", "right", "gold", "type"]],
                hovertemplate=f"<b>{model}</b> on %{{customdata[5]}}<br>precision %{{customdata[0]:.3f}}, "
                "recall %{customdata[1]:.3f}, F1 %{customdata[2]:.3f}<br>"
                "%{customdata[3]:,} of %{customdata[4]:,} gold mentions right<extra></extra>",
            )
        )
    gold = dict(zip(frame["type"], frame["gold"], strict=True))
    figure.update_layout(
        xaxis={"title": f"{score} (strict, entity level)", "tickformat": ".2f"},
        yaxis={
            "tickvals": list(range(len(types))),
            "ticktext": [f"{name} ({gold[name]:,})" for name in types],
            "range": [len(types) - 0.5, -0.5],
            "title": None,
        },
        height=120 + len(types) * max(46, 12 * len(models)),
        margin={"t": 20, "b": 50},
    )
    for place in range(1, len(types)):
        figure.add_hline(y=place - 0.5, line={"width": 0.5, "color": NEUTRAL})
    return figure


def intervals(
    rows: Sequence[Row], of_row: Callable[[Row], Mapping[str, Interval]]
) -> dict[str, Mapping[str, Interval]]:
    """By model and type, and of micro: between what F1 may lie."""
    return {row.label: {MICRO: row.report.micro_f1_interval, **of_row(row)} for row in rows if row.report is not None}


@dataclass(frozen=True)
class Differences:
    """F1 of each model minus the baseline's, the largest loss first.

    Attributes:
        frame: a line a model, a column a type and micro; empty where there is nothing to compare.
        sure: of the same form, whether the paired interval leaves out zero; empty where that was not recorded.
    """

    frame: pd.DataFrame
    sure: pd.DataFrame


def differences(base: Row, others: Sequence[Row], compare: Compare) -> Differences:
    """The differences of F1 overall and on each type; each is paired, since both models read the same sentences."""
    types = list(base.report.per_type) if base.report is not None else []
    values, sure = [], []
    for row in others:
        whole = compare(row, base)
        line: dict[str, object] = {"model": row.label, MICRO: _gap(row, base), "verdict": _verdict(whole)}
        line |= {"low": whole.low if whole is not None else None, "high": whole.high if whole is not None else None}
        marks: dict[str, object] = {"model": row.label, MICRO: whole.significant if whole is not None else None}
        for name in types:
            alone = {other: float(other == name) for other in types}
            first, second = replace(row, weights=alone), replace(base, weights=alone)
            known = base.report is not None and base.report.per_type[name].support > 0
            found = compare(first, second) if known else None
            line[name] = _gap(first, second) if known else None
            marks[name] = found.significant if found is not None else None
        values.append(line)
        sure.append(marks)
    frame = pd.DataFrame.from_records(values)
    if frame.empty:
        return Differences(frame, frame)
    frame = frame[["model", "verdict", MICRO, *types, "low", "high"]].sort_values(MICRO, ignore_index=True)
    marked = pd.DataFrame.from_records(sure).set_index("model").loc[frame["model"]].reset_index()
    return Differences(frame, marked)


def _gap(row: Row, base: Row) -> float | None:
    return row.micro_f1 - base.micro_f1 if row.micro_f1 is not None and base.micro_f1 is not None else None


def _verdict(difference: Difference | None) -> str:
    if difference is None:
        return "errors not recorded"
    if not difference.significant:
        return "no clear difference"
    return "better" if difference.value > 0 else "worse"


def first_baseline(rows: Sequence[Row], domain: Domain) -> str | None:
    """The model that others are held against unless somebody chooses: the run that the domain tags with."""
    default = domain.release.default if domain.release is not None else None
    return next((row.label for row in rows if row.run == default), None)


def style_differences(found: Differences) -> Any:
    """The table of differences on one colour scale wherever it stands: blue is better, red is worse, bold is sure."""
    columns = [name for name in found.sure.columns if name != "model"]

    def paint(column: pd.Series) -> list[str]:
        marks = found.sure[column.name]
        return [_shade(value, mark) for value, mark in zip(column, marks, strict=True)]

    return found.frame.style.apply(paint, subset=columns)


def _shade(value: float | None, sure: object) -> str:
    if value is None or math.isnan(value):
        return ""
    share = min(abs(value) / _WHOLE_SCALE, 1.0)
    blue_or_red = "33, 102, 172" if value > 0 else "178, 24, 43"
    weight = "font-weight: bold; " if sure is True or sure == 1 else ""
    return f"{weight}background-color: rgba({blue_or_red}, {0.55 * share:.2f})"


def difference_columns(types: Sequence[str]) -> dict[str, Any]:
    """How Streamlit shows the table of differences."""
    number = st.column_config.NumberColumn
    return {
        "verdict": st.column_config.TextColumn(help="Better or worse when the interval leaves out zero."),
        MICRO: number("micro-F1", format="%+.3f", help="This model minus the baseline."),
        _INTERVAL: st.column_config.TextColumn(help="Paired, of the difference of micro-F1."),
        **{name: number(format="%+.3f", help=f"F1 on {name}, this model minus the baseline.") for name in types},
    }


def show_differences(found: Differences, name: str) -> tuple[str, str] | None:
    """The table of differences; the model and type whose cell was chosen, an empty type where it is of all of them."""
    types = [column for column in found.sure.columns if column not in ("model", MICRO)]
    ends = zip(found.frame["low"], found.frame["high"], strict=True)
    told = found.frame.drop(columns=["low", "high"]).assign(
        **{_INTERVAL: ["" if pd.isna(low) else f"{low:+.3f}, {high:+.3f}" for low, high in ends]}
    )
    event = st.dataframe(
        style_differences(replace(found, frame=told)),
        width="stretch",
        height="content",
        hide_index=True,
        column_config=difference_columns(types),
        key=f"differences_{name}",
        on_select="rerun",
        selection_mode="single-cell",
        placeholder="–",
    )
    download_csv(found.frame, f"differences-{name}", key=f"download_differences_{name}")
    cells = event.selection.cells
    if not cells:
        return None
    number, column = cells[0]
    return str(found.frame["model"].iloc[int(number)]), column if column in types else ""
