"""The process that reads an annotated file: `python -m itner.data.worker MEMORY SECONDS`.

It reads one request from its input, writes one answer, and ends. What eats the memory or crashes takes this process
with it and nothing else; see `itner.data.apart`.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

from itner.core.apart import limit_memory, limit_time, read_frame, take_pipes, write_frame
from itner.core.errors import InputError
from itner.core.labels import LabelScheme


def main(memory: int, seconds: int) -> None:
    """Answer one request."""
    source, out = take_pipes()
    # Imported before the limits: loading the readers is not the files' doing.
    from itner.data.annotations import Request
    from itner.data.formats import read_contents
    from itner.data.jsonl import write_lines
    from itner.records.codec import from_json, to_json

    header, contents = read_frame(source)
    limit_memory(memory)
    limit_time(seconds)
    files = dict(zip(header["names"], contents, strict=True))
    scheme: LabelScheme = from_json(LabelScheme, header["scheme"])
    answer: dict[str, object]
    blobs: list[bytes] = []
    request = Request(Path(header["names"][0]), scheme, "", "sample", header["misaligned"])
    try:
        split = read_contents(files, request)
    except InputError as error:
        answer = {"error": str(error)}
    except (MemoryError, RecursionError) as error:
        answer = {"error": f"too large or nested too deeply to be read ({type(error).__name__})"}
    except Exception as error:  # noqa: BLE001 - the kind alone: a message may quote what is in the file
        answer = {"error": f"damaged, or not what its name says ({type(error).__name__})"}
    else:
        answer = {"repaired_tags": split.repaired_tags, "sha256": split.sha256}
        blobs = [
            write_lines(split.documents).encode(),
            *(json.dumps(dict(counts)).encode() for counts in (split.dropped, split.fine_types)),
            to_json(split.imported).encode(),
        ]
    with contextlib.suppress(BrokenPipeError):
        write_frame(out, answer, blobs)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
