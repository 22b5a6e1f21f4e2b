"""Files, folders and patterns that a command line names, as uploads."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from itner.core.errors import InputError
from itner.core.words import counted
from itner.files.formats import PARSERS
from itner.files.items import DEFAULTS, FileNotice, ReadResult, Settings, TextItem, Upload
from itner.files.limits import MAX_FILE_BYTES, MAX_FILES, MIB
from itner.files.names import extension
from itner.files.readers import read_uploads

# Of what is left out, a message that says that there is nothing names this many.
_MOST_NAMED = 5


@dataclass
class Inputs:
    """What was found.

    Attributes:
        uploads: the files; those of folders are named from the folder on, all so that no two names are the same.
        problems: files that could not be read.
        notes: what else was found in folders.
    """

    uploads: list[Upload] = field(default_factory=list)
    problems: list[FileNotice] = field(default_factory=list)
    notes: list[FileNotice] = field(default_factory=list)


@dataclass(frozen=True)
class _Found:
    """A file, and how many of the last parts of its path name it at least."""

    path: Path
    parts: int = 1


def read_paths(paths: Sequence[Path], settings: Settings = DEFAULTS, but: Path | None = None) -> ReadResult:
    """The texts of files, folders and patterns; InputError when there is none.

    Args:
        but: a file that is not read where a folder or a pattern holds it, such as the one to write.
    """
    inputs = collect(paths, but)
    read = read_uploads(inputs.uploads, settings)
    read.problems = [*inputs.problems, *read.problems]
    read.notes = [*inputs.notes, *read.notes]
    if not read.items:
        said = [f"{notice.file}: {notice.reason}" for notice in read.problems or read.notes]
        more = f"; and {len(said) - _MOST_NAMED:,} more" if len(said) > _MOST_NAMED else ""
        raise InputError("; ".join(said[:_MOST_NAMED]) + more)
    return read


def read_whole(
    paths: Sequence[Path], settings: Settings = DEFAULTS, tell: Callable[[FileNotice], None] = lambda _: None
) -> tuple[list[Upload], list[TextItem]]:
    """The files that paths name and their texts; InputError when anything of them cannot be read.

    Args:
        tell: hears what was assumed of a file.
    """
    inputs = collect(paths)
    read = read_uploads(inputs.uploads, settings)
    for notice in (*inputs.notes, *read.notes):
        tell(notice)
    problems = [*inputs.problems, *read.problems]
    if problems:
        raise InputError("; ".join(f"{problem.file}: {problem.reason}" for problem in problems))
    return inputs.uploads, read.items


def check_output(path: Path) -> None:
    """InputError where a file cannot be written there, or one is there already."""
    if path.exists():
        raise InputError("this is there already; choose another --output", path=path)
    if not path.parent.is_dir():
        raise InputError("no such folder", path=path.parent)


def collect(paths: Sequence[Path], but: Path | None = None) -> Inputs:
    """The files that paths name: themselves, all in a folder that are of a kind that is read, or matches of a pattern.

    A file that is named several times is read once. Raises InputError for a path or a pattern that names nothing.
    """
    inputs = Inputs()
    found: dict[Path, _Found] = {}
    for path in paths:
        for place in _expand(path):
            files = _walk(place, but, inputs) if place.is_dir() else [_Found(place)]
            for file in files:
                real = Path(os.path.realpath(file.path))
                if but is not None and place != path and real == Path(os.path.realpath(but)):
                    continue
                found.setdefault(real, file)
    chosen = list(found.values())
    for name, file in zip(_name(chosen), chosen, strict=True):
        # One more than are read, so that the reader says what it leaves out.
        if len(inputs.uploads) > MAX_FILES:
            break
        try:
            if file.path.stat().st_size > MAX_FILE_BYTES:
                inputs.problems.append(FileNotice(name, f"larger than {MAX_FILE_BYTES // MIB} MiB; split it"))
            else:
                inputs.uploads.append(Upload(name, file.path.read_bytes()))
        except OSError as error:
            inputs.problems.append(FileNotice(name, f"cannot be read ({error.strerror})"))
    return inputs


def _expand(path: Path) -> list[Path]:
    """The path, or what matches it: shells that leave patterns to the programs exist, and so do quotation marks."""
    if path.exists():
        if path.is_dir() or path.is_file():
            return [path]
        raise InputError("neither a file nor a folder", path=path)
    if not glob.has_magic(str(path)):
        raise InputError("no such file", path=path)
    matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]
    matches = [match for match in matches if match.is_file() or match.is_dir()]
    if not matches:
        raise InputError("no file matches this pattern", path=path)
    if "**" in path.parts:
        # The pattern itself goes into folders.
        matches = [match for match in matches if not match.is_dir()]
    return matches


def _walk(folder: Path, but: Path | None, inputs: Inputs) -> Iterator[_Found]:
    """The files in a folder and those below that are of a kind that is read; the others are counted."""
    skipped: Counter[str] = Counter()
    seen: set[str] = set()
    hidden = count = 0

    def unreadable(error: OSError) -> None:
        inputs.problems.append(FileNotice(str(error.filename), f"this folder cannot be read ({error.strerror})"))

    for current, folders, files in os.walk(folder, onerror=unreadable, followlinks=True):
        real = os.path.realpath(current)
        if real in seen:
            # A link that leads back.
            folders.clear()
            continue
        seen.add(real)
        hidden += sum(name.startswith(".") for name in (*folders, *files))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in files if not name.startswith(".")):
            path = Path(current) / name
            if but is not None and os.path.realpath(path) == os.path.realpath(but):
                continue
            kind = extension(name)
            if kind not in PARSERS or (path.exists() and not path.is_file()):
                skipped[kind or "without an extension"] += 1
                continue
            count += 1
            yield _Found(path, len(path.relative_to(folder).parts) + (folder.name not in ("", "..")))
    said = []
    if skipped:
        kinds = ", ".join(f"{kind} {number:,}" for kind, number in sorted(skipped.items()))
        said.append(f"{counted(sum(skipped.values()), 'file')} of kinds that are not read ({kinds})")
    if hidden:
        said.append(f"{hidden:,} hidden")
    if said or not count:
        inputs.notes.append(
            FileNotice(str(folder), f"{counted(count, 'file')} read, skipped: {', '.join(said) or 'none'}")
        )


def _name(found: Sequence[_Found]) -> list[str]:
    """A name for each file: its own, with as many of its folders as tell it from the others of that name."""
    whole = [Path(os.path.abspath(file.path)).parts for file in found]
    lengths = [min(file.parts, len(parts)) for file, parts in zip(found, whole, strict=True)]
    while True:
        names = ["/".join(parts[-length:]) for parts, length in zip(whole, lengths, strict=True)]
        counts = Counter(names)
        alike = [place for place, name in enumerate(names) if counts[name] > 1 and lengths[place] < len(whole[place])]
        if not alike:
            # A name that is no text, on systems whose names are bytes, shows question marks.
            return [name.encode("utf-8", "replace").decode() for name in names]
        for place in alike:
            lengths[place] += 1
