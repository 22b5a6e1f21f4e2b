"""The Run page's tables and figures: configuration, provenance, training curves, artifacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.provenance import Provenance
from itner.core.words import listed
from itner.domains.registry import get_domain
from itner.records.codec import list_settings
from itner.records.config import RunConfig
from itner.records.files import sha256_file
from itner.records.store import CHECKPOINTS, Run
from itner.reporting.answers import answer_row
from itner.reporting.palette import SERIES_COLORS
from itner.reporting.rows import interval_in_words
from itner.reporting.seeds import list_seed_rows
from itner.taggers.base import Remake
from itner.taggers.registry import VARIANT_NAMES, family_of, kind_of, model_label


def facts(run: Run) -> pd.DataFrame:
    """What the run is, as names and values."""
    info = run.info
    shared = {
        "kind": info.kind,
        "family": family_of(run),
        "domain": info.domain,
        "label scheme": f"{info.scheme}: {', '.join(info.types)}",
    }
    return _pairs({**shared, **kind_of(run).facts(run)})


def find_baseline(run: Run, runs: Sequence[Run]) -> Run | None:
    """What a run is first held against: what its domain tags with, or else another one that was scored on its data."""
    others = [other for other in runs if other.name != run.name and _common(run, other)]
    release = get_domain(run.info.domain).release
    return next((other for other in others if release is not None and other.name == release.default), None) or next(
        iter(others), None
    )


def _common(run: Run, other: Run) -> list[tuple[str, str]]:
    """The dataset splits that both were scored on, test first."""
    theirs = {(report.dataset, report.split) for report in other.metrics.reports}
    own = dict.fromkeys((report.dataset, report.split) for report in run.metrics.reports)
    return sorted((place for place in own if place in theirs), key=lambda place: place[1] != "test")


def compare_query(run: Run, baseline: Run) -> dict[str, str | list[str]]:
    """The page Quality with a run beside its baseline, each as it is to be deployed."""
    dataset, split = _common(run, baseline)[0]
    variants = [kind_of(each).live[0] for each in (baseline, run)]
    return {
        "dataset": dataset,
        "split": split,
        "run": [baseline.name, run.name],
        "variant": list(dict.fromkeys(variants)),
        "baseline": model_label(baseline.name, variants[0]),
    }


def provenance(found: Provenance) -> pd.DataFrame:
    """Code, versions, machine and time behind a file."""
    machine = found.machine
    dirty = {True: " with uncommitted changes", False: "", None: ""}[found.commit_dirty]
    return _pairs(
        {
            "made": found.created,
            "commit": f"{found.commit}{dirty}" if found.commit else "not recorded",
            "machine": f"{machine.cpu}, {machine.cores} cores, {machine.memory_gib:g} GiB, {machine.os}",
            "instruction sets": ", ".join(machine.isa),
            "GPU": machine.gpu or "none",
            **{f"version of {name}": version for name, version in found.versions.items()},
        }
    )


def config_table(config: RunConfig, other: RunConfig | None = None, names: tuple[str, str] = ("", "")) -> pd.DataFrame:
    """Every setting, nested ones with a dot; with `other`, only those that differ, side by side."""
    mine = list_settings(config)
    if other is None:
        return _pairs(mine, "setting")
    theirs = list_settings(other)
    keys = [key for key in {**mine, **theirs} if mine.get(key) != theirs.get(key)]
    return pd.DataFrame.from_records(
        [{"setting": key, names[0]: mine.get(key, "–"), names[1]: theirs.get(key, "–")} for key in keys],
        columns=["setting", *names],
    )


def remake(run: Run) -> Remake:
    """The command that makes the run again under a name beside it."""
    return kind_of(run).remake(run, f"{run.name}_again")


def needed_first(run: Run, runs: Sequence[Run]) -> str:
    """What has to be made before the run can be made again, in words; empty where everything is among `runs`."""
    here = {other.name for other in runs}
    absent = [name for name in run.info.teachers if name not in here]
    lesson = getattr(run.config, "transfer", None)
    begun = lesson.begin if lesson is not None and lesson.begin not in (*here, *absent) else None
    words = []
    if absent:
        who = f"Its teachers {listed(absent)} are" if len(absent) > 1 else f"Its teacher {absent[0]} is"
        facts = getattr(run.info, "transfer", None)
        label = ""
        if facts is not None:
            label = f", to label the transfer set {facts.name} (itner transfer, {facts.settings.copies} copies)"
        words.append(f"{who} not here and to be trained first{label}.")
    if begun is not None:
        words.append(f"It began with {begun}, which is not here and to be trained first.")
    return " ".join([*words, "Where the run ships, itner reproduce does all of it."]) if words else ""


def curves(run: Run) -> pd.DataFrame:
    """The log as one line an entry: epoch, training loss, dev loss, dev F1, learning rate; numbers alone are kept."""
    keys = {
        "loss": "training loss",
        "eval_loss": "dev loss",
        "eval_f1": "dev micro-F1",
        "learning_rate": "learning rate",
    }
    records = []
    for entry in run.log:
        found = {name: entry[key] for key, name in keys.items() if _is_number(entry.get(key))}
        if found and _is_number(entry.get("epoch")):
            records.append({"epoch": entry["epoch"], **found})
    return pd.DataFrame.from_records(records, columns=["epoch", *keys.values()])


def loss_figure(frame: pd.DataFrame) -> go.Figure:
    """Training and dev loss by epoch."""
    return _lines(frame, ("training loss", "dev loss"), "loss", ".3f")


def training_figures(frame: pd.DataFrame, best_epoch: float | None) -> list[tuple[str, go.Figure, str]]:
    """The charts that the log has something for: name, figure, and what it shows."""
    figures = [("loss", loss_figure(frame), "Line chart: loss by epoch.")]
    if frame["dev micro-F1"].notna().any():
        figures.append(("f1", f1_figure(frame, best_epoch), "Line chart: micro-F1 on dev by epoch."))
    return figures


def f1_figure(frame: pd.DataFrame, best_epoch: float | None) -> go.Figure:
    """Micro-F1 on dev by epoch, with the epoch whose weights were kept."""
    figure = _lines(frame, ("dev micro-F1",), "micro-F1 on dev", ".3f")
    if best_epoch is not None:
        figure.add_vline(x=best_epoch, line={"dash": "dash", "width": 1}, annotation={"text": "kept"})
    return figure


@st.cache_data(show_spinner="Hashing the run's files", max_entries=64)
def _hash(path: str, modified_ns: int, size: int) -> str:
    return sha256_file(Path(path))


def artifacts(run: Run) -> pd.DataFrame:
    """The files of the run folder with sizes and SHA-256; hidden files, links and checkpoints are left out."""
    records = []
    inside = (path for path in run.path.iterdir() if path.is_dir() and not path.is_symlink())
    folders = (run.path, *(path for path in sorted(inside) if path.name != CHECKPOINTS and path.name[0] != "."))
    for path in sorted(path for folder in folders for path in folder.glob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            stat = path.stat()
            digest = _hash(str(path), stat.st_mtime_ns, stat.st_size)
            name = str(path.relative_to(run.path))
            records.append({"file": name, "size KiB": stat.st_size / 1024, "SHA-256": digest})
    return pd.DataFrame.from_records(records, columns=["file", "size KiB", "SHA-256"])


def artifact_columns() -> dict[str, Any]:
    """How Streamlit shows `artifacts`."""
    return {"size KiB": st.column_config.NumberColumn(format="%,.2f")}


def evaluations(run: Run) -> pd.DataFrame:
    """Every evaluation of the run, with what compares its tags with those of the kind's reference."""
    return pd.DataFrame.from_records(
        [
            {
                "dataset": report.dataset,
                "split": report.split,
                "variant": VARIANT_NAMES.get(report.variant, report.variant),
                "micro-F1": report.micro.f1,
                "95% interval": interval_in_words(report.micro_f1_interval),
                "tags as the reference": report.tag_agreement,
                "largest logit difference": report.max_logit_difference,
                "made": report.provenance.created[:10],
            }
            for report in run.metrics.reports
        ]
    )


