"""Reading an annotated file that somebody uploaded, in another process with limits; see `itner.data.worker`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from itner.core.apart import converse, start_module, turn
from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.data.corpus import Split
from itner.data.jsonl import parse_documents
from itner.records.codec import from_json, to_json
from itner.records.dataset import ImportStats, Misaligned

MAX_BYTES = 20 * 2**20
_MEMORY, _SECONDS = 2**30, 30
# The process ends itself after its time of computing; one that waits instead is ended after so many times more.
_PATIENCE = 4


def read_apart(
    files: Mapping[str, bytes],
    scheme: LabelScheme,
    misaligned: Misaligned = "error",
    should_stop: Callable[[], bool] = lambda: False,
) -> Split:
    """`itner.data.formats.read_contents` in another process.

    Args:
        files: contents by name: one annotated file, or brat's pairs.
    Raises:
        InputError: they cannot be read, are too large, or reading was stopped.
    """
    size = sum(map(len, files.values()))
    if size > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES // 2**20} MiB; take a part of it")
    request = {"names": list(files), "scheme": to_json(scheme), "misaligned": misaligned}
    answer = None
    with turn(should_stop), start_module("itner.data.worker", str(_MEMORY), str(_SECONDS)) as process:
        with suppress(TimeoutError):
            answer = converse(process, request, list(files.values()), _PATIENCE * _SECONDS, should_stop)
        process.kill()
    if answer is None:
        raise InputError(
            f"could not be read within {_SECONDS} s and {_MEMORY // 2**20:,} MiB; it is damaged, or too involved: take "
            "a part of it"
        )
    header, blobs = answer
    if "error" in header:
        raise InputError(str(header["error"]))
    return Split(
        documents=parse_documents(blobs[0].decode(), Path(next(iter(files))), scheme, ""),
        dropped=Counter(from_json(dict[str, int], blobs[1])),
        fine_types=Counter(from_json(dict[str, int], blobs[2])),
        repaired_tags=int(str(header["repaired_tags"])),
        sha256=str(header["sha256"]),
        imported=from_json(ImportStats | None, blobs[3]),
    )
