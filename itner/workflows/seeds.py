"""A run's training with other seeds, scored on dev."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.data.processed import read_split, read_stats
from itner.domains.registry import release_of
from itner.evaluation.scoring import score_documents
from itner.records.config import CompactConfig, EncoderConfig
from itner.records.files import locked
from itner.records.run import CompactRun, EncoderRun
from itner.records.seeds import SeedRun, SeedScore
from itner.records.store import INCOMPLETE, Run, RunStore, begin_of, is_complete, write_seed
from itner.records.workspace import Workspace
from itner.taggers.registry import kind_of, open_variant
from itner.workflows.card import write_run_card
from itner.workflows.open import built
from itner.workflows.student import train_taught
from itner.workflows.train import train

SEED_RUNS = ".seeds"


def seeds_of(domain_name: str) -> tuple[int, ...]:
    """The seeds that a domain's release plans; InputError when it has none."""
    return release_of(domain_name, "seeds are planned; name some with --seed").seeds


def can_repeat(run: Run) -> bool:
    """Whether a run's training can be repeated with other seeds here."""
    return isinstance(run.config, EncoderConfig | CompactConfig)


def train_seeds(
    name: str,
    place: Workspace,
    seeds: Sequence[int] | None = None,
    remeasure: bool = False,
    progress: Progress = silent,
) -> Run:
    """Train a run again with each seed and score it on dev; what is found goes into the run's `seeds.json` and card.

    Scored is every dev set that the run itself was scored on, at its exact variant and at the one to deploy. The
    weights stay in a folder beside the runs that git ignores. Called again, it goes on where it was stopped.

    Args:
        seeds: None for those of the domain's release.
        remeasure: score again what is trained here, and train nothing.
    Raises:
        InputError: the run is not trained, or was not scored on dev, or its data are others now.
    """
    run = RunStore(place.models).load(name)
    config = run.config
    if not isinstance(config, EncoderConfig | CompactConfig) or run.info.dataset is None:
        why = "is not trained" if run.info.train_seconds is None else f"is of kind {run.info.kind!r}"
        raise InputError(f"{name} {why}, so that no seed changes it here", path=run.path)
    asked = seeds if seeds is not None else seeds_of(run.info.domain)
    if config.seed in asked:
        raise InputError(f"{name} itself was trained with seed {config.seed}; name others", path=run.path)
    if not any(report.split == "dev" for report in run.metrics.reports):
        raise InputError(
            f"{name} was not scored on dev, so there is nothing to compare with; run `itner evaluate {name} "
            f"--dataset {run.info.dataset.name} --split dev`",
            path=run.path,
        )
    if read_stats(run.info.dataset.name, place).sha256 != run.info.dataset.sha256:
        raise InputError(f"{run.info.dataset.name} is another version than {name} was trained on", path=run.path)
    rooms = replace(place, models=place.models / SEED_RUNS)
    rooms.models.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(asked, start=1):
        known = next((each for each in run.seeds.runs if each.seed == seed and run.is_repeated_by(each)), None)
        if known is not None and not remeasure:
            continue

        def told(message: str, share: float, number: int = number) -> None:
            progress(f"{message} ({number} of {len(asked)})", share)

        # Another process that trains the same is waited for.
        with locked(rooms.models / run_name(name, seed)):
            again = _trained(run, replace(config, seed=seed), rooms, place, remeasure, told)
            write_seed(run, _describe(run, again, rooms, told))
    write_run_card(name, place)
    return RunStore(place.models).load(name)


def run_name(name: str, seed: int) -> str:
    """The folder of a training's weights."""
    return f"{name}-{seed}"


def _trained(
    run: Run,
    config: EncoderConfig | CompactConfig,
    rooms: Workspace,
    place: Workspace,
    remeasure: bool,
    progress: Progress,
) -> Run:
    name = run_name(run.name, config.seed)
    folder = rooms.models / name
    if not is_complete(folder):
        if remeasure:
            raise InputError("not trained here, so there is nothing to measure", path=folder)
        resume = (folder / INCOMPLETE).exists()
        if config.transfer is not None:
            train_taught(config, rooms, name, resume, progress, teachers=place)
        elif isinstance(config, EncoderConfig) and run.info.dataset is not None:
            train(config, run.info.dataset.name, rooms, name, resume, progress, teachers=place)
    return RunStore(rooms.models).load(name)


def _describe(run: Run, again: Run, rooms: Workspace, progress: Progress) -> SeedRun:
    info, config = again.info, again.config
    if not isinstance(config, EncoderConfig | CompactConfig) or not isinstance(info, EncoderRun | CompactRun):
        raise InputError("this run was not trained", path=again.path)
    kind = kind_of(again)
    variants = tuple(dict.fromkeys((*kind.exact[:1], kind.live[0])))
    built(again.name, rooms, variants, progress)
    scores = []
    dev_sets = dict.fromkeys(report.dataset for report in run.metrics.reports if report.split == "dev")
    for variant in variants:
        tagger = open_variant(again, variant)
        for dataset in dev_sets:
            stats, documents = read_stats(dataset, rooms), read_split(dataset, "dev", rooms)
            step = f"scoring {again.name} {variant} on {dataset} dev"
            found = tagger.tag_documents(documents, lambda share, step=step: progress(step, share))  # type: ignore[misc]
            scores.append(
                SeedScore(
                    dataset=dataset,
                    variant=variant,
                    int8=kind.recipe(variant),
                    split_sha256=stats.splits["dev"].processed_sha256,
                    per_type=score_documents(documents, found, tagger.types)["per_type"],
                )
            )
    made = SeedRun(
        config=config,
        dataset_sha256=info.dataset.sha256,
        teachers=info.teachers,
        model_sha256=info.model_sha256,
        train_seconds=info.train_seconds,
        scores=tuple(scores),
        provenance=info.provenance,
        transfer=info.transfer,
        begin_sha256=begin_of(info),
    )
    if not run.is_repeated_by(made):
        raise InputError(
            "this run was made from other data or another transfer set, with another configuration, other teachers or "
            "another run to begin with; remove the folder",
            path=again.path,
        )
    return made
