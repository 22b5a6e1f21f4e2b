"""Texts that a Batch API labels: sent out in chunks, waited for, read, and sent again where nothing came back.

All that is known stands in a file, which is brought from one step to the next in one transaction each. So a call that
was stopped anywhere goes on there: batches under way are waited for, not sent again. Only where it was stopped between
the server's taking on a batch and our noting that is that batch sent twice, and the first one never read.

A chunk that fails as a whole goes out again in two halves, down to single texts. Texts without an answer in a chunk
that was completed go out again with others like them, in a chunk of half the size. A text is tried `TRIES` times: in
completed chunks, and by itself; what it shared with a chunk that failed as a whole says nothing of it.
"""

from __future__ import annotations

import json
import random
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyarrow.parquet as pq

from itner.core.errors import FailedError, InputError
from itner.core.progress import Progress
from itner.labelling.batch_api import URL, Batch, RefusedError, Server
from itner.labelling.batch_lines import Answer, Replies, read_replies
from itner.labelling.batch_state import TRIES, Chunk, State, Used
from itner.labelling.shards import TEXTS
from itner.records.config import Budget, Price

T = TypeVar("T")
# After so many batches without an answer, one after the other, the fault is not with the texts. Not counted are single
# texts, and batches of texts that were tried before while others got answers: these are what nothing comes of.
_IN_A_ROW = 12
# More texts than there are.
_UNBOUNDED = 2**62
# After so many calls in a row were given up, each tried again before, nobody is there.
_DEAF = 3
_ENDED = {"completed", "failed", "expired", "cancelled"}
# The server holds as much of ours as it will at once.
_FULL = "token_limit_exceeded"
# Batches under way at once.
AT_ONCE = 4
# How long the wait between two tries may grow, and how long a server may ask for.
_LONGEST_WAIT_S, _LONGEST_PAUSE_S = 30.0, 300.0


class OpenError(InputError):
    """The work is not done: its budget or its time is used up. What is known is kept."""


@dataclass(frozen=True)
class Task:
    """What is asked about every text.

    Attributes:
        facts: all that makes it another task when it changes, by name.
        body: the request about a text.
        read: what an answer's content says; None where it cannot be read.
    """

    facts: Mapping[str, str]
    body: Callable[[str], dict[str, Any]]
    read: Callable[[str], Answer | None]


@dataclass(frozen=True)
class Patience:
    """How long is waited for a server, in seconds.

    Attributes:
        poll_s: between two looks at what is under way.
        wait_s: for all of it, in one call; None for as long as it takes.
        first_wait_s: about how long after a first failure, drawn at random up to it; doubles with each.
        retries: of a call that failed.
    """

    poll_s: float = 30.0
    wait_s: float | None = None
    first_wait_s: float = 1.0
    retries: int = 6


