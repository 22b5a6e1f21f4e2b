"""What verbs that ask language models share: options, prices, whose key is where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from itner.cli.options import check_one_of

if TYPE_CHECKING:
    from itner.records.config import Price, Structured

OPENAI = "https://api.openai.com/v1"
# Where the key is of servers that everybody knows.
KEYS = {OPENAI: "OPENAI_API_KEY"}
_SERVER = "server"
# What the fields of records are called among the options.
OPTIONS = {
    "endpoint": "--endpoint", "model": "MODEL", "key_variable": "--key-variable", "temperature": "--temperature",
    "max_tokens": "--max-tokens", "seed": "--seed", "requests": "--max-requests", "tokens": "--max-total-tokens",
    "money": "--max-cost", "seconds": "--max-seconds", "tokens_in": "--price-in", "tokens_out": "--price-out",
    "currency": "--currency", "timeout_s": "--timeout", "retries": "--retries", "concurrency": "--concurrency",
}  # fmt: skip
StructuredBy = Annotated[
    str,
    typer.Option("--structured", metavar="schema|json|none", help="How the server is held to the form of an answer."),
]
Temperature = Annotated[
    str,
    typer.Option(
        "--temperature", metavar="NUMBER|server", help="How freely it answers; `server` leaves that to the server."
    ),
]
MaxTokens = Annotated[int, typer.Option("--max-tokens", min=16, help="Of an answer.")]
ServerSeed = Annotated[int, typer.Option("--seed", min=0, help="For servers that take one.")]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="Of the prices.")]


def check_structured(given: str) -> Structured:
    """One of the ways in which a server is held to a form; bad usage for another."""
    from itner.records.config import Structured

    check_one_of(given, get_args(Structured), "--structured")
    return next(each for each in get_args(Structured) if each == given)


def read_temperature(given: str) -> float | None:
    """A number, or None to leave it to the server; bad usage for anything else."""
    if given == _SERVER:
        return None
    try:
        return float(given)
    except ValueError:
        raise typer.BadParameter(f"{given!r} is no number, and not `{_SERVER}`", param_hint="--temperature") from None


def read_price(price_in: float | None, price_out: float | None, currency: str) -> Price | None:
    """What a million tokens cost; bad usage for half of it, a validation error for an impossible one."""
    from itner.records.config import Price

    if (price_in is None) != (price_out is None):
        raise typer.BadParameter("give both --price-in and --price-out, or neither")
    if price_in is None or price_out is None:
        return None
    return Price(tokens_in=price_in, tokens_out=price_out, currency=currency)
