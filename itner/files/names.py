"""Names of files."""

from __future__ import annotations

from pathlib import PurePosixPath


def extension(name: str) -> str:
    """The extension with its dot, in lower case; "" where there is none."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()