def evaluation_columns() -> dict[str, Any]:
    """How Streamlit shows `evaluations`."""
    number = st.column_config.NumberColumn
    return {
        "micro-F1": number(format="%.3f"),
        "tags as the reference": number(
            "same tags",
            format="%.4f",
            help="Share of tokens with the same tag as the reference: for an encoder FP32 in PyTorch.",
        ),
        "largest logit difference": number(
            "logits differ", format="%.2g", help="Largest absolute difference to that variant."
        ),
    }


def answers(run: Run) -> pd.DataFrame:
    """What a language model answered in each evaluation, and what that took; no columns that nothing is known of."""
    rows = map(answer_row, run.answers.reports)
    frame = pd.DataFrame.from_records(
        [
            {
                "dataset": row.dataset,
                "split": row.split,
                "variant": VARIANT_NAMES.get(row.variant, row.variant),
                "texts": row.texts,
                "unreadable": row.unreadable,
                "repaired": row.repaired,
                "not in text": row.absent,
                "other type": row.unknown,
                "overlap": row.crowded,
                "read": row.tokens_in,
                "written": row.tokens_out,
                "p50 s": row.p50_s,
                "p95 s": row.p95_s,
            }
            for row in rows
        ]
    )
    return frame.dropna(axis="columns", how="all")


