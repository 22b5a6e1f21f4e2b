"""Verbs that make runs: train, build-decoder, distill, rules, union, ablate, seeds, learning-curve, and studies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from itner.cli.options import (
    Backbone,
    DataRoot,
    Device,
    DomainName,
    Epochs,
    LearningRate,
    Models,
    Resume,
    Seed,
    Trained,
    check_one_of,
    console,
    domain_or_default,
    existing,
    named,
)
from itner.core.errors import InputError
from itner.core.words import counted, listed
from itner.records.workspace import Workspace

if TYPE_CHECKING:
    from itner.records.run import EncoderRun, GenerativeRun

TRAIN = """
itner train minilm_full --data combined --run mine
itner train compact_s --transfer NAME --run mine_small    # NAME: made by `itner transfer`
itner train minilm_l3 --transfer NAME --begin minilm_full_kd --run mine_l3
itner train minilm_lora --data stackoverflow --run lora_seed7 --seed 7
itner train minilm_full --data combined --run mine --resume
itner train bert_full --data stackoverflow --device cuda
itner train decoder_lora --data combined       # writes mentions; needs `itner build-decoder small`
itner train qwen3_lora --data combined --device cuda
"""
BUILD = """
itner build-decoder small
itner build-decoder large --megabytes 40 --passes 2
"""
DISTILL = """
itner distill minilm_l3 --teacher minilm_full_kd --teacher minilm_lora_kd --data combined --run mine_kd
itner distill minilm_l3 --teacher minilm_full_kd --data combined --run l3_hidden --hidden-weight 1
"""
RULES = """
itner rules it
itner rules it --run it_rules_again
"""
UNION = """
itner union pii_minilm --function emails --function cards --run pii_both
"""
ABLATE = """
itner ablate
itner ablate --seed 13 --arm base --arm oversampling
"""
SEEDS = """
itner seeds compact_s
itner seeds compact_s --seed 14 --seed 15
itner seeds compact_s --remeasure    # scores again, of what is trained
"""
STUDY = """
itner study-compression
itner study-compression --point base --point "width 64" --seed 13 --seed 14
itner study-compression --remeasure    # speed and scores again, of what is trained
"""
CURVE = """
itner learning-curve --domain utility
itner learning-curve --domain utility --sentences 40 --seed 13
"""
REPRODUCE = """
itner reproduce --source conll --path DIR
itner reproduce --source conll --path DIR --models again    # train anew beside the shipped runs
itner reproduce --source embedded --preset minilm_l3
"""
_DEVICES = ("auto", "cpu", "cuda")
_PRESET = typer.Argument(metavar="PRESET", help="A named configuration.")


def train(
    preset: Annotated[str, _PRESET],
    data: Annotated[str | None, typer.Option(metavar="NAME", help="Prepared dataset to train on.")] = None,
    transfer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Transfer set to learn from, for the presets that do.")
    ] = None,
    begin: Annotated[
        str | None, typer.Option(metavar="RUN", help="With --transfer: begin with the weights of this run.")
    ] = None,
    run: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the run (default: the preset's).")] = None,
    backbone: Backbone = None,
    epochs: Epochs = None,
    lr: LearningRate = None,
    seed: Seed = None,
    device: Device = None,
    resume: Resume = False,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Train one run from a preset: on a dataset, or on what teachers said of a transfer set."""
    from itner.taggers.compact.presets import is_compact
    from itner.taggers.encoder.presets import is_taught
    from itner.taggers.generative.presets import is_generative
    from itner.workflows.student import check_preset

    check_preset(preset)
    changes = {"epochs": epochs, "learning_rate": lr, "seed": seed, "device": device}
    if is_generative(preset) and (transfer is not None or begin is not None):
        raise typer.BadParameter(f"{preset} learns from a dataset: --data, without --transfer and --begin")
    if transfer is None:
        if is_compact(preset) or is_taught(preset) or begin is not None:
            raise typer.BadParameter(f"name the transfer set that {preset} learns from with --transfer")
        if data is None:
            raise typer.BadParameter(f"name the dataset that {preset} learns from with --data")
        _train(preset, changes | {"backbone": backbone}, data, run, resume, models, data_root)
        return
    if data is not None or backbone is not None:
        raise typer.BadParameter("--transfer says what is learned from and read, so --data and --backbone are left out")
    _train_taught(preset, transfer, begin, changes, run, resume, models, data_root)


