from __future__ import annotations

import gc
import threading
import time

import pytest

from itner.dashboard.jobs import Job, Report, ShouldStop, stop_all


def test_a_job_reports_and_returns() -> None:
    def work(report: Report, should_stop: ShouldStop) -> str:
        report(3, 4)
        return "done"

    job = Job(work)
    assert job.wait(10)
    assert not job.running
    assert job.share == 0.75
    assert job.result() == "done"
    assert job.seconds()[1] is not None


def test_a_job_stops_when_asked() -> None:
    def work(report: Report, should_stop: ShouldStop) -> int:
        count = 0
        while not should_stop():
            count += 1
        return count

    job = Job(work)
    assert job.running
    job.stop()
    assert job.wait(10)
    assert job.stopped
    assert job.result() > 0


def test_a_failure_is_raised_where_the_result_is_asked_for() -> None:
    def work(report: Report, should_stop: ShouldStop) -> None:
        raise ValueError("broken")

    job = Job(work)
    assert job.wait(10)
    with pytest.raises(ValueError, match="broken"):
        job.result()


def test_a_job_that_nobody_holds_stops() -> None:
    heard = threading.Event()

    def work(report: Report, should_stop: ShouldStop) -> None:
        while not should_stop():
            pass
        heard.set()

    job = Job(work)
    del job
    gc.collect()
    assert heard.wait(10)


def test_a_stop_ends_a_job_at_once_with_what_it_has_come_to() -> None:
    release, done = threading.Event(), ["a"]

    def work(report: Report, should_stop: ShouldStop) -> list[str]:
        assert release.wait(10)
        return [*done, "too late"]

    job = Job(work, lambda: list(done))
    job.stop()
    assert not job.running
    assert job.result() == ["a"]
    release.set()
    time.sleep(0.05)
    assert job.result() == ["a"]


def test_a_stop_of_what_has_ended_is_none() -> None:
    job = Job(lambda report, should_stop: 1, lambda: 2)
    assert job.wait(10)
    job.stop()
    assert job.result() == 1
    assert not job.stopped


def test_what_is_held_is_stopped() -> None:
    def work(report: Report, should_stop: ShouldStop) -> bool:
        while not should_stop():
            time.sleep(0.001)
        return True

    alone, kept = Job(work), Job(work)
    stop_all({"one": alone, "two": ("key", kept), "three": ("key", "result"), "four": None})
    assert alone.wait(10)
    assert kept.wait(10)


def test_time_left_is_told_as_soon_as_anything_is_done() -> None:
    release = threading.Event()

    def work(report: Report, should_stop: ShouldStop) -> bool:
        report(1, 1000)
        return release.wait(10)

    job = Job(work)
    while job.counts == (0, 0):
        time.sleep(0.001)
    passed, left = job.seconds()
    assert left == pytest.approx(999 * passed, rel=0.01)
    release.set()


def test_time_left_is_unknown_at_first() -> None:
    release = threading.Event()
    job = Job(lambda report, should_stop: release.wait(10))
    assert job.share == 0.0
    assert job.seconds()[1] is None
    release.set()
    assert job.wait(10)
