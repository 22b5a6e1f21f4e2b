"""Actors that come, go and are lost, without a cluster."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from itner.bulk import cluster
from itner.bulk.blocks import Block
from itner.bulk.cluster import _check_answers, _Crew, run_cluster
from itner.bulk.worker import Given
from itner.core.errors import InputError


class RayError(Exception):
    pass


class RayTaskError(RayError):
    def __init__(self, cause: Exception):
        super().__init__(str(cause))
        self.cause = cause


class Lost(RayError):
    def __init__(self, actor_init_failed: bool = False):
        super().__init__("first\nthe last line")
        self.actor_init_failed = actor_init_failed


class FakeRay:
    """As much of Ray as a crew asks for; work is done when it is waited for.

    Args:
        do: what an actor of a number makes of a block: a result, or an exception.
        cores: asked for again and again; the last one stays.
        gpus: of each actor.
        begin: what an actor says instead of being up.
    """

    exceptions = SimpleNamespace(RayError=RayError, RayTaskError=RayTaskError)

    def __init__(
        self, do: Callable[[int, Block], Any], cores: list[int], begin: Exception | None = None, gpus: int = 0
    ):
        self.do, self.cores, self.begin, self.gpus = do, cores, begin, gpus
        self.actors: list[SimpleNamespace] = []
        self.killed: list[int] = []
        self.up: set[int] = set()
        self.now = 0
        self.most_waiting = 0

    def remote(self, **options: Any) -> Callable[[type], Any]:
        assert options == {"num_cpus": 1, "num_gpus": self.gpus, "max_restarts": 0, "max_task_retries": 0}
        return lambda kind: SimpleNamespace(remote=self._hire)

    def _hire(self, *given: Any) -> SimpleNamespace:
        number = len(self.actors)
        actor = SimpleNamespace(number=number, lost=False)
        actor.__ray_ready__ = SimpleNamespace(remote=lambda: (actor.number, None, 0, None))
        actor.do = SimpleNamespace(remote=lambda block: (actor.number, block.number, id(block), block))
        self.actors.append(actor)
        return actor

    def cluster_resources(self) -> dict[str, float]:
        self.now = self.cores.pop(0) if len(self.cores) > 1 else self.cores[0]
        # Of cores there are more than enough where GPUs are what counts.
        return {"CPU": 64.0, "GPU": float(self.now)} if self.gpus else {"CPU": float(self.now)}

    def wait(self, refs: list[Any], num_returns: int = 1, timeout: float = 0) -> tuple[list[Any], list[Any]]:
        if refs[0][3] is None:
            # As many actors can be up as there are cores.
            free = self.now - sum(not actor.lost for actor in self.actors if actor.number in self.up)
            up = refs[: max(0, free)]
            self.up |= {ref[0] for ref in up}
            return up, refs[len(up) :]
        self.most_waiting = max(self.most_waiting, len(refs))
        return refs[:1], refs[1:]

    def get(self, ref: Any) -> Any:
        actor = self.actors[ref[0]]
        if ref[3] is None:
            if self.begin is not None:
                raise self.begin
            return True
        found = Lost() if actor.lost else self.do(actor.number, ref[3])
        if isinstance(found, Lost):
            actor.lost = True
        if isinstance(found, Exception):
            raise found
        return found

    def kill(self, actor: SimpleNamespace) -> None:
        self.killed.append(actor.number)


@pytest.fixture(autouse=True)
def _look_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_LOOK_SECONDS", 0.0)


BLOCKS = [Block(number, (), 1) for number in range(20)]


def work(fake: FakeRay, blocks: list[Block] | Iterator[Block] = BLOCKS, most: int | None = None) -> list[Any]:
    device = "cuda" if fake.gpus else "cpu"
    crew = _Crew(fake, Given(SimpleNamespace(device=device), Path(), Path()), most)  # type: ignore[arg-type]
    try:
        return list(crew.work(blocks))
    finally:
        crew.dismiss()


def test_every_block_is_done_once_by_as_many_as_there_are_cores_for() -> None:
    fake = FakeRay(lambda actor, block: (actor, block.number), [3])
    found = work(fake)
    assert sorted(number for _, number in found) == list(range(20))
    assert {actor for actor, _ in found} == {0, 1, 2}
    assert fake.killed == [0, 1, 2]
    # Each has the block that it is at, and the next; no more are cut ahead.
    assert fake.most_waiting == 6
    assert len({actor for actor, _ in work(FakeRay(lambda actor, block: (actor, block.number), [8]), most=2)}) == 2


def test_on_gpus_there_is_an_actor_for_each() -> None:
    fake = FakeRay(lambda actor, block: (actor, block.number), [2], gpus=1)
    assert sorted(number for _, number in work(fake)) == list(range(20))
    assert len(fake.actors) == 2


def test_blocks_are_cut_no_faster_than_they_are_done() -> None:
    cut: list[int] = []
    done: list[int] = []

    def blocks() -> Iterator[Block]:
        for block in BLOCKS:
            cut.append(block.number)
            assert len(cut) - len(done) <= 4
            yield block

    def do(actor: int, block: Block) -> int:
        done.append(block.number)
        return block.number

    work(FakeRay(do, [2]), blocks())
    assert cut == sorted(done) == list(range(20))


def test_machines_that_join_get_actors() -> None:
    fake = FakeRay(lambda actor, block: actor, [1, 1, 1, 2, 2, 4])
    assert set(work(fake)) == {0, 1, 2, 3}


def test_more_may_be_asked_for_than_there_are_and_nobody_waits_for_them() -> None:
    fake = FakeRay(lambda actor, block: actor, [1, 1, 1, 1, 3])
    assert set(work(fake, most=5)) == {0, 1, 2}
    assert sorted(fake.killed) == [0, 1, 2, 3, 4]


def test_what_a_lost_actor_was_at_is_done_by_another() -> None:
    lost = {0: 2, 2: 9}
    fake = FakeRay(lambda actor, block: Lost() if lost.get(actor) == block.number else block.number, [2])
    assert sorted(work(fake)) == list(range(20))
    # Both were replaced, and what was lost is not ended again.
    assert len(fake.actors) == 4
    assert not {0, 2} & set(fake.killed)


def test_a_block_that_ends_every_actor_ends_the_work() -> None:
    fake = FakeRay(lambda actor, block: Lost() if block.number == 5 else block.number, [1])
    with pytest.raises(InputError, match=r"block [45] has ended 3 actors"):
        work(fake)


def test_what_a_worker_says_is_said() -> None:
    wrong = InputError("the disk is full of cats")
    with pytest.raises(InputError, match="cats"):
        work(FakeRay(lambda actor, block: RayTaskError(wrong), [1]))
    with pytest.raises(InputError, match="no actor can begin: the last line"):
        work(FakeRay(lambda actor, block: block.number, [1], Lost(actor_init_failed=True)))


def test_nobody_is_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_PATIENCE_SECONDS", 0.05)
    with pytest.raises(InputError, match="no actor has done anything"):
        work(FakeRay(lambda actor, block: block.number, [0]))


@pytest.mark.parametrize(("address", "asked"), [(None, "local"), ("head:6379", "head:6379")])
def test_without_an_address_a_cluster_of_its_own_is_started(
    address: str | None, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeRay(lambda actor, block: block.number, [2])
    heard: list[str] = []

    def init(address: str, **_: object) -> None:
        heard.append(address)

    monkeypatch.setitem(
        sys.modules,
        "ray",
        SimpleNamespace(
            **{
                name: getattr(fake, name)
                for name in ("exceptions", "remote", "cluster_resources", "wait", "get", "kill")
            },
            is_initialized=lambda: False,
            init=init,
            shutdown=lambda: heard.append("shut down"),
        ),
    )
    monkeypatch.setattr(cluster, "_check_answers", lambda address: None)
    given = Given(SimpleNamespace(device="cpu"), Path(), Path())  # type: ignore[arg-type]
    assert sorted(cluster.run_cluster(given, BLOCKS, address, None)) == list(range(20))  # type: ignore[type-var]
    assert heard == [asked, "shut down"]


def test_where_nothing_listens_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setitem(sys.modules, "ray", SimpleNamespace(is_initialized=lambda: asked.append(1)))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for address in (f"127.0.0.1:{port}", f"ray://127.0.0.1:{port}", "127.0.0.1:99999"):
            with pytest.raises(InputError, match=f"no cluster of Ray answers at {address}"):
                next(run_cluster(None, [], address, None))  # type: ignore[arg-type]
    assert not asked
    with socket.create_server(("127.0.0.1", 0)) as server:
        _check_answers(f"127.0.0.1:{server.getsockname()[1]}")
    for address in (None, "auto", "local"):
        _check_answers(address)
