"""The text of uploaded files: .txt, .log, .md, .csv, .jsonl, .docx, .pdf, .eml, and .zip archives of these.

Files are untrusted: sizes are bounded, nothing touches the disk, one bad file leaves the others alone, and no message
quotes a file's content.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import logging
import statistics
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from itner.core.errors import InputError
from itner.files.limits import (
    MAX_CHARACTERS,
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_PACKING_RATIO,
    MAX_PDF_PAGES,
    MAX_UNPACKED_BYTES,
    MIB,
)
from itner.files.mail import read_mail

_TEXT_NAMES = ("text", "description", "body", "message", "content", "comment", "summary", "subject", "title")
_DELIMITERS = ",;\t|"
_SAMPLE = 65_536
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_GUESS_ROWS = 200


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    name: str
    data: bytes


@dataclass(frozen=True)
class TextItem:
    """A text to tag. `part` says where in the file it stands: "row 17", "page 2", "" for the whole file."""

    file: str
    part: str
    text: str


@dataclass(frozen=True)
class FileNotice:
    """Something to know about a file: why it could not be read, or what was assumed."""

    file: str
    reason: str


@dataclass
class ReadResult:
    """Texts in file order, files that could not be read, and notes on those that could."""

    items: list[TextItem] = field(default_factory=list)
    problems: list[FileNotice] = field(default_factory=list)
    notes: list[FileNotice] = field(default_factory=list)


@dataclass
class _Reading:
    """One file's parts and notes."""

    parts: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_uploads(uploads: Sequence[Upload], columns: Mapping[str, str] | None = None) -> ReadResult:
    """The texts of all files.

    Args:
        columns: for a .csv the column, for a .jsonl the key that holds the text; guessed where none is given.
    """
    result = ReadResult()
    characters = files = 0
    for name, data in _unpack(uploads, result):
        files += 1
        if files > MAX_FILES:
            result.problems.append(
                FileNotice(name, f"more than {MAX_FILES} files; this one and all after it are left out")
            )
            break
        try:
            reading = _read(name, data, (columns or {}).get(name))
        except InputError as error:
            result.problems.append(FileNotice(name, str(error)))
            continue
        except Exception as error:  # noqa: BLE001 - whatever a parser raises on one file, the others are read
            result.problems.append(FileNotice(name, _unreadable(error)))
            continue
        size = sum(len(text) for _, text in reading.parts)
        if characters + size > MAX_CHARACTERS:
            reason = f"together the files hold more than {MAX_CHARACTERS:,} characters; upload them in portions"
            result.problems.append(FileNotice(name, reason))
            continue
        characters += size
        result.items += [TextItem(name, part, text) for part, text in reading.parts]
        result.notes += [FileNotice(name, note) for note in reading.notes]
    return result


def list_columns(upload: Upload) -> list[str]:
    """The columns of a .csv or the keys of a .jsonl, the one that most likely holds the text first.

    Empty for other files, and for files that cannot be read.
    """
    kind = _kind(upload.name)
    if kind not in (".csv", ".jsonl"):
        return []
    try:
        text = _decode(upload.data, _Reading())
        header, rows = _csv_table(text) if kind == ".csv" else _jsonl_table(text)
    except Exception:  # noqa: BLE001 - what is wrong with the file is said when it is read
        return []
    best = _guess_column(header, rows)
    return [best, *(name for name in header if name != best)]


def _unpack(uploads: Sequence[Upload], result: ReadResult) -> Iterator[tuple[str, bytes]]:
    """Files in order, archives replaced by what they hold."""
    for upload in uploads:
        if len(upload.data) > MAX_FILE_BYTES:
            reason = f"larger than {MAX_FILE_BYTES // MIB} MiB; split it"
            result.problems.append(FileNotice(upload.name, reason))
        elif _kind(upload.name) == ".zip":
            try:
                yield from _unzip(upload, result)
            except InputError as error:
                result.problems.append(FileNotice(upload.name, str(error)))
            except Exception as error:  # noqa: BLE001 - as for any other file
                result.problems.append(FileNotice(upload.name, _unreadable(error)))
        else:
            yield upload.name, upload.data


