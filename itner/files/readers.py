"""The text of uploaded or local files.

Files are untrusted: each is parsed in another process with limits, sizes are bounded, nothing touches the disk, one bad
file leaves the others alone, and no message quotes a file's content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

from itner.core.errors import InputError
from itner.files.apart import parse_apart
from itner.files.formats import ARCHIVES
from itner.files.items import DEFAULTS, FileNotice, Parsed, ReadResult, Settings, TextItem, Upload
from itner.files.limits import MAX_CHARACTERS, MAX_FILES
from itner.files.names import extension

# A mail in an archive that is attached to a mail: deeper is no way to send files.
_MAX_DEPTH = 4


def read_uploads(
    uploads: Sequence[Upload],
    settings: Settings = DEFAULTS,
    of_file: Mapping[str, Settings] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> ReadResult:
    """The texts of all files.

    Args:
        of_file: settings of single files, by name, that stand for the general ones.
        should_stop: asked several times a second; after a stop, what was read is returned, and the rest are problems.
        report: hears how many bytes are done, and how many there are.
    """
    result = ReadResult()
    characters = files = 0
    total = sum(len(upload.data) for upload in uploads)
    ends = accumulate(len(upload.data) for upload in uploads)

    def parsed_files() -> Iterator[tuple[Upload, Parsed]]:
        for upload, end in zip(uploads, ends, strict=True):
            yield from _parse_all([upload], settings, of_file or {}, should_stop, result)
            report(end, total)

    for upload, parsed in parsed_files():
        files += 1
        if files > MAX_FILES:
            result.problems.append(
                FileNotice(upload.name, f"more than {MAX_FILES} files; this one and all after it are left out")
            )
            break
        size = sum(len(part.text) for part in parsed.parts)
        if characters + size > MAX_CHARACTERS:
            reason = f"together the files hold more than {MAX_CHARACTERS:,} characters; upload them in portions"
            result.problems.append(FileNotice(upload.name, reason))
            continue
        characters += size
        result.items += [TextItem(upload.name, part.name, part.text, part.fields) for part in parsed.parts]
        result.notes += [FileNotice(upload.name, note) for note in parsed.notes]
        if parsed.columns is not None:
            result.columns[upload.name] = parsed.columns
    return result


def _parse_all(
    uploads: Sequence[Upload],
    settings: Settings,
    of_file: Mapping[str, Settings],
    should_stop: Callable[[], bool],
    result: ReadResult,
    depth: int = 0,
) -> Iterator[tuple[Upload, Parsed]]:
    """Each file that could be read with what was found in it, then the files inside it; problems go to the result."""
    for upload in uploads:
        try:
            parsed = parse_apart(upload, of_file.get(upload.name, settings), should_stop)
        except InputError as error:
            result.problems.append(FileNotice(upload.name, str(error)))
            continue
        if extension(upload.name) not in ARCHIVES:
            yield upload, parsed
        for inner in parsed.problems:
            result.problems.append(FileNotice(f"{upload.name}/{inner.file}".rstrip("/"), inner.reason))
        if depth == _MAX_DEPTH and parsed.files:
            reason = f"{len(parsed.files)} files in it not read: they lie more than {_MAX_DEPTH} files deep"
            result.problems.append(FileNotice(upload.name, reason))
            continue
        inside = [Upload(f"{upload.name}/{inner.name}", inner.data) for inner in parsed.files]
        yield from _parse_all(inside, settings, of_file, should_stop, result, depth + 1)
