"""Work that is shared out to copies of a process."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from itner.core.forks import map_forked

# In a process of its own: a test's may hold threads, and then nothing is copied.
HEAD = """
import os, signal, sys, time
from pathlib import Path
from itner.core import forks
from itner.core.errors import InputError

forks.usable_cores = lambda: 3
read = list(range(100))
"""
ORDER = """
def work(item):
    time.sleep(0.05 * (4 - item))
    return item, read[item], os.getpid()

found = list(forks.map_forked(work, range(5)))
assert [each[:2] for each in found] == [(item, item) for item in range(5)], found
pids = {each[2] for each in found}
assert len(pids) == 3 and os.getpid() not in pids, pids
"""
WRONG = """
def work(item):
    if item:
        raise InputError("torn", path="there", line=7)
    return item

given = forks.map_forked(work, range(3))
assert next(given) == 0
try:
    next(given)
except InputError as error:
    assert (str(error), error.problem, error.path, error.line) == ("there:7: torn", "torn", Path("there"), 7)
else:
    raise AssertionError
"""
ENDED = """
def work(item):
    if item == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return item

try:
    list(forks.map_forked(work, range(3)))
except InputError as error:
    assert "ended from outside" in str(error)
else:
    raise AssertionError
"""
WAITING = """
def work(item):
    Path(sys.argv[1], str(os.getpid())).touch()
    time.sleep(60)

list(forks.map_forked(work, range(3)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")
@pytest.mark.parametrize("body", [ORDER, WRONG, ENDED], ids=["order", "wrong", "ended"])
def test_work_is_shared_out(body: str) -> None:
    done = subprocess.run([sys.executable, "-c", HEAD + body], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux alone")
def test_who_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HEAD + WAITING, str(tmp_path)])
    waited = threading.Event()
    for _ in range(600):
        if len(list(tmp_path.iterdir())) == 3:
            break
        waited.wait(0.05)
    pids = [int(each.name) for each in tmp_path.iterdir()]
    assert len(pids) == 3
    process.kill()
    process.wait()
    for _ in range(200):
        left = [pid for pid in pids if is_alive(pid)]
        if not left:
            return
        waited.wait(0.05)
    raise AssertionError(left)


def is_alive(pid: int) -> bool:
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_beside_other_threads_nothing_is_copied() -> None:
    waiting = threading.Event()
    thread = threading.Thread(target=waiting.wait)
    thread.start()
    try:
        here = []
        assert list(map_forked(lambda item: here.append(item) or item, range(3))) == [0, 1, 2]
        assert here == [0, 1, 2]
    finally:
        waiting.set()
        thread.join()
