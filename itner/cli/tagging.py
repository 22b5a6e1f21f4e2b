"""The verb that tags files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from itner.cli.options import DataRoot, Models, check_one_of, console, existing

TAG = """
itner tag tickets.csv
itner tag tickets.csv mails.zip --run minilm_full_kd --output tagged.zip
itner tag system.log --run minilm_l3 --format HTML --threshold 0.5 --output tagged.zip
"""
_LEFT_OUT = 1


def tag(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files, or a .zip of files.")],
    run: Annotated[
        str | None, typer.Option(metavar="RUN", help="The run that tags (default: the domain's, or its rules).")
    ] = None,
    output: Annotated[Path, typer.Option(help="The zip to write.")] = Path("tagged.zip"),
    variant: Annotated[
        str | None, typer.Option(metavar="VARIANT", help="Of the run (default: the one to deploy, such as int8).")
    ] = None,
    format: Annotated[
        list[str] | None,
        typer.Option(metavar="FORMAT", help="JSONL, CSV, CoNLL, spaCy JSON or HTML; repeatable (default: JSONL)."),
    ] = None,
    threshold: Annotated[float, typer.Option(min=0, max=1, help="Leave out mentions less certain.")] = 0.0,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Tag files: .txt, .log, .md, .csv, .jsonl, .xlsx, .docx, .odt, .rtf, .pdf, .html, .htm, .eml, .msg, .mbox, .zip.

    Without --run, the domain's default run tags, or, where it is not here, the domain's rules, which need no model;
    what tags is said. Exits with 1 when a file could not be read; the others are tagged.
    """
    from itner.files.writers import FORMATS
    from itner.workflows.tag import choose_tagger, read_files, tag_files

    for name in format or ():
        check_one_of(name, tuple(FORMATS), "--format")
    read = read_files(files, output)
    with console() as progress:
        chosen = choose_tagger(run, variant, existing(models, data_root), progress)
        tag_files(read, chosen.tagger, output, format or ["JSONL"], threshold, progress)
    for notice in (*read.problems, *read.notes):
        typer.echo(f"{notice.file}: {notice.reason}", err=True)
    typer.echo(f"tagged by {chosen.what}", err=True)
    typer.echo(f"{len(read.items):,} texts tagged, {output} written")
    if read.problems:
        raise typer.Exit(_LEFT_OUT)
