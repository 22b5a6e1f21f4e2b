"""Asking a server about many texts: at once, again where it fails, and no longer than there is a budget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt
from tenacity.wait import wait_random_exponential

from itner.core.errors import FailedError, InputError
from itner.records.config import PromptedConfig
from itner.taggers.answers import Pairs, read_answer
from itner.taggers.prompted.budget import Ledger
from itner.taggers.prompted.endpoint import Endpoint, Reply
from itner.taggers.prompted.prompt import Message

T = TypeVar("T")
# How long the wait between two tries may grow, and how long a server may ask for.
LONGEST_WAIT_S, LONGEST_PAUSE_S = 30.0, 300.0
_UNREADABLE = "an answer without a list of mentions"


class Asker:
    """A server that is asked patiently. For one event loop.

    Args:
        first_wait_s: about how long is waited after a first failure, drawn at random up to it; doubles with each.
    """

    def __init__(self, endpoint: Endpoint, config: PromptedConfig, ledger: Ledger, first_wait_s: float = 1.0):
        self._endpoint = endpoint
        self._config = config
        self._ledger = ledger
        self._backoff = wait_random_exponential(multiplier=first_wait_s, max=LONGEST_WAIT_S)

    async def read(self, messages: Sequence[Message]) -> tuple[Pairs | None, Reply, float]:
        """The pairs of the answer, the answer, and its seconds; None where no answer held any, however often asked.

        The answer's tokens are those of all that were given, which are paid for; None where one was not counted.

        Raises:
            InputError: the server refuses, or fails too often, or the budget is used up.
        """
        given: list[Reply] = []
        seconds = 0.0

        async def ask() -> Pairs:
            nonlocal seconds
            started = time.perf_counter()
            reply = await self._endpoint.ask(messages)
            self._ledger.pay(reply.tokens_in, reply.tokens_out)
            pairs = read_answer(reply.content)
            given.append(reply)
            seconds = time.perf_counter() - started
            if pairs is None:
                raise FailedError(_UNREADABLE)
            return pairs

        try:
            pairs: Pairs | None = await self._patiently(ask)
        except _GivenUpError as error:
            if error.what == _UNREADABLE:
                pairs = None
            else:
                raise self._failed(error.what) from None
        return pairs, _together(given), seconds

    def _failed(self, what: str) -> InputError:
        return InputError(
            f"{self._config.endpoint} failed {self._config.retries + 1} times in a row ({what}); what was answered "
            "before is kept: call again to go on"
        )

    async def digest(self) -> str | None:
        """What the server calls the model's weights by."""
        try:
            return await self._patiently(self._endpoint.digest)
        except _GivenUpError as error:
            raise InputError(f"{self._config.endpoint} does not answer ({error.what}); is the server there?") from None

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(FailedError),
            stop=stop_after_attempt(self._config.retries + 1),
            wait=self._wait_s,
            retry_error_callback=_give_up,
        ):
            with attempt:
                self._ledger.take_request()
                try:
                    # Of the whole answer: a server that drips resets the client's clock with every byte.
                    async with asyncio.timeout(self._patience_s()):
                        result = await call()
                except TimeoutError:
                    self._ledger.failures["no answer in time"] += 1
                    raise FailedError("no answer in time") from None
                except FailedError as error:
                    self._ledger.failures[error.what] += 1
                    if error.wait_s > LONGEST_PAUSE_S:
                        raise InputError(
                            f"{self._config.endpoint} asks to be left alone for {error.wait_s:,.0f} s; what was "
                            "answered before is kept: call again later to go on"
                        ) from None
                    raise
                return result
        raise AssertionError("the last attempt returns or raises")

    def _patience_s(self) -> float:
        left = self._ledger.seconds_left()
        return self._config.timeout_s if left is None else min(left, self._config.timeout_s)

    def _wait_s(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        asked = error.wait_s if isinstance(error, FailedError) else 0.0
        wait = max(asked, self._backoff(state))
        left = self._ledger.seconds_left()
        return wait if left is None else min(left, wait)


def _together(given: Sequence[Reply]) -> Reply:
    """The last reply, with the tokens of all."""
    read, written = [reply.tokens_in for reply in given], [reply.tokens_out for reply in given]
    return replace(given[-1], tokens_in=_sum(read), tokens_out=_sum(written))


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None


class _GivenUpError(Exception):
    def __init__(self, what: str):
        super().__init__(what)
        self.what = what


def _give_up(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome is not None else None
    raise _GivenUpError(error.what if isinstance(error, FailedError) else "no answer") from None


async def in_parallel(work: Sequence[Callable[[], Awaitable[None]]], at_once: int) -> None:
    """Do all of it, so many things at a time.

    After the first error nothing new is begun, what is under way is finished, and the error is raised.
    """
    queue = iter(work)
    failed: list[Exception] = []

    async def worker() -> None:
        for each in queue:
            if failed:
                return
            try:
                await each()
            except Exception as error:  # noqa: BLE001 - raised below, when the others are done
                failed.append(error)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, len(work))):
            group.create_task(worker())
    if failed:
        raise failed[0]
