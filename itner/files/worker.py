"""The process that parses: it reads files from its input, one by one, and writes what is in them to its output.

A parser that hangs, eats the memory or crashes takes this process with it and nothing else; see `itner.files.apart`.
Both directions are frames: a line of JSON, then as many bytes as it says. Nothing is ever unpickled.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from itner.core.errors import InputError
from itner.files.items import Columns, FileNotice, Parsed, Part, Settings, Upload

_PAGE = "/proc/self/statm"


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


def pack_request(upload: Upload, settings: Settings, seconds: int) -> tuple[dict[str, Any], list[bytes]]:
    """What is asked, as a frame."""
    return {"name": upload.name, "settings": asdict(settings), "seconds": seconds}, [upload.data]


def unpack_answer(header: dict[str, Any], blobs: list[bytes]) -> Parsed:
    """What was found; InputError where the file cannot be read."""
    if "error" in header:
        raise InputError(header["error"])
    return Parsed(
        [Part(name, text, tuple((key, value) for key, value in fields)) for name, text, fields in header["parts"]],
        header["notes"],
        [Upload(name, blob) for name, blob in zip(header["files"], blobs, strict=True)],
        [FileNotice(name, reason) for name, reason in header["problems"]],
        Columns(*map(tuple, header["columns"])) if header["columns"] else None,
    )


def main() -> None:
    """Answer until the input ends."""
    source, out = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a parser prints must not get between the frames, nor a file's text into a log.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    # Imported before the limits: loading the parsers is not the files' doing.
    from itner.files.parsing import parse

    _limit_memory(int(sys.argv[1]))
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            header, (data,) = read_frame(source)
            _limit_time(header["seconds"])
            settings = header["settings"] | {"columns": tuple(header["settings"]["columns"])}
            try:
                found = parse(Upload(header["name"], data), Settings(**settings))
            except InputError as error:
                write_frame(out, {"error": str(error)}, [])
                continue
            answer = {
                "parts": [[part.name, part.text, part.fields] for part in found.parts],
                "notes": found.notes,
                "files": [inner.name for inner in found.files],
                "problems": [[inner.file, inner.reason] for inner in found.problems],
                "columns": [found.columns.names, found.columns.read] if found.columns else None,
            }
            write_frame(out, answer, [inner.data for inner in found.files])


def _limit_memory(most: int) -> None:
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


def _limit_time(seconds: int) -> None:
    """End this process by a signal when it has computed for so many more seconds."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds, hard))


if __name__ == "__main__":
    main()
