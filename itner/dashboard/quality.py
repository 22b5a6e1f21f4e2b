"""The Quality page's tables and figures: precision, recall and F1, overall and per entity type."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any, Literal, TypeVar, get_args

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.dashboard.figures import whiskers
from itner.dashboard.widgets import download_csv, show_folded, show_table
from itner.domains.registry import Domain
from itner.evaluation.compare import Difference
from itner.evaluation.significance import judge
from itner.records.evaluation import MACRO, MICRO, EvalReport
from itner.records.scores import Interval, Range, ScoreName
from itner.records.store import Run
from itner.reporting.advice import Compare, compare_rows_by_type
from itner.reporting.findings import FEW_MENTIONS
from itner.reporting.languages import LanguageRow
from itner.reporting.palette import NEUTRAL, SERIES_COLORS, SERIES_SYMBOLS
from itner.reporting.recall import curve_of
from itner.reporting.rows import MISSING, Row, in_words, interval_in_words, percent_in_words
from itner.reporting.seeds import list_seed_rows
from itner.taggers.registry import VARIANT_NAMES, model_label

T = TypeVar("T")
Score = Literal["F1", "precision", "recall"]
SCORES: tuple[Score, ...] = get_args(Score)
_INTERVAL = "95% interval"
_NEEDED = (
    "Gold mentions with which a difference of 0.01 in F1 is found in four of five samples, among all of this table."
)
# How much of a type's row its models fill, and the difference that has the full colour.
_ROW_SHARE, _WHOLE_SCALE = 0.8, 0.1
# What the longest verdict takes.
_VERDICT_PX = 185


def find_recorded(runs: Sequence[Run], rows: Sequence[Row], load: Callable[[Run, str], T | None]) -> dict[str, T]:
    """What is recorded of the rows' runs and variants, by their labels; what has none is left out."""
    known = {run.name: run for run in runs}
    found = {row.label: load(known[row.run], row.variant) for row in rows}
    return {label: report for label, report in found.items() if report is not None}


def scores(rows: Sequence[Row]) -> pd.DataFrame:
    """One line a run, variant and entity type (and `micro`, `macro`), with scores, their intervals and counts.

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
                **_ends(report, name),
                "gold": counts.support,
                "right": counts.tp,
                "spurious or wrong": counts.fp,
                "missed or wrong": counts.fn,
            }
            for name, precision, recall, f1, counts in lines
        ]
    return pd.DataFrame.from_records(records)


_RECORDED: dict[Score, ScoreName] = {"F1": "f1", "precision": "precision", "recall": "recall"}


def _ends(report: EvalReport, name: str) -> dict[str, float]:
    """Between what the scores of a type, or of all, lie; not a number where that is not known."""
    ends: dict[str, float] = {}
    for score, recorded in _RECORDED.items():
        within = report.interval(recorded, name)
        ends[f"{score} low"] = within.low if within is not None else math.nan
        ends[f"{score} high"] = within.high if within is not None else math.nan
    return ends


def seeds(runs: Sequence[Run], dataset: str) -> pd.DataFrame:
    """One line a run and variant that was trained with other seeds as well: mean and spread of micro-F1 on dev."""
    return pd.DataFrame.from_records(
        [
            {
                "model": model_label(run.name, row.variant),
                "mean micro-F1": row.mean.mean,
                "spread": row.mean.spread,
                "lowest": min(row.f1.values()),
                "highest": max(row.f1.values()),
                "seeds": row.mean.seeds,
            }
            for run in runs
            for row in list_seed_rows(run)
            if row.dataset == dataset
        ]
    )


def seed_columns() -> dict[str, Any]:
    """How Streamlit shows `seeds`."""
    number = st.column_config.NumberColumn
    told = {"mean micro-F1": "Mean over the seeds.", "spread": "Standard deviation over the seeds."}
    columns = {name: number(format="%.3f", help=told.get(name)) for name in ("mean micro-F1", "lowest", "highest")}
    return columns | {"spread": number(format="%.4f", help=told["spread"])}


def languages(rows: Sequence[LanguageRow]) -> pd.DataFrame:
    """One line a run and language."""
    return pd.DataFrame.from_records(
        [
            {
                "language": row.language,
                "model": model_label(row.run, row.variant),
                "recall": in_words(row.report.micro.recall, row.report.interval("recall")),
                "precision": in_words(row.report.micro.precision, row.report.interval("precision")),
                "F1": row.report.micro.f1,
                "95% interval": interval_in_words(row.report.micro_f1_interval),
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
    return {
        "F1": number(format="%.3f"),
        "95% interval": st.column_config.TextColumn(help="Of F1, if other texts had been annotated."),
        "gold": number(format="localized", help="Mentions of the annotation."),
        "sentences": number(format="localized"),
    }


def masking(rows: Sequence[Row]) -> pd.DataFrame:
    """One line a run and variant that redaction was counted for: shares of characters."""
    reports = [(row, row.report) for row in rows if row.report is not None]
    counted = [(row, report, report.masking) for row, report in reports if report.masking is not None]
    return pd.DataFrame.from_records(
        [
            {
                "model": row.label,
                "personal characters left": percent_in_words(found.share_left, report.uncertainty.share_left),
                "harmless characters hidden": percent_in_words(found.share_masked, report.uncertainty.share_masked),
                "left": found.left,
                "all personal": found.personal,
                "hidden": found.masked,
                "all harmless": found.harmless,
            }
            for row, report, found in counted
        ]
    )


def masking_columns() -> dict[str, Any]:
    """How Streamlit shows `masking`."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "personal characters left": text(
            help="Share of the characters inside mentions that point at a person which stay readable, with its 95% "
            "interval."
        ),
        "harmless characters hidden": text(
            help="Share of all other characters that are hidden, with its 95% interval."
        ),
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
    }
    help |= {f"{score} low": f"Lower end of the 95% interval of {score}." for score in SCORES}
    help |= {f"{score} high": f"Upper end of the 95% interval of {score}." for score in SCORES}
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
                "95% interval": interval_in_words(report.micro_f1_interval),
                "precision": in_words(report.micro.precision, report.interval("precision")),
                "recall": in_words(report.micro.recall, report.interval("recall")),
                "macro-F1": in_words(report.macro_f1, report.interval("f1", MACRO)),
                "token accuracy": in_words(report.token_accuracy, _within(report, report.uncertainty.token_accuracy)),
            }
        )
    return pd.DataFrame.from_records(records)


