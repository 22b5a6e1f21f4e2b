"""The compression study: networks of many sizes, taught alike, scored and timed beside one reference run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from itner.benchmark.turns import TurnSettings, time_in_turns
from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance, usable_cores
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.domains.release import StudyArm, StudyPlan
from itner.evaluation.scoring import score_documents
from itner.records.config import CompactConfig, EncoderConfig, TransferLesson
from itner.records.files import change_record, locked
from itner.records.scores import Counts
from itner.records.store import INCOMPLETE, STUDY, Run, RunStore, is_complete, read_study
from itner.records.study import CompressionPoint, CompressionStudy, PointVariant, StudyReference
from itner.records.transfer import TransferFacts, agree
from itner.records.workspace import Workspace
from itner.taggers.encoder.variants import facts_of
from itner.taggers.registry import KINDS, kind_of, open_variant
from itner.workflows.open import built
from itner.workflows.student import taught_config, told_of, train_taught
from itner.workflows.transfer import read_transfer

STUDY_RUNS = ".study"


def plan_of(domain_name: str) -> StudyPlan:
    """What the compression study of a domain's release tries; InputError when there is none."""
    plan = get_domain(domain_name).study
    if plan is None:
        raise InputError(f"the domain {domain_name!r} has no release that plans a compression study")
    return plan


def study_compression(
    domain_name: str,
    place: Workspace,
    plan: StudyPlan | None = None,
    names: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
    remeasure: bool = False,
    settings: TurnSettings = TurnSettings(),  # noqa: B008 - frozen
    progress: Progress = silent,
) -> CompressionStudy:
    """Train, score and time points with every seed; each goes into `models/compression_study.json` as soon as known.

    The weights stay in a folder beside the runs that git ignores. Called again, the study goes on where it was stopped,
    and several processes can share the training. What the file holds already is not done again, unless data,
    configuration, teachers or the reference are others now; then the old one is left out of the file.

    Args:
        plan: what is tried; None for the plan of the domain's release.
        names: the points to make; None for all.
        seeds: instead of the plan's.
        remeasure: score and time again what is trained here, and train nothing.
    """
    study = _Study.begin(domain_name, place, plan or plan_of(domain_name))
    asked = [
        (arm, seed)
        for arm in study.plan.arms
        if names is None or arm.name in names
        for seed in seeds or study.plan.seeds
    ]
    if remeasure and (absent := [n for n in (run_name(*each) for each in asked) if not is_complete(study.runs / n)]):
        raise InputError(f"not trained here, so there is nothing to measure: {', '.join(absent)}", path=study.runs)
    reference = study.measure_reference(progress)
    for number, (arm, seed) in enumerate(asked, start=1):
        told = _counting(progress, f" ({number} of {len(asked)})")
        # Another process that makes the same point is waited for.
        with locked(study.runs / run_name(arm, seed)):
            study.make_point(arm, seed, reference, remeasure, settings, told)
    return study.write(reference, None)


def run_name(arm: StudyArm, seed: int) -> str:
    """The folder of a point's weights."""
    return f"{re.sub(r'[^a-z0-9]+', '-', arm.name.lower()).strip('-')}-{seed}"


@dataclass(frozen=True)
class _Inputs:
    """What a point is made of: when that is another, so is the point."""

    config: EncoderConfig | CompactConfig
    datasets_sha256: dict[str, str]
    transfer: TransferFacts
    teachers: dict[str, str]

    def agree(self, other: _Inputs) -> bool:
        """Whether a point of the other ones is a point of these; what an older one does not say is no difference."""
        return agree(self.transfer, other.transfer) and self == replace(other, transfer=self.transfer)


