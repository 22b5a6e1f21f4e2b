"""How it was trained: what each labelling function did to text without annotation, and how often it was right."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from itner.records.dataset import WeakReport
from itner.records.scores import Counts


def functions_table(report: WeakReport) -> pd.DataFrame:
    """One line a labelling function."""
    records = []
    for name, stats in report.functions.items():
        total = sum(stats.dev.values(), Counts())
        votes = total.tp + total.fp
        records.append(
            {
                "function": name.replace("_", " "),
                "votes for": "all types" if stats.dev.keys() == report.mentions.keys() else ", ".join(stats.dev) or "–",
                "coverage": stats.coverage,
                "mentions": stats.mentions,
                "overlap": stats.overlap,
                "conflict": stats.conflict,
                "right on dev": total.precision if votes else None,
                "votes on dev": votes,
            }
        )
    return pd.DataFrame.from_records(records)


def functions_columns() -> dict[str, Any]:
    """How Streamlit shows `functions_table`."""
    number = st.column_config.NumberColumn
    share = "percent"
    return {
        "votes for": st.column_config.TextColumn(help="Types that it marks on dev."),
        "coverage": number(format=share, help="Share of the sentences that it marks anything in."),
        "mentions": number(format="localized", help="Mentions that it marks in the unlabelled text."),
        "overlap": number(format=share, help="Share of its mentions of which another function marks a token, too."),
        "conflict": number(format=share, help="Share that another function marks with other boundaries or type."),
        "right on dev": number(format=share, help="Precision: share of its mentions on dev that are annotated so."),
        "votes on dev": number(format="localized", help="Mentions that it marks on dev."),
    }


def weak_in_words(report: WeakReport) -> str:
    """What became of the text, and how right the result is where that can be checked."""
    kept = report.kept / report.sentences if report.sentences else 0.0
    total = sum(report.dev_settled.values(), Counts())
    words = (
        f"{report.kept:,} of {report.sentences:,} sentences ({kept:.0%}) were kept: those in which every vote could be "
        f"settled with at least {report.threshold:g} certainty. They hold {sum(report.mentions.values()):,} mentions."
    )
    if report.dev_settled_sentences:
        words += (
            f" On the {report.dev_settled_sentences:,} of {report.dev_sentences:,} {report.dev} dev sentences that "
            f"would be kept likewise, the votes reach precision {total.precision:.2f} and recall {total.recall:.2f}."
        )
    if report.tagger is not None:
        words += (
            f" The run {report.tagger} voted, too, with mentions of at least {report.tagger_threshold:g} certainty; "
            "what it was less sure of votes apart (tagger unsure)."
        )
    return words
