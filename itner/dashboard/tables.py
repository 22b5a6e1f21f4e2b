"""Rows of runs as data frames: what tables show and what their downloads hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from itner.core.types import Mention
from itner.evaluation.agreement import Place
from itner.records.study import Published
from itner.reporting.cost import Cost
from itner.reporting.rows import Row
from itner.taggers.registry import VARIANT_NAMES

OUTSIDE_TEXT = "not marked"


def leaderboard(rows: Sequence[Row], costs: Mapping[str, Cost] = MappingProxyType({})) -> pd.DataFrame:
    """One line a run and variant, best micro-F1 first; what was not measured is empty.

    Args:
        costs: by the rows' labels.
    """
    records = []
    for row in rows:
        report = row.report
        records.append(
            {
                "run": row.run,
                "family": row.family,
                "variant": VARIANT_NAMES[row.variant],
                "micro-F1": row.micro_f1,
                "F1 low": report.micro_f1_interval.low if report else None,
                "F1 high": report.micro_f1_interval.high if report else None,
                "recall": report.micro.recall if report else None,
                "1,000 tickets": costs[row.label].amount if row.label in costs else None,
                "p50 ms": row.p50_ms,
                "p95 ms": row.p95_ms,
                "size MiB": row.size_mib,
                "tokens/s": rounded(row.tokens_per_s),
                "macro-F1": report.macro_f1 if report else None,
            }
        )
    frame = pd.DataFrame.from_records(records)
    if frame.empty:
        return frame
    return frame.sort_values(["micro-F1", "p50 ms"], ascending=[False, True], na_position="last", ignore_index=True)


def rounded(value: float | None) -> int | None:
    """A number that is shown whole: Streamlit would cut its fraction off."""
    return round(value) if value is not None else None


def leaderboard_columns(currency: str = "") -> dict[str, Any]:
    """How Streamlit shows `leaderboard`: digits that the samples support, and what each column means."""
    number = st.column_config.NumberColumn
    f1 = "Strict entity-level micro-F1: every mention weighs the same."
    return {
        "micro-F1": number(format="%.3f", help=f1),
        "F1 low": number(format="%.3f", help="Lower end of the 95% interval of micro-F1 (sentences resampled)."),
        "F1 high": number(format="%.3f", help="Upper end of the 95% interval of micro-F1."),
        "macro-F1": number(
            format="%.3f", help="Mean of the F1 of each type: rare types weigh as much as frequent ones."
        ),
        "precision": number(format="%.3f", help="Share of predicted mentions that are right."),
        "recall": number(format="%.3f", help="Share of gold mentions that were found."),
        "token accuracy": number(format="%.3f", help="Share of tokens with the right BIO tag; most tokens are O."),
        "pairs F1": number(
            format="%.3f",
            help="F1 of what is mentioned and its type, wherever it stands: how language models are judged.",
        ),
        "texts right": number(format="%.3f", help="Share of texts in which every such pair is right and none missing."),
        "p50 ms": number(
            format="%.2f",
            help="Median latency on 128 pieces (tokens for rules), batch 1, shared by runs of one network.",
        ),
        "p95 ms": number(format="%.2f", help="95th percentile of the same."),
        "tokens/s": number(format="localized", help="Throughput over many sentences at once.", step=1),
        "size MiB": number(format="%.2f", help="What has to be deployed beside the program: weights, or lexicons."),
        "parameters M": number(format="%.1f", help="Parameters in millions, adapters merged."),
        "1,000 tickets": number(
            f"1,000 tickets, {currency}" if currency else "cost of 1,000 tickets",
            format="%.2g",
            help="What reading so many costs: a machine's time or a model's tokens, at the prices of data/prices.toml.",
        ),
    }


def difference_columns() -> dict[str, Any]:
    """How Streamlit shows the table of differences."""
    number = st.column_config.NumberColumn
    return {
        "difference": number("micro-F1 difference", format="%+.3f", help="This model minus the baseline."),
        "low": number(format="%+.3f", help="Lower end of the paired 95% interval (sentences resampled for both)."),
        "high": number(format="%+.3f", help="Upper end of the paired interval."),
        "verdict": st.column_config.TextColumn(help="Better or worse when the interval leaves out zero."),
    }


def published_table(published: Published, dataset: str) -> pd.DataFrame:
    """Results reported elsewhere on the dataset."""
    return pd.DataFrame.from_records(
        [
            {
                "model": result.name,
                "family": result.family,
                "backbone": result.backbone,
                "micro-F1": result.micro_f1,
                "parameters M": result.parameters / 1e6,
            }
            for result in published.results
            if result.dataset == dataset
        ]
    )


def disagreements(text: str, places: Sequence[Place]) -> pd.DataFrame:
    """One line a place where the taggers differ, one column a tagger."""
    records = []
    for place in places:
        if place.agreed:
            continue
        record = {"text": text[place.start : place.end]}
        for name, mentions in place.mentions.items():
            record[name] = "; ".join(_said(text, mention) for mention in mentions) or OUTSIDE_TEXT
        records.append(record)
    return pd.DataFrame.from_records(records)


def mention_table(text: str, tagged: Mapping[str, Sequence[Mention]]) -> pd.DataFrame:
    """Every mention of every tagger with its confidence."""
    return pd.DataFrame.from_records(
        [
            {
                "model": name,
                "mention": text[mention.start : mention.end],
                "type": mention.type,
                "confidence": mention.score,
                "start": mention.start,
                "end": mention.end,
            }
            for name, mentions in tagged.items()
            for mention in mentions
        ],
        columns=["model", "mention", "type", "confidence", "start", "end"],
    )


def mention_columns() -> dict[str, Any]:
    """How Streamlit shows `mention_table`."""
    return {"confidence": st.column_config.ProgressColumn(format="%.2f", min_value=0.0, max_value=1.0)}


def token_columns() -> dict[str, Any]:
    """How Streamlit shows `live.token_table`."""
    bar = st.column_config.ProgressColumn
    return {
        "probability": bar(format="%.3f", min_value=0.0, max_value=1.0),
        "its probability": bar(format="%.3f", min_value=0.0, max_value=1.0, help="Of the next likely tag."),
    }


def _said(text: str, mention: Mention) -> str:
    score = "" if mention.score is None else f" {mention.score:.2f}"
    return f"{text[mention.start : mention.end]} → {mention.type}{score}"
