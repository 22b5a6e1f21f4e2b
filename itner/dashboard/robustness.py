"""The Robustness page's tables and figures: what perturbations of the text cost, and sentences in which they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.types import Document, Mention
from itner.dashboard import selection
from itner.dashboard.commands import known_dataset
from itner.dashboard.errors import GOLD
from itner.dashboard.widgets import end_page, show_command
from itner.data.corpus import CHECK
from itner.domains.registry import get_domain
from itner.evaluation.robustness.measuring import checksum
from itner.evaluation.robustness.perturbing import PERTURBATIONS, SEVERITIES, perturb
from itner.files.highlighting import aligned
from itner.records.robustness import Effect, Example, Place, RobustnessReport
from itner.records.store import Run
from itner.reporting.robustness import RobustnessRow, list_robustness_splits
from itner.taggers.registry import lack_of

# The change that has the full colour; red is worse and blue is better, as on the page Quality.
_WHOLE_SCALE = 0.3
_SCALE = ((0.0, "rgb(178, 24, 43)"), (0.5, "rgb(247, 247, 247)"), (1.0, "rgb(33, 102, 172)"))
_ROW_PX = 30
_UPRIGHT = 10
# What stands for characters that nobody would see; their own pictures are in few fonts.
_SHOWN = {code: "¤" for code in range(0x20) if chr(code) not in "\n\t"}
_TAGGER = "A"


def choose_split(runs: Sequence[Run], rows: Sequence[RobustnessRow]) -> tuple[str, str]:
    """A dataset and split that something was measured on; where nothing was, the page ends with what to run."""
    found = list_robustness_splits(rows)
    if not found:
        st.info(f"Neither `{runs[0].name}` nor any other run was measured here yet. Measure one with:")
        show_measuring(runs)
        end_page()
    splits = [split for split in ("test", "dev", CHECK) if any(split == each for _, each in found)]
    left, right = st.columns([2, 1])
    with right:
        split = selection.choose_one("Split", splits, "split", pills=True)
    with left:
        dataset = selection.choose_one("Dataset", [name for name, each in found if each == split], "dataset")
    return dataset, split


def show_measuring(runs: Sequence[Run], dataset: str = "") -> None:
    """The command that measures a run that can be opened here, any of them where none can."""
    run = next((run for run in runs if lack_of(run) is None), runs[0])
    show_command("robustness", run.name, "--dataset", dataset or known_dataset(run.info.domain))


def choose_severity(rows: Sequence[RobustnessRow]) -> int:
    """One of the severities that something was measured at, medium unless chosen otherwise."""
    measured = {effect.severity for row in rows for effect in row.report.effects}
    options = [str(severity) for severity in SEVERITIES if severity in measured]
    names = {str(severity): word for severity, word in SEVERITIES.items()}
    return int(selection.choose_one("Severity", options, "severity", "2", names, pills=True))


def effects(rows: Sequence[RobustnessRow], severity: int) -> pd.DataFrame:
    """One line a model and perturbation: F1 before and after, the change with its interval, and counts."""
    records = []
    for row in rows:
        for effect in row.report.effects:
            if effect.severity == severity:
                low, high = effect.interval
                records.append(
                    {
                        "model": row.label,
                        "perturbation": title_of(effect.perturbation),
                        "change": effect.change,
                        "low": low,
                        "high": high,
                        "F1 before": effect.f1_before,
                        "F1 after": effect.f1_after,
                        "texts changed": effect.changed,
                        "mentions lost": effect.lost,
                        "mentions won": effect.won,
                        "mentions cut away": effect.cut,
                    }
                )
    return pd.DataFrame.from_records(records)


def effects_columns() -> dict[str, Any]:
    """How Streamlit shows `effects`."""
    number = st.column_config.NumberColumn
    changes = {
        "change": "Micro-F1 after minus before, on the same sentences.",
        "low": "Lower end of its paired 95% interval (texts resampled).",
        "high": "Upper end of the interval.",
    }
    counts = {
        "texts changed": "Texts of the sample that are other than before.",
        "mentions lost": "Gold mentions that were found before and are not after.",
        "mentions won": "Gold mentions that were not found before and are after.",
        "mentions cut away": "Gold mentions that went with the text; they count neither before nor after.",
    }
    scores = {"F1 before": "Of what is not cut away, as it is.", "F1 after": "After the perturbation."}
    return (
        {name: number(format="%+.3f", help=text) for name, text in changes.items()}
        | {name: number(format="%.3f", help=text) for name, text in scores.items()}
        | {name: number(format="localized", help=text) for name, text in counts.items()}
    )


def samples(rows: Sequence[RobustnessRow]) -> pd.DataFrame:
    """One line a model: what it was measured on, and its F1 there without a perturbation."""
    return pd.DataFrame.from_records(
        [
            {
                "model": row.label,
                "F1 as it is": row.report.clean_f1,
                "F1 low": row.report.clean_interval.low,
                "F1 high": row.report.clean_interval.high,
                "sentences": row.report.sentences,
                "texts": row.report.units,
                "seed": row.report.seed,
            }
            for row in rows
        ]
    )


def samples_columns() -> dict[str, Any]:
    """How Streamlit shows `samples`."""
    number = st.column_config.NumberColumn
    scores = {name: number(format="%.3f") for name in ("F1 as it is", "F1 low", "F1 high")}
    return scores | {
        "sentences": number(format="localized", help="Drawn once from the split, neighbours in pairs."),
        "texts": number(format="localized", help="That they belong to, which are resampled."),
    }


def by_type(report: RobustnessReport, severity: int) -> pd.DataFrame:
    """One line a perturbation and entity type: the change of its F1 with its interval."""
    records = []
    for effect in report.effects:
        if effect.severity != severity:
            continue
        for place, name in enumerate(report.types):
            ends, change = effect.intervals[place], effect.change_of(place)
            if ends is not None and change is not None:
                records.append(
                    {
                        "perturbation": title_of(effect.perturbation),
                        "type": name,
                        "change": change,
                        "low": ends[0],
                        "high": ends[1],
                        "gold": sum(effect.before[place][each] for each in (0, 2)),
                    }
                )
    return pd.DataFrame.from_records(records)


def heatmap(frame: pd.DataFrame, across: str) -> go.Figure:
    """Changes of F1: a row a perturbation, a column a `model` or a `type`; bold where the interval leaves out zero."""
    rows, columns = list(dict.fromkeys(frame["perturbation"])), list(dict.fromkeys(frame[across]))
    cells = {(line["perturbation"], line[across]): line for line in frame.to_dict("records")}
    known = [[cells.get((row, column)) for column in columns] for row in rows]
    figure = go.Figure(
        go.Heatmap(
            z=[[cell["change"] if cell else None for cell in line] for line in known],
            x=columns,
            y=rows,
            text=[[_mark(cell) if cell else "" for cell in line] for line in known],
            customdata=[[[cell["low"], cell["high"]] if cell else [None, None] for cell in line] for line in known],
            texttemplate="%{text}",
            hovertemplate="<b>%{y}</b>, %{x}<br>F1 %{z:+.3f}, 95% interval %{customdata[0]:+.3f} to "
            "%{customdata[1]:+.3f}<extra></extra>",
            colorscale=_SCALE,
            zmin=-_WHOLE_SCALE,
            zmid=0,
            zmax=_WHOLE_SCALE,
            # The cells say it in numbers, and a bar would take a third of a telephone.
            showscale=False,
            xgap=2,
            ygap=2,
            hoverongaps=False,
        )
    )
    # Names that are long stand aslant.
    room = 100 if max(map(len, columns)) > _UPRIGHT else 40
    figure.update_layout(
        xaxis={"side": "top", "title": None},
        yaxis={"autorange": "reversed", "title": None},
        height=60 + room + _ROW_PX * len(rows),
        margin={"t": room, "b": 10},
    )
    return figure


def _mark(cell: Mapping[str, Any]) -> str:
    # No zero has a sign.
    said = f"{round(cell['change'], 2) or 0.0:+.2f}"
    return f"<b>{said}</b>" if cell["low"] > 0 or cell["high"] < 0 else said


def meanings(severity: int) -> pd.DataFrame:
    """What each perturbation does at a severity."""
    return pd.DataFrame.from_records(
        [
            {"perturbation": each.title, "what it does": each.what, SEVERITIES[severity]: each.severities[severity - 1]}
            for each in PERTURBATIONS.values()
        ]
    )


def title_of(name: str) -> str:
    """A perturbation's title; its name where it is one of another version."""
    return PERTURBATIONS[name].title if name in PERTURBATIONS else name


