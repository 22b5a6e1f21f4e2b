"""Measuring in a fresh process, which ends with the one that asked."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import ParamSpec, TypeVar

from itner.core.forks import end_with_parent

P = ParamSpec("P")
T = TypeVar("T")


def measure_apart(measure: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a function of a module's top gives in a process of its own, in which nothing else was loaded before."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=end_with_parent) as pool:
        return pool.submit(measure, *args, **kwargs).result()
