"""What is to be tagged: files, folders, patterns, and addresses that fsspec knows."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.utils import glob_translate

from itner.core.characters import is_encodable
from itner.core.errors import InputError
from itner.records.bulk import Form, Packing, Source

FORMS: dict[str, Form] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "lines",
    ".log": "lines",
    ".md": "lines",
    ".parquet": "parquet",
}
PACKINGS: dict[str, Packing] = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2"}
_BUFFER = 2**20
# Of a pattern.
_SIGNS = "*?["
# Of a file's facts, what tells one version from another.
_STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "created")


@dataclass(frozen=True)
class Found:
    """Sources by address, and what was found that is none, with the reason."""

    sources: tuple[Source, ...]
    problems: dict[str, str]


def find_sources(given: Sequence[str], form: Form | None = None) -> Found:
    """The sources that files, folders, patterns and addresses name, each file once, in the order of their addresses.

    Args:
        form: of all that is named, whatever it is called; None for what each name says.
    Raises:
        InputError: something that is named is not there, or no file of it can be read here.
    """
    sources: dict[str, Source] = {}
    problems: dict[str, str] = {}
    seen: set[tuple[Any, str]] = set()
    for name in given:
        if "::" in name:
            raise InputError("an address within another one is not read; unpack it first", path=name)
        try:
            system, path = fsspec.core.url_to_fs(name)
            found = _list(system, path)
        except (ImportError, ValueError) as error:
            raise InputError(f"no address that can be read here ({error})", path=name) from None
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror or error})", path=name) from None
        except Exception as error:  # the libraries of stores have exceptions of their own, as for a missing password
            raise InputError(f"cannot be read ({type(error).__name__}: {error})", path=name) from error
        if not found:
            raise InputError("no such file, folder or pattern, or nothing in it", path=name)
        for info in found:
            if not is_encodable(info["name"]):
                shown = info["name"].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                problems[shown.rpartition("/")[2]] = "its name is not UTF-8; rename it"
                continue
            # However it is named: by its folder and by itself, with steps back, or by a link.
            place = (system, info["name"] if "://" in name else os.path.realpath(info["name"]))
            if place in seen:
                continue
            seen.add(place)
            address = _address(name, system, path, info["name"])
            if info["type"] != "file":
                is_folder = info["type"] == "directory"
                problems[address] = "a link to a folder, which is not followed; name it" if is_folder else "no file"
                continue
            suffix, packing = _split(address)
            kind = form or FORMS.get(suffix)
            if kind is None and address.rpartition("/")[2].startswith("_") and address != name:
                # What Spark and the like keep beside their files.
                continue
            if kind is None:
                problems[address] = f"{suffix or 'a name without a suffix'} is no kind that is read here"
            elif kind == "parquet" and packing:
                problems[address] = "a packed Parquet file cannot be read piece by piece; unpack it"
            else:
                sources[address] = Source(address, *_version_of(info), kind, packing)
    if not sources:
        name, problem = next(iter(problems.items()))
        kinds = ", ".join((*FORMS, *PACKINGS))
        raise InputError(f"{problem}; what is read are {kinds}, or what --input says", path=name)
    return Found(tuple(sources[address] for address in sorted(sources)), problems)


class ChangedError(InputError):
    """A source is not what it was when the work began, or is not there."""


@contextmanager
def open_source(source: Source) -> Iterator[Any]:
    """Its bytes as they are stored, in a file that can seek.

    Raises:
        ChangedError: it is not what it was when the work began, or not there; what is tagged of it is of no version.
    """
    # What a folder holds may be called like a pattern, which `fsspec.open` would take for one.
    system, path = fsspec.core.url_to_fs(source.address)
    _check_version(source, system, path)
    with system.open(path, "rb") as file:
        # What fsspec makes of an object has no lines of a bounded length.
        yield file if "://" not in source.address else io.BufferedReader(file, _BUFFER)
    _check_version(source, system, path)


def _version_of(info: dict[str, Any]) -> tuple[int, str]:
    """The size, and what else changes with the content."""
    return int(info["size"] or 0), next((str(info[key]) for key in _STAMPS if info.get(key) is not None), "")


def _check_version(source: Source, system: Any, path: str) -> None:
    try:
        version = _version_of(_follow(system, system.info(path)))
    except FileNotFoundError:
        raise ChangedError("it is not there any more; put it back, and call again", path=source.address) from None
    if version != (source.size, source.stamp):
        raise ChangedError("it has changed since the work began; tag it into another folder", path=source.address)


def is_read(given: str, place: Path) -> bool:
    """Whether a folder, pattern or address of this machine means what is in a folder."""
    system, path = fsspec.core.url_to_fs(given)
    if "file" not in ((system.protocol,) if isinstance(system.protocol, str) else system.protocol):
        return False
    target = place.resolve()
    if not _is_pattern(system, path):
        return Path(path).is_dir() and Path(path).resolve() in (target, *target.parents)
    root = Path(_root_of(path) or "/").resolve()
    pattern = re.compile(glob_translate(f"{root}{path.removeprefix(_root_of(path))}"))
    # What is going to be there, and folders above it: all of a folder is read that a pattern means.
    names = ("tagged-000000.parquet", "tagged-000000.jsonl", "left_out/left_out-000000.jsonl", "top_mentions.csv")
    inside = (target, *target.parents, *(target / name for name in names))
    return any(pattern.match(str(each)) for each in inside if each.is_relative_to(root) and each != root)


def open_parquet(file: Any) -> Any:
    """A Parquet file of which no more is held than what is read at once: a group of rows may be larger than memory."""
    return pq.ParquetFile(file, buffer_size=_BUFFER)


@contextmanager
def told_of(source: Source) -> Iterator[Unreadable]:
    """Within it, what is wrong with a source is not raised, but becomes the reason.

    Raises:
        InputError: a store does not answer, or the source has changed. OSError: a disk fails.
    """
    found = Unreadable()
    try:
        yield found
    except ChangedError:
        raise
    except InputError as error:
        found.reason = error.problem
    except (pa.ArrowException, EOFError, ValueError, OverflowError, csv.Error, PermissionError) as error:
        # Of the system's errors without the path, which the message has already.
        found.reason = f"{type(error).__name__}: {getattr(error, 'strerror', None) or error}"
    except OSError as error:
        # Arrow says by such an error without a number that what is packed is damaged.
        if error.errno is not None:
            raise
        found.reason = f"{type(error).__name__}: {error}"
    except Exception as error:
        if "://" not in source.address:
            raise
        raise InputError(
            f"cannot be read now ({type(error).__name__}: {error}); call again to go on", path=source.address
        ) from error


@dataclass
class Unreadable:
    """Why a source cannot be read; None where it can."""

    reason: str | None = None


def _list(system: Any, path: str) -> list[dict[str, Any]]:
    if _is_pattern(system, path):
        root = _root_of(path)
        entries = list(system.glob(path, detail=True).values())
        if "/." not in path.removeprefix(root):
            entries = [info for info in entries if "/." not in info["name"].removeprefix(root)]
    else:
        entries = [system.info(path) | {"name": path}]
    found = []
    for entry in entries:
        info = _follow(system, entry)
        if info["type"] != "directory":
            found.append(info)
            continue
        folder = info["name"]
        # What an editor or a system keeps for itself in a folder begins with a full stop.
        below = (each for name, each in system.find(folder, detail=True).items() if "/." not in name[len(folder) :])
        found += [_follow(system, each) for each in below]
    return found


def _follow(system: Any, info: dict[str, Any]) -> dict[str, Any]:
    """What a link leads to, under the link's name."""
    if not info.get("islink"):
        return info
    try:
        return cast(dict[str, Any], system.info(os.path.realpath(info["name"])) | {"name": info["name"]})
    except OSError:
        return info