def choose_effect(report: RobustnessReport, severity: int) -> Effect | None:
    """One of the effects that have examples, the worst one unless chosen otherwise; None where there are none."""
    known = {e.perturbation: e for e in report.effects if e.severity == severity and e.examples}
    if not known:
        return None
    worst = min(known, key=lambda name: known[name].change)
    titles = {name: title_of(name) for name in known}
    return known[selection.choose_one("Perturbation", list(known), "perturbation", worst, titles)]


@dataclass(frozen=True)
class Shown:
    """An example as HTML: the text before and after, each with gold and what the tagger marked."""

    before: str
    after: str


def rebuild(
    example: Example, effect: Effect, report: RobustnessReport, documents: Mapping[str, Document], domain: str
) -> Shown | None:
    """An example from the corpus; None where today's perturbation makes another text than the one that was read."""
    found = [documents[name] for name in example.documents if name in documents]
    if len(found) < len(example.documents) or effect.perturbation not in PERTURBATIONS:
        return None
    names = get_domain(domain).lexicons
    made = perturb(PERTURBATIONS[effect.perturbation], effect.severity, found, names, report.seed)
    if checksum(made) != example.check:
        return None
    texts = (made.source.text, made.edited.text)
    marked = [_as_mentions(places, report.types) for places in (example.before, example.after)]
    if any(mention.end > len(text) for text, mentions in zip(texts, marked, strict=True) for mention in mentions):
        return None
    before, after = (
        aligned(text.translate(_SHOWN), [(GOLD, gold), (_TAGGER, mentions)])
        for text, gold, mentions in zip(texts, (made.source.mentions, made.edited.mentions), marked, strict=True)
    )
    return Shown(before, after)


def _as_mentions(places: Sequence[Place], types: Sequence[str]) -> list[Mention]:
    return [Mention(start, end, types[kind]) for start, end, kind in places]
