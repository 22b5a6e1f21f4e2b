"""Rows of runs as data frames: what tables show and what their downloads hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd
import streamlit as st

from itner.core.types import Mention
from itner.evaluation.agreement import Place
from itner.evaluation.disagreement import KIND_MEANINGS, count_times, find_sureness, tell_kind
from itner.records.study import Published
from itner.reporting.cost import Cost
from itner.reporting.disagreements import say
from itner.reporting.latency import Quantile
from itner.reporting.rows import Row, find_weakest, in_words, interval_in_words
from itner.taggers.registry import VARIANT_NAMES

WEIGHT_HELP = (
    "How sure the models are there that differ (both sure and different weighs most), times how often they differ on "
    "the same words in the same way. Which of them is right, nobody says. Empty: none says how sure it is."
)
_TIMED = "On 128 word pieces (tokens for rules), one text at a time, shared by runs of one network."


def _weakest_in_words(row: Row) -> str | None:
    weakest = find_weakest(row)
    if weakest is None or row.report is None:
        return None
    name, counts = weakest
    return f"{name} {in_words(counts.f1, row.report.interval('f1', name))}"


def leaderboard(
    rows: Sequence[Row], costs: Mapping[str, Cost] = MappingProxyType({}), quantile: Quantile = "p95"
) -> pd.DataFrame:
    """One line a row, best micro-F1 first; what was not measured is empty.

    Args:
        costs: by the rows' labels.
        quantile: of the latency that is shown.
    """
    records = []
    for row in rows:
        report = row.report
        records.append(
            {
                "run": row.run,
                "variant": VARIANT_NAMES[row.variant],
                "micro-F1": row.micro_f1,
                "95% interval": interval_in_words(report.micro_f1_interval) if report else None,
                "weakest type": _weakest_in_words(row),
                f"{quantile} ms": row.timing.at(quantile).value if row.timing is not None else None,
                "size MB": row.size_mb,
                "tokens/s": rounded(row.tokens_per_s),
                "family": row.family,
                "1,000 tickets": costs[row.label].amount if row.label in costs else None,
            }
        )
    frame = pd.DataFrame.from_records(records)
    if frame.empty:
        return frame
    order = ["micro-F1", f"{quantile} ms"]
    return frame.sort_values(order, ascending=[False, True], na_position="last", ignore_index=True)


SHOWN = {"runs": "a row a run, as deployed", "all": "every variant"}
# Of a row a run, what the table begins without so that the rest is seen at once: the chart tells it by its colours.
ASIDE = ("family",)
# What is best in a column of `leaderboard`.
BEST: Mapping[str, Callable[[pd.Series], object]] = {
    "micro-F1": pd.Series.max,
    "p50 ms": pd.Series.min,
    "p95 ms": pd.Series.min,
    "size MB": pd.Series.min,
    "tokens/s": pd.Series.max,
    "1,000 tickets": pd.Series.min,
}


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
        "p50 ms": number(format="%.2f", help=f"The median: half of all texts take no longer. {_TIMED}"),
        "p95 ms": number(format="%.2f", help=f"95 of 100 texts take no longer. {_TIMED}"),
        "family": st.column_config.TextColumn(help="What was done to make it."),
        "weakest type": st.column_config.TextColumn(help="The entity type of the lowest F1, and that F1."),
        "95% interval": st.column_config.TextColumn(help="Of micro-F1, if other sentences had been drawn."),
        "tokens/s": number(format="localized", help="Throughput over many sentences at once.", step=1),
        "size MB": number(format="%.2f", help="What has to be deployed beside the program: weights, or lexicons."),
        "parameters M": number(format="%.1f", help="Parameters in millions, adapters merged."),
        "1,000 tickets": number(
            f"{currency}/1,000" if currency else "cost/1,000",
            format="%.2g",
            help="Of 1,000 tickets: a machine's time or a model's tokens, at the prices of data/prices.toml.",
        ),
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
    """One line a place where the taggers differ, what matters most first; one column a tagger.

    Of two taggers also how the second differs. The weight is empty where nobody says how sure it is.
    """
    differing = [place for place in places if not place.agreed]
    records = []
    for place, times in zip(differing, count_times([text], [(0, place) for place in differing]), strict=True):
        sureness = find_sureness(place)
        record: dict[str, Any] = {
            "text": text[place.start : place.end],
            "weight": sureness * times if sureness is not None else None,
        }
        if len(place.mentions) == 2:
            record["kind"] = tell_kind(*place.mentions.values())
        records.append(record | {name: say(text, mentions) for name, mentions in place.mentions.items()})
    frame = pd.DataFrame.from_records(records)
    if frame.empty:
        return frame
    # Whatever nobody weighs comes last; equal ones stay as they stand in the text.
    frame["weight"] = frame["weight"].astype(float)
    return frame.sort_values("weight", ascending=False, na_position="last", kind="stable", ignore_index=True)


def disagreement_columns() -> dict[str, Any]:
    """How Streamlit shows `disagreements`."""
    kinds = "; ".join(f"{kind}: {meaning}" for kind, meaning in KIND_MEANINGS.items())
    return {
        "weight": st.column_config.NumberColumn(format="%.2f", help=WEIGHT_HELP),
        "kind": st.column_config.TextColumn(help=f"{kinds}."),
    }


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