def _is_pattern(system: Any, path: str) -> bool:
    """Whether it is one, and not the name of something that is called so."""
    return any(sign in path for sign in _SIGNS) and not system.exists(path)


def _root_of(pattern: str) -> str:
    """The folder below which all is that a pattern can mean."""
    fixed = pattern[: min(pattern.index(sign) for sign in _SIGNS if sign in pattern)]
    return fixed.rpartition("/")[0]


def _address(given: str, system: Any, path: str, name: str) -> str:
    """As it was given, so that no machine's path gets into results that nobody named."""
    if "://" in given:
        return cast(str, system.unstrip_protocol(name))
    root = path.rstrip("/")
    plain = given.rstrip("/") or "/"
    if _is_pattern(system, path):
        plain, root = _root_of(given), _root_of(root)
    rest = name.removeprefix(root).lstrip("/")
    return f"{plain}/{rest}" if plain and rest else plain or rest


def _split(address: str) -> tuple[str, Packing]:
    """The suffix below that of a packing."""
    name = address.rsplit("/", 1)[-1].lower()
    packing: Packing = ""
    for suffix, kind in PACKINGS.items():
        if not packing and name.endswith(suffix):
            name, packing = name.removesuffix(suffix), kind
    dot = name.rfind(".")
    return (name[dot:] if dot > 0 else ""), packing
