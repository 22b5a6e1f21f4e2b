"""What office files have in common: a zip of XML, read event by event."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from xml.parsers import expat

from itner.core.errors import InputError
from itner.files.archives import open_zip

# How a compound file begins: what Office wrote before 2007, and what it wraps a file with a password in.
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BUFFER_BYTES = 65_536
# zipfile: a damaged entry, a name that is not there, a method that is not known, a password.
DAMAGED = (expat.ExpatError, zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, OSError, EOFError)


@contextmanager
def open_office(data: bytes, what: str) -> Iterator[zipfile.ZipFile]:
    """The archive of an office file, whose damage, found while it is open, is an InputError.

    Args:
        what: the file's kind in words, with its article.
    """
    if data.startswith(COMPOUND):
        raise InputError(f"protected by a password, or in the format before 2007; save it as {what} without a password")
    with open_zip(data) as archive:
        try:
            yield archive
        except Exception as error:
            if isinstance(error, InputError):
                raise
            raise InputError(f"not {what} that can be read ({type(error).__name__})") from error


def walk_xml(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> int:
    """Call for each element's start, end and text, in order; `ExpatError` when the XML is damaged.

    There is no tree that could grow and no recursion on its depth. Names come without their prefixes: these formats use
    a local name for one thing only, and their two editions (transitional and strict) differ in the namespaces alone.

    Returns:
        How many references to entities were left out; they are not expanded, because a few can stand for gigabytes.
    """
    left_out = 0

    def other(raw: str) -> None:
        nonlocal left_out
        left_out += raw.startswith("&")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = _BUFFER_BYTES
    parser.StartElementHandler = lambda name, attributes: start(
        _local(name), {_local(key): value for key, value in attributes.items()}
    )
    parser.EndElementHandler = lambda name: end(_local(name))
    parser.CharacterDataHandler = text
    # That there is a default handler, and one that does not expand, keeps expat from expanding them.
    parser.DefaultHandler = other
    parser.Parse(data, True)
    return left_out


def _local(name: str) -> str:
    return name.rpartition(":")[2]
