"""Damaged files: what disks, mail gateways and people make of real ones."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence

# What breaks parsers: signs of length and of sign, ends of strings and of structures.
_TOKENS = (
    b"\x00", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80", b"\n", b'"', b"'", b"<", b">", b"&", b"{", b"}", b"[",
    b"]", b"(", b")", b"%", b"\\", b"/", b"99999999999", b"-1", b"\xef\xbb\xbf", b"\xff\xfe", b"\r\n\r\n", b"--", b"=",
)  # fmt: skip


def mutate(data: bytes, others: Sequence[bytes], random_: random.Random) -> bytes:
    """A damaged copy. Of an archive, which its checksums would show as damaged at once, mostly a file inside it."""
    if data.startswith(b"PK") and random_.random() < 0.8:
        return _mutate_inside(data, others, random_)
    return _mutate_bytes(data, others, random_)


def _mutate_inside(data: bytes, others: Sequence[bytes], random_: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        names = source.namelist()
        chosen = random_.choice(names)
        for name in names:
            content = source.read(name)
            target.writestr(name, _mutate_bytes(content, others, random_) if name == chosen else content)
    return out.getvalue()


def _mutate_bytes(data: bytes, others: Sequence[bytes], random_: random.Random) -> bytes:
    """One to eight damages: bits, bytes, pieces cut, doubled, moved, or taken from another file."""
    found = bytearray(data)
    for _ in range(random_.randint(1, 8)):
        size = len(found)
        if not size:
            return bytes(found)
        start = random_.randrange(size)
        length = min(size - start, int(2 ** random_.uniform(0, 12)))
        kind = random_.randrange(8)
        if kind == 0:
            found[start] ^= 1 << random_.randrange(8)
        elif kind == 1:
            found[start : start + length] = random_.randbytes(length)
        elif kind == 2:
            del found[start : start + length]
        elif kind == 3:
            found[start:start] = found[start : start + length] * random_.randint(1, 4)
        elif kind == 4:
            found[start:start] = random_.choice(_TOKENS) * random_.randint(1, 64)
        elif kind == 5:
            del found[start:]
        elif kind == 6:
            piece = bytes(found[start : start + length])
            del found[start : start + length]
            place = random_.randrange(len(found) + 1)
            found[place:place] = piece
        else:
            other = random_.choice(others)
            place = random_.randrange(len(other) + 1)
            found[start : start + length] = other[place : place + length]
    return bytes(found)