def _unzip(upload: Upload, result: ReadResult) -> Iterator[tuple[str, bytes]]:
    with _open_zip(upload.data) as archive:
        for entry in archive.infolist():
            # Resource forks that macOS adds are no files of the user's.
            if entry.is_dir() or entry.filename.startswith("__MACOSX/"):
                continue
            name = f"{upload.name}/{entry.filename}"
            if _kind(entry.filename) == ".zip":
                result.problems.append(FileNotice(name, "an archive inside an archive; unpack it first"))
            elif entry.flag_bits & 1:
                result.problems.append(FileNotice(name, "protected by a password; unpack it first"))
            elif entry.file_size > MAX_FILE_BYTES:
                result.problems.append(FileNotice(name, f"larger than {MAX_FILE_BYTES // MIB} MiB; split it"))
            else:
                try:
                    data = archive.read(entry)
                except Exception as error:  # noqa: BLE001 - zlib's and lzma's errors, and those of zipfile itself
                    reason = f"this entry of the archive is damaged ({type(error).__name__})"
                    result.problems.append(FileNotice(name, reason))
                    continue
                yield name, data


def _open_zip(data: bytes) -> zipfile.ZipFile:
    """The archive, when what it unpacks to is bounded; zipfile never reads more than an entry declares."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError):
        raise InputError("damaged, or not what its name says") from None
    unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES or unpacked > MAX_PACKING_RATIO * max(len(data), 1024):
        raise InputError(
            f"unpacks to {unpacked / MIB:,.0f} MiB, {unpacked / max(len(data), 1):,.0f} times its size; "
            f"at most {MAX_UNPACKED_BYTES // MIB} MiB and {MAX_PACKING_RATIO} times are read"
        )
    return archive


def _read(name: str, data: bytes, column: str | None) -> _Reading:
    kind = _kind(name)
    if kind not in READERS:
        known = ", ".join((*READERS, ".zip"))
        raise InputError(f"files of the kind {kind or 'without an extension'} cannot be read; known are {known}")
    if not data:
        raise InputError("the file is empty")
    reading = _Reading()
    READERS[kind](data, column, reading)
    reading.parts = [(part, text) for part, text in reading.parts if text.strip()]
    if not reading.parts:
        hint = " (a scanned document has pictures of text; run it through OCR first)" if kind == ".pdf" else ""
        raise InputError(f"the file holds no text{hint}")
    return reading


def _unreadable(error: Exception) -> str:
    # The kind alone: a parser's message may quote what is in the file.
    return f"damaged, or not what its name says ({type(error).__name__})"


def _read_text(data: bytes, column: str | None, reading: _Reading) -> None:
    reading.parts.append(("", _decode(data, reading)))


def _read_csv(data: bytes, column: str | None, reading: _Reading) -> None:
    header, rows = _csv_table(_decode(data, reading))
    column = _pick(column, header, rows, "column", reading)
    place = header.index(column)
    reading.parts += [(f"row {number}", row[place]) for number, row in enumerate(rows, start=1)]


def _read_jsonl(data: bytes, column: str | None, reading: _Reading) -> None:
    header, rows = _jsonl_table(_decode(data, reading))
    column = _pick(column, header, rows, "key", reading)
    place = header.index(column)
    reading.parts += [(f"record {number}", row[place]) for number, row in enumerate(rows, start=1)]


def _csv_table(text: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows; every row has as many fields as the header."""
    csv.field_size_limit(MAX_FILE_BYTES)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:_SAMPLE], _DELIMITERS)
        dialect.doublequote = True
    except csv.Error:
        # One column, or too irregular to tell: then commas.
        dialect = csv.excel
    reader = csv.reader(io.StringIO(text, newline=""), dialect)
    header: list[str] | None = None
    rows = []
    try:
        for row in reader:
            if not row:
                continue
            if header is None:
                header = row
                if len(set(header)) != len(header):
                    raise InputError("two columns have the same name in the first line")
            elif len(row) != len(header):
                raise InputError(
                    f"line {reader.line_num}: {len(row)} fields where the first line has {len(header)}; "
                    "a text with a delimiter or a line break in it must be quoted"
                )
            else:
                rows.append(row)
    except csv.Error as error:
        raise InputError(f"line {reader.line_num}: not valid CSV ({error})") from None
    if header is None or not rows:
        raise InputError("the file holds no row below the line of column names")
    return header, rows


