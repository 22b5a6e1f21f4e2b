"""What the Go-back page shows: the evidence in colour, tables of verdicts and of rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.types import Mention
from itner.dashboard.live import Choice
from itner.domains.registry import Domain
from itner.files.highlighting import highlight
from itner.records.verdicts import VerdictReport
from itner.reporting.palette import SERIES_COLORS
from itner.workflows.goback import Judged, finder_of

MAX_CHARACTERS = 20_000
RULES_ALONE = "rules"
# Each is a box of its own; the others stand in the table.
MOST_SHOWN = 20
Colour = Literal["red", "green", "orange"]
_BADGES: dict[str, Colour] = {"violation": "red", "compliant": "green", "review": "orange"}


def by_key(choices: Sequence[Choice], domain: Domain) -> dict[str, Choice]:
    """The taggers by their keys in links; the one that verdicts rest on where none is chosen comes first."""
    finder = finder_of(domain)
    return {choice.key: choice for choice in sorted(choices, key=lambda choice: choice.run.name != finder)}


def badge(judged: Judged) -> tuple[str, Colour]:
    """A verdict as words and the colour that goes with them."""
    return judged.verdict.verdict, _BADGES[judged.verdict.verdict]


def evidence(judged: Judged) -> str:
    """The report as HTML, with the words that the verdict rests on."""
    marks: list[Mention] = []
    for each in sorted(judged.verdict.evidence, key=lambda found: found.start):
        if not marks or each.start >= marks[-1].end:
            marks.append(Mention(each.start, each.end, each.role))
    return highlight(judged.item.text, marks)


def verdict_table(judged: Sequence[Judged]) -> pd.DataFrame:
    """A line a report."""
    return pd.DataFrame.from_records(
        [
            {
                "where": ", ".join(filter(None, (each.item.file, each.item.part))),
                "report": each.item.text,
                "verdict": each.verdict.verdict,
                "confidence": each.verdict.confidence,
                "rules": ", ".join(each.verdict.rules),
                "why": each.verdict.why,
            }
            for each in judged
        ],
        columns=["where", "report", "verdict", "confidence", "rules", "why"],
    )


def verdict_columns() -> dict[str, Any]:
    """How Streamlit shows `verdict_table`."""
    column = st.column_config
    return {
        "report": column.TextColumn(width="large"),
        "confidence": column.ProgressColumn(format="%.2f", min_value=0.0, max_value=1.0),
        "why": column.TextColumn(width="large"),
    }


def scores_in_words(report: VerdictReport) -> str:
    """How often verdicts are as by hand."""
    scores = report.scores
    decided = scores.decided
    share = f" ({1 - scores.wrong / decided:.0%} right)" if decided else ""
    return (
        f"Of {scores.reports:,} reports that were decided by hand, {decided:,} are decided, {scores.wrong:,} of them "
        f"wrongly{share}; {scores.reports - decided:,} are left to a person, which "
        f"{scores.counts['review']['review']:,} of them were by hand, too. Found by {report.found_by}; verdicts below "
        f"{scores.confidence:.2f} count as for review."
    )


def scores_table(report: VerdictReport) -> pd.DataFrame:
    """A line a confidence: what is decided then, and how much of that is right."""
    return pd.DataFrame.from_records(
        [
            {
                "certain to": point.threshold,
                "decided": point.coverage,
                "right": point.accuracy,
                "reports decided": point.decided,
            }
            for point in report.scores.curve
        ]
    )


def scores_columns() -> dict[str, Any]:
    """How Streamlit shows `scores_table`."""
    number = st.column_config.NumberColumn
    return {
        "certain to": number(format="%.2f", help="The confidence below which a verdict is for review."),
        "decided": number(format="percent", help="Share of the reports that are a violation or compliant then."),
        "right": number(format="percent", help="Share of those that are as by hand."),
    }


def scores_figure(report: VerdictReport) -> go.Figure:
    """Coverage against the share that is right."""
    points = [point for point in report.scores.curve if point.accuracy is not None]
    figure = go.Figure(
        go.Scatter(
            x=[point.coverage for point in points],
            y=[point.accuracy for point in points],
            mode="lines+markers",
            line={"color": SERIES_COLORS[0]},
            customdata=[[point.threshold, point.decided] for point in points],
            hovertemplate="certain to %{customdata[0]:.2f}: %{customdata[1]} reports decided (%{x:.0%}), %{y:.1%} right"
            "<extra></extra>",
        )
    )
    figure.update_layout(
        xaxis={"title": "share of the reports decided", "tickformat": ".0%", "range": [0, 1.02]},
        yaxis={"title": "share of those that is right", "tickformat": ".0%", "range": [0, 1.05]},
        height=320,
    )
    return figure


def rule_table(domain: Domain) -> pd.DataFrame:
    """The rules that reports are compared with, a line each."""
    return pd.DataFrame.from_records(domain.judging.read(None).rows if domain.judging is not None else ())
