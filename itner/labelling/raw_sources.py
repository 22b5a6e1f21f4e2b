"""Texts from files, folders, Wikipedia's dumps and the hub, in a stream: one, or a page, in memory at once."""

from __future__ import annotations

import bz2
import glob
import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from itner.core.errors import InputError
from itner.labelling.issues import stream_issues
from itner.labelling.shards import LONGEST
from itner.labelling.wiki import strip_wiki

HUB = "hub:"
# Why no text came of a line, a page or a paragraph.
LONG, BROKEN_LINE, NOT_UTF8, NO_TEXT = "too long", "broken line", "not UTF-8", "no text"
BROKEN_PAGE, NAMESPACE, REDIRECT = "broken page", "another namespace", "redirect"
# Why nothing, or no more, is read of a file.
DAMAGED, NO_PAGES, KIND, HIDDEN, LINK, ODD = "damaged", "without pages", "another kind", "hidden", "a link", "no file"
UNREAD = frozenset({BROKEN_LINE, NOT_UTF8, BROKEN_PAGE, DAMAGED})

_PACKED: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open}
# Of a line, in bytes: four a character at most.
_LONGEST_LINE = 4 * LONGEST
_HUB_SEED = 13
_EVERYTHING = 2**62
_PICTURES_AND_CATEGORIES = {"6", "14"}


@dataclass(frozen=True)
class Source:
    """What was named to be read.

    Attributes:
        number: from 1, in the order that they were named in.
        given: a path, a pattern, or `HUB` and a name.
    """

    number: int
    given: str

    @property
    def name(self) -> str:
        """What a report calls it: no path of a machine."""
        if self.given.startswith(HUB):
            return self.given
        return _writable(Path(self.given).name or Path(self.given).resolve().name)


@dataclass(frozen=True)
class Item:
    """A text, or something that none came of.

    Attributes:
        number: of the source.
        source: the file by its path in the folder that was named, or its name.
        text: empty where there is none.
        reason: why there is none; empty where there is one.
        whole: whether a file is meant, or the rest of one.
    """

    number: int
    source: str
    text: str = ""
    reason: str = ""
    whole: bool = False


# Of a file: lines, paragraphs, records or pages, each a text and "", or "" and why there is none.
_Parts = Iterator[tuple[str, str]]


def list_sources(given: Sequence[str]) -> list[Source]:
    """The sources that were named. InputError for one that names nothing, or a file of a kind that is not read."""
    sources = [Source(number, name) for number, name in enumerate(given, start=1)]
    for source in sources:
        _check(source)
    return sources


def read_sources(sources: Iterable[Source], text_key: str) -> Iterator[Item]:
    """What stands in the sources, one after the other.

    A link in a folder or a pattern is not followed. What is damaged is read up to there.

    Raises:
        InputError: a dataset of the hub cannot be read.
    """
    for source in sources:
        if source.given.startswith(HUB):
            yield from _read_hub(source)
            continue
        for path, name, reason in _list_files(source):
            if reason:
                yield Item(source.number, name, reason=reason, whole=True)
            else:
                yield from _read_file(path, Item(source.number, name), text_key)


def _check(source: Source) -> None:
    given = source.given
    if not given:
        raise InputError("an empty name; name a file, a folder, a pattern or a dataset")
    if given.startswith(HUB):
        if given == HUB:
            raise InputError(f"name a dataset behind {HUB}")
        return
    path = Path(given)
    if path.is_dir():
        return
    if path.exists():
        if not path.is_file():
            raise InputError("neither a file nor a folder", path=path)
        if _find_reader(path.name) is None:
            kinds = ", ".join(_READERS)
            raise InputError(f"this kind of file is not read; {kinds}, and packed as .gz or .bz2, are", path=path)
    elif not glob.has_magic(given):
        raise InputError("no such file", path=path)
    else:
        try:
            found = next(_match(given), None)
        except (ValueError, NotImplementedError) as error:
            raise InputError(f"this is no pattern ({error})", path=path) from error
        if found is None:
            raise InputError("no file matches this pattern", path=path)


def _list_files(source: Source) -> Iterator[tuple[Path, str, str]]:
    """Each file of a source with its name, and why it is not read, if it is not."""
    path = Path(source.given)
    if path.is_dir():
        yield from _walk(path, path)
    elif path.is_file():
        yield path, source.name, ""
    else:
        base = _split_pattern(source.given)[0]
        for match in sorted(_match(source.given)):
            name = match.relative_to(base).as_posix()
            # A pattern can go through links, as its last step or before.
            if os.path.realpath(match) != os.path.join(os.path.realpath(base), name):
                yield match, _writable(name), LINK
            elif not match.is_dir():
                yield _judge(match, base)
            elif "**" not in Path(source.given).parts:
                yield from _walk(match, base)


def _walk(folder: Path, base: Path) -> Iterator[tuple[Path, str, str]]:
    failed: list[str] = []
    for current, folders, files in os.walk(folder, onerror=lambda error: failed.append(str(error.filename))):
        here = Path(current)
        folders.sort()
        for name in folders:
            # A link to a folder is not gone into.
            if name.startswith(".") or (here / name).is_symlink():
                yield _judge(here / name, base)
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(files):
            yield _judge(here / name, base)
    for name in failed:
        yield Path(name), _writable(Path(name).relative_to(base).as_posix()), DAMAGED


