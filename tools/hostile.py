"""Attack the product for longer than the tests do: `python -m tools.hostile [FOLDERS]`; half an hour on two cores.

Workflows are killed at every file operation and find disks full, damaged run folders are drawn on every page, processes
write into the same records at once, and connections are captured where `strace` is installed. What it came to is
written into assets/hostile.json, and stands in docs/deploy.md. Disks need the right to mount a file system.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
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
from itner.records.endurance import Captured, Folders, FullDisk, HostileReport, Killed, Writers
from itner.records.files import write_atomic
from itner.reporting.endurance import hostile_table
from tools.browser import serve
from tools.soak import open_live, open_sessions, tag

REPOSITORY = Path(__file__).resolve().parents[1]
REPORT = REPOSITORY / "assets" / "hostile.json"
_PROGRAMS = REPOSITORY / "tests" / "hostile"
_FOLDERS, _AT_ONCE, _SEED = 300, 50, 100
_DISK = "80m"
_ROUNDS = 30


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


def draw_folders(root: Path, count: int, *others: str) -> Folders:
    """Draw so many damaged folders on every page, some at a time; "live" draws those that load a model, too."""
    cards = pages = crashes = 0
    longest = 0.0
    for first in range(0, count, _AT_ONCE):
        some = str(min(_AT_ONCE, count - first))
        found = call("damaged.py", str(root / str(first)), some, str(_SEED + first), *others)
        cards += found["cards"]
        pages += found["pages"]
        longest = max(longest, found["longest"])
        crashes += len(found["wrong"])
        for place, said in found["wrong"].items():
            print(f"{place}: {said}", file=sys.stderr)
    return Folders(count, cards, pages, crashes, longest)


def capture(root: Path) -> tuple[Captured, ...]:
    """What the system saw of connections while a run tags; nothing where it cannot be asked."""
    if shutil.which("strace") is None:
        print("no strace here: connections are not captured", file=sys.stderr)
        return ()
    store = root / "models"
    shutil.copytree(REPOSITORY / "models" / "compact_s", store / "compact_s", ignore=shutil.ignore_patterns(".*"))
    ticket = root / "ticket.txt"
    ticket.write_text("Outlook hangs on Windows 11\n", encoding="utf-8")
    # The tracer is a process beside, so that what is traced is ended as if nobody watched.
    watch = ["strace", "-D", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o"]
    seen, served = root / "seen", root / "served"
    command = [sys.executable, "-m", "itner", "tag", str(ticket), "--run", "compact_s", "--models", str(store)]
    command += ["--output", str(root / "tagged.zip")]
    # As users have it: nothing says that the hub is out of reach.
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    subprocess.run([*watch, str(seen), *command], check=True, cwd=REPOSITORY, env=environment, capture_output=True)

    async def visit(url: str) -> None:
        async with open_sessions(1) as (page,):
            await open_live(page, url)
            await tag(page, "10.5", models=1)

    with serve(store, [*watch, str(served)]) as dashboard:
        asyncio.run(visit(dashboard.url))
    return (
        count_attempts("the command line tags a file", seen.read_text(encoding="utf-8")),
        count_attempts("the dashboard is opened and tags a text", served.read_text(encoding="utf-8")),
    )


def count_attempts(what: str, trace: str) -> Captured:
    """What a trace holds: an address of a network in a call makes it an attempt."""
    calls = [line for line in trace.splitlines() if re.search(r"\b(?:connect|send\w+)\(", line)]
    return Captured(what, len(calls), sum("AF_INET" in line for line in calls))


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
        drawn = draw_folders(root / "folders", folders, "live")
        writers = call("writers.py", str(root / "writers"), str(_ROUNDS))
        captured = capture(root)
    for kind, found in (("killed", killed), ("disk", full)):
        for name, each in found.items():
            for where, said in each["wrong"].items():
                print(f"{kind}, {name}, {where}: {said}", file=sys.stderr)
    report = HostileReport(
        tuple(Killed(name, each["operations"], each["tried"], len(each["wrong"])) for name, each in killed.items()),
        tuple(FullDisk(name, each["tried"], each["full"], len(each["wrong"])) for name, each in full.items()),
        drawn,
        Writers(**writers),
        captured,
        collect_provenance(),
    )
    write_atomic(REPORT, to_json(report))
    print(hostile_table(report))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else _FOLDERS)