def answer_columns() -> dict[str, Any]:
    """How Streamlit shows `answers`."""
    number = st.column_config.NumberColumn
    told = {
        "texts": "So many answers; where a server is asked, sentences of one text have one together.",
        "unreadable": "Texts whose answers never held a list of mentions; nothing is marked there.",
        "repaired": "Answers that broke off or were garbled, of which the whole mentions were kept.",
        "not in text": "Mentions of answers that the text does not hold; left out.",
        "other type": "Mentions of a type that was not asked for; left out.",
        "overlap": "Mentions where a longer one, or the same one, stands already; left out.",
        "read": "Tokens, as the server or the tokenizer counts them; missing where nobody does.",
        "written": "Tokens, as the server or the tokenizer counts them; missing where nobody does.",
    }
    seconds = number(format="%.2f", help="Time of an answer of a server; missing for a model on this machine.")
    counts = {name: number(format="%,d", help=text) for name, text in told.items()}
    return counts | {"p50 s": seconds, "p95 s": seconds}


def other_seeds(run: Run) -> pd.DataFrame:
    """Micro-F1 on dev of the run and of its training with other seeds, with mean and spread."""
    return pd.DataFrame.from_records(
        [
            {
                "dataset": row.dataset,
                "variant": VARIANT_NAMES.get(row.variant, row.variant),
                **{f"seed {seed}": value for seed, value in row.f1.items()},
                "mean": row.mean.mean,
                "spread": row.mean.spread,
            }
            for row in list_seed_rows(run)
        ]
    )


def seed_columns(frame: pd.DataFrame) -> dict[str, Any]:
    """How Streamlit shows `other_seeds`."""
    number = st.column_config.NumberColumn
    told = {"mean": "Mean over the seeds.", "spread": "Standard deviation over the seeds."}
    return {
        name: number(format="%.4f", help=told.get(name, "Strict micro-F1 on the dev split."))
        for name in frame.columns
        if name not in ("dataset", "variant")
    }


def _lines(frame: pd.DataFrame, names: Sequence[str], title: str, digits: str) -> go.Figure:
    figure = go.Figure()
    for number, name in enumerate(names):
        part = frame[frame[name].notna()]
        if not part.empty:
            figure.add_trace(
                go.Scatter(
                    x=part["epoch"],
                    y=part[name],
                    name=name,
                    mode="lines+markers" if len(part) < 20 else "lines",
                    line={"color": SERIES_COLORS[number], "width": 2, "dash": ("solid", "dash")[number]},
                    hovertemplate=f"epoch %{{x:.2f}}<br>{name} %{{y:{digits}}}<extra></extra>",
                )
            )
    figure.update_layout(
        xaxis={"title": "epoch"},
        yaxis={"title": title},
        height=320,
        margin={"t": 30, "b": 40},
        showlegend=len(names) > 1,
    )
    return figure


def _pairs(values: Mapping[str, str], name: str = "what") -> pd.DataFrame:
    return pd.DataFrame({name: list(values), "value": list(values.values())})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
