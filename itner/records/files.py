"""Reading and writing files: bounded reads, whole writes, and changes that lose nothing to another process."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import time
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

try:
    import fcntl
except ImportError:  # not on Windows, where nothing is swept
    fcntl = None  # type: ignore[assignment]

_TAKES_HOLD_S = 60.0
# Of a file with weights, what is none: names and shapes.
_BESIDE_WEIGHTS = 4 * 2**20
# What libraries that write by themselves say of a full disk: the system's words, SQLite's, PyTorch's.
_FULL = ("No space left on device", "database or disk is full", "PytorchStreamWriter failed writing")
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
def replacing(path: Path, mode: int = 0o666, durable: bool = False) -> Iterator[IO[bytes]]:
    """A file to write that takes `path`'s place when the block ends well, and is gone when it does not.

    Args:
        mode: who may read it, from its first byte on; what the process's mask takes away stays away.
        durable: on the disk before it takes the place, so that a machine without power leaves the whole file or none.
            What killed calls left for it stays until `sweep_folder`, which looks at a folder of very many files once.
    """
    # In the same folder, so that the last step is a rename; unique, so that two writers never share it.
    if not durable:
        sweep(path)
    temporary = _hidden(path)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file, _held(descriptor):
            yield file
            file.flush()
            if durable:
                os.fsync(descriptor)
            # Still held, so that nobody takes it for what a killed call left.
            os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def hidden_folder(target: Path) -> Iterator[Path]:
    """A hidden folder to fill, beside `target` and named like it, gone when the block ends; see `swap_in`.

    What killed calls left of such folders goes first.
    """
    sweep(target)
    hidden = _hidden(target)
    hidden.mkdir(parents=True)
    folder = os.open(hidden, os.O_RDONLY)
    try:
        with _held(folder):
            yield hidden
    finally:
        os.close(folder)
        shutil.rmtree(hidden, ignore_errors=True)


def _leads_somewhere(folder: Path) -> bool:
    """Whether a folder is there or can be made."""
    return folder.is_dir() if folder.exists() else folder.parent != folder and _leads_somewhere(folder.parent)


def swap_in(filled: Path, target: Path) -> None:
    """Put a folder in another one's place, for the only one that may; the other is gone then."""
    old = _hidden(target)
    if target.exists():
        target.rename(old)
    filled.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _hidden(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.tmp")


@contextmanager
def _held(descriptor: int) -> Iterator[None]:
    """Whoever asks finds out that somebody is at work on it; the system forgets that when a process ends."""
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield


def sweep(path: Path) -> None:
    """Remove the hidden files and folders that calls which were killed filled for a path."""
    _sweep(path.parent, re.escape(path.name))


def sweep_folder(folder: Path) -> None:
    """Remove what killed calls filled for any path in a folder."""
    _sweep(folder, ".+")


def is_being_filled(hidden: Path, path: Path) -> bool:
    """Whether the one is what some call fills, or filled, for the other."""
    return _filled_for(re.escape(path.name)).fullmatch(hidden.name) is not None


def _filled_for(names: str) -> re.Pattern[str]:
    return re.compile(rf"\.{names}\.(\d+)\.[0-9a-f]{{8}}\.tmp")


def _sweep(folder: Path, names: str) -> None:
    if fcntl is None or not folder.is_dir():
        return
    pattern = _filled_for(names)
    for name in os.listdir(folder):
        match = pattern.fullmatch(name)
        if match and _is_left(folder / name, int(match[1])):
            left = folder / name
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def _is_left(path: Path, process: int) -> bool:
    """Whether nobody is at work on it any more: nobody holds it, and its maker is gone or had a minute to take hold."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return not _lives(process) or time.time() - os.fstat(descriptor).st_mtime > _TAKES_HOLD_S
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def filling(output: Path) -> Iterator[Path]:
    """A hidden folder to fill, which takes the place of `output` when the block ends well, and is gone otherwise.

    Raises:
        InputError: something is there already; an empty folder is nothing.
    """
    target = Path(os.path.realpath(output))
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise InputError("name a new or empty folder; this one is not", path=output)
    if not _leads_somewhere(target.parent):
        raise InputError("a file is in the way of this folder", path=output)
    with hidden_folder(target) as hidden:
        yield hidden
        try:
            if target.exists():
                target.rmdir()
            hidden.rename(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            raise InputError("another call has filled this folder meanwhile; name another one", path=output) from None


def check_size(weights: Path, parameters: int) -> None:
    """InputError when a file is larger than so many parameters are in single precision, before it is read."""
    if weights.stat().st_size > parameters * 4 + _BESIDE_WEIGHTS:
        raise InputError(f"this file is larger than {parameters:,} parameters are", path=weights)


def is_full(error: BaseException) -> bool:
    """Whether a disk without room is why something failed, by what the system or a library says of it."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return any(words in str(error) for words in _FULL)


def check_space(folder: Path, needed: int, what: str) -> None:
    """OSError, which says what to do, when a folder's disk has no room for so many bytes more."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(
            errno.ENOSPC, f"{what} needs {needed / 2**20:,.0f} MiB, and {free / 2**20:,.0f} MiB are free", folder.name
        )


def write_atomic(path: Path, text: str, durable: bool = False) -> None:
    """Write the whole file or nothing; see `replacing`."""
    with replacing(path, durable=durable) as file:
        file.write(text.encode())


def write_output(path: Path, text: str) -> None:
    """Write what somebody asked for to where they asked: the whole file or nothing; through a link to what it leads to.

    A device or a pipe, such as /dev/stdout, is written to and stays what it is.
    """
    if str(path.absolute()).startswith(("/dev/", "/proc/")) or (path.exists() and not path.is_file()):
        with path.open("wb") as file:
            file.write(text.encode())
        return
    write_atomic(path.resolve(), text)


def read_bytes(path: Path, most: int | None = None) -> bytes:
    """The file's bytes; InputError when it is too large to be ours, with more than `most` or `MAX_JSON_BYTES`."""
    most = most or MAX_JSON_BYTES
    if path.stat().st_size > most:
        raise InputError(f"larger than {most // 2**20} MiB", path=path)
    return path.read_bytes()


def read_record(path: Path, kind: Any, remedy: str = "", most: int | None = None) -> Any:
    """A record from its file, None when there is no such file.

    Args:
        remedy: what to do about a damaged file.
        most: see `read_bytes`.
    Raises:
        InputError: it is damaged; the message names the key.
    """
    if not path.is_file():
        return None
    try:
        return from_json(kind, read_bytes(path, most))
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
