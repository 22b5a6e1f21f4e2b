"""The verb that tags files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itner.cli.options import DataRoot, Encoding, Models, TextColumns, console, existing, named, reading
from itner.core.words import counted

if TYPE_CHECKING:
    from itner.files.items import FileNotice

TAG = """
itner tag tickets.csv
itner tag tickets.csv mails.zip --run minilm_full_kd --output tagged.zip
itner tag system.log --run minilm_l3 --format HTML --threshold 0.5 --output tagged.zip
itner tag jira.csv --text-column Summary --text-column Description --carry --format CSV
itner tag export.json --text-column fields.description
itner tag no_header.csv old.txt --text-column 2 --encoding cp850
itner tag questions.jsonl --run minilm_full_kd --guideline stackoverflow
itner tag logs/ 'archive/**/*.log' --strict
"""
_LEFT_OUT = 1
_FORMATS = "JSONL, CSV, CoNLL, spaCy JSON, HTML, Label Studio or doccano; repeatable (default: JSONL)."


def tag(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, folders, or patterns.")],
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="The run that tags (default: the domain's, or its rules).")
    ] = None,
    output: Annotated[Path, typer.Option(help="The zip to write.")] = Path("tagged.zip"),
    variant: Annotated[
        str | None, typer.Option(metavar="VARIANT", help="Of the run (default: the one to deploy, such as int8).")
    ] = None,
    format: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FORMAT",
            help=_FORMATS,
        ),
    ] = None,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Leave out mentions less certain.")] = 0.0,
    guideline: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Read as this guideline annotates (default: the run's choice for raw text)."),
    ] = None,
    text_column: TextColumns = None,
    encoding: Encoding = None,
    carry: Annotated[
        bool, typer.Option("--carry", help="Write the row's other columns beside each text, to join results back.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing when anything is left out.")] = False,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Tag files, or all in a folder.

    Kinds: .txt, .log, .md, .csv, .tsv, .json, .jsonl, .ndjson, .xlsx, .docx, .odt, .rtf, .pdf, .html, .htm, .eml,
    .msg, .mbox, .zip.

    A row of a table without text is skipped and counted. Files of one name are told apart by their folders. What was
    assumed of a file, such as its encoding or the column with the text, is said. Without --run, the domain's default
    run tags, or, where it is not here, the domain's rules, which need no model; what tags is said. Exits with 1 when
    anything was left out; the rest is tagged, except with --strict.
    """
    from itner.files.writers import FORMATS
    from itner.workflows.tag import choose_tagger, read_files, tag_files

    # A format that is named twice is written once.
    formats = list(dict.fromkeys(named(name, tuple(FORMATS), "--format") for name in format or ("JSONL",)))
    read = read_files(files, output, reading(text_column, encoding, carry))
    if strict and read.problems:
        _say(read.problems)
        typer.echo(f"nothing written: {len(read.problems):,} left out, and --strict", err=True)
        raise typer.Exit(_LEFT_OUT)
    with console() as progress:
        chosen = choose_tagger(run, variant, guideline, existing(models, data_root), progress)
        tag_files(read, chosen, output, formats, threshold, progress)
    _say((*read.problems, *read.notes))
    typer.echo(f"tagged by {chosen.what}", err=True)
    typer.echo(f"{counted(len(read.items), 'text')} tagged, {output} written")
    if read.problems:
        raise typer.Exit(_LEFT_OUT)


def _say(notices: Iterable[FileNotice]) -> None:
    for notice in notices:
        typer.echo(f"{notice.file}: {notice.reason}", err=True)
