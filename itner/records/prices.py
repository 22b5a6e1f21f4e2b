"""`data/prices.toml`: what an hour of a machine and the tokens of language models cost; edited by hand."""

from __future__ import annotations

import json
import tomllib
from dataclasses import field
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from itner.core.errors import InputError
from itner.core.validation import STRICT, Amount, PositiveAmount, describe
from itner.records.workspace import Workspace

PRICES = "prices.toml"
_LARGEST = 1_000_000  # bytes


@dataclass(frozen=True, config=STRICT)
class TokenPrice:
    """Of a million tokens that a model reads, and of a million that it writes."""

    tokens_in: Amount
    tokens_out: Amount


@dataclass(frozen=True, config=STRICT)
class ComputePrice:
    """Of one core of the machine that tags, an hour."""

    core_hour: Amount


@dataclass(frozen=True, config=STRICT)
class Prices:
    """What taggers cost.

    Attributes:
        currency: of all prices.
        tokens_per_ticket: words and signs.
        models: by name.
    """

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    tokens_per_ticket: PositiveAmount
    compute: ComputePrice
    models: dict[str, TokenPrice] = field(default_factory=dict)


def read_prices(place: Workspace) -> Prices | None:
    """The prices, None where there is no such file; InputError says what is wrong with it."""
    path = place.corpus(PRICES)
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError("this file is too large to hold prices", path=path)
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"the prices cannot be read: {error}", path=path) from error
    try:
        # By way of JSON, in which a table may become a dataclass and a whole number an amount.
        return TypeAdapter(Prices).validate_json(json.dumps(content, default=str))
    except ValidationError as error:
        raise InputError(describe(error), path=path) from error
