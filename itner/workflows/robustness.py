"""Measuring what perturbations of the text cost a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.core.words import listed
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.evaluation.robustness.measuring import as_triples, count_clean, measure_effect, read_sample
from itner.evaluation.robustness.perturbing import PERTURBATIONS, SEVERITIES, get_perturbation
from itner.evaluation.robustness.sampling import draw_parts
from itner.evaluation.uncertainty import LEVEL, RESAMPLES, find_ranges
from itner.records.robustness import Effect, RobustnessReport
from itner.records.scores import Interval
from itner.records.store import Run, RunStore, write_robustness
from itner.records.workspace import Workspace
from itner.taggers.registry import check_variants, guidelines_of, kind_of, lack_of, open_variant, recipe_of
from itner.workflows.open import built, check_domain


def _interval(counts: np.ndarray, seed: int) -> Interval:
    """Of micro-F1 from counts [units, types, 3]; of no mention at all nothing is known."""
    low, high = find_ranges(counts, len(counts), seed)[0].f1 or (0.0, 1.0)
    return Interval(low, high, LEVEL, RESAMPLES)


@dataclass(frozen=True)
class RobustnessPlan:
    """What is measured.

    Attributes:
        sample: sentences, drawn once from the seed.
        perturbations: by name.
        severities: from 1 to 3.
        remeasure: also what is known of the same model, sample and seed.
    """

    dataset: str
    split: str = "test"
    variant: str | None = None
    sample: int = 400
    perturbations: tuple[str, ...] = tuple(PERTURBATIONS)
    severities: tuple[int, ...] = tuple(SEVERITIES)
    seed: int = 13
    remeasure: bool = False


def check_plan(name: str, plan: RobustnessPlan, place: Workspace) -> tuple[Run, str]:
    """The run and the variant that a plan is about; InputError where they or its dataset are not to be had."""
    run = RunStore(place.models).load(name)
    variant = plan.variant or kind_of(run).live[0]
    check_variants(run, [variant])
    stats = read_stats(plan.dataset, place)
    check_domain(run, stats)
    if plan.split not in stats.splits:
        raise InputError(f"{plan.dataset} has no {plan.split} split, only {listed(stats.splits)}")
    return run, variant


def measure_robustness(
    name: str, plan: RobustnessPlan, place: Workspace, progress: Progress = silent
) -> RobustnessReport:
    """Measure a run's perturbations; `robustness.json` gets each as soon as it is known.

    What was measured of the same model, sample and seed stays and is not measured again; so a call goes on where
    another was stopped. What was measured of other weights or another version of the split is replaced, what was
    measured on another sample only where the plan says so.

    Args:
        plan: its variant None means the one to deploy.
    Raises:
        InputError: no such run, dataset, split, variant or perturbation, or a run that cannot be opened here.
    """
    run, variant = check_plan(name, plan, place)
    asked = [
        (get_perturbation(each), severity)
        for each in dict.fromkeys(plan.perturbations)
        for severity in sorted(set(plan.severities))
    ]
    stats = read_stats(plan.dataset, place)
    parts = draw_parts(read_split(plan.dataset, plan.split, place), plan.sample, plan.seed)
    lack = lack_of(run)
    if lack is not None:
        raise InputError(
            f"run {name} comes without {lack.what}, so it cannot be opened here. {lack.remedy} with "
            f"`{place.command(*lack.words)}`",
            path=run.path,
        )
    sha256, recipe = stats.splits[plan.split].processed_sha256, recipe_of(run, variant)
    sentences = sum(map(len, parts))
    known = run.robustness_report(plan.dataset, plan.split, variant)
    made_of = (sha256, run.info.model_sha256, recipe, run.info.types, sentences, plan.seed, LEVEL, RESAMPLES)
    if known is not None and _made_of(known) != made_of:
        drawn = (known.sentences, known.seed)
        if _made_of(replace(known, sentences=sentences, seed=plan.seed)) == made_of and not plan.remeasure:
            raise InputError(
                f"{variant} was measured there on {drawn[0]:,} sentences drawn with seed {drawn[1]}: go on with "
                f"`--sample {drawn[0]} --seed {drawn[1]}`, or replace that with `--remeasure`",
                path=run.path,
            )
        known = None
    left = [
        (each, severity)
        for each, severity in asked
        if plan.remeasure or known is None or known.effect(each.name, severity) is None
    ]
    if known is not None and not left:
        return known
    step = f"perturbing {plan.dataset} {plan.split} for {name}, {variant}"
    tagger = open_variant(built(name, place, (variant,), progress), variant)
    progress(step, 0.0)
    guidelines = guidelines_of(run)
    readings = read_sample(tagger, parts, guidelines)
    clean = count_clean(readings)
    report = RobustnessReport(
        dataset=plan.dataset,
        split=plan.split,
        split_sha256=sha256,
        variant=variant,
        model_sha256=run.info.model_sha256,
        int8=recipe,
        types=run.info.types,
        sentences=sentences,
        units=len(clean),
        seed=plan.seed,
        level=LEVEL,
        resamples=RESAMPLES,
        clean=as_triples(clean),
        clean_interval=_interval(clean, plan.seed),
        effects=known.effects if known is not None else (),
        provenance=collect_provenance(),
    )
    names = get_domain(run.info.domain).lexicons
    for number, (perturbation, severity) in enumerate(left, start=1):
        effect = measure_effect(tagger, readings, perturbation, severity, names, guidelines, plan.seed)
        report = replace(report, effects=_merge(report.effects, effect))
        write_robustness(run, report)
        progress(step, number / len(left))
    return report


def _made_of(report: RobustnessReport) -> tuple[object, ...]:
    """What effects have to share to stand in one report."""
    return (
        report.split_sha256,
        report.model_sha256,
        report.int8,
        report.types,
        report.sentences,
        report.seed,
        report.level,
        report.resamples,
    )


def _merge(effects: Sequence[Effect], effect: Effect) -> tuple[Effect, ...]:
    """The effects with this one, in the order of the perturbations."""
    order = list(PERTURBATIONS)
    merged = {(each.perturbation, each.severity): each for each in (*effects, effect)}

    def place(key: tuple[str, int]) -> tuple[int, str, int]:
        # What another version measured under a name that is none any more comes last.
        return order.index(key[0]) if key[0] in order else len(order), *key

    return tuple(merged[key] for key in sorted(merged, key=place))