def _jsonl_table(text: str) -> tuple[list[str], list[list[str]]]:
    """Keys with a string in every record, and the records' strings."""
    records = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            raise InputError(f"line {number}: not valid JSON") from None
        if not isinstance(record, dict):
            raise InputError(f"line {number}: not a JSON object")
        records.append(record)
    header = [key for key in (records[0] if records else {}) if all(isinstance(r.get(key), str) for r in records)]
    if not header:
        raise InputError("no key holds a text in every record")
    return header, [[record[key] for key in header] for record in records]


def _pick(
    column: str | None, header: Sequence[str], rows: Sequence[Sequence[str]], what: str, reading: _Reading
) -> str:
    if column is None:
        column = _guess_column(header, rows)
        if len(header) > 1:
            reading.notes.append(f"read {what} number {header.index(column) + 1} of {len(header)}")
    elif column not in header:
        raise InputError(f"has no {what} of that name")
    return column


def _guess_column(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A column whose name says that it holds text, else the one with the longest cells."""
    names = {name.strip().casefold(): name for name in header}
    for known in _TEXT_NAMES:
        if known in names:
            return names[known]
    sample = rows[:_GUESS_ROWS]
    lengths = [statistics.fmean(len(row[place]) for row in sample) for place in range(len(header))]
    return header[lengths.index(max(lengths))]


def _read_docx(data: bytes, column: str | None, reading: _Reading) -> None:
    from docx import Document
    from docx.table import Table

    _open_zip(data).close()
    try:
        document = Document(io.BytesIO(data))
        lines = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                lines += ["\t".join(cell.text for cell in row.cells) for row in block.rows]
            else:
                lines.append(block.text)
    except Exception as error:  # python-docx, lxml and zipfile raise many kinds on a damaged file
        raise InputError(f"not a Word document that can be read ({type(error).__name__})") from error
    reading.parts.append(("", "\n".join(lines)))


def _read_pdf(data: bytes, column: str | None, reading: _Reading) -> None:
    from pypdf import PdfReader

    # It warns about every oddity of a damaged file, and a warning can quote what is in it.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        document = PdfReader(io.BytesIO(data))
        locked = document.is_encrypted and not document.decrypt("")
        pages = 0 if locked else len(document.pages)
        if not locked and pages <= MAX_PDF_PAGES:
            for number, page in enumerate(document.pages, start=1):
                reading.parts.append((f"page {number}", page.extract_text()))
    except Exception as error:  # pypdf raises many kinds on a damaged file
        raise InputError(f"not a PDF that can be read ({type(error).__name__})") from error
    if locked:
        raise InputError("protected by a password; save it without one and upload it again")
    if pages > MAX_PDF_PAGES:
        raise InputError(f"has {pages:,} pages; at most {MAX_PDF_PAGES:,} are read")


def _read_eml(data: bytes, column: str | None, reading: _Reading) -> None:
    mail = read_mail(data)
    reading.parts += mail.parts
    reading.notes += mail.notes


def _decode(data: bytes, reading: _Reading) -> str:
    """The text: UTF-8, UTF-16 with a mark, or, with a note, the encoding it looks like."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise InputError(f"not valid {encoding}, although it begins so (byte {error.start:,})") from None
    if b"\0" in data:
        raise InputError(f"holds NUL bytes (the first at byte {data.index(0):,}), so it is not text")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        from charset_normalizer import from_bytes

        start = max(0, error.start - _SAMPLE // 2)
        guess = from_bytes(data[start : start + _SAMPLE]).best()
        where = f"byte {error.start:,} is not UTF-8"
        if guess is None:
            raise InputError(f"{where}, and no other encoding fits; save the file as UTF-8") from None
    try:
        text = data.decode(guess.encoding)
    except UnicodeDecodeError:
        raise InputError(f"{where}, and neither is it {guess.encoding} throughout; save the file as UTF-8") from None
    reading.notes.append(f"{where}; read as {guess.encoding}")
    return text


def _kind(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


READERS: dict[str, Callable[[bytes, str | None, _Reading], None]] = {
    ".txt": _read_text,
    ".log": _read_text,
    ".md": _read_text,
    ".csv": _read_csv,
    ".jsonl": _read_jsonl,
    ".docx": _read_docx,
    ".pdf": _read_pdf,
    ".eml": _read_eml,
}
