"""What ships of a domain, and the study behind it, as data for the workflows that make and describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Arm:
    """A step of an ablation before it is trained: what it adds to another one; `settings` replace the preset's."""

    name: str
    against: str | None
    what: str
    dataset: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AblationPlan:
    """What an ablation of the training tries.

    Attributes:
        preset: what is trained.
        dev_sets: the datasets whose dev splits every arm is scored on.
        student: the arm that the shipped student is trained like.
        untaught: the arm that the shipped run of its size is trained like.
        student_adds: what the student has beside the untaught one, in words.
    """

    preset: str
    seeds: tuple[int, ...]
    dev_sets: tuple[str, ...]
    arms: tuple[Arm, ...]
    student: str
    untaught: str
    student_adds: str


@dataclass(frozen=True)
class Aim:
    """What the shipped run with the best micro-F1 on a test set is to reach there: micro-F1, or F1 of one type."""

    dataset: str
    kind: str | None
    f1: float


@dataclass(frozen=True)
class TransferPlan:
    """The transfer set of a release.

    Attributes:
        name: of the set.
        raw: files of raw text that are labelled as well, under `data/`.
        teacher: the preset whose run labels it.
        copies: altered copies of each text.
        learners: presets that learn from it.
    """

    name: str
    raw: tuple[str, ...]
    teacher: str
    copies: int
    learners: tuple[str, ...]


@dataclass(frozen=True)
class StudyArm:
    """A network of a compression study before it is trained.

    Attributes:
        what: it is, in words.
        preset: whose network it is, changed by `changes`.
        varies: what sets it apart from the base, in a word or two; arms that vary the same are shown alike.
        begins: with the weights of the transfer set's first teacher, not with those of the backbone.
    """

    name: str
    what: str
    preset: str
    varies: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    begins: bool = False


@dataclass(frozen=True)
class StudyPlan:
    """What a compression study tries: size against F1 against speed, all taught alike.

    Attributes:
        transfer: the set that every arm learns from.
        epochs: of that set, the same for all.
        reference: the run that every arm's speed is compared with, at the variant `reference_variant`.
        variants: as which every arm is scored and timed.
        dev_sets: the datasets on whose dev splits.
        base: the arm that the others are variations of.
    """

    transfer: str
    epochs: int
    seeds: tuple[int, ...]
    reference: str
    reference_variant: str
    variants: tuple[str, ...]
    dev_sets: tuple[str, ...]
    base: str
    arms: tuple[StudyArm, ...]


@dataclass(frozen=True)
class Release:
    """The runs that ship, what they are made from, and what they were to reach.

    Attributes:
        presets: of the runs that are trained on datasets, by which they are named.
        rules: the name of the run that is made of the labelling functions.
        default: the run that tags where none is named.
        annotated: the datasets that are trained on together, the public one first.
        mixture: the name of that mixture.
        weak_texts: the weakly labelled texts that ship, with the annotated dataset that each one is like.
        weakly_taught: presets that learn from those texts as well.
        transfer: what the other runs learn from.
        corpus_folder: of the annotated corpus that ships, under `data/`.
        aims: on test, at the variant `aim_variant`.
        taught: the small run that larger ones taught, compared with `largest`, to which it may lose `most_lost`.
    """

    presets: tuple[str, ...]
    rules: str
    default: str
    annotated: tuple[str, ...]
    mixture: str
    weak_texts: Mapping[str, str]
    weakly_taught: frozenset[str]
    transfer: TransferPlan
    corpus_folder: str
    ablation: AblationPlan
    study: StudyPlan
    aims: tuple[Aim, ...]
    aim_variant: str
    taught: str
    largest: str
    most_lost: float

    @property
    def runs(self) -> tuple[str, ...]:
        """The names of all runs that ship."""
        return (*self.presets, *self.transfer.learners, self.rules)
