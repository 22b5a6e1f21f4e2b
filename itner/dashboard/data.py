"""The Data page's tables and figures: what a corpus holds, what preparation did to it, and what leaks."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.types import Document
from itner.data.corpus import CHECK, SPLITS
from itner.data.stats import import_in_words
from itner.domains.colours import type_colour
from itner.domains.registry import Corpus, get_domain
from itner.records.dataset import CorpusReport, DataStats, OversamplingStats
from itner.records.scores import OUTSIDE
from itner.reporting.palette import NEUTRAL, SERIES_COLORS, SERIES_PATTERNS
from itner.reporting.rows import FROM_COUNTS, counted_in_words

SENTENCES = "sentences"
_LENGTH_STEP = 5
_HEADROOM = 1.2
_DASHES = ("solid", "dash", "dot")


_WITH_FRACTIONS = ("mean tokens", "median tokens", "mentions per 100 tokens")
_MEANINGS = {
    "mean tokens": "mean tokens a sentence",
    "median tokens": "median tokens a sentence",
    "repaired tags": "repaired tags (an I- tag that continues nothing became B-)",
    "unaligned mentions": "unaligned mentions (they do not begin and end where tokens do)",
}


def splits_table(stats: DataStats) -> pd.DataFrame:
    """One line a split: sizes, lengths, and everything that preparation changed or left out."""
    reasons = sorted({reason for split in stats.splits.values() for reason in split.dropped})
    imports = {name: split.imported for name, split in stats.splits.items() if split.imported is not None}
    changes = sorted({change for found in imports.values() for change in found.changes})
    return pd.DataFrame.from_records(
        [
            {
                "split": name,
                "sentences": split.sentences,
                "tokens": split.tokens,
                "mean tokens": split.tokens_mean,
                "median tokens": split.tokens_median,
                "mentions": sum(split.mentions.values()),
                "mentions per 100 tokens": 100 * sum(split.mentions.values()) / split.tokens,
                **{f"dropped: {reason.replace('_', ' ')}": split.dropped.get(reason, 0) for reason in reasons},
                "repaired tags": split.repaired_tags,
                "unaligned mentions": split.unaligned_mentions,
                **{change: imports[name].changes.get(change, 0) if name in imports else 0 for change in changes},
                **({"read as": import_in_words(imports[name], changes=False)} if name in imports else {}),
            }
            for name, split in _splits(stats).items()
        ]
    )


def splits_facts(table: pd.DataFrame) -> pd.DataFrame:
    """`splits_table` on its side, in words: what was dropped or changed differs between datasets, and may be much."""

    def tell(name: str, value: object) -> str:
        if isinstance(value, str):
            return value
        if pd.isna(value):
            return "–"
        return f"{value:,.1f}" if name in _WITH_FRACTIONS else f"{value:,}"

    lines = table.set_index("split").to_dict()
    return pd.DataFrame.from_records(
        [
            {"": _MEANINGS.get(name, name), **{split: tell(name, value) for split, value in values.items()}}
            for name, values in lines.items()
        ]
    )


def types(stats: DataStats) -> pd.DataFrame:
    """Mentions of each type in each split, with their share, and how many have no like in train."""
    records = []
    for name, split in _splits(stats).items():
        total = sum(split.mentions.values())
        for kind, count in split.mentions.items():
            records.append(
                {
                    "split": name,
                    "type": kind,
                    "mentions": count,
                    "share": count / total if total else 0.0,
                    "unseen in train": split.unseen_mentions.get(kind) if name != "train" else None,
                }
            )
    return pd.DataFrame.from_records(records)


def type_bars(frame: pd.DataFrame) -> go.Figure:
    """The share of each type among a split's mentions, from `types`."""
    figure = go.Figure()
    for number, (name, part) in enumerate(frame.groupby("split", sort=False)):
        figure.add_trace(
            go.Bar(
                x=part["type"],
                y=part["share"],
                name=str(name),
                marker={
                    "color": [type_colour(kind) for kind in part["type"]],
                    "pattern": {"shape": SERIES_PATTERNS[number % len(SERIES_PATTERNS)]},
                },
                customdata=part[["mentions"]],
                text=[f"{count:,}" for count in part["mentions"]],
                textposition="outside",
                # Upright they stay apart, however narrow the bars are.
                textangle=-90,
                hovertemplate=f"<b>%{{x}}</b> in {name}<br>%{{customdata[0]:,}} mentions, %{{y:.1%}}<extra></extra>",
            )
        )
    _by_type(figure, "share of the split's mentions", ".0%")
    # Room for the numbers above the bars.
    figure.update_yaxes(range=[0, frame["share"].max() * _HEADROOM or 1])
    return figure


