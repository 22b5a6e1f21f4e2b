"""Verbs of the data engine, which makes much labelled text: harvest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from itner.cli.options import console
from itner.core.errors import InputError
from itner.core.words import counted

HARVEST = """
itner harvest mails/ notes.txt --output texts
itner harvest "logs/**/*.log" --shortest 40 --boilerplate 10 --output texts
itner harvest tickets.jsonl.gz --text-key body.text --language en --language de --output texts
itner harvest dewiki-pages-articles.xml.bz2 --language de --limit 100000 --output texts
itner harvest hub:NAME --limit 50000 --output texts
"""
_LEFT_OUT = 1


def harvest(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE...", help="Files, folders, patterns, or hub:NAME for a hub dataset.")
    ],
    output: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder for the texts.")],
    text_key: Annotated[
        str, typer.Option(metavar="KEY", help="Key of the text in a JSON record, a dotted path.")
    ] = "text",
    shortest: Annotated[int, typer.Option(min=1, help="Leave out texts with fewer characters.")] = 20,
    longest: Annotated[int, typer.Option(min=1, max=1_000_000, help="Leave out texts with more characters.")] = 4000,
    language: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Keep only this language (ISO 639-1); repeatable.")
    ] = None,
    least_sure: Annotated[
        float, typer.Option(min=0, max=1, help="A language less probable than this counts as not found out.")
    ] = 0.5,
    boilerplate: Annotated[int, typer.Option(min=0, help="Remove lines that so many texts have; 0: none.")] = 20,
    limit: Annotated[int | None, typer.Option(min=1, help="Keep so many texts at most.")] = None,
) -> None:
    """Gather raw texts for labelling in a folder of shards: each once, in a language, without boilerplate.

    Kinds: .txt, .md, .log (a paragraph is a text), .jsonl, .ndjson (a record is), .xml of a MediaWiki export (a
    paragraph of an article is), and any of these as .gz or .bz2; and datasets of the hub. Text is UTF-8.

    Sources are read twice, first for lines that many of the first 200,000 texts have. What is left out is counted by
    reason in report.json. Exits with 1 when anything could not be read; the rest is kept.
    """
    from pydantic import ValidationError

    from itner.core.validation import describe
    from itner.records.engine import HarvestSettings
    from itner.workflows.harvest import harvest as gather

    asked: dict[str, Any] = {
        "text_key": text_key,
        "shortest": shortest,
        "longest": longest,
        "languages": tuple(dict.fromkeys(code.lower() for code in language or ())),
        "least_sure": least_sure,
        "boilerplate": boilerplate,
        "limit": limit,
    }
    try:
        settings = HarvestSettings(**asked)
    except ValidationError as error:
        raise InputError(describe(error)) from None
    with console() as progress:
        report = gather(
            sources,
            output,
            settings,
            progress,
            tell=lambda notice: typer.echo(f"{notice.file}: {notice.reason}", err=True),
        )
    _say("left out", report.left_out)
    _say("files left out", report.files_left_out)
    if report.lines_removed:
        typer.echo(f"{counted(report.lines_removed, 'line')} of boilerplate removed", err=True)
    found = ", ".join(f"{code} {count:,}" for code, count in report.languages.items())
    typer.echo(f"{report.kept:,} of {counted(report.read, 'text')} kept ({found}), {output} written")
    if report.unread:
        raise typer.Exit(_LEFT_OUT)


def _say(what: str, counts: dict[str, int]) -> None:
    if counts:
        typer.echo(f"{what}: {', '.join(f'{reason} {count:,}' for reason, count in counts.items())}", err=True)