def distill(
    preset: Annotated[str, _PRESET],
    teacher: Annotated[list[str], typer.Option(metavar="RUN", help="A run that teaches; several teach together.")],
    data: Trained,
    run: Annotated[str, typer.Option(metavar="NAME", help="Name of the run.")],
    temperature: Annotated[float, typer.Option(help="Of the soft labels.")] = 2.0,
    soft_weight: Annotated[float, typer.Option(help="Share of the soft labels in the loss.")] = 0.7,
    hidden_weight: Annotated[float, typer.Option(help="Weight of the first teacher's hidden states.")] = 0.0,
    backbone: Backbone = None,
    epochs: Epochs = None,
    lr: LearningRate = None,
    seed: Seed = None,
    device: Device = None,
    resume: Resume = False,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Train a run that learns from trained ones: their token probabilities, and the first one's hidden states."""
    from itner.taggers.encoder.presets import distilling

    changes = {
        "backbone": backbone,
        "epochs": epochs,
        "learning_rate": lr,
        "seed": seed,
        "device": device,
        "distill": distilling(
            teachers=tuple(teacher), temperature=temperature, soft_weight=soft_weight, hidden_weight=hidden_weight
        ),
    }
    _train(preset, changes, data, run, resume, models, data_root)


def _train(
    name: str,
    changes: dict[str, Any],
    data: str,
    run: str | None,
    resume: bool,
    models: Path | None,
    data_root: Path | None,
) -> None:
    from itner.taggers.encoder.presets import preset
    from itner.taggers.generative import presets as generative
    from itner.training.processes import is_first
    from itner.workflows.generative import train_generative
    from itner.workflows.train import train as train_run

    check_one_of(changes["device"], _DEVICES, "--device")
    place = Workspace.find(models, data_root)
    info: EncoderRun | GenerativeRun
    if generative.is_generative(name):
        fine_tuned = generative.preset(name, **{"base" if key == "backbone" else key: changes[key] for key in changes})
        with console() as progress:
            info = train_generative(fine_tuned, data, place, run, resume, progress)
        if not is_first():
            return
        best = f"loss {info.best_dev_loss:.4f}"
    else:
        config = preset(name, **changes)
        with console() as progress:
            info = train_run(config, data, place, run, resume, progress)
        best = f"micro-F1 {info.best_dev_f1:.4f}"
    typer.echo(
        f"{place.models.name}/{info.name}: dev {best} (epoch {info.best_epoch:.0f}), "
        f"{info.parameters_trainable:,} of {info.parameters_total:,} parameters trained"
    )


def build_decoder(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the decoder, which is `built/NAME` from then on.")],
    megabytes: Annotated[float | None, typer.Option(min=0.01, help="Of text that it learns from at most.")] = None,
    passes: Annotated[int | None, typer.Option(min=1, help="Over that text.")] = None,
    seed: Seed = None,
    resume: Resume = False,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Build a small decoder for generative taggers where no hub is reachable: tokenizer and network, from nothing.

    It learns from the text that ships, without what anything is tested on, and from the documentation of installed
    packages whose licence allows it, into models/bases/NAME.
    """
    from dataclasses import replace

    from itner.records.base import BaseConfig
    from itner.workflows.generative import build_decoder as build

    told: dict[str, Any] = {"megabytes": megabytes, "passes": passes, "seed": seed}
    config = replace(BaseConfig(), **{name: value for name, value in told.items() if value is not None})
    place = Workspace.find(models, data_root)
    with console() as progress:
        record = build(name, place, config, resume, progress)
    typer.echo(
        f"{place.models.name}/bases/{name}: {record.parameters:,} parameters, {record.pieces:,} word pieces read, "
        f"loss {record.loss:.3f} on text put aside; train on it with --backbone built/{name}"
    )


def _train_taught(
    name: str,
    transfer: str,
    begin: str | None,
    changes: dict[str, Any],
    run: str | None,
    resume: bool,
    models: Path | None,
    data_root: Path | None,
) -> None:
    from itner.records.config import TransferLesson
    from itner.taggers.compact.presets import is_compact
    from itner.workflows.student import taught_config, train_taught

    check_one_of(changes["device"], _DEVICES, "--device")
    if is_compact(name) and begin is not None:
        raise typer.BadParameter(f"{name} begins with its teacher's embeddings, so --begin is left out")
    config = taught_config(name, TransferLesson(transfer, begin), **changes)
    place = Workspace.find(models, data_root)
    with console() as progress:
        info = train_taught(config, place, run, resume, progress)
    typer.echo(
        f"{place.models.name}/{info.name}: dev micro-F1 {info.best_dev_f1:.4f}, {info.parameters_total:,} parameters"
    )


def rules(
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="The domain whose labelling functions tag.")],
    run: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the run (default: DOMAIN_rules).")] = None,
    models: Models = None,
) -> None:
    """Make a run of a domain's name lists and patterns: the baseline that needs no training."""
    from itner.workflows.rules import make_rules

    place = Workspace.find(models)
    info = make_rules(domain, place, run)
    typer.echo(f"{place.models.name}/{info.name}: the rules of domain {info.domain} for {', '.join(info.types)}")


def union(
    member: Annotated[str, typer.Argument(metavar="RUN", help="The run that finds what the rules leave.")],
    function: Annotated[
        list[str], typer.Option(metavar="NAME", help="A labelling function that has the first word; repeatable.")
    ],
    run: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the run (default: RUN_union).")] = None,
    models: Models = None,
) -> None:
    """Make a run in which rules of the domain overrule another run: patterns with a check, and a network for the rest.

    The other run has to stay beside it. A mention of a rule stands; of the other run's, those that share no character
    with one.
    """
    from itner.workflows.union import make_union

    place = Workspace.find(models)
    info = make_union(member, function, place, run)
    typer.echo(f"{place.models.name}/{info.name}: {listed(function)} before {member}, for {', '.join(info.types)}")


def ablate(
    seed: Annotated[list[int] | None, typer.Option(help="Repeatable (default: the plan's).")] = None,
    arm: Annotated[list[str] | None, typer.Option(metavar="ARM", help="Repeatable (default: all).")] = None,
    preset: Annotated[str | None, typer.Option(metavar="PRESET", help="What is trained (default: the plan's).")] = None,
    epochs: Epochs = None,
    domain: DomainName = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Measure what each step of the training brings: every arm with every seed, on dev; written to ablation.json.

    Stop it at any time and call it again: trainings that are done are kept. Calls for single seeds or arms can run
    beside each other; each puts all that is known into the file at its end.
    """
    from itner.reporting.ablation import measure_gain
    from itner.taggers.encoder.presets import PRESETS
    from itner.workflows.ablate import ablate as run_ablation
    from itner.workflows.ablate import plan_of

    name = domain_or_default(domain)
    plan = plan_of(name)
    for given in arm or ():
        check_one_of(given, tuple(known.name for known in plan.arms), "--arm")
    check_one_of(preset, tuple(known for known, config in PRESETS.items() if config.distill is None), "--preset")
    with console() as progress:
        ablation = run_ablation(
            name, Workspace.find(models, data_root), plan, arm, seed, preset, epochs, progress=progress
        )
    for step in ablation.arms:
        for dataset in plan.dev_sets:
            found = measure_gain(ablation, step, dataset)
            gain = f"{found.gain:+.4f} on {step.against}" if found.gain is not None else ""
            noise = f" (noise {found.noise:.4f})" if found.gain is not None and found.noise is not None else ""
            spread = f" +-{found.spread:.4f}" if found.spread is not None else ""
            typer.echo(f"{step.name:14} {dataset:14} {found.mean:.4f}{spread}  {gain}{noise}")


def seeds(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A trained run.")],
    seed: Annotated[
        list[int] | None, typer.Option(min=0, help="Repeatable (default: those of the domain's release).")
    ] = None,
    remeasure: Annotated[
        bool, typer.Option("--remeasure", help="Score again what is trained here, and train nothing.")
    ] = False,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Train a run again with other seeds and score it on dev: how much of a difference is chance.

    Written to the run's seeds.json and card. Stop it at any time and call it again: what is known is kept, an
    unfinished training goes on from its last checkpoint. Calls for single seeds can train beside each other.
    """
    from itner.reporting.seeds import list_seed_rows
    from itner.workflows.seeds import train_seeds

    place = existing(models, data_root)
    with console() as progress:
        made = train_seeds(run, place, seed, remeasure, progress)
    for row in list_seed_rows(made):
        each = "  ".join(f"{number}: {value:.4f}" for number, value in row.f1.items())
        spread = f" +-{row.mean.spread:.4f}" if row.mean.spread is not None else ""
        typer.echo(f"{row.dataset:14} {row.variant:6} {row.mean.mean:.4f}{spread}  ({each})")


def learning_curve(
    sentences: Annotated[
        list[int] | None, typer.Option(min=1, metavar="N", help="Repeatable (default: the plan's).")
    ] = None,
    seed: Annotated[list[int] | None, typer.Option(min=0, help="Repeatable (default: the plan's).")] = None,
    domain: DomainName = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Measure what is learned from few sentences, on dev; written to learning_curves.json.

    Stop it at any time and call it again: points that are known are kept. Calls for single sizes or seeds can run
    beside each other.
    """
    from itner.reporting.curve import list_curve_rows
    from itner.workflows.curve import learn_curve

    name = domain_or_default(domain)
    with console() as progress:
        curve = learn_curve(name, Workspace.find(models, data_root), None, sentences, seed, progress)
    for row in list_curve_rows(curve):
        spread = f" +-{row.mean.spread:.4f}" if row.mean.spread is not None else ""
        typer.echo(f"{row.sentences:>6,} sentences  {row.mean.mean:.4f}{spread}  ({counted(row.seeds, 'seed')})")


def study_compression(
    point: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Repeatable (default: all).")] = None,
    seed: Annotated[list[int] | None, typer.Option(min=0, help="Repeatable (default: the plan's).")] = None,
    transfer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Transfer set that all learn from (default: the plan's).")
    ] = None,
    remeasure: Annotated[
        bool, typer.Option("--remeasure", help="Score and time again what is trained here, and train nothing.")
    ] = False,
    domain: DomainName = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Measure size against F1 against speed: networks of many sizes, taught alike; written to compression_study.json.

    Stop it at any time and call it again: what is known is kept, an unfinished training goes on from its last
    checkpoint. Calls for single points or seeds can train beside each other, but then they share the cores: time them
    again with --remeasure when the machine is quiet.
    """
    from dataclasses import replace

    from itner.reporting.compression import SPEEDS, list_study_rows, list_timings
    from itner.reporting.rows import megabytes
    from itner.workflows.compress_study import plan_of
    from itner.workflows.compress_study import study_compression as run_study

    name = domain_or_default(domain)
    plan = plan_of(name)
    known = tuple(arm.name for arm in plan.arms)
    names = [named(given, known, "--point") for given in point] if point else None
    plan = replace(plan, transfer=transfer) if transfer is not None else plan
    place = existing(models, data_root)
    with console() as progress:
        study = run_study(name, place, plan, names, seed, remeasure, progress=progress)
    for row in list_study_rows(study):
        scores = "  ".join(f"{dataset} {score.mean:.4f}" for dataset, score in row.f1.items())
        ratios = "  ".join(f"{speed} x{ratio:.2f}" for speed in SPEEDS if (ratio := row.ratio(speed)) is not None)
        typer.echo(f"{row.label:28} {megabytes(row.mb):>5} MB  {scores}  {ratios}")
    if len(timings := list_timings(study)) > 1:
        typer.echo(f"speeds do not compare, they were measured on {'; and on '.join(timings)}: --remeasure on one")


def reproduce(
    source: Annotated[str, typer.Option(metavar="SOURCE", help="Where the annotated text comes from.")],
    path: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder with train, dev and test (conll and jsonl).")
    ] = None,
    preset: Annotated[
        list[str] | None, typer.Option(metavar="PRESET", help="Only this one; repeatable (default: all that ship).")
    ] = None,
    domain: DomainName = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Make the shipped runs anew: prepare, train, export, evaluate, benchmark, in one go.

    Stop it at any time and call it again: what is complete and up to date is kept, an unfinished training goes on from
    its last checkpoint.
    """
    from itner.data.sources import SOURCES, SourceName
    from itner.reporting.readme import results_table
    from itner.workflows.reproduce import reproduce as reproduce_runs

    check_one_of(source, SOURCES, "--source")
    place = Workspace.find(models, data_root)
    if place.models.exists() and not place.models.is_dir():
        raise InputError("not a folder", path=place.models)
    with console() as progress:
        runs = reproduce_runs(
            cast(SourceName, source), path, domain_or_default(domain), place, preset, progress=progress
        )
    typer.echo(results_table(runs))
