"""Other libraries beside our runs, on the pages Overview and Efficiency: tables and figures."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.evaluation.uncertainty import ranges_of_counts
from itner.records.scores import Counts
from itner.reporting.palette import FAMILY_COLORS, NEUTRAL, VARIANT_SYMBOLS
from itner.reporting.peers import PeerRow
from itner.reporting.rows import FROM_COUNTS, counted_in_words, in_megabytes, megabytes

PEER, OWN = "measured peer", "run of ours"
PERSONAL_F1 = "F1 of personal types"
LEFT, HIDDEN = "personal characters left", "harmless characters hidden"
_PEER_SYMBOLS = ("x-thin", "cross-thin", "asterisk", "hash")
_HOVER_WIDTH = 70
_SCORED = "%{customdata[0]}<br>micro-F1 %{y:.3f}, %{x:,.0f} tokens/s<br>%{customdata[1]}<extra></extra>"


def peers_frame(rows: Sequence[PeerRow]) -> pd.DataFrame:
    """One line a peer or run timed beside them: quality, size, speed; what was not measured is empty.

    Where redaction was counted, what it would leave and hide is there as well.
    """
    best = next((row for row in rows if row.row is not None), None)
    types = list(dict.fromkeys(name for row in rows for name in row.per_type or {}))
    masked = any(row.masking is not None for row in rows)
    records = []
    for row in rows:
        micro, timed = row.micro, row.timed
        record: dict[str, object] = {
            "tagger": row.label,
            "kind": PEER if row.peer is not None else OWN,
            "library": f"{row.peer.library} {row.peer.version}" if row.peer is not None else None,
            "micro-F1": micro.f1 if micro else None,
            "size MB": row.size_mb,
            "tokens/s": round(timed.tokens_per_s) if timed else None,
            "times as fast": timed.ratio(best.timed) if timed and best is not None and best.timed else None,
            "95% interval": _ends(micro),
            "precision": counted_in_words(micro, "precision") if micro else None,
            "recall": counted_in_words(micro, "recall") if micro else None,
        }
        if masked:
            record |= {
                PERSONAL_F1: counted_in_words(row.personal) if row.personal else None,
                LEFT: row.masking.share_left if row.masking else None,
                HIDDEN: row.masking.share_masked if row.masking else None,
            }
        counts = row.per_type or {}
        record |= {f"F1 {name}": counted_in_words(counts.get(name)) if name in counts else None for name in types}
        record |= {
            "rounds differ by": max(timed.round_tokens_per_s) / min(timed.round_tokens_per_s) - 1 if timed else None,
            "setting": timed.setting or None if timed else None,
            "what was measured": row.peer.about if row.peer is not None else None,
        }
        records.append(record)
    return pd.DataFrame.from_records(records)


def _ends(counts: Counts | None) -> str | None:
    ends = ranges_of_counts(counts).f1 if counts is not None else None
    return f"{ends[0]:.3f} to {ends[1]:.3f}" if ends is not None else None


def peers_columns(frame: pd.DataFrame, rows: Sequence[PeerRow]) -> dict[str, Any]:
    """How Streamlit shows `peers_frame`."""
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    best = next((row.label for row in rows if row.row is not None), "")
    columns: dict[str, Any] = {}
    if LEFT in frame.columns:
        columns |= {
            PERSONAL_F1: text(help="Micro-F1 over the types that point at a person, with its 95% interval."),
            LEFT: number(format="percent", help="Share of the characters that point at a person which stay readable."),
            HIDDEN: number(format="percent", help="Share of all other characters that are hidden."),
        }
    return columns | {
        "micro-F1": number(format="%.3f", help="Strict, entity level, scored as our runs are."),
        "95% interval": text(help=FROM_COUNTS.removeprefix("In brackets: ").capitalize()),
        "size MB": number(format="%.2f", help="What has to be deployed beside the program, all models together."),
        "tokens/s": number(format="localized", help="Median of rounds in which all took turns.", step=1),
        "times as fast": number(format="%.2f", help=f"As {best}: median of the rounds' ratios."),
        "rounds differ by": number(format="percent", help="Fastest round over the slowest, minus one."),
        "setting": text(help="The fastest of those that were tried."),
        "what was measured": text(width="large"),
    }


def trials_frame(rows: Sequence[PeerRow]) -> pd.DataFrame:
    """One line a way that was tried of a peer, with its micro-F1 on dev; what is kept was chosen by it."""
    return pd.DataFrame.from_records(
        [
            {"peer": row.label, "tried": trial.what, "kept": "yes" if trial.kept else "no"}
            | {f"micro-F1, {name} dev": f1 for name, f1 in trial.dev_f1.items()}
            for row in rows
            if row.peer is not None
            for trial in row.peer.trials
        ]
    )


def peer_scatter(rows: Sequence[PeerRow]) -> go.Figure:
    """Micro-F1 against throughput: runs as on the other figures, peers as thin grey signs; both numbers are needed."""
    figure = go.Figure()
    fastest = max((row.timed.tokens_per_s for row in rows if row.timed is not None), default=1.0)
    for number, row in enumerate(rows):
        if row.micro is None or row.timed is None:
            continue
        own = row.row is not None
        marker: dict[str, Any] = {"size": 15, "symbol": _symbol(row, number)}
        if own:
            marker |= {"color": _color(row), "line": {"width": 1, "color": "white"}}
        else:
            # A thin sign is all line.
            marker["line"] = {"width": 3, "color": NEUTRAL}
        figure.add_trace(
            go.Scatter(
                x=[row.timed.tokens_per_s],
                y=[row.micro.f1],
                mode="markers+text",
                text=[row.label],
                textposition=_beside(row.timed.tokens_per_s / fastest),
                cliponaxis=False,
                name=f"{row.label} ({OWN if own else PEER})",
                marker=marker,
                customdata=[_hover(row)],
                hovertemplate=_SCORED,
            )
        )
    figure.update_layout(
        xaxis={"title": "throughput over many sentences (tokens/s)", "rangemode": "tozero", "tickformat": ",.0f"},
        yaxis={"title": "micro-F1 (strict, entity level)", "tickformat": ".2f"},
        height=400,
        margin={"t": 30, "r": 60, "b": 50},
    )
    return figure


def peer_bars(rows: Sequence[PeerRow]) -> go.Figure:
    """Throughput of peers and the runs timed beside them; whiskers from the slowest round to the fastest."""
    figure = go.Figure()
    shown = [row for row in rows if row.timed is not None]
    # A trace for each colour, so that the legend shows it.
    looks = list(dict.fromkeys(_look(row) for row in sorted(shown, key=lambda row: row.row is None)))
    for look in looks:
        members = [row for row in shown if _look(row) == look]
        own = look != PEER
        rates = [row.timed.round_tokens_per_s for row in members if row.timed is not None]
        medians = [row.timed.tokens_per_s for row in members if row.timed is not None]
        figure.add_trace(
            go.Bar(
                x=[row.label for row in members],
                y=medians,
                name=f"{look} ({OWN})" if own else look,
                # Hatched in the bars' own colour, which is seen on any background.
                marker={"color": _color(members[0]), "pattern": {"shape": "" if own else "/"}},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [max(found) - median for found, median in zip(rates, medians, strict=True)],
                    "arrayminus": [median - min(found) for found, median in zip(rates, medians, strict=True)],
                },
                customdata=[_hover(row) for row in members],
                hovertemplate="%{customdata[0]}<br>%{y:,.0f} tokens/s<br>%{customdata[1]}<extra></extra>",
            )
        )
    figure.update_layout(
        barmode="overlay",
        yaxis={"title": "throughput over many sentences (tokens/s)", "tickformat": ",.0f"},
        height=380,
        margin={"t": 20, "b": 40},
    )
    return figure


def _symbol(row: PeerRow, number: int) -> str:
    if row.row is not None:
        return str(VARIANT_SYMBOLS[row.row.variant])
    return _PEER_SYMBOLS[number % len(_PEER_SYMBOLS)]


def _beside(share: float) -> str:
    """Where a label stands at that share of the axis: off its ends, where it would lie on the numbers or be cut."""
    return "top right" if share < 0.3 else "top left" if share > 0.7 else "top center"


def _look(row: PeerRow) -> str:
    """What bars of one colour have in common."""
    return row.row.family if row.row is not None else PEER


def _color(row: PeerRow) -> str:
    return str(FAMILY_COLORS.get(row.row.family, NEUTRAL)) if row.row is not None else NEUTRAL


def _hover(row: PeerRow) -> tuple[str, str]:
    """A heading, and what was measured; the file is read as text, not as HTML."""
    if row.peer is None:
        return f"<b>{html.escape(row.label)}</b>", f"{megabytes(row.size_mb)} MB." if row.size_mb is not None else ""
    peer = row.peer
    setting = f" Setting: {row.timed.setting}." if row.timed is not None and row.timed.setting else ""
    lines = textwrap.wrap(f"{peer.about}{setting} {megabytes(in_megabytes(peer.size_mib))} MB.", _HOVER_WIDTH)
    heading = f"<b>{html.escape(row.label)}</b>, {peer.library} {peer.version}"
    return heading, "<br>".join(html.escape(line) for line in lines)
