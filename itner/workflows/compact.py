"""Training a compact run from a transfer set."""

from __future__ import annotations

from dataclasses import replace

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.records.config import CompactConfig
from itner.records.files import check_name
from itner.records.run import CompactRun, DatasetRef
from itner.records.store import INCOMPLETE, RunStore, is_complete
from itner.records.workspace import Workspace
from itner.taggers.encoder.variants import facts_of
from itner.workflows.transfer import read_transfer


def train_compact(
    config: CompactConfig,
    place: Workspace,
    name: str | None = None,
    resume: bool = False,
    progress: Progress = silent,
) -> CompactRun:
    """Train a run into `models/<name>/`; `name` is the preset's unless given.

    The transfer set must be whole and of the dataset as it is prepared here, its first teacher among the runs.
    """
    from itner.training.compact import train_compact as train_into

    folder = place.models / check_name(name or config.preset)
    if is_complete(folder):
        raise InputError("this run is complete; choose another name with --run, or remove the folder", path=folder)
    if (folder / INCOMPLETE).exists() and not resume:
        raise InputError("a training was begun here; go on with --resume, or remove the folder", path=folder)
    record, windows = read_transfer(config.transfer, place)
    stats = read_stats(record.dataset, place)
    if stats.sha256 != record.dataset_sha256:
        raise InputError(
            f"the transfer set {record.name} was made of another version of {record.dataset} than the one prepared here; "
            "make it anew with `itner transfer`"
        )
    first = next(iter(record.teachers))
    lender = RunStore(place.models).load(first)
    if lender.info.model_sha256 != record.teachers[first]:
        raise InputError(
            f"the transfer set {record.name} was labelled by other weights than those of {first} here", path=lender.path
        )
    documents = len(read_split(record.dataset, "train", place))
    ref = DatasetRef(
        name=record.dataset,
        source=stats.source,
        sha256=stats.sha256,
        train_documents=documents,
        train_documents_oversampled=documents,
        sources=stats.sources,
    )
    return train_into(
        replace(config, guidelines=facts_of(lender)[1].guidelines),
        folder,
        get_domain(record.domain).scheme,
        ref,
        record,
        windows,
        lender,
        read_split(record.dataset, "dev", place),
        resume,
        progress,
    )
