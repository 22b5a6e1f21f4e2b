"""What a corpus mentions that was tagged on the command line: the tables of `itner tag-corpus --summary`, opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.words import counted
from itner.dashboard.tag_files import type_bars
from itner.dashboard.uploading import take_files
from itner.dashboard.widgets import show_command, show_figure, show_reason, show_table
from itner.dashboard.work import keep, session_choices
from itner.domains.colours import type_colour
from itner.records.bulk import ALL_WEEKS, NO_WEEK, CorpusSummary
from itner.records.codec import from_json

_HELD, _REFUSED = "corpus_summary", "corpus_refused"
# More has no summary: 50 mentions of each type, of the weeks of some centuries.
_MOST_BYTES = 64 * 2**20
_MOST_WEEKS = 2_000
_LABEL = "Open the summary of a corpus"


def read_summary(data: bytes) -> CorpusSummary:
    """The record in a file that somebody uploaded; InputError where it is none."""
    if len(data) > _MOST_BYTES:
        raise InputError(f"more than {_MOST_BYTES // 2**20} MiB; no summary is that long")
    try:
        found: CorpusSummary = from_json(CorpusSummary, data)
        for week in found.texts:
            if week not in (ALL_WEEKS, NO_WEEK):
                _monday(week)
    except (ValidationError, ValueError):
        # What is wrong with it would quote it.
        raise InputError("this is no summary.json of `itner tag-corpus --summary`") from None
    return found


def _monday(week: str) -> date:
    """The first day of a week; ValueError where there is no such week."""
    return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


def is_open() -> bool:
    """Whether this session looks at one."""
    return _HELD in st.session_state


def draw() -> None:
    """A box for the summary, and what is in the one that was opened."""
    found: CorpusSummary | None = st.session_state.get(_HELD)
    with st.expander(_LABEL, expanded=found is not None or _REFUSED in st.session_state):
        if found is None:
            st.caption(
                "Exports of millions of texts are tagged on the command line; this page shows what they mention: the "
                "summary.json that it writes."
            )
            show_command(
                "tag-corpus", "tickets.jsonl", "--output", "tagged", "--summary", "--date-column", "created_at"
            )
            taken = take_files("Summary", "corpus_upload", ["json"], "summary.json, in this session's memory alone.")
            if taken:
                try:
                    st.session_state[_HELD] = read_summary(taken[-1].data)
                except InputError as error:
                    st.session_state[_REFUSED] = error.problem
                st.rerun()
            refused = st.session_state.pop(_REFUSED, None)
            if refused is not None:
                st.error("The file cannot be opened.", icon=":material/error:")
                show_reason(refused)
            return
        _show(found)
        if st.button("Close the summary", icon=":material/close:"):
            del st.session_state[_HELD]
            st.rerun()


def _show(found: CorpusSummary) -> None:
    mentions = sum(each.mentions for each in found.by_type if each.week == ALL_WEEKS)
    least = f", confidence at least {found.threshold:.2f}" if found.threshold else ""
    st.text(
        f"{counted(found.texts.get(ALL_WEEKS, 0), 'text')} of {counted(found.sources, 'source')}, "
        f"{counted(mentions, 'mention')}; tagged by {found.run} {found.variant}{least}"
    )
    weeks = [week for week in found.texts if week not in (ALL_WEEKS, NO_WEEK)]
    if weeks:
        frame = week_table(found, weeks)
        show_figure(week_lines(frame), frame, "corpus_weeks", "Line chart: texts that mention each type, by week.")
        if without := found.texts.get(NO_WEEK):
            st.caption(f"{counted(without, 'text')} without a known day in the column of dates: in no week.")
    choices = session_choices()
    options = [ALL_WEEKS, *reversed(weeks), *([NO_WEEK] if NO_WEEK in found.texts else [])]
    week = ALL_WEEKS
    if len(options) > 1:
        week = keep(
            choices, "corpus_week", ALL_WEEKS, lambda: st.selectbox("Week", options, key="corpus_week"), options
        )
    types = type_table(found, week)
    show_figure(type_bars(types), types, "corpus_types", "Bar chart: mentions of each entity type.")
    kinds = keep(
        choices,
        "corpus_kinds",
        list(found.types),
        lambda: st.pills("Types", found.types, selection_mode="multi", key="corpus_kinds", wrap=True),
        found.types,
    )
    top = top_table(found, week, kinds)
    if not top.empty:
        show_table(top, "corpus_top", {"mentions": st.column_config.NumberColumn(format="localized")})


def week_table(found: CorpusSummary, weeks: Sequence[str]) -> pd.DataFrame:
    """A row for each of the weeks and each type: its Monday, mentions, and the share of texts that have any."""
    counts = {(each.week, each.type): each for each in found.by_type}
    rows = []
    for week in weeks:
        monday = _monday(week)
        for kind in found.types:
            each = counts.get((week, kind))
            texts = found.texts[week]
            having = each.texts if each is not None else 0
            mentions = each.mentions if each is not None else 0
            rows.append((week, monday, kind, mentions, having, texts, having / texts if texts else None))
    return pd.DataFrame.from_records(
        rows, columns=["week", "monday", "type", "mentions", "texts with it", "texts", "share of texts"]
    )


def week_lines(frame: pd.DataFrame) -> go.Figure:
    """The share of texts that mention each type, by week, from `week_table`; weeks without texts are gaps."""
    figure = go.Figure()
    mondays = sorted(set(frame["monday"]))
    span = (mondays[-1] - mondays[0]).days // 7 + 1
    # A wrong year among them leaves no room for gaps.
    every = [mondays[0] + timedelta(weeks=n) for n in range(span)] if span <= _MOST_WEEKS else mondays
    for kind in dict.fromkeys(frame["type"]):
        part = frame[frame["type"] == kind].set_index("monday").reindex(every)
        figure.add_trace(
            go.Scatter(
                x=every,
                y=part["share of texts"],
                name=kind,
                mode="lines+markers",
                line={"color": type_colour(kind)},
                customdata=part[["week", "texts with it", "texts", "mentions"]],
                hovertemplate=f"<b>{kind}</b>, %{{customdata[0]}}<br>%{{y:.1%}} of texts: %{{customdata[1]:,}} of "
                "%{customdata[2]:,}<br>%{customdata[3]:,} mentions<extra></extra>",
            )
        )
    figure.update_layout(
        xaxis={"title": "week, by its Monday"},
        yaxis={"title": "texts that mention it", "tickformat": ".0%", "rangemode": "tozero"},
        height=340,
        margin={"t": 20, "b": 40},
    )
    return figure


def type_table(found: CorpusSummary, week: str) -> pd.DataFrame:
    """Mentions of each type in a week, and texts that have any."""
    counts = {each.type: each for each in found.by_type if each.week == week}
    rows = [
        (kind, counts[kind].mentions, counts[kind].texts) if kind in counts else (kind, 0, 0) for kind in found.types
    ]
    return pd.DataFrame.from_records(rows, columns=["type", "mentions", "texts with it"])


def top_table(found: CorpusSummary, week: str, kinds: Sequence[str]) -> pd.DataFrame:
    """What is mentioned most in a week, of some types."""
    rows = [(each.text, each.type, each.mentions) for each in found.top if each.week == week and each.type in kinds]
    frame = pd.DataFrame.from_records(rows, columns=["text", "type", "mentions"])
    return frame.sort_values("mentions", ascending=False, kind="stable", ignore_index=True)
