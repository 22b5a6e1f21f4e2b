"""Verbs that ask language models: prompt."""

from __future__ import annotations

from typing import Annotated, get_args

import typer

from itner.cli import asking
from itner.cli.options import DataRoot, DomainName, Models, check_one_of
from itner.records.workspace import Workspace

PROMPT = """
itner prompt qwen3:4b --run qwen_asked                     # Ollama on this machine
itner prompt qwen3:4b --shots 8 --data combined --run qwen_shown
itner prompt NAME --provider openai --endpoint https://api.example.com/v1 --key-variable MY_KEY --run asked
itner prompt NAME --provider openai --endpoint http://localhost:8000/v1 --structured none --max-requests 500 --run asked
"""
_ENDPOINTS = {"ollama": "http://localhost:11434", "openai": asking.OPENAI}


def prompt(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="As the server calls it.")],
    run: Annotated[str, typer.Option(metavar="NAME", help="Name of the run.")],
    provider: Annotated[
        str, typer.Option(metavar="ollama|openai", help="Whose interface the server speaks; many speak OpenAI's.")
    ] = "ollama",
    endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="The server (default: Ollama's on this machine, or OpenAI's own).")
    ] = None,
    key_variable: Annotated[
        str | None, typer.Option(metavar="NAME", help="Environment variable with the key; the key is not stored.")
    ] = None,
    shots: Annotated[int, typer.Option(min=0, max=50, help="Examples in front of each text, those most like it.")] = 0,
    data: Annotated[
        str | None, typer.Option("--data", metavar="DATASET", help="A prepared dataset, whose train split they are of.")
    ] = None,
    structured: asking.StructuredBy = "schema",
    temperature: asking.Temperature = "0",
    max_tokens: asking.MaxTokens = 2048,
    seed: asking.ServerSeed = 13,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Requests under way at once.")] = 4,
    timeout: Annotated[float, typer.Option(min=0.1, metavar="SECONDS", help="For a whole answer.")] = 120.0,
    retries: Annotated[int, typer.Option(min=0, help="Of a request that failed.")] = 6,
    max_requests: Annotated[int | None, typer.Option(min=1, help="Budget of a call of a verb.")] = None,
    max_total_tokens: Annotated[int | None, typer.Option(min=1, help="Budget: read and written together.")] = None,
    max_cost: Annotated[float | None, typer.Option(help="Budget in money; needs the prices.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Budget in time.")] = None,
    price_in: Annotated[float | None, typer.Option(min=0, help="Of a million tokens that the model reads.")] = None,
    price_out: Annotated[float | None, typer.Option(min=0, help="Of a million tokens that it writes.")] = None,
    currency: asking.Currency = "USD",
    domain: DomainName = None,
    models: Models = None,
    data_root: DataRoot = None,
) -> None:
    """Make a run of a language model that is asked for mentions, by Ollama or an interface like OpenAI's.

    It is told the domain's annotation guideline, and shown examples where some are asked for. Answers are kept in
    models/.answers.sqlite, without the text, so that no text is paid for twice. Texts go to that server: mind whose it
    is.
    """
    from itner.records.config import Provider
    from itner.workflows.prompt import make_prompted

    check_one_of(provider, get_args(Provider), "--provider")
    config = asking.make_config(
        provider=provider,
        endpoint=endpoint if endpoint is not None else _ENDPOINTS[provider],
        key_variable=key_variable,
        model=model,
        domain=domain,
        shots=shots,
        structured=structured,
        temperature=temperature,
        max_tokens=max_tokens,
        seed=seed,
        concurrency=concurrency,
        timeout_s=timeout,
        retries=retries,
        budget={"requests": max_requests, "tokens": max_total_tokens, "money": max_cost, "seconds": max_seconds},
        prices=(price_in, price_out, currency),
    )
    place = Workspace.find(models, data_root)
    info = make_prompted(config, data, place, run)
    known = f", digest {info.digest[:12]}" if info.digest else ""
    typer.echo(
        f"{place.models.name}/{info.name}: {model} at {config.endpoint}{known}, asked for {', '.join(info.types)}"
    )
