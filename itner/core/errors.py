"""The one exception that means "the input is wrong", as opposed to "the program is wrong"."""

from __future__ import annotations

from pathlib import Path


class InputError(Exception):
    """Something the user gave cannot be used.

    Command lines print the message and exit with code 2; pages show it as a card.
    The message says what is wrong, where (file and line, when known) and what to do.
    """

    def __init__(self, problem: str, *, path: str | Path | None = None, line: int | None = None):
        self.problem = problem
        self.path = None if path is None else Path(path)
        self.line = line
        where = ""
        if self.path is not None:
            where = f"{self.path}:{line}: " if line is not None else f"{self.path}: "
        super().__init__(where + problem)
