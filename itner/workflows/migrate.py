"""Bringing the files of an earlier version to today's schemas; weights are never touched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from itner.core.errors import InputError
from itner.data.processed import META, WEAK
from itner.domains.registry import Domain, get_domain
from itner.records.bench import BenchReport
from itner.records.codec import is_current
from itner.records.config import RunConfig
from itner.records.dataset import DataStats, ProcessedMeta, SourceFacts, WeakReport
from itner.records.evaluation import Errors, Metrics
from itner.records.files import change_record, read_bytes, read_record
from itner.records.run import EncoderRun, RunRecord
from itner.records.store import ABLATION, BENCH, CONFIG, ERRORS, INT8_TRIALS, METRICS, RUN
from itner.records.study import Ablation, Int8Trials
from itner.records.workspace import Workspace

_OF_A_RUN = ((RUN, RunRecord), (CONFIG, RunConfig), (METRICS, Metrics), (ERRORS, Errors), (BENCH, BenchReport))


def migrate(place: Workspace) -> list[Path]:
    """Rewrite every file that an earlier version wrote, and return those that changed.

    What they do not say is filled in where it is known: the sources of a dataset from its domain, what a run learned
    from out of the statistics of the dataset with the same hash. A damaged file is an InputError, before anything is
    written.
    """
    records = [(path, kind, read_record(path, kind)) for path, kind in _files(place)]
    labelled = {record.name: record for _, kind, record in records if kind is WeakReport}
    known = next((_complete(record, labelled) for path, _, record in records if path == place.data / META), None)

    def fill(record: Any) -> Any:
        if isinstance(record, ProcessedMeta):
            return _complete(record, labelled)
        return _with_sources(record, known) if isinstance(record, EncoderRun) else record

    changed = []
    for path, kind, record in records:
        if fill(record) != record or not is_current(kind, read_bytes(path)):
            change_record(path, kind, fill, indent=None if path.name == ERRORS else 2)
            changed.append(path)
    return changed


def _files(place: Workspace) -> Iterator[tuple[Path, Any]]:
    if not place.models.is_dir() and not place.data.is_dir():
        raise InputError("neither runs nor data are here", path=place.models)
    yield from ((path, ProcessedMeta) for path in [place.data / META] if path.is_file())
    yield from ((path, WeakReport) for path in sorted((place.data / WEAK).glob("*.json")))
    beside = ((place.models / ABLATION, Ablation), (place.models / INT8_TRIALS, Int8Trials))
    yield from ((path, kind) for path, kind in beside if path.is_file())
    for folder in sorted(path for path in place.models.glob("*") if (path / RUN).is_file()):
        yield from ((folder / name, kind) for name, kind in _OF_A_RUN if (folder / name).is_file())


def _complete(meta: ProcessedMeta, labelled: dict[str, WeakReport]) -> ProcessedMeta:
    """The statistics, with the corpora that their domains know, and the guidelines by which text was labelled."""

    def source(name: str, facts: SourceFacts, domain: Domain) -> SourceFacts:
        if facts.weak:
            return replace(facts, guideline=labelled[name].guideline) if name in labelled else facts
        return replace(facts, corpus=name) if facts.corpus is None and domain.corpus(name) else facts

    def dataset(stats: DataStats) -> DataStats:
        domain = get_domain(stats.domain)
        return replace(stats, sources={name: source(name, facts, domain) for name, facts in stats.sources.items()})

    return ProcessedMeta({name: dataset(stats) for name, stats in meta.datasets.items()})


def _with_sources(record: EncoderRun, meta: ProcessedMeta | None) -> EncoderRun:
    if meta is None or record.dataset.sources:
        return record
    stats = meta.datasets.get(record.dataset.name)
    if stats is None or stats.sha256 != record.dataset.sha256:
        return record
    return replace(record, dataset=replace(record.dataset, sources=stats.sources))
