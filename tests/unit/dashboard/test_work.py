"""What is kept for a page: found by its token alone, bounded, and let go of in time."""

from __future__ import annotations

import threading
import time

import pytest

from itner.core.errors import InputError
from itner.dashboard.jobs import Job, Report, ShouldStop
from itner.dashboard.work import Store, keep_only, kept_in_words
from itner.files.items import Upload


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def files(*sizes: int) -> list[Upload]:
    return [Upload(f"{number}.txt", b"x" * size) for number, size in enumerate(sizes)]


def until_stopped(report: Report, should_stop: ShouldStop) -> bool:
    while not should_stop():
        time.sleep(0.001)
    return True


def test_work_is_found_by_its_token_alone() -> None:
    store = Store()
    work = store.begin(files(3))
    assert store.find(work.token) is work
    assert store.find(work.token[:-1]) is None
    assert len({store.begin(files(1)).token for _ in range(20)}) == 20
    # 32 bytes of chance.
    assert len(work.token) >= 43


def test_work_goes_some_time_after_its_last_use() -> None:
    clock = Clock()
    store = Store(seconds=60, clock=clock)
    work, other = store.begin(files(1)), store.begin(files(1))
    clock.now = 59.0
    assert store.find(work.token) is work
    clock.now = 61.0
    assert store.find(other.token) is None
    assert store.find(work.token) is work
    clock.now = 121.5
    assert store.find(work.token) is None


def test_work_goes_although_nobody_asks_for_it() -> None:
    store = Store(seconds=0.05)
    work = store.begin(files(1))
    job = work.held["job"] = Job(until_stopped)
    assert job.wait(10)
    assert store._works == {}


def test_what_was_not_used_for_longest_makes_room() -> None:
    store = Store(most=2)
    first, second = store.begin(files(1)), store.begin(files(1))
    assert store.find(first.token) is first
    third = store.begin(files(1))
    assert [store.find(each.token) is not None for each in (first, second, third)] == [True, False, True]


def test_bytes_are_bounded() -> None:
    store = Store(most_bytes=100)
    first, second = store.begin(files(60)), store.begin(files(30))
    store.put(second, files(30, 30))
    assert store.find(first.token) is None
    assert store.find(second.token) is second
    with pytest.raises(InputError, match="upload them in portions"):
        store.put(second, files(60, 60))
    assert second.size() == 60


def test_what_was_read_of_the_files_counts() -> None:
    store = Store(most_bytes=100)
    first, second = store.begin(files(10)), store.begin(files(10))
    store.weigh(first, 30)
    assert store.find(second.token) is second
    store.weigh(first, 90)
    assert store.find(second.token) is None
    # Whoever works with it does not lose it, whatever is read of it.
    store.weigh(first, 1_000)
    assert store.find(first.token) is first


def test_what_runs_for_a_work_that_goes_stops() -> None:
    store = Store(most=1)
    work = store.begin(files(1))
    work.held["alone"] = Job(until_stopped)
    work.held["once"] = ("key", Job(until_stopped))
    work.held["result"] = ("key", [1, 2])
    jobs = (work.held["alone"], work.held["once"][1])
    store.begin(files(1))
    assert all(job.wait(10) for job in jobs)


def test_many_at_once_keep_within_the_bounds() -> None:
    store = Store(most=5, most_bytes=50)

    def use() -> None:
        for _ in range(200):
            store.find(store.begin(files(9)).token)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store._works) == 5
    assert store._bytes() == 45


def test_what_is_kept_is_said() -> None:
    store = Store()
    said = kept_in_words(store.begin(files(1_572_864, 0)))
    assert said.startswith("2 files, 1.5 MiB, in this server's memory until 60 minutes after the last use")
    assert "Whoever has the address" in said


def test_files_are_removed_by_name() -> None:
    from itner.dashboard.work import STORE

    work = STORE.begin(files(1, 2, 3))
    keep_only(work, ["0.txt", "2.txt"])
    assert [upload.name for upload in work.uploads] == ["0.txt", "2.txt"]
    keep_only(work, [])
    assert STORE.find(work.token) is None
