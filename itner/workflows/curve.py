"""Learning curves: how well a preset learns from few sentences, on dev."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.domains.release import CurvePlan
from itner.evaluation.scoring import score_documents
from itner.records.config import EncoderConfig
from itner.records.curve import CurvePoint, LearningCurve, LearningCurves
from itner.records.dataset import DataStats
from itner.records.files import change_record, hidden_folder, locked
from itner.records.run import EncoderRun
from itner.records.store import CURVES, Run, RunStore, is_complete, read_curves
from itner.records.workspace import Workspace
from itner.taggers.encoder.presets import preset
from itner.taggers.registry import kind_of, open_variant
from itner.workflows.seeds import SEED_RUNS, run_name
from itner.workflows.train import mark_guidelines, train


def curve_plan(domain_name: str) -> CurvePlan:
    """The learning curve of a domain's release; InputError when there is none."""
    plan = get_domain(domain_name).curve
    if plan is None:
        raise InputError(f"the domain {domain_name!r} has no release that plans a learning curve")
    return plan


def learn_curve(
    domain_name: str,
    place: Workspace,
    plan: CurvePlan | None = None,
    sizes: Sequence[int] | None = None,
    seeds: Sequence[int] | None = None,
    progress: Progress = silent,
) -> LearningCurve:
    """Train on ever more sentences with every seed, score on dev, write each point as soon as it is known.

    A seed draws the order of the train sentences once, so that what it learns from few is part of what it learns from
    more. The epoch that is kept is chosen on a quarter as many dev sentences, at least ten; the score is of all. The
    weights are not kept. Called again, the curve goes on where it was stopped; what `models/learning_curves.json` holds
    is not trained again unless the data or the preset are others now. Nor are the runs here that learned from all
    sentences, the preset's own and those that `train_seeds` made: they are scored.

    Args:
        plan: what is trained; None for the plan of the domain's release.
        sizes, seeds: instead of the plan's.
    Raises:
        InputError: a size is more than there are sentences.
    """
    plan = plan or curve_plan(domain_name)
    stats = read_stats(plan.dataset, place)
    every = stats.splits["train"].sentences
    asked = [(every if size is None else size, seed) for size in sizes or plan.sizes for seed in seeds or plan.seeds]
    if bad := [size for size, _ in asked if not 0 < size <= every]:
        raise InputError(f"{plan.dataset} has {every:,} train sentences, so there are no {bad[0]:,} to learn from")

    def config_of(seed: int) -> EncoderConfig:
        return mark_guidelines(preset(plan.preset, seed=seed), stats)

    def current(curve: LearningCurve | None) -> tuple[CurvePoint, ...]:
        """The points that are of today's preset and data."""
        if curve is None or (curve.dataset, curve.dataset_sha256) != (plan.dataset, stats.sha256):
            return ()
        return tuple(point for point in curve.points if point.config == config_of(point.config.seed))

    def known() -> tuple[CurvePoint, ...]:
        curves = read_curves(place.models)
        return current(curves.of(domain_name) if curves is not None else None)

    def keep(*points: CurvePoint) -> LearningCurve:
        def add(curves: LearningCurves | None) -> LearningCurves:
            before = current(curves.of(domain_name) if curves is not None else None)
            kept = {(point.sentences, point.config.seed): point for point in (*before, *points)}
            curve = LearningCurve(
                domain_name, plan.preset, plan.dataset, stats.sha256, tuple(kept[key] for key in sorted(kept))
            )
            return (curves or LearningCurves()).with_curve(curve)

        written: LearningCurves = change_record(place.models / CURVES, LearningCurves, add)
        return written.of(domain_name) or LearningCurve(domain_name, plan.preset, plan.dataset, stats.sha256, ())

    for number, (size, seed) in enumerate(asked, start=1):

        def told(message: str, share: float, number: int = number) -> None:
            progress(f"{message} ({number} of {len(asked)})", share)

        # Another process that trains the same is waited for.
        with locked(place.models / f".curve-{domain_name}-{size}-{seed}"):
            if not any((point.sentences, point.config.seed) == (size, seed) for point in known()):
                made = _find_trained(config_of(seed), stats, place) if size == every else None
                keep(_score(made, place) if made else _train_point(config_of(seed), plan.dataset, size, place, told))
    return keep()


def _find_trained(config: EncoderConfig, stats: DataStats, place: Workspace) -> Run | None:
    """The run that learned this from all sentences, if it is here."""
    for folder in (place.models / config.preset, place.models / SEED_RUNS / run_name(config.preset, config.seed)):
        if is_complete(folder):
            run = RunStore(folder.parent).load(folder.name)
            if run.config == config and run.info.dataset is not None and run.info.dataset.sha256 == stats.sha256:
                return run
    return None


def _train_point(
    config: EncoderConfig, dataset: str, sentences: int, place: Workspace, progress: Progress
) -> CurvePoint:
    with hidden_folder(place.models / f"curve-{dataset}-{sentences}-{config.seed}") as folder:
        rooms = replace(place, models=folder)
        train(config, dataset, rooms, "point", progress=progress, teachers=place, sentences=sentences)
        return _score(RunStore(rooms.models).load("point"), place)


def _score(run: Run, place: Workspace) -> CurvePoint:
    info, config = run.info, run.config
    if not isinstance(info, EncoderRun) or not isinstance(config, EncoderConfig):
        raise InputError("this run was not trained on sentences", path=run.path)
    tagger = open_variant(run, kind_of(run).reference or kind_of(run).live[0])
    documents = read_split(info.dataset.name, "dev", place)
    scored = score_documents(documents, tagger.tag_documents(documents), tagger.types)
    return CurvePoint(
        sentences=info.dataset.train_documents,
        config=config,
        per_type=scored["per_type"],
        best_epoch=info.best_epoch,
        train_seconds=info.train_seconds,
        provenance=info.provenance,
    )
