"""The same work on several things at once, each in a copy of this process, which has read already what they share."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import Any, TypeVar

from itner.core.errors import InputError
from itner.core.provenance import usable_cores

T = TypeVar("T")
R = TypeVar("R")

_work: Callable[[Any], Any] | None = None


def map_forked(work: Callable[[T], R], items: Sequence[T]) -> Iterator[R]:
    """What `work` gives of each, in their order, with a process a core.

    One after the other in this process where there is nothing to share out, or where it cannot be copied safely: a copy
    lacks the other threads, but not the locks that they hold.

    Args:
        work: may be a closure; what it gives travels between processes.
    Raises:
        InputError: a process was ended from outside, as by a machine without memory.
    """
    processes = min(usable_cores(), len(items))
    if processes < 2 or sys.platform != "linux" or threading.active_count() > 1:
        yield from map(work, items)
        return
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(work,)) as pool:
        try:
            yield from pool.map(_call, items)
        except BrokenProcessPool:
            raise InputError("a process was ended from outside; where memory ran out, take fewer at once") from None


def end_with_parent() -> None:
    """A parent that is killed tells nobody, and what it started would go on."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def _begin(work: Callable[[Any], Any]) -> None:
    global _work
    _work = work
    end_with_parent()


def _call(item: Any) -> Any:
    if _work is None:
        raise RuntimeError("not begun")
    return _work(item)
