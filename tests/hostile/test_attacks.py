"""Workflows that are killed at a file operation, or find a disk full, and are called again.

A few of each, and a few damaged run folders on every page; more by `make thorough`, all by `make hostile`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from shipped import REPOSITORY

from itner.training.checkpoints import newest_whole
from tools.hostile import call, draw_folders, small_disk

# Of each workflow's operations, or sizes of what is left of a disk.
KILLS, RESTS = "1", "2"
MEASURING = """
import sys, time
from pathlib import Path
from itner.benchmark.apart import measure_apart
from stopping import mark_and_wait
if __name__ == "__main__":
    measure_apart(mark_and_wait, Path(sys.argv[1]))
"""


def try_workflows(root: Path, disk: str, most: str, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    found = call("killed.py", str(root), disk, most, *names)
    assert {name: each["wrong"] for name, each in found.items()} == {name: {} for name in found}
    assert all(each["tried"] for each in found.values())
    return found


@pytest.mark.parametrize(
    "names",
    [("harvest", "redaction"), pytest.param(("training", "evaluation"), marks=pytest.mark.thorough)],
    ids=" and ".join,
)
def test_killed_and_called_again_every_workflow_comes_to_the_same(names: tuple[str, ...], tmp_path: Path) -> None:
    try_workflows(tmp_path, "", KILLS, names)


@pytest.mark.parametrize("name", ["preparation", pytest.param("export", marks=pytest.mark.thorough)])
def test_a_full_disk_is_said_and_costs_nothing(name: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(small_disk(tmp_path))
        except (subprocess.CalledProcessError, FileNotFoundError):
            pytest.skip("no file system of its own can be mounted here")
        found = try_workflows(tmp_path / "work", str(disk), RESTS, (name,))
    assert found[name]["full"] >= 1


@pytest.mark.parametrize("count", [3, pytest.param(6, marks=pytest.mark.thorough)])
def test_damaged_run_folders_are_drawn_on_every_page(count: int, tmp_path: Path) -> None:
    found = draw_folders(tmp_path, count)
    assert found.damaged == count
    assert found.crashes == 0
    assert 0 < found.cards < count
    assert found.pages == 5 + count - found.cards


def test_what_measures_ends_with_what_asked_for_it(tmp_path: Path) -> None:
    (tmp_path / "stopping.py").write_text(
        "import os, time\ndef mark_and_wait(path):\n    path.write_text(str(os.getpid()))\n    time.sleep(120)\n"
    )
    (tmp_path / "asks.py").write_text(MEASURING)
    told = tmp_path / "pid"
    paths = os.pathsep.join(map(str, (tmp_path, REPOSITORY)))
    asking = subprocess.Popen([sys.executable, tmp_path / "asks.py", told], env=os.environ | {"PYTHONPATH": paths})
    try:
        worker = wait_for_number(told)
    finally:
        asking.send_signal(signal.SIGKILL)
        asking.wait()
    ends = time.monotonic() + 20
    while Path(f"/proc/{worker}").exists() and time.monotonic() < ends:
        time.sleep(0.05)
    assert not Path(f"/proc/{worker}").exists()


def wait_for_number(path: Path) -> int:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        if path.is_file() and (text := path.read_text()):
            return int(text)
        time.sleep(0.05)
    raise AssertionError("nothing was measured")


@pytest.fixture
def checkpoints(tmp_path: Path) -> Path:
    """Two whole checkpoints, the older one the best."""
    for step, best in ((2, 2), (4, 2)):
        folder = tmp_path / f"checkpoint-{step}"
        folder.mkdir()
        (folder / "trainer_state.json").write_text(json.dumps({"best_global_step": best}))
        (folder / "weights").write_bytes(bytes(1000))
        finish(folder)
    return tmp_path


def finish(folder: Path) -> None:
    from itner.records.files import sha256_file

    hashes = {path.name: sha256_file(path) for path in folder.iterdir() if path.name != "whole.json"}
    (folder / "whole.json").write_text(json.dumps(hashes))


def test_the_newest_checkpoint_is_gone_on_from(checkpoints: Path) -> None:
    assert newest_whole(checkpoints) == checkpoints / "checkpoint-4"
    assert newest_whole(checkpoints / "nowhere") is None


@pytest.mark.parametrize("damage", ["cut", "changed", "missing", "unlisted", "not json", "no list", "a file"])
def test_a_damaged_checkpoint_is_passed_over_and_said(
    damage: str, checkpoints: Path, caplog: pytest.LogCaptureFixture
) -> None:
    newest = checkpoints / "checkpoint-4"
    weights, whole = newest / "weights", newest / "whole.json"
    match damage:
        case "cut":
            weights.write_bytes(bytes(999))
        case "changed":
            weights.write_bytes(bytes(500) + b"x" + bytes(499))
        case "missing":
            weights.unlink()
        case "unlisted":
            whole.unlink()
        case "not json":
            whole.write_text("{")
        case "no list":
            whole.write_text("[]")
        case "a file":
            for path in newest.iterdir():
                path.unlink()
            newest.rmdir()
            newest.write_text("")
    assert newest_whole(checkpoints) == checkpoints / "checkpoint-2"
    assert ("checkpoint-4 is passed over" in caplog.text) == (damage != "a file")


def test_a_checkpoint_whose_best_one_is_damaged_is_of_no_use(checkpoints: Path) -> None:
    (checkpoints / "checkpoint-2" / "weights").write_bytes(b"")
    assert newest_whole(checkpoints) is None
