"""The verb that merges labelled texts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from itner.cli.options import DataRoot, DomainName, check_one_of, console
from itner.core.words import counted

MERGE = """
itner merge labelled --domain it --output corpus
itner merge by_hand labelled --conflicts first --output corpus     # by hand comes first
itner merge labelled --balance 5 --validation 0.05 --test helpdesk --output corpus
itner prepare --source jsonl --path corpus --dataset own           # straight on, with --test above
"""
_LEFT_OUT = 1


def merge(
    folders: Annotated[
        list[Path], typer.Argument(metavar="FOLDER...", help="Of labelled texts; the first counts most.")
    ],
    output: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder for train.jsonl and val.jsonl.")],
    conflicts: Annotated[
        str, typer.Option(metavar="first|vote|drop", help="Which labels count where a text has several.")
    ] = "first",
    alike: Annotated[
        float, typer.Option(min=0.0, help="Texts that share so much are one; above 1, only copies are.")
    ] = 0.8,
    balance: Annotated[
        float | None,
        typer.Option(
            min=1.0, help="No language with a rarest type has more than so many times the middle one's texts."
        ),
    ] = None,
    validation: Annotated[float, typer.Option(min=0.0, max=0.9, help="The share that goes there.")] = 0.1,
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="DATASET", help="Whose dev, test, check may not leak; repeatable (default: all here)."),
    ] = None,
    test: Annotated[
        str | None, typer.Option(metavar="DATASET", help="A prepared dataset whose test split is written beside.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of what is drawn.")] = 13,
    domain: DomainName = None,
    data_root: DataRoot = None,
) -> None:
    """Merge labelled texts into one corpus: without copies and near copies, without leakage, balanced, split.

    Every text is accounted for in report.json. Exits with 1 when mentions were left out because the domain does not
    know their type, or held-out text was not here to compare with.
    """
    from itner.domains.registry import default_domain
    from itner.labelling.merge import CONFLICTS, Rules
    from itner.records.workspace import Workspace
    from itner.workflows.merge import merge as merge_texts

    check_one_of(conflicts, CONFLICTS, "--conflicts")
    rule = next(each for each in CONFLICTS if each == conflicts)
    rules = Rules(rule, alike, balance, validation, seed)
    with console() as progress:
        report = merge_texts(
            folders, domain or default_domain(), output, Workspace.find(None, data_root), rules, against, test, progress
        )
    for reason, count in report.left_out.items():
        typer.echo(f"{counted(count, 'text')} left out: {reason}", err=True)
    if report.conflicts:
        typer.echo(f"{counted(report.conflicts, 'text')} labelled differently: {conflicts}", err=True)
    for name, count in report.unknown_types.items():
        typer.echo(f"{counted(count, 'mention')} of a type that {report.domain} has not: {name}", err=True)
    if report.not_here:
        typer.echo(f"not compared, for their text is not here: {', '.join(report.not_here)}", err=True)
    typer.echo(
        f"{output}: {report.train:,} texts to train on, {report.validation:,} to validate on, of "
        f"{sum(report.read.values()):,}"
    )
    if report.unknown_types or report.not_here:
        raise typer.Exit(_LEFT_OUT)
