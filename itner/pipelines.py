"""The six things the workbench does, one call each, with a progress callback."""

from __future__ import annotations

from pathlib import Path

from itner.config import TrainConfig
from itner.data.processed import read_oversampling, read_split, read_stats, write_processed
from itner.data.sources import DEFAULT_DATASET, SourceName, read_source
from itner.domains.it import IT5, RARE_TYPES
from itner.errors import InputError
from itner.progress import Progress, silent
from itner.results import DatasetRef, DataStats, RunInfo
from itner.store import INCOMPLETE, MODELS_ROOT, RUN, check_run_name

DOMAIN = "it"


def prepare(source: SourceName, path: Path | None, dataset: str | None, seed: int) -> DataStats:
    """Read a source, remap it to the scheme, oversample train, write `data/processed/<dataset>/`."""
    name = check_run_name(dataset or DEFAULT_DATASET[source])
    splits = read_source(source, path, IT5, name)
    return write_processed(splits, name, source, IT5, RARE_TYPES, seed)


def train(
    config: TrainConfig,
    dataset: str,
    name: str | None = None,
    resume: bool = False,
    root: Path = MODELS_ROOT,
    progress: Progress = silent,
) -> RunInfo:
    """Train a run into `models/<name>/`; `name` is the preset's unless given."""
    from itner.train.trainer import train_run

    folder = root / check_run_name(name or config.preset)
    if (folder / RUN).exists() and not (folder / INCOMPLETE).exists():
        raise InputError("this run is complete; choose another name with --run, or remove the folder", path=folder)
    if (folder / INCOMPLETE).exists() and not resume:
        raise InputError("a training was begun here; go on with --resume, or remove the folder", path=folder)
    stats = read_stats(dataset)
    documents = read_split(dataset, "train", IT5)
    indices = read_oversampling(dataset) if config.oversample else list(range(len(documents)))
    ref = DatasetRef(
        name=dataset,
        source=stats.source,
        sha256=stats.sha256,
        train_documents=len(documents),
        train_documents_oversampled=len(indices),
    )
    return train_run(
        config, folder, IT5, DOMAIN, ref, documents, indices, read_split(dataset, "dev", IT5), resume, progress
    )