def unseen_bars(frame: pd.DataFrame) -> go.Figure:
    """The share of mentions whose text is no mention of their type in train, from `types`."""
    figure = go.Figure()
    for number, (name, part) in enumerate(frame[frame["split"] != "train"].groupby("split", sort=False)):
        shares = (part["unseen in train"] / part["mentions"].where(part["mentions"] > 0)).astype(float)
        figure.add_trace(
            go.Bar(
                x=part["type"],
                y=shares,
                name=str(name),
                marker={
                    "color": [type_colour(kind) for kind in part["type"]],
                    "pattern": {"shape": SERIES_PATTERNS[number + 1]},
                },
                customdata=part[["unseen in train", "mentions"]],
                hovertemplate=f"<b>%{{x}}</b> in {name}<br>%{{customdata[0]:,}} of %{{customdata[1]:,}} mentions are "
                "new (%{y:.0%})<extra></extra>",
            )
        )
    _by_type(figure, "mentions not seen in train", ".0%")
    return figure


def remapping(stats: DataStats) -> pd.DataFrame:
    """Mentions of each of the source's types, and the type it became; O: left out."""
    counts: dict[str, dict[str, int]] = {}
    for name, split in _splits(stats).items():
        for source_type, count in split.source_types.items():
            counts.setdefault(source_type, dict.fromkeys(stats.splits, 0))[name] = count
    frame = pd.DataFrame.from_records(
        [
            {
                "source type": source_type,
                "becomes": stats.mapping.get(source_type, source_type) or OUTSIDE,
                "mentions": sum(line.values()),
                **line,
            }
            for source_type, line in counts.items()
        ],
        columns=["source type", "becomes", "mentions", *_splits(stats)],
    )
    return frame.sort_values("mentions", ascending=False, ignore_index=True)


def remapping_in_words(frame: pd.DataFrame) -> str:
    """How much of the annotation is kept, from `remapping`."""
    if (frame["becomes"] == frame["source type"]).all():
        return "The source is annotated with our types; nothing is remapped."
    total, kept = int(frame["mentions"].sum()), frame[frame["becomes"] != OUTSIDE]
    share = kept["mentions"].sum() / total if total else 0.0
    return (
        f"{len(kept):,} of {len(frame):,} source types are kept, as {kept['becomes'].nunique():,} types: "
        f"{kept['mentions'].sum():,} of {total:,} mentions ({share:.0%}). The others become O: a tagger is right to "
        "leave them alone."
    )


def remapping_bars(frame: pd.DataFrame) -> go.Figure:
    """Mentions by source type, coloured by what it became, from `remapping`."""
    figure = go.Figure()
    for name in sorted(set(frame["becomes"]), key=lambda kind: (kind == OUTSIDE, kind)):
        part = frame[frame["becomes"] == name]
        figure.add_trace(
            go.Bar(
                y=part["source type"],
                x=part["mentions"],
                name=name if name != OUTSIDE else "O (left out)",
                orientation="h",
                marker={"color": type_colour(name) if name != OUTSIDE else NEUTRAL},
                hovertemplate=f"<b>%{{y}}</b> → {name}<br>%{{x:,}} mentions<extra></extra>",
            )
        )
    figure.update_layout(
        xaxis={"title": "mentions in all splits"},
        yaxis={"categoryorder": "total ascending", "dtick": 1},
        height=160 + 20 * len(frame),
        margin={"t": 50, "b": 40},
    )
    return figure


def oversampling(stats: OversamplingStats) -> pd.DataFrame:
    """Train sentences, and mentions of each type, before and after oversampling."""
    lines = [(SENTENCES, stats.sentences_before, stats.sentences_after)]
    lines += [(kind, before, stats.mentions_after[kind]) for kind, before in stats.mentions_before.items()]
    return pd.DataFrame.from_records(
        [
            {"what": what, "before": before, "after": after, "factor": after / before if before else None}
            for what, before, after in lines
        ]
    )


def oversampling_in_words(stats: OversamplingStats) -> str:
    """The rule."""
    return (
        f"A train sentence with a mention counts {stats.entity_factor:g} times, one with a rare type "
        f"({', '.join(stats.rare_types)}) {stats.entity_factor + stats.rare_bonus:g} times; which sentences fill the "
        f"fractions is drawn with seed {stats.seed}. Dev and test stay as they are."
    )


