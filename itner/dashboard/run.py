"""The Run page's tables and figures: configuration, provenance, training curves, artifacts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from itner.core.errors import InputError
from itner.core.provenance import Provenance
from itner.records.codec import to_json
from itner.records.config import DistillSettings, EncoderConfig, RunConfig
from itner.records.files import sha256_file
from itner.records.run import EncoderRun
from itner.records.store import ONNX, PREDICTIONS, Run
from itner.reporting.palette import SERIES_COLORS
from itner.taggers.registry import VARIANT_NAMES
from itner.training.presets import preset

# Options of `itner train` and `itner distill`, by the field of the configuration that they change.
_OPTIONS = {
    "backbone": "--backbone",
    "epochs": "--epochs",
    "learning_rate": "--lr",
    "seed": "--seed",
    "device": "--device",
}
# The same for what it learns from.
_DISTILL_OPTIONS = {
    "temperature": "--temperature",
    "soft_weight": "--soft-weight",
    "hidden_weight": "--hidden-weight",
}
# What the data decides, not the preset: which guidelines there are to mark, and, with one alone, whether any is.
_FROM_DATA, _FROM_SINGLE_DATA = {"guidelines"}, {"guidelines", "mark_guidelines"}


def facts(run: Run) -> pd.DataFrame:
    """What the run is, as names and values."""
    info = run.info
    shared = {"kind": info.kind, "domain": info.domain, "label scheme": f"{info.scheme}: {', '.join(info.types)}"}
    if not isinstance(info, EncoderRun):
        return _pairs({**shared, "rules SHA-256": info.rules_sha256})
    data = info.dataset
    return _pairs(
        {
            "family": info.family,
            "preset": info.preset,
            "backbone": info.backbone,
            "backbone SHA-256": info.backbone_sha256,
            **shared,
            "dataset": f"{data.name} (source: {data.source})",
            "dataset SHA-256": data.sha256,
            "training sentences": f"{data.train_documents:,} ({data.train_documents_oversampled:,} after oversampling)",
            "parameters": f"{info.parameters_total:,}, trained {info.parameters_trainable:,}",
            "seed": str(info.seed),
            "window": f"{info.max_length} pieces",
            "best epoch": f"{info.best_epoch:g} (micro-F1 on dev {info.best_dev_f1:.3f})",
            "training time": f"{info.train_seconds / 60:.0f} min, in {info.arithmetic.upper()}",
            "weights SHA-256": info.weights_sha256,
        }
    )


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
    mine = _flatten(json.loads(to_json(config)))
    if other is None:
        return _pairs(mine, "setting")
    theirs = _flatten(json.loads(to_json(other)))
    keys = [key for key in {**mine, **theirs} if mine.get(key) != theirs.get(key)]
    return pd.DataFrame.from_records(
        [{"setting": key, names[0]: mine.get(key, "–"), names[1]: theirs.get(key, "–")} for key in keys],
        columns=["setting", *names],
    )


def reproduce_words(run: Run) -> list[str]:
    """The words of the command that makes the run again, with what its configuration has changed from the preset's."""
    info, config = run.info, run.config
    again = ["--run", f"{run.name}_again"]
    if not isinstance(info, EncoderRun) or not isinstance(config, EncoderConfig):
        return ["rules", info.domain, *again]
    base = _preset(config)
    words = [config.preset, "--data", info.dataset.name, *again]
    if config.distill is None:
        words = ["train", *words]
    elif base is not None and base.distill == config.distill:
        # The preset names the teachers itself.
        words = ["train", *words]
    else:
        words = ["distill", *words]
        for teacher in config.distill.teachers:
            words += ["--teacher", teacher]
        usual = DistillSettings(config.distill.teachers)
        words += _changed(config.distill, usual, _DISTILL_OPTIONS)
    return words + _changed(config, base, _OPTIONS)


def _preset(config: EncoderConfig) -> EncoderConfig | None:
    try:
        return preset(config.preset)
    except InputError:
        return None


