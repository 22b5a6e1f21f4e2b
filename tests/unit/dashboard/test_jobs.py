from __future__ import annotations

import gc
import threading

import pytest

from itner.dashboard.jobs import Job, Report, ShouldStop


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


def test_time_left_is_unknown_at_first() -> None:
    release = threading.Event()
    job = Job(lambda report, should_stop: release.wait(10))
    assert job.share == 0.0
    assert job.seconds()[1] is None
    release.set()
    assert job.wait(10)
