"""Measuring in a fresh process, which ends with the one that asked."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def measure_apart(measure: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a function of a module's top gives in a process of its own, in which nothing else was loaded before."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=_end_with_parent) as pool:
        return pool.submit(measure, *args, **kwargs).result()


def _end_with_parent() -> None:
    """A parent that is killed tells nobody, and what it started would go on measuring."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