def _changed(settings: object, usual: object | None, options: Mapping[str, str]) -> list[str]:
    """Options for the settings that are not as usual, all of them where nothing is usual."""
    words = []
    for field, option in options.items():
        value = getattr(settings, field)
        if usual is None or value != getattr(usual, field):
            words += [option, str(value)]
    return words


def teachers(run: Run) -> list[str]:
    """The runs that it learned from."""
    return list(run.info.teachers) if isinstance(run.info, EncoderRun) else []


def absent_teachers(run: Run, runs: Sequence[Run]) -> list[str]:
    """The runs that it learns from and that are not among `runs`: they have to be trained first."""
    here = {other.name for other in runs}
    return [name for name in teachers(run) if name not in here]


def unreachable_settings(run: Run) -> list[str]:
    """Settings that differ from today's preset and have no option: the command alone does not bring them back.

    Guidelines that the data does not follow are no difference: the same preset leaves them out on the same data.
    """
    info, config = run.info, run.config
    if not isinstance(info, EncoderRun) or not isinstance(config, EncoderConfig):
        return []
    base = _preset(config)
    if base is None:
        return ["preset"]
    table = config_table(config, base, ("run", "preset"))
    followed = {facts.guideline for facts in info.dataset.sources.values()}
    reachable = _OPTIONS.keys() | (_FROM_SINGLE_DATA if len(followed) < 2 else _FROM_DATA)
    return [
        str(key)
        for key in table["setting"]
        if key not in reachable and not (str(key).split(".")[0] == "distill" and config.distill is not None)
    ]


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
    folders = (run.path, run.path / ONNX, run.path / PREDICTIONS)
    for path in sorted(path for folder in folders for path in folder.glob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            stat = path.stat()
            digest = _hash(str(path), stat.st_mtime_ns, stat.st_size)
            name = str(path.relative_to(run.path))
            records.append({"file": name, "size KiB": stat.st_size / 1024, "SHA-256": digest})
    return pd.DataFrame.from_records(records, columns=["file", "size KiB", "SHA-256"])


def artifact_columns() -> dict[str, Any]:
    """How Streamlit shows `artifacts`."""
    return {"size KiB": st.column_config.NumberColumn(format="localized", step=1)}


def evaluations(run: Run) -> pd.DataFrame:
    """Every evaluation of the run, with what compares its tags with those of FP32 in PyTorch."""
    return pd.DataFrame.from_records(
        [
            {
                "dataset": report.dataset,
                "split": report.split,
                "variant": VARIANT_NAMES[report.variant],
                "micro-F1": report.micro.f1,
                "F1 low": report.micro_f1_interval.low,
                "F1 high": report.micro_f1_interval.high,
                "tags as in PyTorch": report.tag_agreement,
                "largest logit difference": report.max_logit_difference,
                "made": report.provenance.created,
            }
            for report in run.metrics.reports
        ]
    )


def evaluation_columns() -> dict[str, Any]:
    """How Streamlit shows `evaluations`."""
    number = st.column_config.NumberColumn
    return {
        **{name: number(format="%.3f") for name in ("micro-F1", "F1 low", "F1 high")},
        "tags as in PyTorch": number(format="%.4f", help="Share of tokens with the same tag as FP32 in PyTorch."),
        "largest logit difference": number(format="%.2g", help="Largest absolute difference to FP32 in PyTorch."),
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
        legend={"orientation": "h", "y": 1.15},
        height=320,
        margin={"t": 30, "b": 40},
        showlegend=len(names) > 1,
    )
    return figure


def _pairs(values: Mapping[str, str], name: str = "what") -> pd.DataFrame:
    return pd.DataFrame({name: list(values), "value": list(values.values())})


def _flatten(value: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        return {key: text for name, part in value.items() for key, text in _flatten(part, f"{prefix}{name}.").items()}
    return {prefix.removesuffix("."): ", ".join(map(str, value)) if isinstance(value, list) else str(value)}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
