"""A module of this package as a process of its own, which is spoken to by its input and output.

Both directions can be frames: a line of JSON, then as many bytes as it says. Nothing is ever unpickled.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from itner.core.errors import InputError
from itner.core.provenance import usable_cores

_ROOT = Path(__file__).parents[2]
_PAGE = "/proc/self/statm"
_POLL_SECONDS = 0.05
_STOPPED = "not read, because reading was stopped"
_turns = threading.Semaphore(usable_cores())


def start_module(name: str, *words: str) -> subprocess.Popen[bytes]:
    """`python -m NAME WORDS...` with this interpreter and this package, wherever it was imported from; quiet."""
    path = os.pathsep.join(part for part in (str(_ROOT), os.environ.get("PYTHONPATH", "")) if part)
    return subprocess.Popen(
        [sys.executable, "-m", name, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": path},
    )


def write_frame(out: IO[bytes], header: dict[str, Any], blobs: list[bytes]) -> None:
    """One frame: the header with the blobs' sizes, and the blobs."""
    out.write(json.dumps(header | {"sizes": [len(blob) for blob in blobs]}).encode() + b"\n")
    for blob in blobs:
        out.write(blob)
    out.flush()


def read_frame(source: IO[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """One frame; EOFError where the other side has ended."""
    line = source.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    header = json.loads(line)
    blobs = []
    for size in header.pop("sizes"):
        blob = source.read(size)
        if len(blob) < size:
            raise EOFError
        blobs.append(blob)
    return header, blobs


def converse(
    process: subprocess.Popen[bytes],
    header: dict[str, Any],
    blobs: list[bytes],
    seconds: float,
    should_stop: Callable[[], bool],
) -> tuple[dict[str, Any], list[bytes]] | None:
    """What a process answers to a frame; None where it has ended, or says what is no frame.

    Raises:
        TimeoutError: it had no answer after so many seconds.
        InputError: somebody asked to stop.
    In both cases it was killed.
    """
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise ValueError("the process has no pipes")
    answer: list[tuple[dict[str, Any], list[bytes]]] = []

    def talk() -> None:
        # It has ended; how is asked for by who waits.
        with contextlib.suppress(EOFError, OSError, ValueError):
            write_frame(stdin, header, blobs)
            answer.append(read_frame(stdout))

    talking = threading.Thread(target=talk, daemon=True)
    talking.start()
    end = time.monotonic() + seconds
    try:
        while talking.is_alive():
            talking.join(_POLL_SECONDS)
            if talking.is_alive() and should_stop():
                raise InputError(_STOPPED)
            if talking.is_alive() and time.monotonic() > end:
                raise TimeoutError
    except BaseException:
        process.kill()
        talking.join()
        raise
    return answer[0] if answer else None


@contextlib.contextmanager
def turn(should_stop: Callable[[], bool]) -> Iterator[None]:
    """Within it, as many processes read as there are cores, and no more; InputError where who waits asks to stop."""
    while not _turns.acquire(timeout=_POLL_SECONDS):
        if should_stop():
            raise InputError(_STOPPED)
    try:
        yield
    finally:
        _turns.release()


def take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Where such a process reads and writes frames.

    What it prints goes nowhere from now on: it must not get between the frames, nor a file's text into a log.
    """
    source, out = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return source, out


def limit_memory(most: int) -> None:
    """Bound what is taken beside what the program has already, in bytes, and forbid to write files.

    Where the system knows no such limits, time alone is bounded, from outside.
    """
    try:
        import resource
    except ImportError:
        return
    base = 0
    if Path(_PAGE).is_file():
        base = int(Path(_PAGE).read_text().split()[0]) * resource.getpagesize()
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (base + most, base + most))
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (0, 0))


def limit_time(seconds: int) -> None:
    """End this process by a signal when it has computed for so many more seconds."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds, hard))
