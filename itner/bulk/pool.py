"""Blocks shared out to processes of this machine, each of which holds the tagger once."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager

from itner.bulk.blocks import Block
from itner.bulk.worker import AHEAD, Done, Given, Worker
from itner.core.errors import InputError
from itner.core.forks import end_with_parent

_worker: Worker | None = None


def run_pool(given: Given, blocks: Iterable[Block], processes: int) -> Iterator[Done]:
    """What comes of each block, as soon as it is done.

    Raises:
        InputError: a process was ended from outside, as by a machine without memory; what is done stays done.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(given,))
    waiting: set[Future[Done]] = set()
    try:
        for block in blocks:
            while len(waiting) >= processes * AHEAD:
                ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                yield from (each.result() for each in ready)
            with _uninterrupted():
                waiting.add(pool.submit(_do, block))
        while waiting:
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            yield from (each.result() for each in ready)
    except BrokenProcessPool:
        raise InputError(
            "a process was ended from outside, perhaps for want of memory; call again to go on, with fewer --processes"
        ) from None
    finally:
        # Blocks that nobody waits for are not begun.
        try:
            pool.shutdown(cancel_futures=True)
        except KeyboardInterrupt:
            # Asked for twice: one that is at a block may not answer any more.
            for process in multiprocessing.active_children():
                process.kill()
            raise


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Processes that begin here never see Ctrl+C, which a terminal sends to all: they end when this one ends them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(given: Given) -> None:
    global _worker
    end_with_parent()
    _worker = Worker(given)


def _do(block: Block) -> Done:
    if _worker is None:
        raise RuntimeError("not begun")
    return _worker.do(block)
