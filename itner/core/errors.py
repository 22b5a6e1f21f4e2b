"""Exceptions: "the input is wrong", as opposed to "the program is wrong", and "a server stumbled"."""

from __future__ import annotations

from pathlib import Path

from itner.core.words import printable


class InputError(Exception):
    """Something the user gave cannot be used.

    Command lines print the message and exit with code 2; pages show it as a card.
    The message says what is wrong, where (file and line, when known) and what to do.
    """

    def __init__(self, problem: str, *, path: str | Path | None = None, line: int | None = None):
        self.problem = printable(problem)
        self.path = None if path is None else Path(path)
        self.line = line
        where = ""
        if self.path is not None:
            # Of an address, a path has one slash less.
            shown = path if isinstance(path, str) and "://" in path else self.path
            where = f"{shown}:{line}: " if line is not None else f"{shown}: "
        super().__init__(printable(where + problem))


class FailedError(Exception):
    """A call to a server that failed, and may succeed when it is made again.

    Attributes:
        what: went wrong, in a few words that quote nothing.
        wait_s: for how long the server asks to be left alone.
    """

    def __init__(self, what: str, wait_s: float = 0.0):
        super().__init__(what)
        self.what = what
        self.wait_s = wait_s
