"""The Errors page's tables and figures: confusions, error classes, and gold and predicted spans side by side."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from string import ascii_uppercase
from typing import Any, get_args

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.core.words import counted
from itner.dashboard import selection
from itner.dashboard.cache import load_predictions
from itner.dashboard.widgets import show_damage
from itner.evaluation.cases import Case, Show, count_surfaces, most_confident, sort_by_confidence
from itner.evaluation.confusion import list_confusions
from itner.evaluation.predictions import Predictions
from itner.evaluation.schemes import BOUNDARIES, list_boundaries, score_schemes
from itner.files.highlighting import aligned
from itner.records.evaluation import ERROR_CLASSES, ErrorClass, ErrorReport, Span
from itner.records.scores import OUTSIDE
from itner.records.store import Run
from itner.reporting.glossary import CLASS_MEANINGS
from itner.reporting.palette import ERROR_COLORS, SERIES_COLORS
from itner.reporting.rows import Row, in_words

GOLD = "gold"
RIGHT = "right"
_RIGHT_BESIDE = "A right, wrong in "
_SIDES = [f"{side} {what}" for side in ("gold", "pred") for what in ("type", "start", "end", "text")]
_LISTED = ["document", "model", "class", *_SIDES, "confidence"]


def boundaries(reports: Iterable[tuple[str, ErrorReport]]) -> pd.DataFrame:
    """One line a model and kind of boundary error."""
    return pd.DataFrame.from_records(
        [
            {"model": label, "boundary": kind, "errors": counts[kind]}
            for label, report in reports
            for counts in [Counter(found for _, found in list_boundaries(report))]
            for kind in BOUNDARIES
        ]
    )


def boundary_bars(frame: pd.DataFrame) -> go.Figure:
    """A stacked bar a model: boundary errors by what is wrong with them."""
    colours = dict(zip(BOUNDARIES, SERIES_COLORS, strict=False))
    return _stacked(frame, "model", "boundary", colours, {kind: kind for kind in BOUNDARIES})


def schemes(rows: Iterable[tuple[str, ErrorReport, int]]) -> pd.DataFrame:
    """One line a model and scheme: scores with their intervals, and counts.

    Args:
        rows: each model's label, its errors, and how many units were scored.
    """
    records = []
    for label, report, units in rows:
        for score in score_schemes(report, units):
            told = {"precision": score.precision, "recall": score.recall, "F1": score.f1}
            records.append(
                {"model": label, "scheme": score.scheme}
                | {name: in_words(*found) if found is not None else None for name, found in told.items()}
                | score.counts
            )
    return pd.DataFrame.from_records(records)


SCHEMES_MEAN = (
    "The four schemes of SemEval-2013: **strict**, boundaries and type; **exact**, boundaries alone; **partial**, "
    "boundaries alone, an overlap counting half; **type**, the type alone with any overlap. With 95% intervals."
)


def link(
    one: Row, other: Row, domain: str, dataset: str, split: str, type_name: str = "", show: Show = "differ"
) -> dict[str, list[str]]:
    """The query parameters that open this page at the sentences in which two models differ, on a type or any.

    What a link may ask for: `domain`, `dataset`, `split`, `run` and `variant` (as often as there are some) say what is
    read; `part=sentences` leaves out what comes before the sentences; `a` and `b` are labels of models as tables name
    them, `show` is `errors` (those of `a`), `better` (`a` right, `b` wrong), `worse` or `differ`, of which the last
    three need `b`; `kind` and `type` narrow the errors down, each as often as there are some; `contains` is a text;
    `order` is `document` or `confidence`.
    """
    query: dict[str, list[str]] = {
        "domain": [domain],
        "dataset": [dataset],
        "split": [split],
        "run": list(dict.fromkeys((one.run, other.run))),
        "variant": list(dict.fromkeys((one.variant, other.variant))),
        "part": ["sentences"],
        "a": [one.label],
        "b": [other.label],
        "show": [show],
    }
    return query | ({"type": [type_name]} if type_name else {})


def name_shows(beside: bool) -> dict[Show, str]:
    """What can be shown of a model, beside another one or alone."""
    alone: dict[Show, str] = {"errors": "its errors"}
    both: dict[Show, str] = {
        "differ": "where the two differ",
        "better": "right, the other wrong",
        "worse": "wrong, the other right",
    }
    return alone | both if beside else alone


def whose_mistakes(show: Show, one: str, other: str) -> list[str]:
    """The models whose mistakes are looked at."""
    return {"errors": [one], "worse": [one], "better": [other], "differ": [one, other]}[show]


def sort_cases(
    cases: Sequence[Case],
    labels: Sequence[str],
    kinds: Collection[ErrorClass],
    types: Collection[str],
    recorded: Collection[str],
) -> tuple[list[Case], str]:
    """The cases with the surest mistakes of these models first, and in words what that could not go by.

    Args:
        recorded: models whose predictions are recorded.
    """
    unknown = sum(most_confident(case, labels, kinds, types) is None for case in cases)
    words = [
        f"No predictions of {label} are recorded here, which say how sure it was: `itner evaluate` records them."
        for label in labels
        if label not in recorded
    ]
    if unknown == len(cases):
        words.append("None of these mistakes has a confidence, so they are in document order.")
    elif unknown:
        words.append(f"{counted(unknown, 'sentence')} without a confidence last.")
    if unknown:
        words.append("A miss has none, nor has what is marked by taggers that do not know how sure they are.")
    return sort_by_confidence(cases, labels, kinds, types), " ".join(words)


def accept_old_links() -> None:
    """A link from before says what to show by the other model's name."""
    asked = selection.wanted("show") or ""
    if asked.startswith(_RIGHT_BESIDE):
        selection.ask("b", asked.removeprefix(_RIGHT_BESIDE))
        selection.ask("show", "better")


