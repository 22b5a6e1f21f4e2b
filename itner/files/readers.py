"""The text of uploaded or local files.

Files are untrusted: sizes are bounded, nothing touches the disk, one bad file leaves the others alone, and no message
quotes a file's content.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from itner.core.errors import InputError
from itner.files.formats import ARCHIVES, PARSERS
from itner.files.items import DEFAULTS, FileNotice, Parsed, ReadResult, Settings, TextItem, Upload
from itner.files.limits import MAX_CHARACTERS, MAX_FILE_BYTES, MAX_FILES, MIB
from itner.files.names import extension

# A mail in an archive that is attached to a mail: deeper is no way to send files.
_MAX_DEPTH = 4


def read_uploads(
    uploads: Sequence[Upload], settings: Settings = DEFAULTS, of_file: Mapping[str, Settings] | None = None
) -> ReadResult:
    """The texts of all files.

    Args:
        of_file: settings of single files, by name, that stand for the general ones.
    """
    result = ReadResult()
    characters = files = 0
    for upload, parsed in _parse_all(uploads, settings, of_file or {}, result):
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
    return result


def _parse_all(
    uploads: Sequence[Upload], settings: Settings, of_file: Mapping[str, Settings], result: ReadResult, depth: int = 0
) -> Iterator[tuple[Upload, Parsed]]:
    """Each file that could be read with what was found in it, then the files inside it; problems go to the result."""
    for upload in uploads:
        try:
            parsed = _parse(upload, of_file.get(upload.name, settings))
        except InputError as error:
            result.problems.append(FileNotice(upload.name, str(error)))
            continue
        except Exception as error:  # noqa: BLE001 - whatever a parser raises on one file, the others are read
            # The kind alone: a parser's message may quote what is in the file.
            reason = f"damaged, or not what its name says ({type(error).__name__})"
            result.problems.append(FileNotice(upload.name, reason))
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
        yield from _parse_all(inside, settings, of_file, result, depth + 1)


def _parse(upload: Upload, settings: Settings) -> Parsed:
    kind = extension(upload.name)
    if kind not in PARSERS:
        known = ", ".join(PARSERS)
        raise InputError(f"files of the kind {kind or 'without an extension'} cannot be read; known are {known}")
    if len(upload.data) > MAX_FILE_BYTES:
        raise InputError(f"larger than {MAX_FILE_BYTES // MIB} MiB; split it")
    if not upload.data:
        raise InputError("the file is empty")
    parsed = PARSERS[kind](upload.data, settings)
    parsed.parts = [part for part in parsed.parts if part.text.strip()]
    if not parsed.parts and not parsed.files and not parsed.problems:
        hint = " (a scanned document has pictures of text; run it through OCR first)" if kind == ".pdf" else ""
        raise InputError(f"the file holds no text{hint}")
    return parsed
