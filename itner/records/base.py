"""`base.json`: how a small decoder was built, beside its weights."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Name, NonNegative, Positive, Sha256
from itner.records.config import Arithmetic


@dataclass(frozen=True, config=STRICT)
class BaseConfig:
    """A decoder before it is built.

    Attributes:
        vocabulary: word pieces of its tokenizer.
        positions: word pieces that it has room for.
        megabytes: of text (10^6 characters) that it learns from at most.
        passes: over that text.
        exercises: in copying out of text what is asked for, between the text.
    """

    vocabulary: Annotated[int, Field(ge=300)] = 6_000
    hidden: Annotated[int, Field(ge=16)] = 256
    layers: Annotated[int, Field(ge=1)] = 8
    heads: Annotated[int, Field(ge=1)] = 4
    key_heads: Annotated[int, Field(ge=1)] = 2
    feed_forward: Annotated[int, Field(ge=16)] = 704
    positions: Annotated[int, Field(ge=64)] = 512
    window: Annotated[int, Field(ge=32)] = 256
    batch_size: Annotated[int, Field(ge=1)] = 16
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    warmup_steps: Annotated[int, Field(ge=0)] = 100
    megabytes: Annotated[float, Field(gt=0)] = 6.0
    passes: Annotated[int, Field(ge=1)] = 1
    exercises: NonNegative = 100_000
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 13
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class BaseRecord:
    """A decoder that was built.

    Attributes:
        characters: of text, by where it is from.
        packages: whose documentation was read, with version and licence.
        held_out: sentences left out because dev, test or a check holds them.
        pieces: that were learned from, each pass counted.
        loss: on text that was put aside, in nats a piece.
    """

    name: Name
    config: BaseConfig
    characters: dict[str, NonNegative]
    packages: dict[str, str]
    held_out: NonNegative
    pieces: Positive
    parameters: Positive
    loss: float
    train_seconds: float
    arithmetic: Arithmetic
    weights_sha256: Sha256
    provenance: Provenance
    schema_version: Literal[1] = field(default=1)
