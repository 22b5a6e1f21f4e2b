"""Mutated real files: nothing but texts or a problem report comes of them, in bounded time and memory.

`ITNER_FUZZ=3000 pytest tests/unit/files/test_fuzz.py -s` tries more of each format, and prints how many and how long.
"""

from __future__ import annotations

import os
import random
import time

import pytest
from fuzz import mutate
from samples import FILES
from shipped import REPOSITORY

from itner.files.items import Upload
from itner.files.names import extension
from itner.files.readers import read_uploads

TRIES = int(os.environ.get("ITNER_FUZZ", "25"))
INPUTS = REPOSITORY / "tests" / "inputs"


def seeds(kind: str) -> list[bytes]:
    """Files of a kind to begin with: a small one, and those that once went wrong."""
    known = [path for path in sorted(INPUTS.iterdir()) if path.is_file() and extension(path.name) == kind]
    return [FILES[kind], *(path.read_bytes() for path in known if not path.name.endswith(".expected.txt"))]


@pytest.mark.parametrize("kind", FILES)
def test_damaged_files_are_read_or_named(kind: str) -> None:
    chance = random.Random(kind)
    some, others = seeds(kind), list(FILES.values())
    read = refused = crashed = 0
    slowest = 0.0
    began = time.monotonic()
    for number in range(TRIES):
        damaged = Upload(f"{number}{kind}", mutate(chance.choice(some), others, chance))
        started = time.monotonic()
        result = read_uploads([damaged, Upload("after.txt", b"after")])
        slowest = max(slowest, time.monotonic() - started)
        assert result.items[-1].text == "after"
        assert len(result.items) > 1 or result.problems
        refused += bool(result.problems)
        read += len(result.items) > 1
        crashed += any(
            "crashed" in found.reason or "could not be read within" in found.reason for found in result.problems
        )
    seconds = time.monotonic() - began
    print(f"\n{kind}: {TRIES:,} tried in {seconds:.1f} s, {read:,} read, {refused:,} refused, slowest {slowest:.2f} s")
    assert crashed == 0
    assert slowest < 10
