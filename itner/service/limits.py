"""What keeps one client from taking the service from the others: how many requests in a minute, and at once."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_WINDOW_S = 60.0
# Clients that are remembered; those that asked longest ago are forgotten first.
_MOST_CLIENTS = 10_000


class RateLimit:
    """At most so many calls of a client within a minute.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic):
        self._per_minute = per_minute
        self._clock = clock
        self._calls: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, client: str) -> float:
        """0 where the client may call now, which counts; else for how many seconds it is to wait."""
        now = self._clock()
        with self._lock:
            calls = self._calls.setdefault(client, deque())
            self._calls.move_to_end(client)
            while len(self._calls) > _MOST_CLIENTS:
                self._calls.popitem(last=False)
            while calls and calls[0] <= now - _WINDOW_S:
                calls.popleft()
            if len(calls) >= self._per_minute:
                return calls[0] + _WINDOW_S - now
            calls.append(now)
            return 0.0


class Places:
    """Room for so many requests that arrive, wait or are worked on at once. For one thread."""

    def __init__(self, most: int):
        self._free = most

    @contextmanager
    def take(self) -> Iterator[bool]:
        """A place while the block lasts; False where none is free."""
        if not self._free:
            yield False
            return
        self._free -= 1
        try:
            yield True
        finally:
            self._free += 1
