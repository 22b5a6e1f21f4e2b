"""Blocks shared out to actors of Ray, each of which holds the tagger once: the same worker, on more machines than one.

Blocks are cut by who asks, in order, because what is packed can only be read from its beginning; so actors are handed
out blocks one by one, rather than a Ray dataset. An actor or a machine that is lost costs the blocks that it was at,
which another one does again. Machines that join get actors.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from itner.bulk.blocks import Block
from itner.bulk.worker import AHEAD, Done, Given, Worker
from itner.core.errors import InputError

# A block that ends so many actors ends the next one as well.
_MOST_LOSSES = 3
_LOOK_SECONDS = 1.0
_ANSWER_SECONDS = 10.0
# So long nobody may come up: a cluster that starts machines when they are asked for takes minutes.
_PATIENCE_SECONDS = 900.0


def run_cluster(given: Given, blocks: Iterable[Block], address: str | None, actors: int | None) -> Iterator[Done]:
    """What comes of each block, as soon as it is done.

    Args:
        given: with folders that every machine of the cluster finds under the same path.
        address: of the cluster; None starts one on this machine.
        actors: that are asked for, which makes a cluster grow that can; None for as many as its cores are worth.
    Raises:
        InputError: there is no such cluster, or no actor of it can work.
    """
    import ray

    _check_answers(address)
    # Nothing is told to anybody of what is tagged, nor that anything is.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    own = not ray.is_initialized()
    if own:
        try:
            # Without an address Ray looks for whatever was started here before, and waits long where that is gone.
            where = address or "local"
            ray.init(address=where, log_to_driver=False, logging_level=logging.ERROR, include_dashboard=False)
        except Exception as error:  # where a node of it does not come up in time, Ray raises nothing more special
            raise InputError(
                f"no cluster of Ray answers at {address or 'this machine'} ({error}); where it asks for a token, set "
                "RAY_AUTH_MODE=token"
            ) from error
    given = replace(given, folder=given.folder.resolve(), models=given.models.resolve())
    crew = _Crew(ray, given, actors)
    try:
        yield from crew.work(blocks)
    finally:
        crew.dismiss()
        if own:
            ray.shutdown()


def _check_answers(address: str | None) -> None:
    """InputError where nothing listens there: Ray itself asks again for minutes."""
    host, _, port = (address or "").removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise InputError(f"no cluster of Ray answers at {address} ({error})") from None


class _Crew:
    """Actors, and what each of them is at."""

    def __init__(self, ray: Any, given: Given, most: int | None):
        self._ray, self._given, self._most, self._threads = ray, given, most, given.threads
        self._gpu = given.job.device != "cpu"
        # A lost actor is replaced here rather than by Ray, so that blocks go to whoever is there.
        self._kind = ray.remote(num_cpus=given.threads, num_gpus=int(self._gpu), max_restarts=0, max_task_retries=0)(
            Worker
        )
        self._actors: list[Any] = []
        # Those that are not up yet, by what tells when they are.
        self._coming: dict[Any, Any] = {}
        self._at: dict[Any, tuple[Block, Any]] = {}
        self._losses: dict[int, int] = {}
        self._again: list[Block] = []
        self._looked = 0.0

    def work(self, blocks: Iterable[Block]) -> Iterator[Done]:
        """All blocks, each once, however many actors are lost."""
        left = iter(blocks)
        more = True
        heard = time.monotonic()
        while more or self._again or self._at:
            self._hire()
            free = self._find_free()
            while free is not None and (self._again or more):
                block = self._again.pop() if self._again else next(left, None)
                if block is None:
                    more = False
                    break
                self._at[free.do.remote(block)] = (block, free)
                free = self._find_free()
            if not self._at:
                time.sleep(_LOOK_SECONDS)
            ready, _ = self._ray.wait(list(self._at), timeout=_LOOK_SECONDS) if self._at else ([], [])
            for ref in ready:
                done = self._take(ref)
                if done is not None:
                    yield done
                heard = time.monotonic()
            if time.monotonic() - heard > _PATIENCE_SECONDS:
                raise InputError(f"no actor has done anything for {_PATIENCE_SECONDS / 60:.0f} minutes; call again")

    def dismiss(self) -> None:
        """End all actors."""
        for actor in (*self._actors, *self._coming.values()):
            self._ray.kill(actor)

    def _hire(self) -> None:
        """As many actors as are asked for, or as there are cores or GPUs for; who is up gets blocks."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return
        self._looked = time.monotonic()
        resources = self._ray.cluster_resources()
        worth = int(resources.get("GPU", 0) if self._gpu else resources.get("CPU", 0) // self._threads)
        for _ in range(len(self._actors) + len(self._coming), self._most or worth):
            actor = self._kind.remote(self._given)
            self._coming[actor.__ray_ready__.remote()] = actor
        if not self._coming:
            return
        up, _ = self._ray.wait(list(self._coming), num_returns=len(self._coming), timeout=0)
        for ref in up:
            actor = self._coming.pop(ref)
            if self._get(ref) is not None:
                self._actors.append(actor)

    def _find_free(self) -> Any | None:
        """The actor with the fewest blocks, where one may have another."""
        busy = {id(actor): 0 for actor in self._actors}
        for _, actor in self._at.values():
            busy[id(actor)] = busy.get(id(actor), 0) + 1
        free = min(self._actors, key=lambda actor: busy[id(actor)], default=None)
        return free if free is not None and busy[id(free)] < AHEAD else None

    def _take(self, ref: Any) -> Done | None:
        block, actor = self._at.pop(ref)
        done: Done | None = self._get(ref)
        if done is not None:
            return done
        # Lost; what else it was given comes back by itself, the same way.
        self._actors = [each for each in self._actors if each is not actor]
        self._losses[block.number] = self._losses.get(block.number, 0) + 1
        if self._losses[block.number] >= _MOST_LOSSES:
            raise InputError(
                f"block {block.number} has ended {_MOST_LOSSES} actors, perhaps for want of memory; take smaller ones "
                "with --block"
            )
        self._again.append(block)
        return None

    def _get(self, ref: Any) -> Any | None:
        """What came of a call; None where its actor was lost.

        What the worker itself raised is raised here, since another one would raise it again.
        """
        errors = self._ray.exceptions
        try:
            return self._ray.get(ref)
        except errors.RayTaskError as error:
            cause = error.cause
            raise cause if isinstance(cause, Exception) else InputError(str(error)) from None
        except errors.RayError as error:
            if getattr(error, "actor_init_failed", False):
                raise InputError(f"no actor can begin: {str(error).strip().splitlines()[-1]}") from None
            return None
