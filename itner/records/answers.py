"""`answers.json`: what a language model was asked for, how it answered, and what that took."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from pydantic.dataclasses import dataclass

from itner.core.provenance import Provenance
from itner.core.validation import STRICT, Amount, Name, NonNegative, Sha256


@dataclass(frozen=True, config=STRICT)
class Losses:
    """How many mentions of answers have no place in their text.

    Attributes:
        absent: what the text does not hold.
        unknown: of a type that was not asked for.
        crowded: in the text, but only where a longer mention or the same one stands already.
    """

    absent: NonNegative = 0
    unknown: NonNegative = 0
    crowded: NonNegative = 0

    def __add__(self, other: Losses) -> Losses:
        return Losses(self.absent + other.absent, self.unknown + other.unknown, self.crowded + other.crowded)

    @property
    def total(self) -> int:
        """All of them."""
        return self.absent + self.unknown + self.crowded


@dataclass(frozen=True, config=STRICT)
class Account:
    """What a tagger with a language model did since it was opened.

    Attributes:
        answers: texts with a readable answer, those that were known included.
        known: of these, by an earlier call, or because the same text was asked about already.
        requests: that were sent, those that failed included.
        failures: of the requests, by what was wrong.
        repaired: answers that were cut off or garbled, of which whole pairs were kept.
        unreadable: answers that held no pair list at all, every time they were asked for; nothing is marked there.
        tokens_in, tokens_out: of all answers, those that could not be read included, as the server or the tokenizer
            counts them.
        uncounted: texts some of whose tokens nobody counted.
        latency_s: of answers, at the 50th and 95th percentile, from the request that succeeded; those that were known
            as they took then. None where nothing says.
        seconds: that the tagger was at work.
        cost: of the requests that were sent now and answered, in the price's currency; None without a price.
    """

    answers: NonNegative = 0
    known: NonNegative = 0
    requests: NonNegative = 0
    failures: dict[str, NonNegative] = field(default_factory=dict)
    repaired: NonNegative = 0
    unreadable: NonNegative = 0
    losses: Losses = Losses()
    tokens_in: NonNegative = 0
    tokens_out: NonNegative = 0
    uncounted: NonNegative = 0
    latency_s: tuple[Amount, Amount] | None = None
    seconds: Amount = 0.0
    cost: Amount | None = None
    currency: str | None = None


@dataclass(frozen=True, config=STRICT)
class AnswerReport:
    """The account of predicting a dataset split with a variant of a run."""

    dataset: Name
    split: Name
    split_sha256: Sha256
    variant: Name
    model_sha256: Sha256
    account: Account
    provenance: Provenance


@dataclass(frozen=True, config=STRICT)
class Answers:
    """The accounts of a run."""

    reports: tuple[AnswerReport, ...] = ()
    schema_version: Literal[1] = 1
