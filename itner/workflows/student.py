"""Training a run from a transfer set."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain, list_presets
from itner.records.config import CompactConfig, EncoderConfig, TransferLesson
from itner.records.run import CompactRun, EncoderRun
from itner.records.store import RunStore
from itner.records.workspace import Workspace
from itner.taggers.compact import presets as compact_presets
from itner.taggers.encoder import presets as encoder_presets
from itner.taggers.encoder.variants import facts_of
from itner.taggers.generative import presets as generative_presets
from itner.workflows.train import choose_folder, refer
from itner.workflows.transfer import read_transfer


def taught_config(name: str, lesson: TransferLesson, **changes: Any) -> EncoderConfig | CompactConfig:
    """The named preset, to learn from a transfer set, with fields replaced; None means "as the preset has it"."""
    check_preset(name)
    if generative_presets.is_generative(name):
        raise InputError(f"{name} learns from a dataset: itner train {name} --data NAME")
    if compact_presets.is_compact(name):
        return compact_presets.preset(name, lesson, **changes)
    return encoder_presets.taught_preset(name, lesson, **changes)


def check_preset(name: str) -> None:
    """InputError when no kind of network has a preset of that name, nor any domain."""
    known = (
        *encoder_presets.PRESETS, *encoder_presets.TAUGHT, *compact_presets.PRESETS, *generative_presets.PRESETS,
        *list_presets(),
    )  # fmt: skip
    if name not in known:
        raise InputError(f"unknown preset {name!r}; the presets are {', '.join(known)}")


def told_of(config: EncoderConfig | CompactConfig, guidelines: tuple[str, ...]) -> EncoderConfig | CompactConfig:
    """The configuration with the guidelines that its teachers were told of."""
    if isinstance(config, CompactConfig):
        return replace(config, guidelines=guidelines)
    return replace(config, mark_guidelines=bool(guidelines), guidelines=guidelines)


def train_taught(
    config: EncoderConfig | CompactConfig,
    place: Workspace,
    name: str | None = None,
    resume: bool = False,
    progress: Progress = silent,
    teachers: Workspace | None = None,
) -> EncoderRun | CompactRun:
    """Train a run into `models/<name>/`; `name` is the preset's unless given.

    The transfer set must be whole and of the dataset as it is prepared here, its first teacher among the runs.

    Args:
        teachers: where the runs are that teach and that are begun with, if not in `place`.
    """
    from itner.training.student_compact import train_compact
    from itner.training.student_encoder import train_transferred

    lesson = config.transfer
    if lesson is None:
        raise ValueError("the configuration names no transfer set")
    folder = choose_folder(place, name or config.preset, resume)
    record, windows = read_transfer(lesson.name, place)
    stats = read_stats(record.dataset, place)
    if stats.sha256 != record.dataset_sha256:
        raise InputError(
            f"the transfer set {record.name} is of another version of {record.dataset} than the one prepared here; "
            "make it anew with `itner transfer`"
        )
    if not len(windows):
        raise InputError(f"the transfer set {record.name} holds no window to learn from")
    scheme = get_domain(record.domain).scheme
    if record.labels != scheme.labels:
        raise InputError(
            f"the transfer set {record.name} was labelled with other types than the domain {record.domain} has now "
            f"({', '.join(scheme.types)}); make it anew with `itner transfer`"
        )
    store = RunStore((teachers or place).models)
    first = next(iter(record.teachers))
    lender = store.load(first)
    if lender.info.model_sha256 != record.teachers[first]:
        raise InputError(
            f"the transfer set {record.name} was labelled by other weights than those of {first} here", path=lender.path
        )
    taught = facts_of(lender)[1]
    train = read_split(record.dataset, "train", place)
    ref = refer(stats, len(train), len(train))
    dev = read_split(record.dataset, "dev", place)
    config = told_of(config, taught.guidelines)
    if isinstance(config, CompactConfig):
        return train_compact(config, folder, scheme, ref, record, windows, lender, train, dev, resume, progress)
    if (config.backbone, config.casing) != (taught.backbone, taught.casing):
        raise InputError(f"{config.preset} reads its input otherwise than {first}, whose word pieces the set holds")
    begin = store.load(lesson.begin) if lesson.begin is not None else None
    return train_transferred(config, folder, scheme, ref, record, windows, begin, train, dev, resume, progress)