def note_unanswered(reports: Collection[str]) -> None:
    """What a link asks for that is not to be had, so that what is shown instead is not taken for it."""
    wanted = {key: selection.wanted(key) for key in ("a", "b")}
    for label in wanted.values():
        if label and label not in reports:
            st.warning("A model that was asked for is not among those with errors here:", icon=":material/warning:")
            st.text(label)
    show = selection.wanted("show")
    if show in get_args(Show) and show != "errors" and wanted["b"] not in reports:
        st.warning("To see where two models differ, choose what to compare with.", icon=":material/warning:")


def confusion(report: ErrorReport) -> pd.DataFrame:
    """Gold types by predicted types, in mentions; O stands for no mention."""
    frame = pd.DataFrame.from_dict(report.confusion, orient="index")
    order = [*(name for name in frame.index if name != OUTSIDE), OUTSIDE]
    return frame.reindex(index=order, columns=order, fill_value=0)


def confusion_heatmap(frame: pd.DataFrame, shares: bool, diagonal: bool) -> go.Figure:
    """The confusion matrix, as counts or as shares of each gold type.

    Args:
        diagonal: whether to show the mentions whose type is right; hidden, the errors use the whole colour scale.
    """
    totals = frame.sum(axis=1)
    values = frame.div(totals.where(totals > 0), axis=0) if shares else frame.astype(float)
    for name in frame.index:
        if not diagonal or name == OUTSIDE:
            values.loc[name, name] = float("nan")
    figure = go.Figure(
        go.Heatmap(
            z=values.to_numpy(),
            x=list(frame.columns),
            y=[f"{name} ({total:,})" for name, total in totals.items()],
            customdata=frame.to_numpy(),
            colorscale="Cividis",
            zmin=0,
            texttemplate="%{z:.1%}" if shares else "%{z:,.0f}",
            hovertemplate="gold <b>%{y}</b>, predicted <b>%{x}</b><br>%{customdata:,} mentions<extra></extra>",
            colorbar={"title": {"text": "share of gold" if shares else "mentions"}, "thickness": 12}
            | ({"tickformat": ".0%"} if shares else {}),
            xgap=2,
            ygap=2,
            hoverongaps=False,
        )
    )
    figure.update_layout(
        xaxis={"side": "top", "title": "predicted"},
        yaxis={"autorange": "reversed", "title": "gold (mentions)"},
        height=130 + 46 * len(frame),
        margin={"t": 60, "b": 10},
    )
    return figure


def confusion_records(frame: pd.DataFrame) -> pd.DataFrame:
    """The confusion matrix as one line a cell."""
    return pd.DataFrame.from_records(
        [
            {"gold": gold, "predicted": pred, "mentions": int(count)}
            for gold, row in frame.iterrows()
            for pred, count in row.items()
        ]
    )


