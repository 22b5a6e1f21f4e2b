"""Opening a file to be rewritten."""

from __future__ import annotations

from collections.abc import Callable

from itner.core.errors import InputError
from itner.files.items import Upload
from itner.files.names import extension
from itner.files.rewriting.mail import open_mail
from itner.files.rewriting.records import open_json
from itner.files.rewriting.tables import open_table
from itner.files.rewriting.texts import open_text
from itner.files.rewriting.units import Opened
from itner.files.rewriting.word import open_docx

OPENERS: dict[str, Callable[[bytes], Opened]] = {
    ".txt": open_text,
    ".md": open_text,
    ".log": open_text,
    ".csv": open_table,
    ".tsv": open_table,
    ".json": open_json,
    ".jsonl": open_json,
    ".eml": open_mail,
    ".docx": open_docx,
}


def open_file(upload: Upload) -> Opened:
    """A file by its name's extension. InputError where it is of a kind that cannot be rewritten, or damaged."""
    kind = extension(upload.name)
    if kind not in OPENERS:
        raise InputError(
            f"files of the kind {kind or 'without an extension'} cannot be redacted; known are {', '.join(OPENERS)}"
        )
    try:
        return OPENERS[kind](upload.data)
    except InputError:
        raise
    except RecursionError:
        raise InputError("nested too deeply to be read") from None
    except Exception as error:  # noqa: BLE001 - parsers raise anything
        # The kind alone: a parser's message may quote what is in the file.
        raise InputError(f"damaged, or not what its name says ({type(error).__name__})") from None
