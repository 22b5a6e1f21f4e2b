"""Tagging tells nobody: no connection is tried, and nothing is written outside the run, by Python or its libraries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from shipped import REPOSITORY

from itner.compress.onnx import export_run
from itner.records.store import Run

PROGRAM = """
import os, sys
from pathlib import Path
tried = []
def hear(event, given):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"):
        tried.append(f"{event} {given[1:]}")
    elif event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        if str(given[0]) != os.devnull:
            tried.append(f"wrote {given[0]}")
sys.addaudithook(hear)
from itner.records.store import RunStore
from itner.taggers.registry import open_variant
run = RunStore(Path(sys.argv[1]).parent).load(Path(sys.argv[1]).name)
for variant in ("int8", "fp32"):
    assert open_variant(run, variant).tag(["the windows the outlook"] * 50)
# What libraries in C open is seen in what is open.
for name in os.listdir("/proc/self/fd"):
    try:
        where = os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        continue
    if where.startswith("socket:"):
        tried.append(where)
print(tried)
"""


def test_nothing_leaves_the_machine_or_the_folder_while_tagging(full_run: Run, tmp_path: Path) -> None:
    export_run(full_run)
    home = tmp_path / "home"
    home.mkdir()
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "TMPDIR": str(home),
        "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip
    before = {path: path.stat().st_mtime_ns for path in full_run.path.rglob("*")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, full_run.path], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    # Neither a device's number nor events that wait for a network.
    assert list(home.rglob("*")) == []
    assert {path: path.stat().st_mtime_ns for path in full_run.path.rglob("*")} == before