def dominant(report: ErrorReport) -> pd.DataFrame:
    """Confusions, most frequent first, with the share of the gold type's mentions (empty for gold O)."""
    records = []
    for gold, pred, count in list_confusions(report):
        total = sum(report.confusion[gold].values())
        share = count / total if gold != OUTSIDE else None
        records.append({"confusion": f"{gold} → {pred}", "mentions": count, "share of gold type": share})
    return pd.DataFrame.from_records(records, columns=["confusion", "mentions", "share of gold type"])


def dominant_columns() -> dict[str, Any]:
    """How Streamlit shows `dominant`."""
    return {
        "confusion": st.column_config.TextColumn(help="Gold type → predicted type; O: no mention."),
        "share of gold type": st.column_config.NumberColumn(format="percent"),
    }


def classes(reports: Sequence[tuple[str, ErrorReport]]) -> pd.DataFrame:
    """Errors by model, entity type (gold, or predicted where there is no gold) and class."""
    records = []
    for label, report in reports:
        counts = Counter(((record.gold or record.pred), record.kind) for record in report.errors)
        by_type: Counter[tuple[str, ErrorClass]] = Counter()
        for (span, kind), count in counts.items():
            if span is not None:
                by_type[span.type, kind] += count
        types = [name for name in report.confusion if name != OUTSIDE]
        records += [
            {"model": label, "type": name, "class": kind, "errors": by_type[name, kind]}
            for name in types
            for kind in ERROR_CLASSES
        ]
    return pd.DataFrame.from_records(records, columns=["model", "type", "class", "errors"])


def class_bars(frame: pd.DataFrame, by: str) -> go.Figure:
    """Stacked bars of error classes, one bar a `model` or a `type`."""
    meanings = {kind: f"{kind} ({CLASS_MEANINGS[kind]})" for kind in ERROR_CLASSES}
    return _stacked(frame, by, "class", ERROR_COLORS, meanings)


def _stacked(
    frame: pd.DataFrame, by: str, part: str, colours: Mapping[Any, str], meanings: Mapping[Any, str]
) -> go.Figure:
    """A bar for each value of `by`: errors, parted by the column `part`; parts without any are left out."""
    summed = frame.groupby([by, part], sort=False)["errors"].sum()
    groups = list(dict.fromkeys(frame[by]))
    figure = go.Figure()
    for kind, colour in colours.items():
        values = [int(summed.get((group, kind), 0)) for group in groups]
        if not any(values):
            continue
        figure.add_trace(
            go.Bar(
                y=groups,
                x=values,
                name=kind,
                orientation="h",
                marker={"color": colour},
                texttemplate="%{x:,}",
                insidetextanchor="middle",
                hovertemplate=f"<b>%{{y}}</b><br>{meanings[kind]}: %{{x:,}}<extra></extra>",
            )
        )
    figure.update_layout(
        barmode="stack",
        xaxis={"title": "errors"},
        yaxis={"autorange": "reversed"},
        legend={"traceorder": "normal"},
        height=150 + 44 * len(groups),
        margin={"t": 20, "b": 40},
    )
    return figure


def letters(labels: Iterable[str]) -> dict[str, str]:
    """A letter or two for each model, as spreadsheets name columns: whole names would be wider than what they mark."""
    return {label: _letters(number) for number, label in enumerate(labels)}


def _letters(number: int) -> str:
    earlier, last = divmod(number, len(ascii_uppercase))
    return (_letters(earlier - 1) if earlier else "") + ascii_uppercase[last]


def show_case(case: Case, short: Mapping[str, str]) -> str:
    """HTML of a sentence with gold and each tagger's spans one under the other, named as in `letters`."""
    rows: list[tuple[str, Sequence[Mention]]] = [(GOLD, case.document.mentions)]
    rows += [(short[label], answer.scored) for label, answer in case.answers.items()]
    return aligned(case.document.text, rows)


def surfaces(cases: Iterable[Case], label: str, kinds: Collection[ErrorClass], types: Collection[str]) -> pd.DataFrame:
    """What a model gets wrong most often in these sentences, by text; O stands for no mention."""
    return pd.DataFrame.from_records(
        [
            {"text": text, "expected → predicted": f"{gold} → {pred}", "class": kind, "mistakes": count}
            for text, gold, pred, kind, count in count_surfaces(cases, label, kinds, types)
        ],
        columns=["text", "expected → predicted", "class", "mistakes"],
    )


