"""The verbs that hold models against each other: compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from itner.cli.options import Models, check_one_of, existing, given_path
from itner.core.errors import InputError
from itner.data.corpus import CHECK, SPLITS
from itner.records.gate import SETTINGS, GateRule, Setting

COMPARE = """
itner compare minilm_l3_kd minilm_full_kd --dataset helpdesk
itner compare minilm_full_kd minilm_full_kd --old-models before/models --per-type    # the same run, trained again
itner compare minilm_full_kd:fp32 minilm_full_kd:int8 --dataset helpdesk --max-drop 0.02
itner compare minilm_l3_kd minilm_full_kd --junit gate.xml --markdown gate.md --json gate.json
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
    from itner.records.files import write_atomic
    from itner.reporting.gate import as_junit, as_lines, as_markdown
    from itner.workflows.compare import compare as compare_models
    from itner.workflows.compare import open_side

    check_one_of(split, _SPLITS, "--split")
    for value, option in ((undecided, "--undecided"), (undecided_type, "--undecided-type")):
        check_one_of(value, SETTINGS, option)
    for number, option in ((max_drop, "--max-drop"), (alpha, "--alpha")):
        if not 0 < number < 1:
            raise typer.BadParameter(f"{number:g} is not above 0 and below 1", param_hint=option)
    rule = GateRule(max_drop, alpha, cast(Setting, undecided), cast(Setting, undecided_type))
    outputs = [given_path(str(path)) for path in (junit, markdown, json) if path is not None]
    for path in outputs:
        if path.is_dir():
            raise InputError("a folder stands there", path=path)
        if not path.absolute().parent.is_dir():
            raise InputError("no such folder", path=path.parent)
    place = existing(models)
    before = existing(old_models).models if old_models is not None else place.models
    report = compare_models(
        open_side(old, variant, before), open_side(new, variant, place.models), rule, dataset or (), split, per_type
    )
    for line in as_lines(report):
        typer.echo(line)
    if junit is not None:
        write_atomic(junit, as_junit(report))
    if markdown is not None:
        write_atomic(markdown, as_markdown(report))
    if json is not None:
        write_atomic(json, to_json(report))
    if not report.passed:
        raise typer.Exit(_FAILED)