def oversampling_bars(frame: pd.DataFrame) -> go.Figure:
    """Mentions of each type before and after, from `oversampling`."""
    shown = frame[frame["what"] != SENTENCES]
    figure = go.Figure()
    for name, pattern in (("before", "/"), ("after", "")):
        figure.add_trace(
            go.Bar(
                x=shown["what"],
                y=shown[name],
                name=name,
                marker={"color": [type_colour(kind) for kind in shown["what"]], "pattern": {"shape": pattern}},
                text=[f"{count:,}" for count in shown[name]],
                textposition="outside",
                # Upright they stay apart, however narrow the bars are.
                textangle=-90,
                customdata=shown[["factor"]],
                hovertemplate=f"<b>%{{x}}</b> {name}: %{{y:,}} mentions<br>factor %{{customdata[0]:.2f}}"
                "<extra></extra>",
            )
        )
    # The frequent types are tens of times the rare ones, which this is about.
    _by_type(figure, "mentions in train (logarithmic)", None)
    highest = math.log10(max(shown["after"].max(), shown["before"].max(), 1) + 1)
    figure.update_yaxes(type="log", dtick=1, range=[0, highest * _HEADROOM])
    return figure


def lengths(stats: DataStats) -> pd.DataFrame:
    """Sentences by length, in steps of five tokens: one line a split and step."""
    records = []
    for name, split in _splits(stats).items():
        steps: dict[int, int] = {}
        for length, count in split.length_histogram.items():
            first = (length - 1) // _LENGTH_STEP * _LENGTH_STEP + 1
            steps[first] = steps.get(first, 0) + count
        for first in range(1, max(steps, default=0) + 1, _LENGTH_STEP):
            count = steps.get(first, 0)
            last = first + _LENGTH_STEP - 1
            share = count / split.sentences
            records.append(
                {"split": name, "tokens": f"{first}–{last}", "from": first, SENTENCES: count, "share": share}
            )
    return pd.DataFrame.from_records(records, columns=["split", "tokens", "from", SENTENCES, "share"])


def length_figure(frame: pd.DataFrame) -> go.Figure:
    """The share of sentences by length, from `lengths`."""
    figure = go.Figure()
    for number, (name, part) in enumerate(frame.groupby("split", sort=False)):
        figure.add_trace(
            go.Scatter(
                x=part["from"],
                y=part["share"],
                name=str(name),
                mode="lines",
                line={
                    "shape": "hv",
                    "width": 2,
                    "color": SERIES_COLORS[number],
                    "dash": _DASHES[number],
                },
                customdata=part[["tokens", SENTENCES]],
                hovertemplate=f"{name}: %{{customdata[1]:,}} sentences of %{{customdata[0]}} tokens (%{{y:.1%}})"
                "<extra></extra>",
            )
        )
    figure.update_layout(
        xaxis={"title": f"tokens in a sentence (steps of {_LENGTH_STEP})"},
        yaxis={"title": "share of the split's sentences", "tickformat": ".0%", "rangemode": "tozero"},
        height=360,
        margin={"t": 20, "b": 40},
    )
    return figure


def leakage(stats: DataStats) -> pd.DataFrame:
    """One line a split: how many of its sentences occur, word for word, more than once or in another split."""
    records = []
    for name, split in _splits(stats).items():
        record: dict[str, object] = {
            "split": name,
            "sentences": split.sentences,
            "repeated inside": split.duplicates_inside,
        }
        for other in stats.splits if len(stats.splits) > 1 else ():
            record[f"also in {other}"] = split.also_in.get(other)
        records.append(record)
    return pd.DataFrame.from_records(records)


def leakage_columns() -> dict[str, Any]:
    """How Streamlit shows `leakage`."""
    number = st.column_config.NumberColumn
    return {
        "sentences": number(format="localized"),
        "repeated inside": number(format="localized", help="Sentences whose text stands earlier in the same split."),
        **{f"also in {name}": number(format="localized", help=f"Text occurs in {name}, too.") for name in SPLITS},
    }


def leakage_in_words(stats: DataStats) -> str:
    """What the overlap of test with train means for the scores; of a check, that there is no train beside it."""
    if CHECK in stats.splits:
        return (
            "This dataset is a check: nothing is trained or tuned on it. Whether a run learned the same sentences from "
            "another dataset is not counted here."
        )
    test = stats.splits["test"]
    count = test.also_in["train"]
    if not count:
        return "No test sentence occurs in train: scores on test are not helped by memory."
    reason = "a set that others publish results on is not changed"
    if not any(corpus is not None and corpus.published for corpus in _corpora(stats)):
        reason = "short sentences recur in new text, too"
    return (
        f"{count:,} of {test.sentences:,} test sentences ({count / test.sentences:.1%}) stand word for word in train, "
        f"so scores on test may be a little better than on new text. They are left in: {reason}."
    )


def annotation_in_words(report: CorpusReport) -> str:
    """Who annotated what, and how far they agreed."""
    both = report.agreement
    share = both.identical_sentences / both.sentences if both.sentences else 0.0
    once = report.sentences - both.sentences
    twice = "each annotated twice" if once <= 0 else f"{both.sentences:,} of them annotated twice, {once:,} once"
    return (
        f"{report.tickets:,} {report.what}, {report.sentences:,} sentences, {twice}: the second time by another "
        f"annotator, from the raw text alone. The two agree on {share:.0%} of those sentences wholly, with F1 "
        f"{counted_in_words(both.overall)}{_kappa_in_words(report)}. Where they differ, the guideline decides."
    )


