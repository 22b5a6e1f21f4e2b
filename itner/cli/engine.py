"""The verbs of the data engine, which makes much labelled text: harvest, label-batch, merge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from itner.cli import asking
from itner.cli.options import DataRoot, DomainName, check_one_of, console, domain_or_default
from itner.core.errors import InputError
from itner.core.words import counted

HARVEST = """
itner harvest mails/ notes.txt --output texts
itner harvest "logs/**/*.log" --shortest 40 --boilerplate 10 --output texts
itner harvest tickets.jsonl.gz --text-key body.text --language en --language de --output texts
itner harvest dewiki-pages-articles.xml.bz2 --language de --limit 100000 --output texts
itner harvest hub:NAME --limit 50000 --output texts
"""
BATCH = """
itner label-batch harvested/ MODEL --output labelled/
itner label-batch harvested/ MODEL --output labelled/ --max-cost 20 --price-in 0.05 --price-out 0.2
itner label-batch harvested/ MODEL --output labelled/ --max-wait 0    # send, and look again another day
itner label-batch harvested/ NAME --endpoint https://api.example.com/v1 --key-variable MY_KEY --output labelled/
"""
MERGE = """
itner merge labelled --domain it --output corpus
itner merge by_hand labelled --conflicts first --output corpus     # by hand comes first
itner merge labelled --balance 5 --validation 0.05 --test helpdesk --output corpus
itner prepare --source jsonl --path corpus --dataset own           # straight on, with --test above
"""
_LEFT_OUT, _INTERRUPTED = 1, 130


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


def label_batch(
    texts: Annotated[Path, typer.Argument(metavar="TEXTS", help="A folder of harvested texts.")],
    model: Annotated[str, typer.Argument(metavar="MODEL", help="As the server calls it.")],
    output: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder, or that of an earlier call.")],
    endpoint: Annotated[
        str, typer.Option(metavar="URL", help="A server that speaks OpenAI's Batch API (default: OpenAI's own).")
    ] = asking.OPENAI,
    key_variable: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Environment variable with the key, never stored "
            f"(for OpenAI's own server: {asking.KEYS[asking.OPENAI]}).",
        ),
    ] = None,
    structured: asking.StructuredBy = "schema",
    temperature: asking.Temperature = "0",
    max_tokens: asking.MaxTokens = 2048,
    seed: asking.ServerSeed = 13,
    chunk: Annotated[int, typer.Option(min=1, max=50_000, help="Texts of a batch at most.")] = 1_000,
    poll: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Between two looks at what is under way.")
    ] = 30.0,
    max_requests: Annotated[
        int | None, typer.Option(min=1, help="Budget, of all calls together: texts sent, those sent again included.")
    ] = None,
    max_total_tokens: Annotated[int | None, typer.Option(min=1, help="Budget: read and written together.")] = None,
    max_cost: Annotated[float | None, typer.Option(help="Budget in money; needs the prices.")] = None,
    price_in: Annotated[
        float | None, typer.Option(min=0, help="Of a million tokens that the model reads, in a batch.")
    ] = None,
    price_out: Annotated[float | None, typer.Option(min=0, help="Of a million tokens that it writes.")] = None,
    currency: asking.Currency = "USD",
    max_wait: Annotated[
        float | None, typer.Option(min=0, metavar="SECONDS", help="Stop after so long; call again to go on.")
    ] = None,
    domain: DomainName = None,
) -> None:
    """Have a language model label a folder of texts through a Batch API, for less than one by one.

    A call that was stopped, by Ctrl-C, its budget or anything else, goes on when it is made again: what the server has
    is waited for, not sent again. Texts that get no answer however often they are sent stand in left_out.jsonl, and the
    exit code is 1. Texts go to that server, which may keep what is uploaded: mind whose it is.
    """
    from itner.labelling.batches import Patience
    from itner.workflows.label_batch import label_batch as label

    config = asking.make_config(
        provider="openai",
        endpoint=endpoint,
        key_variable=key_variable,
        model=model,
        domain=domain,
        structured=structured,
        temperature=temperature,
        max_tokens=max_tokens,
        seed=seed,
        budget={"requests": max_requests, "tokens": max_total_tokens, "money": max_cost},
        prices=(price_in, price_out, currency),
    )
    try:
        with console() as progress:
            report = label(texts, config, output, chunk, Patience(poll, max_wait), progress)
    except KeyboardInterrupt:
        typer.echo(f"stopped; what is known is kept in {output}: call again to go on", err=True)
        raise typer.Exit(_INTERRUPTED) from None
    for reason, number in report.left_out.items():
        typer.echo(f"left out: {counted(number, 'text')} ({reason})", err=True)
    cost = f", {report.cost:.2f} {report.currency}" if report.cost is not None else ""
    typer.echo(
        f"{output}: {report.labelled:,} of {counted(report.texts, 'text')} labelled in {report.batches:,} batches, "
        f"{report.tokens_in + report.tokens_out:,} tokens{cost}"
    )
    if report.left_out:
        raise typer.Exit(_LEFT_OUT)


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
    validation: Annotated[
        float,
        typer.Option(min=0.0, max=0.9, help="The share that goes there, above 0."),
    ] = 0.1,
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
    from itner.labelling.merge import CONFLICTS, Rules
    from itner.records.workspace import Workspace
    from itner.workflows.merge import merge as merge_texts

    check_one_of(conflicts, CONFLICTS, "--conflicts")
    if not validation:
        raise typer.BadParameter("`itner prepare` needs texts to validate on; name a share above 0 (--validation)")
    rule = next(each for each in CONFLICTS if each == conflicts)
    rules = Rules(rule, alike, balance, validation, seed)
    with console() as progress:
        report = merge_texts(
            folders, domain_or_default(domain), output, Workspace.find(None, data_root), rules, against, test, progress
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


def _say(what: str, counts: dict[str, int]) -> None:
    if counts:
        typer.echo(f"{what}: {', '.join(f'{reason} {count:,}' for reason, count in counts.items())}", err=True)
