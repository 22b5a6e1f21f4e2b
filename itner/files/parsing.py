"""One file, by the parser of its kind."""

from __future__ import annotations

from itner.core.characters import is_blank
from itner.core.errors import InputError
from itner.files.formats import PARSERS
from itner.files.items import Parsed, Settings, Upload
from itner.files.limits import MAX_FILE_BYTES, MAX_PARSER_MEMORY, MIB
from itner.files.names import extension


def parse(upload: Upload, settings: Settings) -> Parsed:
    """What is in a file. InputError, with the reason, where it cannot be read, whatever its parser raised."""
    try:
        return _parse(upload, settings)
    except InputError:
        raise
    except MemoryError:
        raise InputError(f"needs more than {MAX_PARSER_MEMORY // MIB:,} MiB of memory to be read; split it") from None
    except RecursionError:
        raise InputError("nested too deeply to be read") from None
    except Exception as error:
        # The kind alone: a parser's message may quote what is in the file.
        raise InputError(f"damaged, or not what its name says ({type(error).__name__})") from error


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
    parsed.parts = [part for part in parsed.parts if not is_blank(part.text)]
    if not parsed.parts and not parsed.files and not parsed.problems:
        raise InputError("the file holds no text")
    return parsed
