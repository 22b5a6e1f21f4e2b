"""Work that would be given to a process of its own, done in this one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class HerePool:
    """In place of `ProcessPoolExecutor`, whose processes import PyTorch for seconds each."""

    def __init__(self, *_: object, **__: object) -> None: ...

    def __enter__(self) -> HerePool:
        return self

    def __exit__(self, *_: object) -> None: ...

    def submit(self, work: Callable[..., Any], *given: Any) -> Future[Any]:
        """The result of the work, which is done when this returns."""
        done: Future[Any] = Future()
        done.set_result(work(*given))
        return done
