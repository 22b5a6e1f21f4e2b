"""A module of this package as a process of its own, which is spoken to by its input and output."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def start_module(name: str, *words: str) -> subprocess.Popen[bytes]:
    """`python -m NAME WORDS...` with this interpreter and this package, wherever it was imported from; quiet."""
    path = os.pathsep.join(part for part in (str(_ROOT), os.environ.get("PYTHONPATH", "")) if part)
    return subprocess.Popen(
        [sys.executable, "-m", name, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": path},
    )
