"""Work that outlasts a rerun: a thread with progress and a stop, held by the session that started it."""

from __future__ import annotations

import itertools
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

# A job's number is its alone for as long as the server runs, which the address of an object in memory is not.
_numbers = itertools.count(1)

Report = Callable[[int, int], None]
ShouldStop = Callable[[], bool]


@dataclass
class _State(Generic[T]):
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    done: int = 0
    total: int = 0
    result: T | None = None
    error: BaseException | None = None


class Job(Generic[T]):
    """A running or finished piece of work. When nobody holds it any more (the session is gone), the work stops."""

    def __init__(self, work: Callable[[Report, ShouldStop], T]):
        state = _State[T]()
        self._state = state
        self.number = next(_numbers)
        self._started = time.monotonic()
        # The thread knows the state alone, so that this handle can go while the thread runs.
        threading.Thread(target=_run, args=(work, state), daemon=True).start()
        weakref.finalize(self, state.stop.set)

    @property
    def running(self) -> bool:
        """Whether the work goes on."""
        return not self._state.ended.is_set()

    @property
    def stopped(self) -> bool:
        """Whether somebody asked the work to stop."""
        return self._state.stop.is_set()

    @property
    def share(self) -> float:
        """The share done, from 0 to 1."""
        return min(self._state.done / self._state.total, 1.0) if self._state.total else 0.0

    def seconds(self) -> tuple[float, float | None]:
        """Seconds since the start, and the seconds left, None while that cannot be told."""
        passed = time.monotonic() - self._started
        share = self.share
        return passed, passed / share - passed if share > 0.02 else None

    def stop(self) -> None:
        """Ask the work to stop soon."""
        self._state.stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most this long; True when it has come."""
        return self._state.ended.wait(seconds)

    def result(self) -> T:
        """What the work returned; its exception when it failed. Only for a job that has ended."""
        if self._state.error is not None:
            raise self._state.error
        assert self._state.result is not None
        return self._state.result


def _run(work: Callable[[Report, ShouldStop], T], state: _State[T]) -> None:
    def report(done: int, total: int) -> None:
        state.done, state.total = done, total

    try:
        state.result = work(report, state.stop.is_set)
    except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
        state.error = error
    finally:
        state.ended.set()
