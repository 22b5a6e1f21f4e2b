"""The verbs that hold models against each other: compare, report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import typer

from itner.cli.options import (
    DataRoot,
    DomainName,
    Models,
    Variants,
    check_one_of,
    domain_or_default,
    existing,
    given_path,
    say_left_out,
)
from itner.core.errors import InputError
from itner.core.words import counted
from itner.data.corpus import CHECK, SPLITS
from itner.records.gate import SETTINGS, GateRule, Setting

# The standard error of a few thousand resamples bears no statement beyond.
_LEAST_ALPHA = 1e-4
_PAGES = ("", ".html", ".htm")
COMPARE = """
itner compare minilm_l3_kd minilm_full_kd --dataset helpdesk
itner compare minilm_full_kd minilm_full_kd --old-models before/models --per-type    # the same run, trained again
itner compare minilm_full_kd:fp32 minilm_full_kd:int8 --dataset helpdesk --max-drop 0.02
itner compare minilm_l3_kd minilm_full_kd --junit gate.xml --markdown gate.md --json gate.json
"""
REPORT = """
itner report --output report.html
itner report --dataset helpdesk --max-ms 5 --max-mb 10 --output report.html
itner report --domain pii --run pii_minilm --run pii_rules --output report.html
"""
_FAILED = 1
_SPLITS = (*SPLITS, CHECK)


def compare(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The run that is in use: RUN or RUN:VARIANT.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The run that is to replace it: RUN or RUN:VARIANT.")],
    dataset: Annotated[
        list[str] | None,
        typer.Option(metavar="DATASET", help="Repeatable (default: every one on which both were evaluated)."),
    ] = None,
    split: Annotated[str, typer.Option(help="Its split.")] = "test",
    variant: Annotated[
        str | None,
        typer.Option(metavar="VARIANT", help="Of a run that is named without one (default: the one to deploy)."),
    ] = None,
    max_drop: Annotated[float, typer.Option(help="So much F1 may be lost: what would not matter to you.")] = 0.01,
    alpha: Annotated[
        float, typer.Option(help="A model that loses just what is allowed passes in half of this share of cases.")
    ] = 0.05,
    per_type: Annotated[bool, typer.Option("--per-type", help="Compare on each entity type as well.")] = False,
    undecided: Annotated[
        str, typer.Option(metavar="pass|fail", help="What follows where data are too few to tell, over all mentions.")
    ] = "fail",
    undecided_type: Annotated[
        str, typer.Option(metavar="pass|fail", help="The same on a single type, of which there is less.")
    ] = "pass",
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the verdicts as JUnit's XML.")] = None,
    markdown: Annotated[Path | None, typer.Option(metavar="FILE", help="Write them for a comment.")] = None,
    json: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write everything, as JSON.")] = None,
    models: Models = None,
    old_models: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the run OLD (default: the same as of NEW).")
    ] = None,
) -> None:
    """May a new model replace an old one? Decided on stored evaluations, without a model.

    Passed: the interval of the difference in F1, of level 1 - ALPHA, is above -MAX_DROP, so that a larger loss is ruled
    out. Failed: it is below, corrected for all comparisons (Holm). Undecided: neither, for too little data. Exits with
    0 when everything passes, with 1 when anything fails or is undecided where that counts as failing, with 2 when it
    could not be compared.
    """
    from itner.records.codec import to_json
    from itner.records.files import write_output
    from itner.reporting.gate import as_junit, as_lines, as_markdown
    from itner.workflows.compare import compare as compare_models
    from itner.workflows.compare import open_side

    check_one_of(split, _SPLITS, "--split")
    for value, option in ((undecided, "--undecided"), (undecided_type, "--undecided-type")):
        check_one_of(value, SETTINGS, option)
    for number, option in ((max_drop, "--max-drop"), (alpha, "--alpha")):
        if not 0 < number < 1:
            raise typer.BadParameter(f"{number:g} is not above 0 and below 1", param_hint=option)
    if alpha < _LEAST_ALPHA:
        raise typer.BadParameter(
            f"{alpha:g} is below {_LEAST_ALPHA:g}; nothing is known of tails that far out", param_hint="--alpha"
        )
    rule = GateRule(max_drop, alpha, cast(Setting, undecided), cast(Setting, undecided_type))
    _check_outputs([path for path in (junit, markdown, json) if path is not None])
    place = existing(models)
    before = existing(old_models).models if old_models is not None else place.models
    report = compare_models(
        open_side(old, variant, before), open_side(new, variant, place.models), rule, dataset or (), split, per_type
    )
    for line in as_lines(report):
        typer.echo(line)
    if junit is not None:
        write_output(junit, as_junit(report))
    if markdown is not None:
        write_output(markdown, as_markdown(report))
    if json is not None:
        write_output(json, to_json(report))
    if not report.passed:
        raise typer.Exit(_FAILED)


def report(
    output: Annotated[Path, typer.Option("--output", metavar="FILE", help="The page to write, HTML.")],
    domain: DomainName = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="DATASET", help="Scored on it (default: the one with the most scores).")
    ] = None,
    split: Annotated[str, typer.Option(help="Its split.")] = "test",
    run: Annotated[
        list[str] | None, typer.Option("--run", metavar="RUN", help="Repeatable (default: all of the domain).")
    ] = None,
    variant: Variants = None,
    max_ms: Annotated[float | None, typer.Option(help="Latency at most, ms.")] = None,
    max_mb: Annotated[float | None, typer.Option(help="Size at most, MB.")] = None,
    min_f1: Annotated[float | None, typer.Option(help="Micro-F1 at least.")] = None,
    min_recall: Annotated[float | None, typer.Option(help="Recall at least.")] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(
            "--weight", metavar="TYPE=N", help="How often a mention of a type counts for the answer; repeatable."
        ),
    ] = None,
    quantile: Annotated[str, typer.Option(metavar="p95|p50", help="Of the latency.")] = "p95",
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Write a comparison as one page to pass on: question, answer, evidence, method, limits, provenance.

    HTML without any other file, program or address, for reading offline and for print. From what is stored; no model
    is opened.
    """
    from itner.records.files import write_output
    from itner.reporting.advice import Limits
    from itner.reporting.latency import QUANTILES, Quantile
    from itner.reporting.report import write_report
    from itner.workflows.report import report_on

    check_one_of(split, _SPLITS, "--split")
    check_one_of(quantile, tuple(QUANTILES), "--quantile")
    for number, most, option in (
        (max_ms, math.inf, "--max-ms"),
        (max_mb, math.inf, "--max-mb"),
        (min_f1, 1.0, "--min-f1"),
        (min_recall, 1.0, "--min-recall"),
    ):
        if number is not None and not (0 < number <= most and math.isfinite(number)):
            above = "a number above 0" if most == math.inf else "above 0 and at most 1"
            raise typer.BadParameter(f"{number:g} is not {above}", param_hint=option)
    if output.suffix.lower() not in _PAGES and not output.exists():
        raise typer.BadParameter(
            f"the page is HTML, so name it FILE.html, not {output.suffix}; a browser prints it to PDF",
            param_hint="--output",
        )
    _check_outputs([output])
    weights = dict(map(_weight, weight or ()))
    limits = Limits(max_ms, max_mb, min_f1, min_recall, cast(Quantile, quantile))
    place = existing(models, data_root)
    made = report_on(place, domain_or_default(domain), dataset, split, run or (), variant or (), limits, weights)
    write_output(output, write_report(made))
    say_left_out(made.left_out)
    advised = made.advice.row.label if made.advice.row is not None else "nothing fits"
    compared = counted(len(made.models), "model")
    typer.echo(f"{output}: {compared} on {made.dataset} {split}. {limits.in_words}: {advised}")
    if made.left_out:
        raise typer.Exit(_FAILED)


def _weight(told: str) -> tuple[str, float]:
    """A type and its weight; bad usage where it is none."""
    name, _, number = told.rpartition("=")
    try:
        weight = float(number)
    except ValueError:
        weight = math.nan
    if not name or not 0 <= weight < math.inf:
        raise typer.BadParameter(f"{told!r} is no TYPE=N with a number from 0 on", param_hint="--weight")
    return name, weight


def _check_outputs(paths: Sequence[Path]) -> None:
    """InputError where a file cannot be written, would take another one's place, or is one of a run's own."""
    from itner.records.store import RUN

    given = [given_path(str(path)) for path in paths]
    real = [path.resolve() for path in given]
    for path, target in zip(given, real, strict=True):
        if real.count(target) > 1:
            raise InputError("two outputs cannot go to one file", path=path)
        if any((folder / RUN).is_file() for folder in target.parents):
            raise InputError("that is a run's own folder, whose files say what the run is; write elsewhere", path=path)
        if path.is_dir():
            raise InputError("a folder stands there", path=path)
        if not target.parent.is_dir():
            raise InputError("no such folder", path=path.parent)
