"""What compression costs, and where, on the Quality page: claims that were tested."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.dashboard import selection
from itner.dashboard.figures import whiskers
from itner.dashboard.widgets import show_figure, show_table
from itner.records.claims import Claim, ClaimReport, Estimate
from itner.reporting.claims import claim_in_words, estimate_in_words, list_step_rows, method_in_words
from itner.reporting.palette import NEUTRAL, SERIES_COLORS

_APART, _MORE = "first minus second", "first lose more"


def steps(claim: Claim) -> pd.DataFrame:
    """One line a step: what changes for hard and easy mentions, and by how much that differs."""
    records = []
    for row in list_step_rows(claim):
        step = row.step
        record: dict[str, object] = {"step": row.label, "hard lose more": row.answer}
        for name, change in (("hard", step.hard), ("easy", step.easy), ("hard minus easy", step.apart)):
            record |= {name: change.value, f"{name} low": change.low, f"{name} high": change.high}
        record |= {"p, corrected": step.p, "hard mentions": step.hard_mentions, "easy mentions": step.easy_mentions}
        records.append(record)
    return pd.DataFrame.from_records(records)


def told(claim: Claim) -> pd.DataFrame:
    """The steps with each change and its interval in one cell; a column of mentions is named by what they are."""
    return pd.DataFrame.from_records(
        [
            {
                "step": row.label,
                claim.hard: _as_cell(row.step.hard),
                claim.easy: _as_cell(row.step.easy),
                _APART: _as_cell(row.step.apart),
                _MORE: f"{row.answer} (p {row.step.p:.4f})",
            }
            for row in list_step_rows(claim)
        ]
    )


def _as_cell(change: Estimate) -> str:
    """A change in words; with a minus sign, and no plus, since a hyphen or plus would begin a formula."""
    return estimate_in_words(change).replace("-", "−").replace("+", "")


def told_columns(claim: Claim) -> dict[str, Any]:
    """How Streamlit shows `told`."""
    text = st.column_config.TextColumn
    mentions = claim.steps[0] if claim.steps else None
    counts = (mentions.hard_mentions, mentions.easy_mentions) if mentions is not None else (0, 0)
    change = f"Change of {claim.score}, with its 95% interval, on"
    return {
        claim.hard: text(help=f"{change} {counts[0]:,} gold mentions."),
        claim.easy: text(help=f"{change} {counts[1]:,} gold mentions."),
        _APART: text(help="Below zero: the first suffer more. With its 95% interval."),
        _MORE: text(help="With the p-value of both changing alike, corrected for all steps of all claims (Holm)."),
    }


def step_figure(frame: pd.DataFrame, claim: Claim) -> go.Figure:
    """A row a step, and in it what changes for hard and for easy mentions, with 95% intervals."""
    figure = go.Figure()
    for number, (name, label) in enumerate((("hard", claim.hard), ("easy", claim.easy))):
        figure.add_scatter(
            x=frame[name],
            y=[place + (number - 0.5) * 0.3 for place in range(len(frame))],
            mode="markers",
            name=label,
            marker={"color": SERIES_COLORS[1 - number], "symbol": ("diamond", "circle")[number], "size": 9},
            error_x=whiskers(frame[f"{name} low"], frame[name], frame[f"{name} high"]),
            customdata=frame[["step", f"{name} low", f"{name} high"]],
            hovertemplate=f"%{{customdata[0]}}<br>{label}: %{{x:+.3f}}, 95% %{{customdata[1]:+.3f}} to "
            "%{customdata[2]:+.3f}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    figure.update_layout(
        xaxis={"title": f"change of {claim.score}", "tickformat": "+.2f"},
        yaxis={
            "tickvals": list(range(len(frame))),
            "ticktext": list(frame["step"]),
            "range": [len(frame) - 0.5, -0.5],
            "title": None,
        },
        height=120 + 44 * len(frame),
        margin={"t": 20, "b": 50},
    )
    return figure


def show_claims(report: ClaimReport) -> None:
    """Each claim with its answer; of the one that is chosen, the figure and the numbers."""
    for claim in report.claims:
        st.markdown(f"**{claim.title}?** {claim_in_words(claim)}")
    titles = {claim.name: claim.title for claim in report.claims}
    chosen = selection.choose_one("The numbers of", tuple(titles), "claim", names=titles)
    claim = next(claim for claim in report.claims if claim.name == chosen)
    frame = steps(claim)
    name = f"claim-{claim.name.replace(' ', '-')}-{report.dataset}-{report.split}"
    alt = f"Dot plot: change of {claim.score} for {claim.hard} and for {claim.easy} at each step."
    show_figure(step_figure(frame, claim), frame, name, alt)
    show_table(told(claim), f"table-{name}", told_columns(claim))
    st.caption(method_in_words(report))