class _Texts:
    """The texts of a whole folder by their number, of which a group is in memory at once."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._groups: list[tuple[Path, int]] = []
        self._firsts: list[int] = []
        self._known: tuple[int, list[str], list[str]] = (-1, [], [])
        total = 0
        for path in sorted(folder.glob(f"{TEXTS}-*.parquet")):
            about = pq.ParquetFile(path).metadata
            for group in range(about.num_row_groups):
                self._groups.append((path, group))
                self._firsts.append(total)
                total += about.row_group(group).num_rows

    def at(self, number: int, name: str) -> str:
        """The text of that number; InputError when it is not of that name any more."""
        group = bisect_right(self._firsts, number) - 1
        if group != self._known[0]:
            path, index = self._groups[group]
            rows = pq.ParquetFile(path).read_row_group(index, columns=["id", "text"])
            self._known = (group, rows["id"].to_pylist(), rows["text"].to_pylist())
        _, names, texts = self._known
        row = number - self._firsts[group]
        if row >= len(names) or names[row] != name:
            raise InputError("the texts changed while they were labelled", path=self._folder)
        return texts[row]


class Batches:
    """Brings all texts of a state to their end.

    Args:
        texts: the folder that the state was begun with.
        progress: hears of every step.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        task: Task,
        texts: Path,
        state: State,
        server: Server,
        patience: Patience,
        budget: Budget,
        price: Price | None,
        progress: Progress,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self._task = task
        self._texts = _Texts(texts)
        self._state = state
        self._server = server
        self._patience = patience
        self._limits = _limits(budget, price)
        self._progress = progress
        self._clock = clock
        self._sleep = sleep
        self._started = clock()
        self._failed_in_a_row = self._deaf = 0
        self._at_once = AT_ONCE

    def run(self) -> None:
        """Send, wait and read until every text is labelled or left out.

        Raises:
            OpenError: the budget or the time is used up before.
            InputError: the server refuses all, or is not there.
        """
        for chunk in self._state.chunks("sending"):
            self._send(chunk)
        while True:
            self._submit()
            under_way = self._state.chunks("under way")
            if not under_way:
                break
            back = [self._look(chunk) for chunk in under_way]
            self._check_time()
            if not any(back):
                self._sleep(min(self._patience.poll_s, self._seconds_left()))
        if self._state.tally()["open"]:
            _, what = self._room()
            raise OpenError(f"the budget of {what} is used up: {self._standing()}")

    def _submit(self) -> None:
        """Send as much as may be under way."""
        while len(self._state.chunks("under way")) < self._at_once:
            room, _ = self._room()
            chunk = self._state.form(room) if room > 0 else None
            if chunk is None:
                return
            self._tell()
            self._send(chunk)

    def _send(self, chunk: Chunk) -> None:
        try:
            file = chunk.file
            if file is None:
                lines = self._lines(chunk)
                file = self._patiently(lambda: self._server.upload(lines))
                self._state.note_file(chunk, file)
                self._tell()
            batch = self._patiently(lambda: self._server.create(file))
            self._state.note_batch(chunk, batch)
        except (FailedError, RefusedError) as error:
            self._settle(chunk, Replies(), f"not taken on ({error.what})")
        self._tell()

    def _lines(self, chunk: Chunk) -> bytes:
        lines = []
        for number, name in self._state.members(chunk):
            body = self._task.body(self._texts.at(number, name))
            lines.append(json.dumps({"custom_id": name, "method": "POST", "url": URL, "body": body}))
        return ("\n".join(lines) + "\n").encode()

    def _look(self, chunk: Chunk) -> bool:
        """Whether a chunk has come back; it is read then."""
        assert chunk.batch is not None
        name = chunk.batch
        try:
            batch = self._patiently(lambda: self._server.retrieve(name))
            if batch.status not in _ENDED:
                return False
        except FailedError:
            return False
        except RefusedError as error:
            batch = Batch(f"gone ({error.what})")
        try:
            files = [self._patiently(partial(self._server.content, file)) for file in batch.files]
        except FailedError:
            # Later, perhaps: what was answered is paid for.
            if self._state.count_try(chunk) < TRIES:
                return False
            files = []
        except RefusedError:
            files = []
        ids = {name for _, name in self._state.members(chunk)}
        found = read_replies(files, ids, self._task.read)
        self._settle(chunk, found, _failure(batch, found))
        if batch.code == _FULL:
            self._at_once = max(1, len(self._state.chunks("under way")))
        self._tell()
        return True

    def _settle(self, chunk: Chunk, found: Replies, failed: str | None) -> None:
        counts = chunk.size > 1 and (self._state.holds_new(chunk) or not self._state.tally()["labelled"])
        self._state.settle(chunk, found, failed)
        if found.answers:
            self._failed_in_a_row = 0
        elif counts:
            self._failed_in_a_row += 1
        if self._failed_in_a_row == _IN_A_ROW:
            why = failed or Counter(found.faults.values()).most_common(1)[0][0]
            raise InputError(f"{_IN_A_ROW} batches in a row brought no answer, the last one: {why}. {self._standing()}")

    def _room(self) -> tuple[int, str]:
        """How many more texts the budget lets out now, and which part of it says so.

        What is under way is taken to cost what a text did on average. Where none came back yet, one chunk goes out
        alone, so that this is known.
        """
        used = self._state.used()
        rooms = [(_UNBOUNDED, "")]
        for limit in self._limits:
            spent = limit.of(used)
            if spent >= limit.most:
                room = 0
            elif limit.of is _requests:
                room = int(limit.most - spent)
            elif used.counted:
                room = _fitting(limit.most - spent, spent / used.counted) - used.under_way
            else:
                room = 0 if used.under_way else _UNBOUNDED
            rooms.append((room, limit.what))
        return min(rooms)

    def _patiently(self, call: Callable[[], T]) -> T:
        for attempt in range(self._patience.retries + 1):
            try:
                result = call()
            except FailedError as error:
                self._state.count(f"call: {error.what}")
                if error.wait_s > _LONGEST_PAUSE_S:
                    raise InputError(
                        f"the server asks to be left alone for {error.wait_s:,.0f} s. {self._standing()}"
                    ) from None
                last = error
                if attempt < self._patience.retries:
                    longest = min(_LONGEST_WAIT_S, self._patience.first_wait_s * 2**attempt)
                    self._sleep(max(error.wait_s, random.uniform(0.0, longest)))
            except RefusedError as error:
                self._state.count(f"call: {error.what}")
                self._deaf = 0
                raise
            else:
                self._deaf = 0
                return result
        self._deaf += 1
        if self._deaf == _DEAF:
            raise InputError(f"the server does not answer ({last.what}); is it there? {self._standing()}")
        raise last

    def _seconds_left(self) -> float:
        wait_s = self._patience.wait_s
        return float("inf") if wait_s is None else max(0.0, wait_s - (self._clock() - self._started))

    def _check_time(self) -> None:
        tally = self._state.tally()
        if tally["open"] + tally["under way"] and not self._seconds_left():
            raise OpenError(f"not done after {self._patience.wait_s:g} s: {self._standing()}")

    def _standing(self) -> str:
        """How far it is, and how to go on."""
        return f"{describe(self._state.tally())}. What is known is kept: call again to go on"

    def _tell(self) -> None:
        tally = self._state.tally()
        done = tally["labelled"] + tally["left out"]
        self._progress(f"labelling, {tally['under way']:,} texts under way", done / max(1, tally.total()))


