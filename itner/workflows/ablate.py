"""Measuring what each step of a training brings: every arm with every seed, on dev."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.domains.release import AblationPlan, Arm
from itner.evaluation.scoring import score_documents
from itner.records.codec import to_json
from itner.records.config import EncoderConfig
from itner.records.files import change_record, hidden_folder, read_record, write_atomic
from itner.records.store import ABLATION, RunStore, read_ablation
from itner.records.study import Ablation, AblationArm, AblationRun
from itner.records.workspace import Workspace
from itner.taggers.encoder.presets import preset
from itner.taggers.registry import kind_of, open_variant
from itner.workflows.train import mark_guidelines, teachers_of, train

ABLATION_PARTS = ".ablation"


def plan_of(domain_name: str) -> AblationPlan:
    """What the ablation of a domain's release tries; InputError when there is none."""
    plan = get_domain(domain_name).ablation
    if plan is None:
        raise InputError(f"the domain {domain_name!r} has no release that plans an ablation")
    return plan


def ablate(
    domain_name: str,
    place: Workspace,
    plan: AblationPlan | None = None,
    names: Sequence[str] | None = None,
    seeds: Sequence[int] | None = None,
    base: str | None = None,
    epochs: int | None = None,
    progress: Progress = silent,
) -> Ablation:
    """Train arms with every seed, score them on dev, write what is known of all arms to `models/ablation.json`.

    Each training's scores are kept beside the runs as soon as it is done, its weights are not: called again, the
    ablation goes on where it was stopped, and several processes can share the work. What `models/ablation.json` holds
    already is not trained again either, unless data, configuration or teachers are others now.

    Args:
        plan: what is tried; None for the plan of the domain's release.
        names: the arms to train; None for all.
        seeds, base: instead of the plan's.
    """
    plan = plan or plan_of(domain_name)
    base = base or plan.preset
    arms, dev_sets = plan.arms, plan.dev_sets
    kept = place.models / ABLATION_PARTS
    kept.mkdir(parents=True, exist_ok=True)
    for arm in arms:
        for seed in (seeds or plan.seeds) if names is None or arm.name in names else ():
            made_of = _ablation_inputs(arm, seed, base, epochs, dev_sets, place)
            if _find_ablation_run(arm, seed, made_of, place) is None:
                result = _train_ablation_run(arm, made_of, dev_sets, place, progress)
                write_atomic(_ablation_part(arm, seed, place), to_json(result))

    def gather(_: Ablation | None) -> Ablation:
        known = _ablation_runs(place)
        done = []
        for arm in arms:
            found = [
                run
                for seed in sorted({run.seed for run in known if run.arm == arm.name})
                if (made_of := _ablation_inputs(arm, seed, base, epochs, dev_sets, place))
                and (run := _find_ablation_run(arm, seed, made_of, place))
            ]
            if found:
                done.append(AblationArm(arm.name, arm.against, arm.what, tuple(found)))
        return Ablation(domain_name, base, "dev", tuple(done))

    # Whoever writes last has read what all others wrote.
    ablation: Ablation = change_record(place.models / ABLATION, Ablation, gather)
    return ablation


@dataclass(frozen=True)
class _AblationInputs:
    config: EncoderConfig
    dataset: str
    datasets_sha256: dict[str, str]
    teachers: dict[str, str]


def _ablation_inputs(
    arm: Arm, seed: int, base: str, epochs: int | None, dev_sets: Sequence[str], place: Workspace
) -> _AblationInputs:
    stats = read_stats(arm.dataset, place)
    config = mark_guidelines(preset(base, seed=seed, epochs=epochs, **arm.settings), stats)
    hashes = {name: read_stats(name, place).sha256 for name in sorted({arm.dataset, *dev_sets})}
    return _AblationInputs(config, arm.dataset, hashes, teachers_of(config, place))


def _ablation_part(arm: Arm, seed: int, place: Workspace) -> Path:
    return place.models / ABLATION_PARTS / f"{arm.name.replace(' ', '-')}-{seed}.json"


def _ablation_runs(place: Workspace) -> list[AblationRun]:
    """Every training that is known, the newer ones first."""
    parts = sorted((place.models / ABLATION_PARTS).glob("*.json"))
    written = read_ablation(place.models)
    return [
        *(read_record(path, AblationRun, "remove the file; its arm is trained again") for path in parts),
        *(run for arm in (written.arms if written is not None else ()) for run in arm.runs),
    ]


def _find_ablation_run(arm: Arm, seed: int, made_of: _AblationInputs, place: Workspace) -> AblationRun | None:
    for run in _ablation_runs(place):
        known = _AblationInputs(run.config, run.dataset, run.datasets_sha256, run.teachers)
        if (run.arm, run.seed, known) == (arm.name, seed, made_of):
            return run
    return None


def _train_ablation_run(
    arm: Arm, made_of: _AblationInputs, dev_sets: Sequence[str], place: Workspace, progress: Progress
) -> AblationRun:
    with hidden_folder(place.models / f"ablation-{arm.name.replace(' ', '-')}-{made_of.config.seed}") as folder:
        rooms = Workspace(models=folder, data=place.data)
        info = train(made_of.config, arm.dataset, rooms, "arm", progress=progress, teachers=place)
        run = RunStore(rooms.models).load("arm")
        tagger = open_variant(run, kind_of(run).reference or kind_of(run).live[0])
        dev = {}
        for dataset in dev_sets:
            documents = read_split(dataset, "dev", place)
            dev[dataset] = score_documents(documents, tagger.tag_documents(documents), tagger.types)["per_type"]
    return AblationRun(
        arm=arm.name,
        seed=made_of.config.seed,
        config=made_of.config,
        dataset=made_of.dataset,
        datasets_sha256=made_of.datasets_sha256,
        dev=dev,
        best_epoch=info.best_epoch,
        teachers=info.teachers,
        train_seconds=info.train_seconds,
        provenance=info.provenance,
    )