def _kappa_in_words(report: CorpusReport) -> str:
    if report.agreement.kappa is None:
        return ""
    words = f" and Cohen's kappa {report.agreement.kappa:.3f} over all tokens"
    if report.agreement.kappa_marked is not None:
        words += f", {report.agreement.kappa_marked:.3f} over those that either marked"
    return words


def agreement(report: CorpusReport) -> pd.DataFrame:
    """F1 of each type between the two annotators, and of each with what was settled on."""
    pairs = {
        "first to second": report.agreement,
        "first to settled": report.first_to_gold,
        "second to settled": report.second_to_gold,
    }
    kinds = list(report.agreement.per_type)
    lines = [("all types", {name: counted_in_words(pair.overall) for name, pair in pairs.items()})]
    lines += [(kind, {name: counted_in_words(pair.per_type[kind]) for name, pair in pairs.items()}) for kind in kinds]
    return pd.DataFrame.from_records([{"type": kind, **scores} for kind, scores in lines])


def agreement_columns() -> dict[str, Any]:
    """How Streamlit shows `agreement`."""
    text = st.column_config.TextColumn
    return {
        "first to second": text(help=f"F1 of the two passes before anything was settled. {FROM_COUNTS}"),
        "first to settled": text(help=f"F1 of the first pass with the settled corpus. {FROM_COUNTS}"),
        "second to settled": text(help=f"F1 of the second pass with the settled corpus. {FROM_COUNTS}"),
    }


def diversity(report: CorpusReport) -> pd.DataFrame:
    """How varied the text is, one measure a line."""
    found = report.diversity
    lines = [
        ("different 4-grams, of all", f"{found.distinct_4gram_share:.1%}"),
        ("type/token ratio", f"{found.type_token_ratio:.3f}"),
        ("different mention strings", f"{found.mention_strings:,}"),
        ("of these, occur once", f"{found.once_only_share:.1%}"),
        ("different openings of sentences", f"{found.distinct_opening_share:.1%}"),
        *((f"texts by {channel}", f"{count:,}") for channel, count in report.channels.items()),
    ]
    return pd.DataFrame.from_records(lines, columns=["measure", "value"])


def inputs(stats: DataStats) -> pd.DataFrame:
    """Hashes of what was read and of what was made from it."""
    lines = [
        {"split": name, "input SHA-256": split.input_sha256, "prepared SHA-256": split.processed_sha256}
        for name, split in _splits(stats).items()
    ]
    return pd.DataFrame.from_records(lines)


def filter_documents(documents: Sequence[Document], kinds: Collection[str], text: str) -> list[Document]:
    """Sentences with a mention of any of `kinds` (none: any sentence) that contain `text`, case ignored."""
    needle = text.strip().casefold()
    return [
        document
        for document in documents
        if (not kinds or any(mention.type in kinds for mention in document.mentions))
        and needle in document.text.casefold()
    ]


def mention_rows(documents: Sequence[Document]) -> pd.DataFrame:
    """One line a mention: sentence, type, offsets and text."""
    return pd.DataFrame.from_records(
        [
            {
                "document": document.id,
                "type": mention.type,
                "start": mention.start,
                "end": mention.end,
                "mention": document.text[mention.start : mention.end],
                "sentence": document.text,
            }
            for document in documents
            for mention in document.mentions
        ],
        columns=["document", "type", "start", "end", "mention", "sentence"],
    )


def _corpora(stats: DataStats) -> list[Corpus | None]:
    domain = get_domain(stats.domain)
    return [domain.corpus(facts.corpus) if facts.corpus else None for facts in stats.sources.values()]


def _splits(stats: DataStats) -> Mapping[str, Any]:
    return {name: stats.splits[name] for name in (*SPLITS, CHECK) if name in stats.splits}


def split_names(stats: DataStats) -> list[str]:
    """The splits that the dataset has, in order."""
    return list(_splits(stats))


def _by_type(figure: go.Figure, title: str, tick_format: str | None) -> None:
    # The bars of a trace have the colours of their types, so the legend explains the patterns in a colour of none.
    for trace in figure.data:
        trace.update(showlegend=False, legendgroup=trace.name, offsetgroup=trace.name)
        marker = {"color": NEUTRAL, "pattern": {"shape": trace.marker.pattern.shape}}
        key = go.Bar(x=trace.x[:1], y=[None], name=trace.name, marker=marker)
        figure.add_trace(key.update(legendgroup=trace.name, offsetgroup=trace.name))
    figure.update_layout(
        barmode="group",
        yaxis={"title": title, "tickformat": tick_format},
        height=360,
        margin={"t": 20, "b": 40},
    )
