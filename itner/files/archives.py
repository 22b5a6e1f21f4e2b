"""Zip archives, within bounds."""

from __future__ import annotations

import io
import zipfile

from itner.core.errors import InputError
from itner.files.items import FileNotice, Parsed, Settings, Upload
from itner.files.limits import MAX_FILE_BYTES, MAX_PACKING_RATIO, MAX_UNPACKED_BYTES, MIB
from itner.files.names import extension


def read_zip(data: bytes, settings: Settings) -> Parsed:
    """The files in an archive."""
    found = Parsed()
    with open_zip(data) as archive:
        for entry in archive.infolist():
            # Resource forks that macOS adds are no files of the user's.
            if entry.is_dir() or entry.filename.startswith("__MACOSX/"):
                continue
            name = entry.filename
            if extension(name) == ".zip":
                found.problems.append(FileNotice(name, "an archive inside an archive; unpack it first"))
            elif entry.flag_bits & 1:
                found.problems.append(FileNotice(name, "protected by a password; unpack it first"))
            elif entry.file_size > MAX_FILE_BYTES:
                found.problems.append(FileNotice(name, f"larger than {MAX_FILE_BYTES // MIB} MiB; split it"))
            else:
                try:
                    content = archive.read(entry)
                except Exception as error:  # noqa: BLE001 - zlib's and lzma's errors, and those of zipfile itself
                    reason = f"this entry of the archive is damaged ({type(error).__name__})"
                    found.problems.append(FileNotice(name, reason))
                    continue
                found.files.append(Upload(name, content))
    return found


def open_zip(data: bytes) -> zipfile.ZipFile:
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
