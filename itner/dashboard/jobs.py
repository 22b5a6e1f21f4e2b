"""Work that outlasts a rerun: a thread with progress and a stop, held and followed by the session that started it."""

from __future__ import annotations

import itertools
import threading
import time
import weakref
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import streamlit as st

from itner.dashboard.ending import stop_page

T = TypeVar("T")

# A job's number is its alone for as long as the server runs, which the address of an object in memory is not.
_numbers = itertools.count(1)

Report = Callable[[int, int], None]
ShouldStop = Callable[[], bool]


@dataclass
class _State(Generic[T]):
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    done: int = 0
    total: int = 0
    result: T | None = None
    error: BaseException | None = None

    def end(self, result: T | None, error: BaseException | None) -> None:
        """Take what the work came to, unless it has ended before."""
        with self.lock:
            if not self.ended.is_set():
                self.result, self.error = result, error
                self.ended.set()


class Job(Generic[T]):
    """A running or finished piece of work.

    When nobody holds it any more (the session is gone, or what is kept has expired), the work stops.

    Args:
        work: hears what to report to, and whom to ask whether to stop.
        so_far: what the work has come to until now. Where it is given, a stop ends the job at once with that, and what
            the work still does until it hears of the stop counts for nothing.
    """

    def __init__(self, work: Callable[[Report, ShouldStop], T], so_far: Callable[[], T] | None = None):
        state = _State[T]()
        self._state = state
        self._so_far = so_far
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

    @property
    def counts(self) -> tuple[int, int]:
        """How much is done, of how much."""
        return self._state.done, self._state.total

    def seconds(self) -> tuple[float, float | None]:
        """Seconds since the start, and the seconds left, None while nothing is done."""
        passed = time.monotonic() - self._started
        share = self.share
        return passed, passed / share - passed if share > 0 else None

    def stop(self) -> None:
        """Ask the work to stop, which is soon, or at once where it is known what it has come to."""
        if self.running:
            self._state.stop.set()
            if self._so_far is not None:
                self._state.end(self._so_far(), None)

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most this long; True when it has come."""
        return self._state.ended.wait(seconds)

    def result(self) -> T:
        """What the work returned; its exception when it failed. Only for a job that has ended."""
        if self._state.error is not None:
            raise self._state.error
        assert self._state.result is not None
        return self._state.result


def once(name: str, key: object, make: Callable[[], T], held: MutableMapping[Any, Any] | None = None) -> T:
    """What `make` makes, kept under the name for as long as the key stays the same.

    Args:
        held: where it is kept; None for this session.
    """
    place = st.session_state if held is None else held
    known = place.get(name)
    if known is None or known[0] != key:
        known = place[name] = (key, make())
    result: T = known[1]
    return result


def let_go(*beginnings: str) -> None:
    """Forget what this session keeps under names that begin so; work that nobody holds any more stops."""
    for name in [name for name in st.session_state if str(name).startswith(beginnings)]:
        del st.session_state[name]


def stop_all(held: Mapping[Any, Any]) -> None:
    """Stop the jobs among what is held, those that `once` made included."""
    for value in list(held.values()):
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Job):
                each.stop()


@st.fragment(run_every=0.5)
def follow(job: Job[Any], doing: str, unit: str = "", on_look: Callable[[], object] = lambda: None) -> None:
    """Progress and a stop button until the job has ended; then the whole page is drawn again.

    Args:
        unit: of what the job counts, in words; "" for a share alone.
        on_look: called whenever somebody sees how far it is.
    """
    on_look()
    if not job.running:
        st.rerun()
    st.progress(job.share, progress_in_words(job, doing, unit))
    if st.button("Stop", icon=":material/stop:", disabled=job.stopped):
        job.stop()
        if not job.running:
            st.rerun()


def finish(job: Job[T], doing: str, seconds: float = 1.0) -> T:
    """What a job returns. Until it has ended, the page holds progress and a stop, and ends here."""
    # Most work is done at once; then nothing needs to be drawn twice.
    if not job.wait(seconds):
        follow(job, doing)
        stop_page()
    return job.result()


def progress_in_words(job: Job[Any], doing: str, unit: str = "") -> str:
    """How far the job is, and how long it will take."""
    passed, left = job.seconds()
    rest = f", about {_duration(left)} left" if left is not None else ""
    done, total = job.counts
    counts = f"{done:,} of {total:,} {unit}, " if unit and total else ""
    return f"{doing}: {counts}{job.share:.0%} after {_duration(passed)}{rest}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _run(work: Callable[[Report, ShouldStop], T], state: _State[T]) -> None:
    def report(done: int, total: int) -> None:
        state.done, state.total = done, total

    try:
        result = work(report, state.stop.is_set)
    except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
        state.end(None, error)
    else:
        state.end(result, None)