def _judge(path: Path, base: Path) -> tuple[Path, str, str]:
    relative = path.relative_to(base)
    if any(part.startswith(".") for part in relative.parts):
        reason = HIDDEN
    elif path.is_symlink():
        reason = LINK
    elif not path.is_file():
        reason = ODD
    else:
        reason = "" if _find_reader(path.name) else KIND
    return path, _writable(relative.as_posix()), reason


def _split_pattern(pattern: str) -> tuple[Path, str]:
    """The folder that a pattern begins in, and the rest of it."""
    parts = Path(pattern).parts
    first = next(number for number, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:first]), str(Path(*parts[first:]))


def _match(pattern: str) -> Iterator[Path]:
    base, rest = _split_pattern(pattern)
    yield from base.glob(rest)


def _writable(name: str) -> str:
    # Some systems' names are bytes that are no text.
    return name.encode("utf-8", "replace").decode()


def _find_reader(name: str) -> Callable[[IO[bytes], str], _Parts] | None:
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    return _READERS.get(suffixes[-1]) if suffixes else None


def _read_file(path: Path, place: Item, text_key: str) -> Iterator[Item]:
    read = _find_reader(path.name)
    assert read is not None
    try:
        if not path.stat().st_size:
            # Nothing, also where a packed file would have to hold an end.
            return
        with cast(IO[bytes], _PACKED.get(path.suffix.lower(), open)(path, "rb")) as file:
            for text, reason in read(file, text_key):
                yield Item(place.number, place.source, text, reason, reason == NO_PAGES)
    # lxml's errors are those of syntax.
    except (OSError, EOFError, SyntaxError, ValueError, zlib.error):
        yield Item(place.number, place.source, reason=DAMAGED, whole=True)


def _read_hub(source: Source) -> Iterator[Item]:
    name = source.given.removeprefix(HUB)
    with closing(cast(Any, stream_issues(name, _EVERYTHING, _HUB_SEED))) as texts:
        for text in texts:
            yield Item(source.number, source.given, *_check_text(text))


def _read_lines(file: IO[bytes]) -> _Parts:
    """Lines without their ends."""
    first = True
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield "", LONG
        else:
            try:
                yield line.decode("utf-8-sig" if first else "utf-8").rstrip("\r\n"), ""
            except UnicodeDecodeError:
                yield "", NOT_UTF8
        first = False


def _read_paragraphs(file: IO[bytes], _: str) -> _Parts:
    return _join_paragraphs(_read_lines(file))


def _join_paragraphs(lines: Iterable[tuple[str, str]]) -> _Parts:
    held: list[str] = []
    size, reason = 0, ""
    for line, problem in lines:
        if not problem and not line.strip():
            if held or reason:
                yield "\n".join(held), reason
            held, size, reason = [], 0, ""
            continue
        size += len(line) + 1
        reason = reason or problem or (LONG if size > LONGEST else "")
        if reason:
            held.clear()
        else:
            held.append(line)
    if held or reason:
        yield "\n".join(held), reason


def _read_records(file: IO[bytes], text_key: str) -> _Parts:
    for line, problem in _read_lines(file):
        if problem:
            yield "", problem
        elif line.strip():
            yield _read_record(line, text_key)


def _read_record(line: str, text_key: str) -> tuple[str, str]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return "", BROKEN_LINE
    if not isinstance(value, dict):
        return "", BROKEN_LINE
    for key in text_key.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return _check_text(value)


def _check_text(value: Any) -> tuple[str, str]:
    if not isinstance(value, str):
        return "", NO_TEXT
    try:
        value.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair cannot be written.
        return "", BROKEN_LINE
    return value, ""


def _read_dump(file: IO[bytes], _: str) -> _Parts:
    """The paragraphs of a MediaWiki export's articles; of several revisions of one, those of the last."""
    namespaces: set[str] = set()
    page: dict[str, str] = {}
    pages = 0
    for name, element in _stream_xml(file):
        if name == "namespace" and element.get("key") in _PICTURES_AND_CATEGORIES:
            namespaces.add(element.text or "")
        elif name in ("ns", "text"):
            page[name] = "".join(element.itertext())
        elif name == "redirect":
            page[name] = "yes"
        elif name == "page":
            pages += 1
            yield from _read_page(page, namespaces)
            page = {}
    if not pages:
        yield "", NO_PAGES


def _read_page(page: dict[str, str], namespaces: set[str]) -> _Parts:
    if page.get("ns", "0").strip() != "0":
        yield "", NAMESPACE
    elif "redirect" in page:
        yield "", REDIRECT
    elif "text" not in page:
        yield "", NO_TEXT
    else:
        try:
            shown = strip_wiki(page["text"], namespaces)
        except ValueError:
            yield "", BROKEN_PAGE
        else:
            yield from _join_paragraphs((line, "") for line in shown.split("\n"))


def _stream_xml(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """Each element with its name when it ends; it is gone after that, and its entities are not looked up."""
    from lxml import etree

    for _, element in etree.iterparse(
        file,
        events=("end",),
        resolve_entities=False,
        huge_tree=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    ):
        yield etree.QName(element).localname, element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


_READERS: dict[str, Callable[[IO[bytes], str], _Parts]] = {
    ".txt": _read_paragraphs,
    ".md": _read_paragraphs,
    ".log": _read_paragraphs,
    ".jsonl": _read_records,
    ".ndjson": _read_records,
    ".xml": _read_dump,
}
