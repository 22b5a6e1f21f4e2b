"""The process that parses: it reads files from its input, one by one, and writes what is in them to its output.

A parser that hangs, eats the memory or crashes takes this process with it and nothing else; see `itner.files.apart`.
Both directions are frames: a line of JSON, then as many bytes as it says. Nothing is ever unpickled.
"""

from __future__ import annotations

import contextlib
import sys
from dataclasses import asdict
from typing import Any

from itner.core.apart import limit_memory, limit_time, read_frame, take_pipes, write_frame
from itner.core.errors import InputError
from itner.files.items import Columns, FileNotice, Parsed, Part, Settings, Upload


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
    source, out = take_pipes()
    # Imported before the limits: loading the parsers is not the files' doing.
    from itner.files.parsing import parse

    limit_memory(int(sys.argv[1]))
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            header, (data,) = read_frame(source)
            limit_time(header["seconds"])
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


if __name__ == "__main__":
    main()
