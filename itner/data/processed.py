"""`data/processed/<dataset>/` and `data/processed_meta.json`: writing them whole, reading them back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from itner.config import describe
from itner.data.corpus import SPLITS, Split, sha256_file
from itner.data.jsonl import read_documents, write_lines
from itner.data.oversample import ENTITY_FACTOR, OVERSAMPLING_SEED, RARE_BONUS, oversample
from itner.data.sources import DATA_ROOT, DEFAULT_DATASET, EMBEDDED_CORPUS, read_source
from itner.data.stats import count_mentions, describe_split
from itner.errors import InputError
from itner.labels import LabelScheme
from itner.results import (
    CorpusReport,
    DataStats,
    MixPart,
    OversamplingStats,
    ProcessedMeta,
    WeakReport,
    from_json,
    to_json,
)
from itner.types import Document

PROCESSED = "processed"
META = "processed_meta.json"
CORPUS_REPORT = "report.json"
WEAK = "weak"  # each text as `NAME.jsonl`, and how it was labelled as `NAME.json`


def write_processed(
    splits: dict[str, Split],
    name: str,
    source: str,
    scheme: LabelScheme,
    rare_types: Collection[str],
    seed: int,
    root: Path = DATA_ROOT,
    parts: tuple[MixPart, ...] = (),
) -> DataStats:
    """Write a dataset's three splits, its oversampling and its statistics; nothing is left half-written.

    Args:
        parts: those of a mixture.
    """
    folder = root / PROCESSED / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    build = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=folder.parent))
    try:
        hashes = {}
        for split_name in SPLITS:
            path = build / f"{split_name}.jsonl"
            path.write_text(write_lines(splits[split_name].documents, name), encoding="utf-8")
            hashes[split_name] = sha256_file(path)
        train = splits["train"].documents
        indices = oversample(train, rare_types, seed)
        (build / "oversample.json").write_text(json.dumps(indices), encoding="utf-8")
        stats = DataStats(
            name=name,
            source=source,
            scheme=scheme.name,
            labels=scheme.labels,
            mapping=dict(scheme.mapping),
            splits={split: describe_split(split, splits, scheme.types, hashes) for split in SPLITS},
            oversampling=OversamplingStats(
                entity_factor=ENTITY_FACTOR,
                rare_bonus=RARE_BONUS,
                rare_types=tuple(rare_types),
                seed=seed,
                sentences_before=len(train),
                sentences_after=len(indices),
                mentions_before=count_mentions(train, scheme.types),
                mentions_after=count_mentions((train[index] for index in indices), scheme.types),
            ),
            sha256=hashlib.sha256("".join(hashes[split] for split in SPLITS).encode()).hexdigest(),
            parts=parts,
        )
        meta_path = root / META
        meta = read_meta(root) if meta_path.exists() else ProcessedMeta(datasets={})
        meta = replace(meta, datasets=dict(sorted({**meta.datasets, name: stats}.items())))
        if folder.exists():
            shutil.rmtree(folder)
        build.chmod(0o755)
        os.replace(build, folder)
        temporary = meta_path.with_suffix(".tmp")
        temporary.write_text(to_json(meta), encoding="utf-8")
        os.replace(temporary, meta_path)
    finally:
        shutil.rmtree(build, ignore_errors=True)
    return stats


def read_meta(root: Path = DATA_ROOT) -> ProcessedMeta:
    """The committed statistics of every dataset prepared so far."""
    path = root / META
    try:
        return from_json(ProcessedMeta, path.read_bytes())
    except FileNotFoundError:
        raise InputError("no dataset is prepared; run scripts/prepare_data.py", path=path) from None
    except ValidationError as error:
        raise InputError(f"{describe(error)}; remove the file and prepare the datasets again", path=path) from None


def read_corpus_report(folder: Path) -> CorpusReport | None:
    """How an annotated corpus of ours came about, None where there is no such report."""
    path = folder / CORPUS_REPORT
    if not path.is_file():
        return None
    try:
        return from_json(CorpusReport, path.read_bytes())
    except ValidationError as error:
        raise InputError(f"{describe(error)}; measure the corpus again", path=path) from None


def read_weak_reports(root: Path = DATA_ROOT) -> list[WeakReport]:
    """How unlabelled text became training text, one report each; InputError names a damaged one."""
    reports = []
    for path in sorted((root / WEAK).glob("*.json")):
        try:
            reports.append(from_json(WeakReport, path.read_bytes()))
        except ValidationError as error:
            raise InputError(f"{describe(error)}; label the text again", path=path) from None
    return reports


def read_stats(name: str, root: Path = DATA_ROOT) -> DataStats:
    """Statistics of one prepared dataset."""
    datasets = read_meta(root).datasets
    if name not in datasets:
        known = ", ".join(datasets) or "none"
        raise InputError(f"dataset {name!r} is not prepared (prepared: {known}); run scripts/prepare_data.py")
    return datasets[name]


def read_split(name: str, split: str, scheme: LabelScheme, root: Path = DATA_ROOT) -> list[Document]:
    """Documents of a prepared split; an InputError when its text is not here or is not what the statistics say.

    The embedded corpus ships, so without prepared files it is read from its source.
    """
    stats = read_stats(name, root)
    expected = stats.splits[split].processed_sha256
    path = root / PROCESSED / name / f"{split}.jsonl"
    if not path.is_file() and stats.source == "embedded":
        documents = read_source("embedded", None, scheme, name)[split].documents
        if hashlib.sha256(write_lines(documents).encode()).hexdigest() != expected:
            raise InputError("differs from data/processed_meta.json; prepare the dataset again", path=EMBEDDED_CORPUS)
        return documents
    if not path.is_file():
        raise InputError(
            f"the text of dataset {name!r} is not on this machine; bring it with `{preparing_command(stats)}`",
            path=path,
        )
    if sha256_file(path) != expected:
        raise InputError("differs from data/processed_meta.json; prepare the dataset again", path=path)
    return read_documents(path, scheme, name)


def preparing_command(stats: DataStats) -> str:
    """The command that prepares the dataset anew; DIR stands for a folder that only its owner knows."""
    command = f"python scripts/prepare_data.py --source {stats.source}"
    if stats.source in ("conll", "jsonl"):
        command += " --path DIR"
    if stats.parts:
        command += f" --parts {' '.join(part.name for part in stats.parts if part.weak_ratio is None)}"
        weak = [part.name for part in stats.parts if part.weak_ratio is not None]
        if weak:
            command += f" --weak {' '.join(weak)} --weak-ratio {stats.parts[-1].weak_ratio:g}"
    if (stats.source, stats.name) not in DEFAULT_DATASET.items():
        command += f" --dataset {stats.name}"
    return f"{command} --seed {stats.oversampling.seed}" if stats.oversampling.seed != OVERSAMPLING_SEED else command


def read_oversampling(name: str, root: Path = DATA_ROOT) -> list[int]:
    """Train indices after oversampling."""
    path = root / PROCESSED / name / "oversample.json"
    if not path.is_file():
        raise InputError("not here; prepare the dataset again", path=path)
    indices: list[int] = json.loads(path.read_text(encoding="utf-8"))
    return indices
