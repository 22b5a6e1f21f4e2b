"""Making the runs of a release anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from itner.benchmark.protocol import BenchSettings
from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.data.sources import SourceName
from itner.domains.registry import get_domain, release_of
from itner.domains.release import TrackPlan, TransferPlan, UnionPlan
from itner.records.config import TransferLesson, UnionConfig
from itner.records.dataset import DataStats
from itner.records.store import BASE_RECORD, BASES, INCOMPLETE, Run, RunStore, is_complete
from itner.records.transfer import TransferSettings
from itner.records.workspace import Workspace
from itner.taggers.encoder.presets import preset
from itner.taggers.generative.base import BUILT
from itner.taggers.generative.presets import is_generative
from itner.taggers.generative.presets import preset as writing_preset
from itner.taggers.registry import is_current, variants_of
from itner.workflows.benchmark import benchmark
from itner.workflows.evaluate import evaluate
from itner.workflows.generative import build_decoder, train_generative
from itner.workflows.open import built
from itner.workflows.prepare import mix, prepare
from itner.workflows.rules import make_rules
from itner.workflows.student import taught_config, told_of, train_taught
from itner.workflows.train import mark_guidelines, train
from itner.workflows.transfer import make_transfer
from itner.workflows.union import make_union

_SHIPPED_SOURCE: SourceName = "embedded"


def reproduce(
    source: SourceName,
    path: Path | None,
    domain_name: str,
    place: Workspace,
    names: Sequence[str] | None = None,
    settings: BenchSettings = BenchSettings(),  # noqa: B008 - frozen
    progress: Progress = silent,
) -> list[Run]:
    """Prepare, train, export, evaluate and benchmark the shipped runs; whatever is there and up to date is kept.

    The source and the corpus that ships are trained on together, and scored on each for itself; presets that are
    weakly taught learn from the weakly labelled texts that ship, too. Teachers of what is to be trained come first; a
    complete run needs its teachers no more. A run trained on anything else than the corpora of record is named
    `PRESET-DATASET`; so are the teachers of such a run. Raises InputError when a complete run of that name was made
    from other data or another configuration.

    Args:
        names: presets, and the name of the run of rules; None for all that ship.
    """
    domain = get_domain(domain_name)
    release = release_of(domain_name, "runs ship that could be reproduced")
    asked = tuple(names) if names is not None else release.runs
    unions = [plan for plan in release.unions if plan.name in asked]
    scored = [prepare(source, path, domain.name, place)]
    annotated = scored[0]
    if source != _SHIPPED_SOURCE:
        scored.append(prepare(_SHIPPED_SOURCE, None, domain.name, place))
        of_record = annotated.name == release.annotated[0]
        named = release.mixture if of_record else f"{release.mixture}-{annotated.name}"
        annotated = mix([stats.name for stats in scored], place, named)

    def run_name(preset_name: str) -> str:
        return preset_name if annotated.name == release.mixture else f"{preset_name}-{annotated.name}"

    made_of = [plan.member for plan in unions if not is_complete(place.models / run_name(plan.name))]
    tracks = [plan for plan in release.tracks if plan.name in asked]
    writers = [name for name in asked if is_generative(name)]
    untrained = {release.rules, *(plan.name for plan in unions), *(plan.name for plan in tracks), *writers}
    wanted = [name for name in dict.fromkeys((*made_of, *asked)) if name not in untrained]
    learners = {name: plan for name in wanted if (plan := release.transfer_of(name)) is not None}
    presets = [name for name in wanted if name not in learners]
    for name, plan in learners.items():
        if not is_complete(place.models / run_name(name)):
            presets += [*plan.teachers, *filter(None, (plan.learners[name],))]
    ordered = _teachers_first(presets, lambda preset_name: is_complete(place.models / run_name(preset_name)))
    datasets = dict.fromkeys(ordered, annotated)
    weakly = [name for name in ordered if name in release.weakly_taught]
    with_weak = annotated
    if weakly or learners:
        here = {stats.name for stats in scored}
        texts = [text for text, like in release.weak_texts.items() if len(scored) > 1 or like in here]
        if texts:
            with_weak = mix([stats.name for stats in scored], place, f"{annotated.name}-weak", texts)
        datasets |= dict.fromkeys(weakly, with_weak)

    made = [_train(preset_name, run_name, trained, place, progress) for preset_name, trained in datasets.items()]
    for name, plan in learners.items():
        transfer = plan.name if annotated.name == release.mixture else f"{plan.name}-{annotated.name}"
        made.append(_train_taught(name, run_name, plan, transfer, with_weak, place, progress))
    if release.rules in asked:
        if not is_complete(place.models / release.rules):
            make_rules(domain.name, place, release.rules)
        made.append(release.rules)
    made += [_make_union(plan, run_name, place) for plan in unions]
    made += [_train_writer(name, run_name(name), annotated, place, progress) for name in writers]
    measured = [_measure(name, scored, place, settings, progress) for name in made]
    return [*measured, *(_make_track(plan, domain.name, scored, place, settings, progress) for plan in tracks)]


def _make_track(
    plan: TrackPlan,
    domain_name: str,
    scored: Sequence[DataStats],
    place: Workspace,
    settings: BenchSettings,
    progress: Progress,
) -> Run:
    """Train a preset on the dataset of a track; it is measured like the others, and on the dev split that chose it."""
    own = prepare(_SHIPPED_SOURCE, None, domain_name, place, plan.dataset)
    _train(plan.preset, lambda name: f"{name}-{own.name}", own, place, progress)
    _evaluate(built(plan.name, place, progress=progress), own, "dev", place, progress)
    return _measure(plan.name, scored, place, settings, progress)


def _train(
    preset_name: str, run_name: Callable[[str], str], trained: DataStats, place: Workspace, progress: Progress
) -> str:
    """Train a preset on a dataset unless that was done; the run's name."""
    config = preset(preset_name)
    if config.distill is not None:
        teachers = tuple(run_name(teacher) for teacher in config.distill.teachers)
        config = preset(preset_name, distill=replace(config.distill, teachers=teachers))
    config = mark_guidelines(config, trained)
    name = run_name(preset_name)
    folder = place.models / name
    if not is_complete(folder):
        train(config, trained.name, place, name, resume=(folder / INCOMPLETE).exists(), progress=progress)
        return name
    run = RunStore(place.models).load(name)
    teachers = config.distill.teachers if config.distill is not None else ()
    _check_made(run, run.config == config and _same_teachers(run, teachers, place), trained)
    return name


