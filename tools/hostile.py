"""Attack the product for longer than the tests do: `python -m tools.hostile [FOLDERS]`; half an hour on two cores.

Workflows are killed at every file operation and find disks full, and damaged run folders are drawn on every page. What
it came to is written into assets/hostile.json, and stands in docs/deploy.md. Disks need the right to mount a file
system.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from itner.core.provenance import collect_provenance
from itner.records.codec import to_json
from itner.records.endurance import Folders, FullDisk, HostileReport, Killed
from itner.records.files import write_atomic
from itner.reporting.endurance import hostile_table

REPOSITORY = Path(__file__).resolve().parents[1]
REPORT = REPOSITORY / "assets" / "hostile.json"
_PROGRAMS = REPOSITORY / "tests" / "hostile"
_FOLDERS, _AT_ONCE, _SEED = 300, 50, 100
_DISK = "80m"


def call(program: str, *words: str) -> dict[str, Any]:
    """What one of the hostile programs found."""
    paths = os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / "tests" / "support")))
    environment = os.environ | {"PYTHONPATH": paths, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, str(_PROGRAMS / program), *words]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@contextmanager
def small_disk(root: Path) -> Iterator[Path]:
    """A file system of its own, in memory."""
    disk = root / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(disk)], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def draw_folders(root: Path, count: int) -> Folders:
    """Draw so many damaged folders on every page, some at a time."""
    cards = pages = crashes = 0
    longest = 0.0
    for first in range(0, count, _AT_ONCE):
        found = call("damaged.py", str(root / str(first)), str(min(_AT_ONCE, count - first)), str(_SEED + first))
        cards += found["cards"]
        pages += found["pages"]
        longest = max(longest, found["longest"])
        crashes += len(found["wrong"])
        for place, said in found["wrong"].items():
            print(f"{place}: {said}", file=sys.stderr)
    return Folders(count, cards, pages, crashes, longest)


def main(folders: int) -> None:
    """Attack, and write what it came to."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        killed = call("killed.py", str(root / "kills"), "", "0")
        print(f"kills done after {time.monotonic() - started:.0f} s", file=sys.stderr)
        with small_disk(root) as disk:
            full = call("killed.py", str(root / "full"), str(disk), "0")
        print(f"disks done after {time.monotonic() - started:.0f} s", file=sys.stderr)
        drawn = draw_folders(root / "folders", folders)
    for kind, found in (("killed", killed), ("disk", full)):
        for name, each in found.items():
            for where, said in each["wrong"].items():
                print(f"{kind}, {name}, {where}: {said}", file=sys.stderr)
    report = HostileReport(
        tuple(Killed(name, each["operations"], each["tried"], len(each["wrong"])) for name, each in killed.items()),
        tuple(FullDisk(name, each["tried"], each["full"], len(each["wrong"])) for name, each in full.items()),
        drawn,
        collect_provenance(),
    )
    write_atomic(REPORT, to_json(report))
    print(hostile_table(report))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else _FOLDERS)
