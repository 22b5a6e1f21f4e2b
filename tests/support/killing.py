"""Kills a piece of work at each of its file operations, and does it again; for Linux, where processes fork.

A process imports everything once and does nothing else; each attempt is a child of it, so that an attempt costs what
the work costs. What Python opens for writing, renames, removes or makes below a folder is an operation, by its audit
events.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from itner.records.files import is_full

# The exit status of work that found its disk full, and said so.
FULL = 28
_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree", "os.truncate", "os.link"}
# Events that may come before the folders are there.
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def count_operations(work: Callable[[], None], below: Path) -> int:
    """Do the work in a child, undisturbed; how many file operations that took."""
    told = below.parent / f"{below.name}.operations"
    status = _attempt(work, below, None, told)
    if status != 0:
        raise AssertionError(f"the undisturbed work failed with status {status}")
    return int(told.read_text())


def kill_at(work: Callable[[], None], below: Path, number: int) -> bool:
    """Do the work in a child that is killed before its operation of that number; whether it was."""
    return _attempt(work, below, number, None) == -signal.SIGKILL


def finish(work: Callable[[], None], below: Path) -> None:
    """Do the work in a child, undisturbed; AssertionError when it fails."""
    status = _attempt(work, below, None, None)
    if status != 0:
        raise AssertionError(f"status {status}")


def chosen(count: int, most: int | None) -> list[int]:
    """Numbers of operations: all, or `most` of them, evenly spread, the last ones always."""
    if most is None or count <= most:
        return list(range(1, count + 1))
    if most == 1:
        return [1 + count * 2 // 3]
    return sorted({1 + round(step * (count - 1) / (most - 1)) for step in range(most)})


def try_all(
    work: Callable[[Path], None],
    again: Callable[[Path], None],
    root: Path,
    facts: Callable[[Path], object],
    most: int | None,
    begin: Callable[[Path], None] = lambda folder: None,
) -> dict[str, object]:
    """Kill the work at its operations, do it again, and compare what came of it with what comes undisturbed.

    Args:
        work: in a folder that `begin` has filled.
        again: the call after one that was killed.
        facts: what is compared; may raise AssertionError.
        most: of the operations; None for all.
    Returns:
        how many operations there are, were tried, and what went wrong at which.
    """
    plain = root / "plain"
    plain.mkdir(parents=True)
    begin(plain)
    count = count_operations(lambda: work(plain), plain)
    wanted = facts(plain)
    wrong: dict[int, str] = {}
    tried = chosen(count, most)
    for number in tried:
        folder = root / "killed"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        begin(folder)
        # A hash of a path in a name may be another one in another folder: the same folder each time.
        if not kill_at(lambda folder=folder: work(folder), folder, number):  # type: ignore[misc]
            wrong[number] = "was not killed"
            continue
        if said := _differs(again, facts, folder, wanted):
            wrong[number] = said
    return {"operations": count, "tried": len(tried), "wrong": wrong}


def try_full(
    work: Callable[[Path], None],
    again: Callable[[Path], None],
    root: Path,
    disk: Path,
    facts: Callable[[Path], object],
    rests: Sequence[int],
    begin: Callable[[Path], None] = lambda folder: None,
) -> dict[str, object]:
    """Do the work where a disk has so little room left, then again with room, and compare as `try_all` does.

    Args:
        disk: a small file system of its own.
        rests: bytes that are left on it, each tried.
    """
    plain = root / "plain"
    plain.mkdir(parents=True)
    begin(plain)
    finish(lambda: work(plain), plain)
    wanted = facts(plain)
    wrong: dict[int, str] = {}
    full = 0
    for rest in rests:
        folder, filler = disk / "work", disk / "filler"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        begin(folder)
        filler.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - rest)))
        ended = _attempt(lambda folder=folder: work(folder), folder, None, None)  # type: ignore[misc]
        filler.unlink()
        full += ended == FULL
        if ended not in (0, FULL):
            wrong[rest] = f"ended with status {ended}"
            continue
        if said := _differs(again, facts, folder, wanted):
            wrong[rest] = said
    return {"tried": len(rests), "full": full, "wrong": wrong}


def _differs(again: Callable[[Path], None], facts: Callable[[Path], object], folder: Path, wanted: object) -> str:
    """How what the next call comes to differs from what is wanted; empty where it does not."""
    try:
        finish(lambda: again(folder), folder)
        found = facts(folder)
    except AssertionError as error:
        return str(error) or "failed"
    return "" if found == wanted else f"came to {found!r} instead of {wanted!r}"


def leftovers(folder: Path) -> list[str]:
    """Hidden files below a folder that no call needs any more."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob(".*")
        if not path.name.endswith(".lock") and path.name != ".gitignore"
    )


def _attempt(work: Callable[[], None], below: Path, kill: int | None, told: Path | None) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)
    code = 1
    try:
        seen = _watch(below, kill)
        work()
        if told is not None:
            told.write_text(str(seen[0]))
        code = 0
    except BaseException as error:  # noqa: BLE001 - an exit status says it, whatever it was
        code = FULL if is_full(error) else 1
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _watch(below: Path, kill: int | None) -> list[int]:
    seen = [0]
    start = str(below)

    def hear(event: str, given: tuple[object, ...]) -> None:
        if event not in _EVENTS or not given:
            return
        if event == "open" and not (isinstance(given[2], int) and given[2] & _WRITES):
            return
        paths = [os.fspath(path) for path in given[:2] if isinstance(path, (str, bytes, os.PathLike))]
        if not any(isinstance(path, str) and path.startswith(start) for path in paths):
            return
        # Locks say nothing of what is written.
        if event == "open" and str(paths[0]).endswith(".lock"):
            return
        seen[0] += 1
        if seen[0] == kill:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hear)
    return seen


def report(found: dict[str, dict[str, object]]) -> None:
    """Say what was found, as one line of JSON."""
    print(json.dumps(found), flush=True)
