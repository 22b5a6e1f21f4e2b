"""Datasets in a temporary workspace."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from synthetic import PROVENANCE
from tiny import Tiny

from itner.data.corpus import Split
from itner.data.processed import write_processed
from itner.domains.registry import get_domain
from itner.records.codec import to_json
from itner.records.dataset import DataStats, SourceFacts, WeakReport
from itner.records.files import sha256_file
from itner.records.workspace import Workspace


def at(folder: Path) -> Workspace:
    """A workspace whose data lie directly in a folder."""
    return Workspace(folder / "models", folder)


def write_dataset(
    splits: dict[str, Split], name: str, folder: Path, seed: int = 1, guideline: str | None = None
) -> DataStats:
    """Prepare splits as a dataset of annotated files."""
    sources = {name: SourceFacts(guideline or name)}
    return write_processed(splits, name, "jsonl", get_domain("it"), seed, sources, at(folder))


def write_weak_report(folder: Path, name: str, guideline: str) -> None:
    """The report beside `data/weak/NAME.jsonl`."""
    report = WeakReport(
        name=name,
        domain="it",
        guideline=guideline,
        inputs={},
        dev="a",
        tagger=None,
        tagger_sha256=None,
        tagger_threshold=None,
        threshold=0.8,
        sentences=1,
        kept=1,
        mentions={},
        functions={},
        dev_sentences=0,
        dev_settled_sentences=0,
        dev_settled={},
        weak_sha256=sha256_file(folder / "weak" / f"{name}.jsonl"),
        provenance=PROVENANCE,
    )
    (folder / "weak" / f"{name}.json").write_text(to_json(report), encoding="utf-8")


def begin_tiny(tiny: Tiny, trained: Path, root: Path, runs: Sequence[str] = ("full",)) -> Workspace:
    """A workspace with some of the tiny runs, and their documents as the dataset `tiny`."""
    for name in runs:
        shutil.copytree(trained / name, root / "models" / name)
    (root / "data").mkdir()
    parts = {"train": tiny.documents[:40], "dev": tiny.documents[40:], "test": tiny.documents[:20]}
    write_dataset({name: Split(list(part), sha256="0" * 64) for name, part in parts.items()}, "tiny", root / "data")
    return Workspace(root / "models", root / "data")