def describe(tally: Mapping[str, int]) -> str:
    """How many texts are where, in words."""
    parts = [f"{tally[status]:,} {status}" for status in ("labelled", "left out", "under way", "open") if tally[status]]
    return f"of {sum(tally.values()):,} texts, {', '.join(parts)}"


def _failure(batch: Batch, found: Replies) -> str | None:
    """Why a batch failed as a whole; None where it did not."""
    if batch.status == "completed":
        return None if found.answers or found.faults else "no answer can be read"
    return f"{batch.status} ({batch.code})" if batch.code else batch.status


@dataclass(frozen=True)
class _Limit:
    """Something that may be used up.

    Attributes:
        of: how much of it was.
    """

    most: float
    what: str
    of: Callable[[Used], float]


def _fitting(rest: float, each: float) -> int:
    """How many fit into a rest."""
    # What sums of decimal fractions are off by is not to cost one.
    return int(rest / each + 1e-6) if each else _UNBOUNDED


def _requests(used: Used) -> float:
    return used.requests


def _limits(budget: Budget, price: Price | None) -> list[_Limit]:
    limits = []
    if budget.requests is not None:
        limits.append(_Limit(budget.requests, f"{budget.requests:,} requests", _requests))
    if budget.tokens is not None:
        limits.append(_Limit(budget.tokens, f"{budget.tokens:,} tokens", lambda used: sum(used.tokens)))
    if budget.money is not None and price is not None:
        what = f"{budget.money:g} {price.currency}"
        limits.append(_Limit(budget.money, what, lambda used: price.of(*used.tokens)))
    return limits