def _train_taught(
    preset_name: str,
    run_name: Callable[[str], str],
    plan: TransferPlan,
    transfer: str,
    texts: DataStats,
    place: Workspace,
    progress: Progress,
) -> str:
    """Train a preset on the release's transfer set unless that was done; the run's name."""
    name, begin = run_name(preset_name), plan.learners[preset_name]
    folder = place.models / name
    config = taught_config(preset_name, TransferLesson(transfer, run_name(begin) if begin is not None else None))
    teachers = [run_name(teacher) for teacher in plan.teachers]
    if not is_complete(folder):
        raw = [place.corpus(path) for path in plan.raw]
        make_transfer(
            texts.name, transfer, teachers, place, raw, TransferSettings(copies=plan.copies), progress=progress
        )
        train_taught(config, place, name, resume=(folder / INCOMPLETE).exists(), progress=progress)
        return name
    run = RunStore(place.models).load(name)
    config = told_of(config, mark_guidelines(preset(plan.teachers[0]), texts).guidelines)
    facts = getattr(run.info, "transfer", None)
    alike = facts is not None and facts.settings == TransferSettings(copies=plan.copies)
    _check_made(run, alike and run.config == config and _same_teachers(run, teachers, place), texts)
    return name


def _make_union(plan: UnionPlan, run_name: Callable[[str], str], place: Workspace) -> str:
    """Make a union unless that was done; the run's name."""
    name, member = run_name(plan.name), run_name(plan.member)
    if not is_complete(place.models / name):
        make_union(member, plan.functions, place, name)
        return name
    run = RunStore(place.models).load(name)
    if run.config != UnionConfig(member, plan.functions):
        raise InputError(
            "this run was made of another run or other rules; remove the folder, or reproduce into another one with "
            "--models",
            path=run.path,
        )
    return name


def _train_writer(preset_name: str, name: str, trained: DataStats, place: Workspace, progress: Progress) -> str:
    """Fine-tune a decoder, which is built before where it is one that is, unless that was done; the run's name."""
    config = writing_preset(preset_name)
    folder = place.models / name
    if not is_complete(folder):
        built_name = config.base.removeprefix(BUILT)
        if config.base != built_name and not (place.models / BASES / built_name / BASE_RECORD).is_file():
            begun = (place.models / BASES / built_name / INCOMPLETE).exists()
            build_decoder(built_name, place, resume=begun, progress=progress)
        resume = (folder / INCOMPLETE).exists()
        train_generative(config, trained.name, place, name, resume=resume, progress=progress)
        return name
    run = RunStore(place.models).load(name)
    _check_made(run, run.config == config, trained)
    return name


def _same_teachers(run: Run, names: Sequence[str], place: Workspace) -> bool:
    """Whether a complete run had these teachers, as they are here; it needs them no more."""
    return list(run.info.teachers) == list(names) and all(
        RunStore(place.models).load(teacher).info.model_sha256 == sha256
        for teacher, sha256 in run.info.teachers.items()
        if is_complete(place.models / teacher)
    )


def _check_made(run: Run, taught: bool, trained: DataStats) -> None:
    """InputError unless a complete run was `taught` as it would be today, on this dataset."""
    made_of = getattr(run.info, "dataset", None)
    if not taught or made_of is None or made_of.sha256 != trained.sha256:
        raise InputError(
            "this run was made from other data, another configuration or other teachers; "
            "remove the folder, or reproduce into another one with --models",
            path=run.path,
        )


def _measure(
    name: str, scored: Sequence[DataStats], place: Workspace, settings: BenchSettings, progress: Progress
) -> Run:
    """Evaluate and benchmark a run where that was not done on what is here."""
    run = built(name, place, progress=progress)
    for stats in scored:
        for split in ("dev", "test"):
            _evaluate(run, stats, split, place, progress)
    bench = run.bench
    if bench is None or not all(is_current(run, result) for result in bench.results):
        benchmark(name, scored[0].name, place, settings=settings, progress=progress)
    return RunStore(place.models).load(name)


def _evaluate(run: Run, stats: DataStats, split: str, place: Workspace, progress: Progress) -> None:
    """Evaluate a run on a split unless every variant's report is of today's run and data."""
    known = [run.report(stats.name, split, variant) for variant in variants_of(run)]
    sha256 = stats.splits[split].processed_sha256
    if not all(report and report.split_sha256 == sha256 and is_current(run, report) for report in known):
        evaluate(run.name, stats.name, place, split, progress=progress)


def _teachers_first(presets: Sequence[str], is_complete: Callable[[str], bool]) -> list[str]:
    """The presets, each once, with the teachers of those that are not trained yet before them."""
    ordered: dict[str, None] = {}

    def add(name: str) -> None:
        distill = preset(name).distill
        for teacher in distill.teachers if distill is not None and not is_complete(name) else ():
            if not is_complete(teacher):
                add(teacher)
        ordered[name] = None

    for name in presets:
        add(name)
    return list(ordered)
