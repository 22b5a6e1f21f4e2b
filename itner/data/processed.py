"""`data/processed/<dataset>/` and `data/processed_meta.json`: writing them whole, reading them back."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from itner.core.errors import InputError
from itner.core.types import Document
from itner.data.corpus import CHECK, Split
from itner.data.jsonl import read_documents, write_lines
from itner.data.oversample import ENTITY_FACTOR, OVERSAMPLING_SEED, RARE_BONUS, oversample
from itner.data.sources import FILES, SOURCES, default_dataset, read_source
from itner.data.stats import count_mentions, describe_split
from itner.domains.registry import Domain, default_domain, get_domain
from itner.records.dataset import (
    CorpusReport,
    DataStats,
    MixPart,
    OversamplingStats,
    ProcessedMeta,
    SourceFacts,
    WeakReport,
)
from itner.records.files import change_record, hidden_folder, read_record, sha256_file, swap_in
from itner.records.workspace import Workspace

PROCESSED = "processed"
META = "processed_meta.json"
CORPUS_REPORT = "report.json"
_OVERSAMPLE = "oversample.json"
WEAK = "weak"  # each text as `NAME.jsonl`, and how it was labelled as `NAME.json`


def write_processed(
    splits: dict[str, Split],
    name: str,
    source: str,
    domain: Domain,
    seed: int,
    sources: Mapping[str, SourceFacts],
    place: Workspace,
    parts: tuple[MixPart, ...] = (),
) -> DataStats:
    """Write a dataset's splits, the oversampling of train and the statistics; nothing is left half-written.

    Args:
        sources: what is known of each source that the documents name.
        parts: those of a mixture.
    """
    scheme = domain.scheme
    folder = place.data / PROCESSED / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with hidden_folder(folder) as build:
        hashes = {}
        for split_name, split in splits.items():
            path = build / f"{split_name}.jsonl"
            path.write_text(write_lines(split.documents, name), encoding="utf-8")
            hashes[split_name] = sha256_file(path)
        oversampling = _oversample(splits["train"].documents, domain, seed, build) if "train" in splits else None
        stats = DataStats(
            name=name,
            domain=domain.name,
            source=source,
            scheme=scheme.name,
            labels=scheme.labels,
            mapping=dict(scheme.mapping),
            splits={split: describe_split(split, splits, scheme.types, hashes) for split in splits},
            oversampling=oversampling,
            sha256=hashlib.sha256("".join(hashes.values()).encode()).hexdigest(),
            sources=dict(sources),
            parts=parts,
        )

        def add(known: ProcessedMeta | None) -> ProcessedMeta:
            datasets = {**(known.datasets if known is not None else {}), name: stats}
            # The folder and its statistics change together, while no other preparation changes either.
            swap_in(build, folder)
            return ProcessedMeta(dict(sorted(datasets.items())))

        change_record(place.data / META, ProcessedMeta, add)
    return stats


def _oversample(train: Sequence[Document], domain: Domain, seed: int, folder: Path) -> OversamplingStats:
    """Write which train sentences count how often, and describe it."""
    types = domain.scheme.types
    indices = oversample(train, domain.rare_types, seed)
    (folder / _OVERSAMPLE).write_text(json.dumps(indices), encoding="utf-8")
    return OversamplingStats(
        entity_factor=ENTITY_FACTOR,
        rare_bonus=RARE_BONUS,
        rare_types=domain.rare_types,
        seed=seed,
        sentences_before=len(train),
        sentences_after=len(indices),
        mentions_before=count_mentions(train, types),
        mentions_after=count_mentions((train[index] for index in indices), types),
    )


def read_meta(place: Workspace) -> ProcessedMeta:
    """The statistics of every dataset prepared so far."""
    path = place.data / META
    meta: ProcessedMeta | None = read_record(path, ProcessedMeta, "remove the file and prepare the datasets again")
    if meta is None:
        raise InputError("no dataset is prepared; run `itner prepare`", path=path)
    return meta


def read_corpus_report(folder: Path) -> CorpusReport | None:
    """How an annotated corpus of ours came about, None where there is no such report."""
    report: CorpusReport | None = read_record(folder / CORPUS_REPORT, CorpusReport, "measure the corpus again")
    return report


def read_weak_reports(place: Workspace) -> list[WeakReport]:
    """How unlabelled text became training text, one report each; InputError names a damaged one."""
    return [_read_weak(path) for path in sorted((place.data / WEAK).glob("*.json"))]


def read_weak_report(name: str, place: Workspace) -> WeakReport:
    """How one weakly labelled text came about; InputError when it or its report is not here."""
    for suffix in (".jsonl", ".json"):
        path = place.data / WEAK / f"{name}{suffix}"
        if not path.is_file():
            raise InputError("no such file; make it with `itner label`", path=path)
    return _read_weak(path)


def _read_weak(path: Path) -> WeakReport:
    report: WeakReport = read_record(path, WeakReport, "label the text again")
    return report


def read_stats(name: str, place: Workspace) -> DataStats:
    """Statistics of one prepared dataset."""
    datasets = read_meta(place).datasets
    if name not in datasets:
        known = ", ".join(name for name, stats in datasets.items() if _is_here(name, stats, place)) or "none"
        raise InputError(f"dataset {name!r} is not prepared (prepared: {known}); run `itner prepare`")
    return datasets[name]


def _is_here(name: str, stats: DataStats, place: Workspace) -> bool:
    """Whether a dataset's text is on this machine; that of corpora that ship always is."""
    return stats.source == "embedded" or (place.data / PROCESSED / name).is_dir()


