"""What ships of a domain, and the study behind it, as data for the workflows that make and describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


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
    """What a run is to reach on a dataset split: micro-F1, macro-F1, or F1 of the type `kind`."""

    run: str
    dataset: str
    f1: float
    kind: str | None = None
    macro: bool = False
    split: str = "test"


@dataclass(frozen=True)
class SizeAim:
    """How little a run is to add to a deployment, in MB (10^6 bytes)."""

    run: str
    megabytes: float


@dataclass(frozen=True)
class StudyAim:
    """What some network of the compression study is to reach on a dev set, with how many MB (10^6 bytes) at most."""

    dataset: str
    f1: float
    megabytes: float


@dataclass(frozen=True)
class LatencyAim:
    """Within how many ms a run is to read nineteen of twenty sentences, each by itself, from text to mentions."""

    run: str
    p95_ms: float
    variant: str | None = None


@dataclass(frozen=True)
class SpeedAim:
    """How many times as many tokens a second a run is to read as the run `of`, where both took turns."""

    run: str
    of: str
    times: float


@dataclass(frozen=True)
class BulkAim:
    """How fast a run, at the variant to deploy, is to read much text from file to file.

    Attributes:
        least: tokens a second, or how many times as many as a peer.
        beside: that peer; None for tokens a second.
        vnni: on a CPU that has such instructions, or on one that has none; None for any.
    """

    run: str
    least: float
    beside: Literal["pipeline", "spacy"] | None = None
    vnni: bool | None = None


@dataclass(frozen=True)
class TransferPlan:
    """A transfer set of a release.

    Attributes:
        name: of the set.
        raw: files of raw text that are labelled as well, under `data/`.
        teachers: presets whose runs label it together; the first lends compact networks its word pieces.
        copies: altered copies of each text.
        learners: presets that learn from it, each with the teacher whose weights it begins with.
    """

    name: str
    raw: tuple[str, ...]
    teachers: tuple[str, ...]
    copies: int
    learners: Mapping[str, str | None]


@dataclass(frozen=True)
class TrackPlan:
    """A run of a preset that learns from one dataset alone, one that ships as text."""

    preset: str
    dataset: str

    @property
    def name(self) -> str:
        return f"{self.preset}-{self.dataset}"


@dataclass(frozen=True)
class UnionPlan:
    """A run in which labelling functions of the domain, by name, overrule the run of the preset `member`."""

    name: str
    member: str
    functions: tuple[str, ...]


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
        epochs: of that set, the same for all that begin with nothing but embeddings.
        begun_epochs: the same for all that begin with a teacher's layers.
        reference: the run that every arm's speed is compared with, at the variant `reference_variant`.
        variants: as which every arm is scored and timed.
        dev_sets: the datasets on whose dev splits.
        base: the arm that the others are variations of.
    """

    transfer: str
    epochs: int
    begun_epochs: int
    seeds: tuple[int, ...]
    reference: str
    reference_variant: str
    variants: tuple[str, ...]
    dev_sets: tuple[str, ...]
    base: str
    arms: tuple[StudyArm, ...]


@dataclass(frozen=True)
class CurvePlan:
    """What a learning curve trains: a preset on so many train sentences of a dataset, None for all."""

    preset: str
    dataset: str
    sizes: tuple[int | None, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class TypeClaim:
    """That compression costs some types more than others."""

    name: str
    title: str
    hard: tuple[str, ...]
    easy: tuple[str, ...]


@dataclass(frozen=True)
class OwnPreset:
    """A preset that a domain names for itself: what it changes of another one."""

    name: str
    like: str
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Release:
    """The runs that ship, what they are made from, and what they were to reach.

    Attributes:
        runs: the names of all that ship, in the order in which they are shown; those that are trained are named by
            their presets.
        rules: the run that is made of the labelling functions.
        default: the run that tags where none is named.
        annotated: the datasets that are trained on together, the one that does not ship as text first.
        mixture: the name of that mixture; of a single dataset its own.
        corpus: the dataset of the annotated corpus that ships, which has a data card.
        presets: of the domain's own.
        weak_texts: the weakly labelled texts that ship, with the annotated dataset that each one is like.
        weakly_taught: presets that learn from those texts as well.
        transfers: what the runs that are not trained on datasets learn from.
        unions: the runs that are made of rules and one of the others.
        tracks: the runs that learn from another dataset than all others do.
        seeds: with which each trained run is trained once more each, to see what is chance.
        ablation, study, curve: None where none is planned.
        type_claims: about its types, which are tested on stored predictions.
        bulk_aims: of reading much text.
        aims: at the variant `aim_variant` unless they name another one.
    """

    runs: tuple[str, ...]
    rules: str
    default: str
    annotated: tuple[str, ...]
    mixture: str
    corpus: str
    presets: tuple[OwnPreset, ...] = ()
    weak_texts: Mapping[str, str] = field(default_factory=dict)
    weakly_taught: frozenset[str] = frozenset()
    transfers: tuple[TransferPlan, ...] = ()
    unions: tuple[UnionPlan, ...] = ()
    tracks: tuple[TrackPlan, ...] = ()
    seeds: tuple[int, ...] = (14, 15)
    type_claims: tuple[TypeClaim, ...] = ()
    ablation: AblationPlan | None = None
    study: StudyPlan | None = None
    curve: CurvePlan | None = None
    aims: tuple[Aim | LatencyAim | SizeAim | SpeedAim | StudyAim, ...] = ()
    aim_variant: str = "int8"
    bulk_aims: tuple[BulkAim, ...] = ()

    def transfer_of(self, preset: str) -> TransferPlan | None:
        """The transfer set that a preset's run learns from; None where it is trained on a dataset, and for rules."""
        return next((plan for plan in self.transfers if preset in plan.learners), None)
