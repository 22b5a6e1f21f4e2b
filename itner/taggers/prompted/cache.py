"""What a language model found in a text before, on disk: places and types, no word of it, for its owner alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic.dataclasses import dataclass

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.core.validation import STRICT
from itner.records.answers import Losses
from itner.records.codec import from_json, to_json

ANSWERS = ".answers.sqlite"
# Another process that writes is waited for.
_PATIENCE_S = 60


@dataclass(frozen=True, config=STRICT)
class Found:
    """What was found in a text, and what that took.

    Attributes:
        places: start, end and type of each mention.
        tokens_in, tokens_out: None where the server did not count.
    """

    places: tuple[tuple[int, int, str], ...]
    losses: Losses
    repaired: bool
    tokens_in: int | None
    tokens_out: int | None
    latency_s: float

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """The places as mentions."""
        return tuple(Mention(*place) for place in self.places)


class AnswerCache:
    """Found mentions by the hash of everything that shapes them. For one thread."""

    def __init__(self, connection: sqlite3.Connection, path: Path):
        self._connection = connection
        self._path = path

    def get(self, keys: Iterable[str]) -> dict[str, Found]:
        """What is known of these keys."""
        known = {}
        for key in dict.fromkeys(keys):
            row = self._connection.execute("SELECT found FROM answers WHERE key = ?", (key,)).fetchone()
            if row is not None:
                known[key] = _read(row[0], self._path)
        return known

    def put(self, key: str, found: Found) -> None:
        """Keep what was found, at once."""
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, to_json(found, None)))


@contextmanager
def open_cache(path: Path) -> Iterator[AnswerCache]:
    """The cache of that file, which is made where there is none; InputError where it is damaged."""
    try:
        # Owner alone from the first byte on.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=_PATIENCE_S)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, found TEXT NOT NULL)")
            connection.commit()
            yield AnswerCache(connection, path)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise InputError(
            f"cannot be used ({error}); remove it, then what it holds is asked for again", path=path
        ) from None


def _read(text: str, path: Path) -> Found:
    try:
        found: Found = from_json(Found, text)
        _ = found.mentions
        return found
    except ValueError:
        raise InputError("damaged; remove it, then what it holds is asked for again", path=path) from None