def read_split(name: str, split: str, place: Workspace) -> list[Document]:
    """Documents of a prepared split; an InputError when its text is not here or is not what the statistics say.

    The same where the dataset has no such split: whatever trains, tunes or mixes reads its text here, and finds none in
    a check. An embedded corpus ships, so without prepared files it is read from its source.
    """
    stats = read_stats(name, place)
    if split not in stats.splits:
        why = " It is a check: nothing is trained or tuned on it." if CHECK in stats.splits else ""
        raise InputError(f"dataset {name!r} has no {split} split, only {', '.join(stats.splits)}.{why}")
    domain = get_domain(stats.domain)
    expected = stats.splits[split].processed_sha256
    path = place.data / PROCESSED / name / f"{split}.jsonl"
    if not path.is_file() and stats.source == "embedded":
        documents = read_source("embedded", None, domain, name, place)[split].documents
        if hashlib.sha256(write_lines(documents).encode()).hexdigest() != expected:
            raise InputError(f"the corpus that ships differs from {META}; prepare the dataset {name!r} again")
        return _guided(documents, stats)
    if not path.is_file():
        raise InputError(
            f"the text of dataset {name!r} is not on this machine; "
            f"bring it with `itner {shlex.join(preparing_words(stats))}`",
            path=path,
        )
    if sha256_file(path) != expected:
        raise InputError(f"differs from {META}; prepare the dataset again", path=path)
    return _guided(read_documents(path, domain.scheme, name), stats)


def _guided(documents: Sequence[Document], stats: DataStats) -> list[Document]:
    """The documents with the guideline that their source follows."""
    guidelines = {name: facts.guideline for name, facts in stats.sources.items()}
    return [replace(document, guideline=guidelines.get(document.source)) for document in documents]


def preparing_words(stats: DataStats) -> list[str]:
    """The words of the command that prepares the dataset anew; DIR stands for a folder that only its owner knows."""
    domain = get_domain(stats.domain)
    words = ["prepare", "--source", stats.source]
    if stats.source in FILES:
        words += ["--path", "DIR"]
        words += _import_words(stats)
    for part in stats.parts:
        words += ["--part" if part.weak_ratio is None else "--weak", part.name]
    if stats.parts and stats.parts[-1].weak_ratio is not None:
        words += ["--weak-ratio", f"{stats.parts[-1].weak_ratio:g}"]
    if stats.source not in SOURCES or stats.name != default_dataset(stats.source, domain):
        words += ["--dataset", stats.name]
    facts = stats.sources.get(stats.name)
    corpus = domain.corpus_of(stats.source, stats.name)
    if not stats.parts and facts is not None and facts.guideline != (corpus.guideline if corpus else stats.name):
        words += ["--guideline", facts.guideline]
    if stats.domain != default_domain() and not stats.parts:
        words += ["--domain", stats.domain]
    if stats.oversampling is not None and stats.oversampling.seed != OVERSAMPLING_SEED:
        words += ["--seed", str(stats.oversampling.seed)]
    return words


def _import_words(stats: DataStats) -> list[str]:
    """The options by which annotated files were read otherwise than by default."""
    imports = [split.imported for split in stats.splits.values() if split.imported is not None]
    columns = {str(found.tag_column) for found in imports if found.asked_column}
    rules = {found.misaligned for found in imports if found.misaligned != "error"}
    words = [word for column in sorted(columns) for word in ("--tag-column", column)]
    return words + [word for rule in sorted(rules) for word in ("--misaligned", rule)]


def read_oversampling(name: str, place: Workspace) -> list[int]:
    """Train indices after oversampling."""
    path = place.data / PROCESSED / name / _OVERSAMPLE
    if not path.is_file():
        raise InputError("not here; prepare the dataset again", path=path)
    indices: list[int] = json.loads(path.read_text(encoding="utf-8"))
    return indices