def surfaces_columns() -> dict[str, Any]:
    """How Streamlit shows `surfaces`."""
    return {
        "text": st.column_config.TextColumn(help="Of the gold mention; of the prediction where gold has none."),
        "expected → predicted": st.column_config.TextColumn(help="Gold type → predicted type; O: no mention."),
        "mistakes": st.column_config.NumberColumn(format="localized"),
    }


def list_case_rows(cases: Sequence[Case]) -> pd.DataFrame:
    """One line an error: document, model, class, and what gold and the model say, with offsets and text."""
    records = [
        {"document": case.document.id, "model": label, "class": record.kind}
        | _list_sides(case.document.text, record.gold, record.pred)
        | {"confidence": answer.score(record.pred)}
        for case in cases
        for label, answer in case.answers.items()
        for record in answer.errors
    ]
    return _with_whole_offsets(pd.DataFrame.from_records(records, columns=_LISTED))


def export_rows(cases: Sequence[Case]) -> pd.DataFrame:
    """One line a gold mention, or a prediction that is none, for each model: `list_case_rows`, what is right included,
    and the sentence."""
    records = []
    for case in cases:
        text = case.document.text
        for label, answer in case.answers.items():
            wrong = {record.pred for record in answer.errors}
            spans = [Span(mention.start, mention.end, mention.type) for mention in answer.mentions]
            lines: list[tuple[str, Span | None, Span | None]] = [(RIGHT, s, s) for s in spans if s not in wrong]
            lines += [(record.kind, record.gold, record.pred) for record in answer.errors]
            lines.sort(key=lambda line: min(span.start for span in line[1:] if span is not None))
            records += [
                {"document": case.document.id, "model": label, "class": kind}
                | _list_sides(text, gold, pred)
                | {"confidence": answer.score(pred), "sentence": text}
                for kind, gold, pred in lines
            ]
    return _with_whole_offsets(pd.DataFrame.from_records(records, columns=[*_LISTED, "sentence"]))


def export_lines(cases: Iterable[Case]) -> str:
    """JSON Lines, a line a sentence: its id, text and gold, and each model's mentions and errors by the model's name.

    Offsets count Unicode code points, end exclusive; a score of null was not recorded.
    """
    lines = []
    for case in cases:
        text = case.document.text
        models = {
            label: {
                "mentions": [_as_json(text, mention) | {"score": mention.score} for mention in answer.scored],
                "errors": [
                    {
                        "class": record.kind,
                        "gold": _as_json(text, record.gold) if record.gold is not None else None,
                        "pred": _as_json(text, record.pred) if record.pred is not None else None,
                    }
                    for record in answer.errors
                ],
            }
            for label, answer in case.answers.items()
        }
        gold = [_as_json(text, mention) for mention in case.document.mentions]
        line = {"document": case.document.id, "text": text, "gold": gold, "models": models}
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    return "".join(lines)


def find_predictions(
    runs: Sequence[Run], rows: Sequence[Row], reports: Mapping[str, ErrorReport]
) -> dict[str, Predictions]:
    """What the models of `reports` marked and how sure they were, by their labels.

    One is left out when its run has no record of it, when that is of another model or text than its errors, and when
    it is damaged, which the page says.
    """
    known = {run.name: run for run in runs}
    found = {}
    for row in rows:
        report = reports.get(row.label)
        if report is None:
            continue
        path = known[row.run].predictions_path(report.dataset, report.split, report.variant)
        try:
            predictions = load_predictions(path)
        except InputError as error:
            show_damage(f"How sure {row.label} was cannot be read.", error)
            continue
        if predictions is None:
            continue
        info = predictions.info
        if (info.split_sha256, info.model_sha256) == (report.split_sha256, report.model_sha256):
            found[row.label] = predictions
    return found


def _with_whole_offsets(frame: pd.DataFrame) -> pd.DataFrame:
    """A gap would make fractions of a column of offsets."""
    return frame.astype({name: "Int64" for name in _SIDES if name.endswith((" start", " end"))})


def _list_sides(text: str, gold: Span | None, pred: Span | None) -> dict[str, object]:
    return {
        f"{side} {what}": value
        for side, span in (("gold", gold), ("pred", pred))
        for what, value in (
            ("type", span.type if span else None),
            ("start", span.start if span else None),
            ("end", span.end if span else None),
            ("text", text[span.start : span.end] if span else None),
        )
    }


def _as_json(text: str, span: Span | Mention) -> dict[str, object]:
    return {"start": span.start, "end": span.end, "type": span.type, "text": text[span.start : span.end]}
