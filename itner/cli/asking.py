"""What verbs that ask language models share: options, and the configuration made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from itner.cli.options import check_one_of, domain_or_default
from itner.core.errors import InputError

if TYPE_CHECKING:
    from itner.records.config import PromptedConfig

OPENAI = "https://api.openai.com/v1"
# Where the key is of servers that everybody knows.
KEYS = {OPENAI: "OPENAI_API_KEY"}
_SERVER = "server"
# What the fields of records are called among the options.
_OPTIONS = {
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


def make_config(
    *,
    endpoint: str,
    key_variable: str | None,
    structured: str,
    temperature: str,
    domain: str | None,
    budget: Mapping[str, float | None],
    prices: tuple[float | None, float | None, str],
    **others: Any,
) -> PromptedConfig:
    """Whom to ask for what; bad usage, or an InputError that names the option, for what cannot be.

    Args:
        endpoint: what is given and empty, as an unset variable of a shell is, is no wish for another server.
        budget: fields of `Budget`.
        prices: of a million tokens read and written, and their currency.
    """
    from pydantic import ValidationError

    from itner.core.validation import describe
    from itner.records.config import Budget, Price, PromptedConfig, Structured

    check_one_of(structured, get_args(Structured), "--structured")
    read, written, currency = prices
    if (read is None) != (written is None):
        raise typer.BadParameter("give both --price-in and --price-out, or neither")
    address = endpoint.rstrip("/")
    settings: dict[str, Any] = {
        "endpoint": address,
        "domain": domain_or_default(domain),
        "key_variable": key_variable if key_variable is not None else KEYS.get(address),
        "structured": structured,
        "temperature": _read_temperature(temperature),
        **others,
    }
    spent: dict[str, Any] = dict(budget)
    try:
        price = None
        if read is not None and written is not None:
            price = Price(tokens_in=read, tokens_out=written, currency=currency)
        return PromptedConfig(**settings, budget=Budget(**spent), price=price)
    except ValidationError as error:
        raise InputError(describe(error, _OPTIONS)) from None


def _read_temperature(given: str) -> float | None:
    if given == _SERVER:
        return None
    try:
        return float(given)
    except ValueError:
        raise typer.BadParameter(f"{given!r} is no number, and not `{_SERVER}`", param_hint="--temperature") from None
