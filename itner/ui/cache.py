"""What the dashboard keeps between reruns: runs by the state of their files, taggers by their weights."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from itner.config import Precision
from itner.infer.tagger import ModelTagger
from itner.store import MODELS_ROOT, BrokenRun, Run, RunStore


def models_root() -> Path:
    """The folder that the dashboard shows: `models/`, or the one named by the variable ITNER_MODELS."""
    return Path(os.environ.get("ITNER_MODELS") or MODELS_ROOT).resolve()


def load_runs() -> tuple[list[Run], list[BrokenRun]]:
    """All runs and broken folders; read again only when a file has changed."""
    root = models_root()
    return _load_runs(root, RunStore(root).fingerprint())


@st.cache_resource(show_spinner="Reading the run folders", max_entries=4)
def _load_runs(root: Path, fingerprint: tuple[tuple[str, int, int], ...]) -> tuple[list[Run], list[BrokenRun]]:
    return RunStore(root).load_all()


def get_tagger(run: Run, precision: Precision) -> ModelTagger:
    """The tagger, loaded once for all sessions of this process; its ONNX files are built first when missing."""
    return _load_tagger(run.name, precision, run.path.parent, run.info.weights_sha256)


@st.cache_resource(show_spinner="Loading the model (the first time, its ONNX files are built from the weights)")
def _load_tagger(name: str, precision: Precision, root: Path, weights_sha256: str) -> ModelTagger:
    # Imported here so that pages without a model never pay for the runtime.
    from itner.pipelines import Workspace, open_tagger

    return open_tagger(name, precision, Workspace(models=root))
