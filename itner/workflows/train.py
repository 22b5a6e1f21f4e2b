"""Training a run from a configuration, with teachers where it has some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.types import Document
from itner.data.few import draw_few
from itner.data.processed import read_oversampling, read_split, read_stats
from itner.domains.registry import get_domain
from itner.records.config import EncoderConfig
from itner.records.dataset import DataStats
from itner.records.files import check_name
from itner.records.run import DatasetRef, EncoderRun
from itner.records.store import INCOMPLETE, RunStore, is_complete
from itner.records.workspace import Workspace
from itner.taggers.encoder.variants import facts_of
from itner.taggers.registry import token_scores
from itner.workflows.open import exact_variant, open_tagger

if TYPE_CHECKING:
    from itner.training.distill import Lesson

# On fewer dev sentences the best epoch is chosen by chance.
_FEWEST_DEV = 10


def train(
    config: EncoderConfig,
    dataset: str,
    place: Workspace,
    name: str | None = None,
    resume: bool = False,
    progress: Progress = silent,
    teachers: Workspace | None = None,
    sentences: int | None = None,
) -> EncoderRun:
    """Train a run into `models/<name>/`; `name` is the preset's unless given.

    Args:
        teachers: where the runs are that it learns from, if not in the same place.
        sentences: so many of the train split are learned from, drawn by the configuration's seed, and the epoch to keep
            is chosen on a quarter as many of dev, at least ten; None for all.
    """
    from itner.training.trainer import train_run

    folder = choose_folder(place, name or config.preset, resume)
    stats = read_stats(dataset, place)
    domain = get_domain(stats.domain)
    config = mark_guidelines(config, stats)
    documents, dev = read_split(dataset, "train", place), read_split(dataset, "dev", place)
    chosen = range(len(documents)) if sentences is None else draw_few(documents, sentences, config.seed)
    if sentences is not None:
        dev = [dev[place] for place in draw_few(dev, max(sentences // 4, _FEWEST_DEV), config.seed)]
    lesson = None
    if config.distill is not None:
        lesson = prepare_lesson(config, documents, domain.scheme.types, teachers or place, progress)
    seen = read_oversampling(dataset, place) if config.oversample else range(len(documents))
    taken = set(chosen)
    indices = [index for index in seen if index in taken]
    return train_run(
        config,
        folder,
        domain.scheme,
        domain.name,
        refer(stats, len(chosen), len(indices)),
        documents,
        indices,
        dev,
        resume,
        progress,
        lesson,
    )


def choose_folder(place: Workspace, name: str, resume: bool) -> Path:
    """Where a run of that name is trained; InputError when one is there, or was begun and is not to be gone on with."""
    folder = place.models / check_name(name)
    if is_complete(folder):
        raise InputError("this run is complete; choose another name with --run, or remove the folder", path=folder)
    if (folder / INCOMPLETE).exists() and not resume:
        raise InputError("a training was begun here; go on with --resume, or remove the folder", path=folder)
    return folder


def refer(stats: DataStats, documents: int, oversampled: int) -> DatasetRef:
    """What a run says of the dataset that it learned from.

    Args:
        documents: of the train split.
        oversampled: so many are seen in an epoch.
    """
    return DatasetRef(
        name=stats.name,
        source=stats.source,
        sha256=stats.sha256,
        train_documents=documents,
        train_documents_oversampled=oversampled,
        sources=stats.sources,
    )


def mark_guidelines(config: EncoderConfig, stats: DataStats) -> EncoderConfig:
    """The configuration with the guidelines that the dataset follows, if it marks any; one alone needs no mark."""
    if not config.mark_guidelines:
        return config
    followed = {facts.guideline for facts in stats.sources.values()}
    known = get_domain(stats.domain).guidelines
    # The domain's own come last, because the last one is followed for other text.
    ordered = (*sorted(followed - set(known)), *(name for name in known if name in followed))
    several = len(ordered) > 1
    return replace(config, mark_guidelines=several, guidelines=ordered if several else ())


def teachers_of(config: EncoderConfig, place: Workspace) -> dict[str, str]:
    """SHA-256 of the models that a configuration learns from."""
    names = config.distill.teachers if config.distill is not None else ()
    return {name: RunStore(place.models).load(name).info.model_sha256 for name in names}


def _reading(config: EncoderConfig) -> tuple[object, ...]:
    return config.backbone, config.casing, config.guidelines


def prepare_lesson(
    config: EncoderConfig,
    documents: Sequence[Document],
    types: tuple[str, ...],
    place: Workspace,
    progress: Progress = silent,
) -> Lesson:
    """What a configuration's teachers say about the documents.

    InputError when one is not here, marks other types, or has no token probabilities to learn.
    """
    from itner.taggers.encoder.model import load_model
    from itner.training.distill import Lesson
    from itner.training.soft_labels import soften

    settings = config.distill
    if settings is None:
        raise ValueError("the configuration has no teachers")
    runs = [RunStore(place.models).load(name) for name in settings.teachers]
    if settings.hidden_weight and _reading(facts_of(runs[0])[1]) != _reading(config):
        raise InputError(f"teacher {runs[0].name} reads its input otherwise; its hidden states cannot be learned")
    logits = []
    offsets = np.zeros(0)
    for run in runs:
        opened = open_tagger(run.name, exact_variant(run.name, place), place, progress)
        tagger = token_scores(opened, f"teacher {run.name}")
        if tagger.types != types:
            raise InputError(f"teacher {run.name} marks {tagger.types}, the dataset holds {types}")
        step = f"asking teacher {run.name}"
        found, offsets = tagger.token_logits(documents, lambda share, step=step: progress(step, share))  # type: ignore[misc]
        logits.append(found)
    mixed = soften(logits, settings.temperature)
    # An O row follows each document's tokens.
    probabilities = [mixed[first : last - 1] for first, last in pairwise(offsets)]
    teacher = load_model(runs[0]) if settings.hidden_weight else None
    return Lesson(settings, probabilities, teacher, {run.name: run.info.model_sha256 for run in runs})
