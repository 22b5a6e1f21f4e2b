"""Reading and writing files: bounded reads, whole writes, and changes that lose nothing to another process."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from filelock import FileLock
from pydantic import ValidationError

from itner.core.errors import InputError
from itner.core.validation import NAME, describe
from itner.records.codec import from_json, to_json

# A JSON file larger than this is not ours.
MAX_JSON_BYTES = 64 * 2**20
_NAME = re.compile(NAME)
# What lies beside runs or inside them under these names is something else.
_TAKEN = {"bases", "onnx", "predictions"}


def check_name(name: str) -> str:
    """The name, when it can name a run or a dataset."""
    if not _NAME.fullmatch(name) or name in _TAKEN:
        raise InputError(
            f"{name!r} cannot name a run or dataset: use letters, digits, '.', '_' and '-', 64 at most, "
            f"and none of {', '.join(sorted(_TAKEN))}"
        )
    return name


def sha256_file(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes `path`'s place when the block ends well, and is gone when it does not."""
    # In the same folder, so that the last step is a rename; unique, so that two writers never share it.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def filling(output: Path) -> Iterator[Path]:
    """A hidden folder to fill, which takes the place of `output` when the block ends well, and is gone otherwise.

    Raises:
        InputError: something is there already; an empty folder is nothing.
    """
    target = Path(os.path.realpath(output))
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise InputError("name a new or empty folder; this one is not", path=output)
    hidden = target.with_name(f".{target.name}.tmp-{os.getpid()}")
    # A call that was killed may have had the same number.
    shutil.rmtree(hidden, ignore_errors=True)
    hidden.mkdir(parents=True)
    try:
        yield hidden
        if target.exists():
            target.rmdir()
        hidden.rename(target)
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


def write_atomic(path: Path, text: str) -> None:
    """Write the whole file or nothing."""
    with replacing(path) as file:
        file.write(text.encode())


def read_bytes(path: Path) -> bytes:
    """The file's bytes; InputError when it is too large to be ours."""
    if path.stat().st_size > MAX_JSON_BYTES:
        raise InputError(f"larger than {MAX_JSON_BYTES // 2**20} MiB", path=path)
    return path.read_bytes()


def read_record(path: Path, kind: Any, remedy: str = "") -> Any:
    """A record from its file, None when there is no such file.

    Args:
        remedy: what to do about a damaged file.
    Raises:
        InputError: it is damaged; the message names the key.
    """
    if not path.is_file():
        return None
    try:
        return from_json(kind, read_bytes(path))
    except ValidationError as error:
        raise InputError("; ".join(filter(None, (describe(error), remedy))), path=path) from None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile who asks for it in this way."""
    with FileLock(path.with_name(f".{path.name}.lock")):
        yield


def change_record(path: Path, kind: Any, change: Callable[[Any], Any], indent: int | None = 2) -> Any:
    """Read, change and write a record while no other process does; returns what was written.

    Args:
        change: gets the record as it is, None without a file, and returns what it is to be.
    """
    with locked(path):
        record = change(read_record(path, kind))
        write_atomic(path, to_json(record, indent))
    return record
