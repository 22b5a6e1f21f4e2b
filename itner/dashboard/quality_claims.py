"""What compression costs, and where, on the Quality page: claims that were tested."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.dashboard.widgets import show_figure, show_table
from itner.records.claims import Claim, ClaimReport
from itner.reporting.claims import claim_in_words, list_step_rows, method_in_words
from itner.reporting.palette import NEUTRAL, SERIES_COLORS


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


def step_columns() -> dict[str, Any]:
    """How Streamlit shows `steps`."""
    number = st.column_config.NumberColumn
    columns = {
        f"{name}{end}": number(format="%+.3f")
        for name in ("hard", "easy", "hard minus easy")
        for end in ("", " low", " high")
    }
    return columns | {
        "p, corrected": number(
            format="%.4f", help="Of hard and easy changing alike, for all steps of all claims (Holm)."
        ),
        "hard mentions": number(format="localized"),
        "easy mentions": number(format="localized"),
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
            error_x={
                "type": "data",
                "symmetric": False,
                "array": (frame[f"{name} high"] - frame[name]).clip(lower=0),
                "arrayminus": (frame[name] - frame[f"{name} low"]).clip(lower=0),
                "thickness": 1.2,
                "width": 3,
            },
            customdata=frame[["step", f"{name} low", f"{name} high"]],
            hovertemplate=f"%{{customdata[0]}}<br>{label}: %{{x:+.3f}}, 95% %{{customdata[1]:+.3f}} to "
            "%{customdata[2]:+.3f}<extra></extra>",
        )
    figure.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    figure.update_layout(
        xaxis={"title": f"change of the {claim.score}", "tickformat": "+.2f"},
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
    """Each claim with its answer, its figure and its numbers."""
    for claim in report.claims:
        frame = steps(claim)
        st.subheader(f"{claim.title}?", anchor=False)
        st.markdown(claim_in_words(claim))
        with st.expander("The figure and the numbers", expanded=claim is report.claims[0]):
            name = f"claim-{claim.name.replace(' ', '-')}-{report.dataset}-{report.split}"
            alt = f"Dot plot: change of the {claim.score} for {claim.hard} and for {claim.easy} at each step."
            show_figure(step_figure(frame, claim), frame, name, alt)
            show_table(frame, f"table-{name}", step_columns())
    st.caption(method_in_words(report))
