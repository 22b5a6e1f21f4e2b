"""Where mentions are hard, on the Quality page: scores by length, familiarity, casing and so on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from itner.dashboard import quality, selection
from itner.dashboard.quality import SCORES, Score, dots, find_recorded
from itner.dashboard.widgets import show_command, show_figure, show_table
from itner.evaluation.buckets import FEATURES, SOURCE
from itner.records.buckets import Bucket, BucketReport
from itner.records.store import Run
from itner.reporting.rows import Row, score_in_words
from itner.taggers.registry import VARIANT_NAMES

_TITLES = {name: feature.title for name, feature in FEATURES.items()} | {SOURCE: "source"}


def find_reports(runs: Sequence[Run], rows: Sequence[Row], dataset: str, split: str) -> dict[str, BucketReport]:
    """What is recorded of the rows' models, by their labels."""
    return find_recorded(runs, rows, lambda run, variant: run.bucket_report(dataset, split, variant))


def parts(rows: Sequence[Row], reports: Mapping[str, BucketReport], feature: str) -> pd.DataFrame:
    """One line a model and bucket of a feature, with scores, their intervals and counts, as `quality.scores` has."""
    labels = list(FEATURES[feature].labels) if feature in FEATURES else []
    records = []
    for row in rows:
        report = reports.get(row.label)
        for bucket in report.features.get(feature, ()) if report is not None else ():
            records.append(
                {
                    "model": row.label,
                    "run": row.run,
                    "variant": VARIANT_NAMES[row.variant],
                    "type": bucket.label,
                    "precision": bucket.counts.precision,
                    "recall": bucket.counts.recall,
                    "F1": bucket.counts.f1,
                    **_ends(bucket),
                    "gold": bucket.counts.support,
                    "right": bucket.counts.tp,
                    "spurious or wrong": bucket.counts.fp,
                    "missed or wrong": bucket.counts.fn,
                }
            )
    order = {label: place for place, label in enumerate(labels)}
    # Of every model in one order, whichever buckets its mentions are in.
    return pd.DataFrame.from_records(sorted(records, key=lambda line: order.get(str(line["type"]), len(order))))


def _ends(bucket: Bucket) -> dict[str, float | None]:
    ends: dict[str, float | None] = {}
    for score, found in (
        ("precision", bucket.ranges.precision),
        ("recall", bucket.ranges.recall),
        ("F1", bucket.ranges.f1),
    ):
        ends[f"{score} low"], ends[f"{score} high"] = found if found is not None else (None, None)
    return ends


def show_parts(runs: Sequence[Run], rows: Sequence[Row], dataset: str, split: str, score: Score) -> None:
    """The figure of a feature that is chosen, and its numbers."""
    reports = find_reports(runs, rows, dataset, split)
    if not reports:
        missing = rows[0].run
        show_command("score", missing)
        return
    known = [name for name in _TITLES if any(name in report.features for report in reports.values())]
    feature = selection.choose_one("Parted by", tuple(known), "feature", names=_TITLES, pills=True)
    frame = parts(rows, reports, feature)
    name = f"buckets-{feature}-{dataset}-{split}"
    show_figure(dots(frame, score), frame, f"dots-{name}", f"Dot plot: {score} of each model by {_TITLES[feature]}.")
    show_table(in_words(frame, _TITLES[feature]), name, in_words_columns())


def in_words(frame: pd.DataFrame, title: str) -> pd.DataFrame:
    """The parts with each score and its interval in one cell: side by side, they would not fit."""
    told = pd.DataFrame({"model": frame["model"], title: frame["type"]})
    for score in SCORES:
        ends = zip(frame[score], frame[f"{score} low"], frame[f"{score} high"], strict=True)
        told[score] = [score_in_words(value, None if pd.isna(low) else (low, high)) for value, low, high in ends]
    return told.assign(**{name: frame[name] for name in ("gold", "right", "spurious or wrong", "missed or wrong")})


def in_words_columns() -> dict[str, Any]:
    """How Streamlit shows `in_words`."""
    text = st.column_config.TextColumn
    return quality.score_columns() | {score: text(help="With its 95% interval.") for score in SCORES}