def _within(report: EvalReport, ends: Range | None) -> Interval | None:
    return report.uncertainty.interval(ends)


def overall_columns() -> dict[str, Any]:
    """How Streamlit shows `overall` and `pairs`."""
    text = st.column_config.TextColumn
    return {
        "micro-F1": st.column_config.NumberColumn(
            format="%.3f", help="Strict, entity level: every mention weighs the same."
        ),
        "95% interval": text(help="Of micro-F1, if other texts had been annotated."),
        "precision": text(help="Share of predicted mentions that are right, with its 95% interval."),
        "recall": text(help="Share of gold mentions that were found, with its 95% interval."),
        "macro-F1": text(help="Mean of the F1 of each type, with its 95% interval."),
        "token accuracy": text(help="Share of tokens whose BIO tag is right, with its 95% interval."),
        "pairs F1": text(help="F1 of what is mentioned and its type, wherever it stands, with its 95% interval."),
        "texts right": text(help="Share of texts whose mentions are all right, with its 95% interval."),
    }


def pairs(rows: Sequence[Row]) -> pd.DataFrame:
    """One line a run and variant: its mentions as pairs of surface and type, wherever they stand."""
    return pd.DataFrame.from_records(
        [
            {
                "model": row.label,
                "pairs F1": in_words(
                    report.pairs.counts.f1 if report.pairs is not None else None,
                    _within(report, report.uncertainty.pairs_f1),
                ),
                "texts right": in_words(report.exact_texts, _within(report, report.uncertainty.exact_texts)),
            }
            for row in rows
            if (report := row.report) is not None
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
                error_x=whiskers(part[f"{score} low"], part[score], part[f"{score} high"]),
                customdata=part[[f"{score} low", f"{score} high", "right", "gold", "type"]],
                hovertemplate=f"<b>{model}</b> on %{{customdata[4]}}<br>{score} %{{x:.3f}}, "
                "95% %{customdata[0]:.3f} to %{customdata[1]:.3f}<br>"
                "%{customdata[2]:,} of %{customdata[3]:,} gold mentions right<extra></extra>",
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


@dataclass(frozen=True)
class Differences:
    """F1 of each model minus the baseline's, the largest loss first.

    Attributes:
        frame: a line a model, a column a type and micro; empty where there is nothing to compare.
        sure: of the same form, whether it is better or worse beyond chance, all differences of the table considered;
            empty where that was not recorded.
        cells: a line a model and type (and micro): the difference, its interval, p-value and what it means.
    """

    frame: pd.DataFrame
    sure: pd.DataFrame
    cells: pd.DataFrame


def differences(
    base: Row,
    others: Sequence[Row],
    compare: Compare,
    by_type: Callable[[Row, Row], Mapping[str, Difference]] = compare_rows_by_type,
) -> Differences:
    """The differences of F1 overall and on each type; each is paired, since both models read the same sentences.

    What they mean is corrected for how many there are in the table (Holm).
    """
    types = list(base.report.per_type) if base.report is not None else []
    found: dict[tuple[str, str], Difference] = {}
    for row in others:
        whole = compare(row, base)
        found |= {(row.label, MICRO): whole} if whole is not None else {}
        found |= {(row.label, name): each for name, each in by_type(row, base).items()}
    judged = dict(zip(found, judge(list(found.values())), strict=True))
    values, sure = [], []
    for row in others:
        key = (row.label, MICRO)
        told = judged.get(key)
        line: dict[str, object] = {
            "model": row.label,
            MICRO: _gap(row, base),
            "verdict": told.finding if told is not None else "errors not recorded",
            "gold needed": told.needed if told is not None else None,
        }
        whole = found.get(key)
        line |= {"low": whole.low if whole is not None else None, "high": whole.high if whole is not None else None}
        marks: dict[str, object] = {"model": row.label}
        for name in (MICRO, *types):
            known = found.get((row.label, name))
            if name != MICRO:
                line[name] = known.value if known is not None else _type_gap(row, base, name)
            marks[name] = judged[row.label, name].sure if (row.label, name) in judged else None
        values.append(line)
        sure.append(marks)
    cells = pd.DataFrame.from_records(
        [
            {
                "model": model,
                "type": name,
                "difference": known.value,
                "low": known.low,
                "high": known.high,
                "p, one alone": known.p,
                "p, corrected": judged[model, name].p,
                "finding": judged[model, name].finding,
                "gold": known.mentions,
                "gold needed": judged[model, name].needed,
            }
            for (model, name), known in found.items()
        ]
    )
    frame = pd.DataFrame.from_records(values)
    if frame.empty:
        return Differences(frame, frame, cells)
    frame = frame[["model", "verdict", MICRO, "low", "high", *types, "gold needed"]].sort_values(
        MICRO, ignore_index=True
    )
    marked = pd.DataFrame.from_records(sure).set_index("model").loc[frame["model"]].reset_index()
    return Differences(frame, marked, cells)


def _type_gap(row: Row, base: Row, name: str) -> float | None:
    """The difference on a type that gold has, where its errors were not recorded."""
    reports = [each.report for each in (row, base)]
    first, second = (report.per_type.get(name) if report is not None else None for report in reports)
    return first.f1 - second.f1 if first is not None and second is not None and second.support else None


def _gap(row: Row, base: Row) -> float | None:
    return row.micro_f1 - base.micro_f1 if row.micro_f1 is not None and base.micro_f1 is not None else None


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
        "verdict": st.column_config.TextColumn(
            width=_VERDICT_PX,
            help="Of micro-F1, by paired approximate randomisation, corrected for all of this table (Holm).",
        ),
        "gold needed": number(format="localized", help=_NEEDED),
        MICRO: number("micro-F1", format="%+.3f", help="This model minus the baseline."),
        _INTERVAL: st.column_config.TextColumn(help="Paired, of the difference of micro-F1."),
        **{name: number(format="%+.3f", help=f"F1 on {name}, this model minus the baseline.") for name in types},
    }


_CELLS_MEAN = (
    "The interval is that of one difference, from drawing texts anew; the p-value from exchanging the two models' "
    "answers at random, text by text. Corrected (Holm), a table of differences without any real one holds a better or "
    "worse in one of twenty tables. Where there is none: *no measurable difference* if there are mentions enough to "
    "see one of 0.01 in four of five samples, else *too little data to tell*. Overview compares two "
    "models alone where it advises one or tells a finding: what stands there beyond chance by its own interval need "
    "not stand here."
)


def cell_columns() -> dict[str, Any]:
    """How Streamlit shows `Differences.cells`."""
    number = st.column_config.NumberColumn
    return {
        "difference": number(format="%+.3f", help="F1 of this model minus the baseline's."),
        "low": number(format="%+.3f", help="Lower end of its 95% interval."),
        "high": number(format="%+.3f", help="Upper end of its 95% interval."),
        "p, one alone": number(format="%.4f", help="If it were the only comparison."),
        "p, corrected": number(format="%.4f", help="For all comparisons of this table, by Holm's method."),
        "gold": number(format="localized", help="Gold mentions that it rests on."),
        "gold needed": number(format="localized", help=_NEEDED),
    }


def _show_cells(cells: pd.DataFrame, name: str) -> None:
    show_table(cells, f"cells-{name}", cell_columns())
    st.caption(_CELLS_MEAN)


def show_differences(found: Differences, name: str) -> tuple[str, str] | None:
    """The table of differences; the model and type whose cell was chosen, an empty type where it is of all of them."""
    types = [column for column in found.sure.columns if column not in ("model", MICRO)]
    ends = zip(found.frame["low"], found.frame["high"], strict=True)
    told = found.frame.drop(columns=["low", "high"])
    within = [MISSING if pd.isna(low) else f"{low:+.3f} to {high:+.3f}" for low, high in ends]
    told.insert(told.columns.get_loc(MICRO) + 1, _INTERVAL, within)
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
    if not found.cells.empty:
        show_folded(
            "Every difference with its interval, p-value and meaning",
            lambda: _show_cells(found.cells, name),
            f"cells_{name}",
        )
    cells = event.selection.cells
    if not cells:
        return None
    number, column = cells[0]
    return str(found.frame["model"].iloc[int(number)]), column if column in types else ""
