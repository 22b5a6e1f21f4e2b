"""What requests may use up, and what they did."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from itner.core.errors import InputError
from itner.records.answers import Account, Losses
from itner.records.config import Budget, Price
from itner.taggers.prompted.cache import Found

_LAST_ANSWERS = 100_000


class SpentError(InputError):
    """The budget is used up."""


@dataclass
class Ledger:
    """The running account of a tagger.

    Args:
        clock: seconds that only grow.
    """

    budget: Budget
    price: Price | None
    clock: Callable[[], float] = time.monotonic
    requests: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    known: int = 0
    repaired: int = 0
    unreadable: int = 0
    uncounted: int = 0
    losses: Losses = field(default_factory=Losses)
    tokens: tuple[int, int] = (0, 0)
    spent: tuple[int, int] = (0, 0)
    # Of the last ones: a service asks for as long as it runs.
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=_LAST_ANSWERS))
    seconds: float = 0.0
    _since: float | None = None

    def begin(self) -> None:
        """Work begins."""
        self._since = self.clock()

    def end(self) -> None:
        """Work ends."""
        self.seconds = self._worked()
        self._since = None

    def _worked(self) -> float:
        return self.seconds + (self.clock() - self._since if self._since is not None else 0.0)

    def take_request(self) -> None:
        """Count a request that is about to be sent; SpentError when it may not be."""
        limit = self.budget
        for what, used, most in (
            ("requests", self.requests, limit.requests),
            ("tokens", sum(self.spent), limit.tokens),
            ("seconds", self._worked(), limit.seconds),
            (self.price.currency if self.price else "", self.cost or 0.0, limit.money),
        ):
            if most is not None and used >= most:
                raise SpentError(f"the budget of {most:g} {what} is used up")
        self.requests += 1

    def seconds_left(self) -> float | None:
        """How long work may go on; None for as long as it takes."""
        return None if self.budget.seconds is None else max(0.0, self.budget.seconds - self._worked())

    def pay(self, tokens_in: int | None, tokens_out: int | None) -> None:
        """Count what an answer took, whatever becomes of it."""
        self.spent = (self.spent[0] + (tokens_in or 0), self.spent[1] + (tokens_out or 0))

    def note(self, found: Found, known: bool) -> None:
        """Count what was found in a text."""
        self.answers += 1
        self.known += known
        self.repaired += found.repaired
        self.losses += found.losses
        self._count(found.tokens_in, found.tokens_out)
        self.latencies.append(found.latency_s)

    def note_unreadable(self, tokens_in: int | None, tokens_out: int | None) -> None:
        """Count a text without a readable answer, and what its answers took."""
        self.unreadable += 1
        self._count(tokens_in, tokens_out)

    def _count(self, tokens_in: int | None, tokens_out: int | None) -> None:
        self.tokens = (self.tokens[0] + (tokens_in or 0), self.tokens[1] + (tokens_out or 0))
        self.uncounted += None in (tokens_in, tokens_out)

    @property
    def cost(self) -> float | None:
        """Of what was sent and answered; None without a price."""
        if self.price is None:
            return None
        return self.price.of(*self.spent)

    def account(self) -> Account:
        """What was done so far."""
        latency = None
        if self.latencies:
            middle, late = np.percentile(self.latencies, [50, 95])
            latency = (round(float(middle), 4), round(float(late), 4))
        return Account(
            answers=self.answers,
            known=self.known,
            requests=self.requests,
            failures=dict(sorted(self.failures.items())),
            repaired=self.repaired,
            unreadable=self.unreadable,
            losses=self.losses,
            tokens_in=self.tokens[0],
            tokens_out=self.tokens[1],
            uncounted=self.uncounted,
            latency_s=latency,
            seconds=round(self._worked(), 3),
            cost=self.cost,
            currency=self.price.currency if self.price is not None else None,
        )
