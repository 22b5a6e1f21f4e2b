"""What the dashboard keeps between reruns: runs by the state of their files, taggers by their weights."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from itner.choose import compare_rows
from itner.config import Precision
from itner.data.processed import META, read_corpus_report, read_meta, read_split, read_stats, read_weak_reports
from itner.data.sources import DATA_ROOT
from itner.domains.it import IT5
from itner.errors import InputError
from itner.eval.compare import Difference
from itner.findings import Finding, list_findings
from itner.infer.tagger import ModelTagger
from itner.report import Row
from itner.results import Ablation, CorpusReport, DataStats, WeakReport
from itner.store import MODELS_ROOT, BrokenRun, Run, RunStore, read_ablation
from itner.types import Document


def models_root() -> Path:
    """The folder that the dashboard shows: `models/`, or the one named by the variable ITNER_MODELS."""
    return Path(os.environ.get("ITNER_MODELS") or MODELS_ROOT).resolve()


def data_root() -> Path:
    """The folder of prepared datasets: `data/`, or the one named by the variable ITNER_DATA."""
    return Path(os.environ.get("ITNER_DATA") or DATA_ROOT).resolve()


def load_runs() -> tuple[list[Run], list[BrokenRun]]:
    """All runs and broken folders; read again only when a file has changed."""
    root = models_root()
    return _load_runs(root, RunStore(root).fingerprint())


@st.cache_resource(show_spinner="Reading the run folders", max_entries=4)
def _load_runs(root: Path, fingerprint: tuple[tuple[str, int, int], ...]) -> tuple[list[Run], list[BrokenRun]]:
    return RunStore(root).load_all()


def compare(first: Row, second: Row) -> Difference | None:
    """`compare_rows`, once for each pair of results."""
    return _compare(first, second, _key(first), _key(second))


@st.cache_data(show_spinner=False, max_entries=2000)
def _compare(_first: Row, _second: Row, first: tuple[str, ...], second: tuple[str, ...]) -> Difference | None:
    return compare_rows(_first, _second)


def _key(row: Row) -> tuple[str, ...]:
    report = row.report
    facts = (report.dataset, report.split, report.split_sha256, report.weights_sha256) if report else ()
    # A new evaluation of the same weights may come from new code.
    return (row.run, row.precision, *facts, report.provenance.created if report else "")


@st.cache_resource(show_spinner="Comparing the runs", max_entries=32)
def _findings(
    root: Path, fingerprint: tuple[tuple[str, int, int], ...], _runs: Sequence[Run], dataset: str, split: str
) -> list[Finding]:
    return list_findings(_runs, dataset, split, compare)


def find(runs: Sequence[Run], dataset: str, split: str) -> list[Finding]:
    """`list_findings`, once for each state of the run folders."""
    root = models_root()
    return _findings(root, RunStore(root).fingerprint(), runs, dataset, split)


def load_ablation() -> Ablation | None:
    """What each step of the training brought, None when nobody measured it; InputError when the file is damaged."""
    return read_ablation(models_root())


def load_corpus_report(dataset: str) -> CorpusReport | None:
    """Agreement and diversity of a corpus of ours, None for other datasets; InputError when the file is damaged."""
    return read_corpus_report(data_root() / dataset)


def load_weak_reports() -> list[WeakReport]:
    """Reports of weakly labelled text; InputError when one is damaged."""
    return read_weak_reports(data_root())


def load_datasets() -> dict[str, DataStats]:
    """Statistics of the prepared datasets, the most sentences first, mixtures last; InputError without any."""
    datasets = read_meta(data_root()).datasets
    if not datasets:
        raise InputError("no dataset is prepared", path=data_root() / META)

    def order(pair: tuple[str, DataStats]) -> tuple[bool, int]:
        return bool(pair[1].parts), -sum(split.sentences for split in pair[1].splits.values())

    return dict(sorted(datasets.items(), key=order))


@st.cache_resource(show_spinner="Reading the corpus", max_entries=8)
def load_documents(dataset: str, split: str, split_sha256: str) -> list[Document]:
    """A split's documents; InputError when their text is not on this machine or is not what was scored."""
    root = data_root()
    if read_stats(dataset, root).splits[split].processed_sha256 != split_sha256:
        raise InputError(f"the runs were scored on another version of {dataset} {split} than the one prepared here")
    return read_split(dataset, split, IT5, root)


def get_tagger(run: Run, precision: Precision) -> ModelTagger:
    """The tagger, loaded once for all sessions of this process; its ONNX files are built first when missing."""
    return _load_tagger(run.name, precision, run.path.parent, run.info.weights_sha256)


@st.cache_resource(show_spinner="Loading the model (the first time, its ONNX files are built from the weights)")
def _load_tagger(name: str, precision: Precision, root: Path, weights_sha256: str) -> ModelTagger:
    # Imported here so that pages without a model never pay for the runtime.
    from itner.pipelines import Workspace, open_tagger

    return open_tagger(name, precision, Workspace(models=root))