@dataclass(frozen=True)
class _Study:
    """A study in a workspace: `teacher` is the first of the transfer set, `datasets_sha256` those of the dev sets."""

    domain: str
    place: Workspace
    plan: StudyPlan
    teacher: EncoderConfig
    transfer: TransferFacts
    teachers: dict[str, str]
    datasets_sha256: dict[str, str]
    dataset: tuple[str, str]

    @classmethod
    def begin(cls, domain: str, place: Workspace, plan: StudyPlan) -> _Study:
        record, _ = read_transfer(plan.transfer, place)
        known = read_study(place.models)
        if known is not None and known.transfer != plan.transfer:
            raise InputError(
                f"this study is of the transfer set {known.transfer}, and only what learned from the same set can be "
                "compared; remove the file, or choose another folder with --models",
                path=place.models / STUDY,
            )
        first = RunStore(place.models).load(next(iter(record.teachers)))
        study = cls(
            domain=domain,
            place=place,
            plan=plan,
            teacher=facts_of(first)[1],
            transfer=record.facts,
            teachers=dict(record.teachers),
            datasets_sha256={name: read_stats(name, place).sha256 for name in plan.dev_sets},
            dataset=(record.dataset, record.dataset_sha256),
        )
        for begins in (False, True):
            alike = [study.inputs(arm, plan.seeds[0]).config for arm in plan.arms if arm.begins is begins]
            if len(lengths := set(map(study.count_steps, alike))) > 1:
                raise ValueError(f"points that begin alike learn for as many steps, these for {sorted(lengths)}")
        study.runs.mkdir(parents=True, exist_ok=True)
        return study

    @property
    def runs(self) -> Path:
        """The folder of the points' runs."""
        return self.place.models / STUDY_RUNS

    def inputs(self, arm: StudyArm, seed: int) -> _Inputs:
        """What a point is made of today."""
        lesson = TransferLesson(self.transfer.name, next(iter(self.teachers)) if arm.begins else None)
        epochs = self.plan.begun_epochs if arm.begins else self.plan.epochs
        config = taught_config(arm.preset, lesson, **{**arm.changes, "epochs": epochs, "seed": seed})
        hashes = self.datasets_sha256 | dict([self.dataset])
        return _Inputs(told_of(config, self.teacher.guidelines), hashes, self.transfer, self.teachers)

    def count_steps(self, config: EncoderConfig | CompactConfig) -> int:
        """Batches of the whole training."""
        return config.epochs * -(-self.transfer.windows // config.batch_size)

    def measure_reference(self, progress: Progress) -> StudyReference:
        """The reference run as it is now, scored unless it was."""
        name, variant = self.plan.reference, self.plan.reference_variant
        run = built(name, self.place, (variant,), progress)
        kind = kind_of(run)
        known = read_study(self.place.models)
        if known is not None:
            now = (name, variant, run.info.model_sha256, kind.recipe(variant), self.datasets_sha256)
            was = known.reference
            if (was.run, was.variant, was.model_sha256, was.int8, was.datasets_sha256) == now:
                return was
        return StudyReference(
            run=name,
            variant=variant,
            model_sha256=run.info.model_sha256,
            int8=kind.recipe(variant),
            parameters_total=run.info.parameters_total,
            parameters_outside_embeddings=_count_outside(run),
            file_mib=_measure_size(run, variant),
            datasets_sha256=self.datasets_sha256,
            dev=self.score(run, variant, progress),
        )

    def make_point(
        self,
        arm: StudyArm,
        seed: int,
        reference: StudyReference,
        remeasure: bool,
        settings: TurnSettings,
        progress: Progress,
    ) -> None:
        """Whatever is missing of a point: training, scores, times."""
        point = next((p for p in self.known(reference) if (p.name, p.seed) == (arm.name, seed)), None)
        if point is not None and not remeasure and self._is_whole(point):
            return
        run = self._trained(arm, seed, progress)
        if point is None or point.model_sha256 != run.info.model_sha256:
            point = self._begun(arm, seed, run)
            self.write(reference, point)
        if remeasure:
            point = replace(point, variants={})
        built(run.name, replace(self.place, models=self.runs), self.plan.variants, progress)
        for variant in self.plan.variants:
            if variant not in point.variants:
                scored = PointVariant(
                    int8=kind_of(run).recipe(variant),
                    file_mib=_measure_size(run, variant),
                    dev=self.score(run, variant, progress),
                )
                point = replace(point, variants=point.variants | {variant: scored})
                self.write(reference, point)
        self.write(reference, self._timed(point, run, settings, progress))

    def known(self, reference: StudyReference) -> list[CompressionPoint]:
        """The points of the file that are made of what they would be made of today, without what is stale of them."""
        study = read_study(self.place.models)
        return self._current(study, reference) if study is not None else []

    def write(self, reference: StudyReference, point: CompressionPoint | None) -> CompressionStudy:
        """Put a point, in the place of an older one, beside those that are current, in the plan's order."""
        order = [arm.name for arm in self.plan.arms]

        def change(study: CompressionStudy | None) -> CompressionStudy:
            points = {(p.name, p.seed): p for p in (self._current(study, reference) if study is not None else ())}
            if point is not None:
                points[point.name, point.seed] = point
            ordered = sorted(points.values(), key=lambda p: (order.index(p.name), p.seed))
            return CompressionStudy(
                domain=self.domain,
                transfer=self.transfer.name,
                split="dev",
                base=self.plan.base,
                reference=reference,
                points=tuple(ordered),
            )

        written: CompressionStudy = change_record(self.place.models / STUDY, CompressionStudy, change)
        return written

    def _current(self, study: CompressionStudy, reference: StudyReference) -> list[CompressionPoint]:
        arms = {arm.name: arm for arm in self.plan.arms}
        same = (study.reference.model_sha256, study.reference.int8) == (reference.model_sha256, reference.int8)
        found = []
        for point in study.points:
            made_of = _Inputs(point.config, point.datasets_sha256, point.transfer, point.teachers)
            if point.name not in arms or not self.inputs(arms[point.name], point.seed).agree(made_of):
                continue
            recipe = KINDS[point.config.kind].recipe
            variants = {name: each for name, each in point.variants.items() if each.int8 == recipe(name)}
            if not same:
                variants = {name: PointVariant(each.int8, each.file_mib, each.dev) for name, each in variants.items()}
            found.append(replace(point, variants=variants))
        return found

    def _is_whole(self, point: CompressionPoint) -> bool:
        return all((each := point.variants.get(name)) and each.forward is not None for name in self.plan.variants)

    def _trained(self, arm: StudyArm, seed: int, progress: Progress) -> Run:
        rooms, name, wanted = replace(self.place, models=self.runs), run_name(arm, seed), self.inputs(arm, seed)
        folder = rooms.models / name
        if not is_complete(folder):
            resume = (folder / INCOMPLETE).exists()
            train_taught(wanted.config, rooms, name, resume, progress, teachers=self.place)
        run = RunStore(rooms.models).load(name)
        facts = getattr(run.info, "transfer", None)
        learned = run.info.dataset.sha256 if run.info.dataset is not None else None
        now = (wanted.config, wanted.teachers, self.dataset[1])
        if (run.config, run.info.teachers, learned) != now or not agree(facts, wanted.transfer):
            raise InputError(
                "this point was made from other data, another configuration or other teachers; remove the folder",
                path=folder,
            )
        return run

    def _begun(self, arm: StudyArm, seed: int, run: Run) -> CompressionPoint:
        made_of = self.inputs(arm, seed)
        info = run.info
        if info.parameters_total is None or info.train_seconds is None:
            raise InputError(f"run {run.name!r} was not trained", path=run.path)
        return CompressionPoint(
            name=arm.name,
            varies=arm.varies,
            what=arm.what,
            config=made_of.config,
            datasets_sha256=made_of.datasets_sha256,
            transfer=made_of.transfer,
            teachers=made_of.teachers,
            model_sha256=info.model_sha256,
            parameters_total=info.parameters_total,
            parameters_outside_embeddings=_count_outside(run),
            steps=self.count_steps(made_of.config),
            train_seconds=info.train_seconds,
            provenance=info.provenance,
        )

    def score(self, run: Run, variant: str, progress: Progress) -> dict[str, dict[str, Counts]]:
        """Counts of each type on every dev set, by dataset."""
        tagger = open_variant(run, variant)
        dev: dict[str, dict[str, Counts]] = {}
        for number, dataset in enumerate(self.plan.dev_sets):
            progress(f"scoring {run.name} {variant}", number / len(self.plan.dev_sets))
            documents = read_split(dataset, "dev", self.place)
            dev[dataset] = score_documents(documents, tagger.tag_documents(documents), tagger.types)["per_type"]
        progress(f"scoring {run.name} {variant}", 1.0)
        return dev

    def _timed(self, point: CompressionPoint, run: Run, settings: TurnSettings, progress: Progress) -> CompressionPoint:
        progress(f"timing {run.name}", 0.0)
        entrants = [(run.path, variant) for variant in self.plan.variants]
        documents = read_split(self.plan.dev_sets[0], "dev", self.place)
        reference = (self.place.models / self.plan.reference, self.plan.reference_variant)
        timed = dict(zip(self.plan.variants, time_in_turns(reference, entrants, documents, settings), strict=True))
        provenance, threads = collect_provenance(), settings.threads or usable_cores()
        progress(f"timing {run.name}", 1.0)
        variants = dict(point.variants)
        for variant, (forward, bulk) in timed.items():
            variants[variant] = replace(
                variants[variant], forward=forward, bulk=bulk, threads=threads, timed=provenance
            )
        return replace(point, variants=variants)


def _counting(progress: Progress, of: str) -> Progress:
    return lambda message, share: progress(message + of, share)


def _count_outside(run: Run) -> int | None:
    tables = kind_of(run).table_parameters(run)
    total = run.info.parameters_total
    return total - tables if total is not None and tables is not None else None


def _measure_size(run: Run, variant: str) -> float:
    return round(kind_of(run).deployed_bytes(run, variant) / 2**20, 3)
