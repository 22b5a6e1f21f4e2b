"""Names of files."""

from __future__ import annotations

from pathlib import PurePosixPath


def extension(name: str) -> str:
    """The extension with its dot, in lower case; "" where there is none."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def last_name(name: str) -> str:
    """The name without the folders before it."""
    return PurePosixPath(name.replace("\\", "/")).name
