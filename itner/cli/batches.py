"""Verbs that have texts labelled in bulk: label-batch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from itner.cli.options import DomainName, console, domain_or_default
from itner.core.errors import InputError
from itner.core.words import counted

BATCH = """
itner label-batch harvested/ MODEL --output labelled/
itner label-batch harvested/ MODEL --output labelled/ --max-cost 20 --price-in 0.05 --price-out 0.2
itner label-batch harvested/ MODEL --output labelled/ --max-wait 0    # send, and look again another day
itner label-batch harvested/ NAME --endpoint https://api.example.com/v1 --key-variable MY_KEY --output labelled/
"""
_LEFT_OUT, _INTERRUPTED = 1, 130
_OPENAI, _KEY = "https://api.openai.com/v1", "OPENAI_API_KEY"


def label_batch(
    texts: Annotated[Path, typer.Argument(metavar="TEXTS", help="A folder of harvested texts.")],
    model: Annotated[str, typer.Argument(metavar="MODEL", help="As the server calls it.")],
    output: Annotated[Path, typer.Option(metavar="DIR", help="A new or empty folder, or that of an earlier call.")],
    endpoint: Annotated[
        str, typer.Option(metavar="URL", help="A server that speaks OpenAI's Batch API (default: OpenAI's own).")
    ] = _OPENAI,
    key_variable: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help=f"Environment variable with the key, never stored (for OpenAI's own server: {_KEY})."
        ),
    ] = None,
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
    currency: Annotated[str, typer.Option(metavar="CODE", help="Of the prices.")] = "USD",
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
    from pydantic import ValidationError

    from itner.core.validation import describe
    from itner.labelling.batches import Patience
    from itner.records.config import Budget, Price, PromptedConfig
    from itner.workflows.label_batch import label_batch as label

    if (price_in is None) != (price_out is None):
        raise typer.BadParameter("give both --price-in and --price-out, or neither")
    address = endpoint.rstrip("/")
    try:
        config = PromptedConfig(
            provider="openai",
            endpoint=address,
            model=model,
            domain=domain_or_default(domain),
            key_variable=key_variable or (_KEY if address == _OPENAI else None),
            budget=Budget(max_requests, max_total_tokens, max_cost),
            price=Price(price_in, price_out, currency) if price_in is not None and price_out is not None else None,
        )
    except ValidationError as error:
        raise InputError(describe(error)) from None
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
