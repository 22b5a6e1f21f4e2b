"""The verb that measures what perturbations of the text cost runs."""

from __future__ import annotations

from typing import Annotated

import typer

from itner.cli.options import DataRoot, Dataset, Models, Variant, check_one_of, console, existing
from itner.core.errors import InputError
from itner.data.corpus import CHECK, SPLITS

ROBUSTNESS = """
itner robustness minilm_full_kd compact_s --dataset helpdesk
itner robustness it_rules --dataset helpdesk --sample 100 --perturbation typos --perturbation lower
itner robustness compact_s --dataset helpdesk --severity 3 --variant fp32
"""
_LEFT_OUT = 1


def robustness(
    runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="Runs: folders under models/.")],
    dataset: Dataset,
    split: Annotated[str, typer.Option(help="Its split.")] = "test",
    variant: Variant = None,
    sample: Annotated[int, typer.Option(min=1, help="Sentences, drawn once; all where there are no more.")] = 400,
    perturbation: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A perturbation; repeatable (default: all).")
    ] = None,
    severity: Annotated[
        list[int] | None, typer.Option(min=1, max=3, help="1 mild, 2 medium, 3 strong; repeatable (default: all).")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the sample, the perturbations and the intervals.")] = 13,
    remeasure: Annotated[
        bool,
        typer.Option("--remeasure", help="Measure again what is known, and replace what is of another sample."),
    ] = False,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Measure what typos, scans, case, layout and other names cost runs: F1 after minus before, on the same sentences.

    Both are read as raw text. Written to the runs' robustness.json, each perturbation as soon as it is known: stop it
    at any time and call it again. Exits with 1 when a run cannot be measured.
    """
    from itner.evaluation.robustness.perturbing import PERTURBATIONS, SEVERITIES
    from itner.workflows.robustness import RobustnessPlan, check_plan, measure_robustness

    check_one_of(split, (*SPLITS, CHECK), "--split")
    for name in perturbation or ():
        check_one_of(name, tuple(PERTURBATIONS), "--perturbation")
    place = existing(models, data_root)
    plan = RobustnessPlan(
        dataset=dataset,
        split=split,
        variant=variant,
        sample=sample,
        perturbations=tuple(perturbation or PERTURBATIONS),
        severities=tuple(severity or SEVERITIES),
        seed=seed,
        remeasure=remeasure,
    )
    for name in runs:
        check_plan(name, plan, place)
    failed = False
    for name in dict.fromkeys(runs):
        try:
            with console() as progress:
                report = measure_robustness(name, plan, place, progress)
        except InputError as error:
            failed = True
            typer.echo(f"left out: {error}", err=True)
            continue
        interval = report.clean_interval
        typer.echo(
            f"{name} {report.variant} on {report.sentences:,} sentences of {dataset} {split}: F1 {report.clean_f1:.4f} "
            f"[{interval.low:.4f}, {interval.high:.4f}] as they are"
        )
        for effect in report.effects:
            if effect.perturbation in plan.perturbations and effect.severity in plan.severities:
                low, high = effect.interval
                cut = f"  {effect.cut:,} mentions cut away" if effect.cut else ""
                typer.echo(
                    f"  {effect.perturbation:12s} {SEVERITIES[effect.severity]:6s} F1 {effect.f1_after:.4f}  "
                    f"{effect.change:+.4f} [{low:+.4f}, {high:+.4f}]{cut}"
                )
    if failed:
        raise typer.Exit(_LEFT_OUT)
