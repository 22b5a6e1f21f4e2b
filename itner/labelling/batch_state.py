"""Texts on their way through a Batch API, in a file, so that a call that was stopped can be gone on with."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itner.core.errors import InputError
from itner.labelling.batch_lines import Replies
from itner.labelling.shards import TEXTS, read_shards

STATE = "state.sqlite"
# How often a text is tried.
TRIES = 4


@dataclass(frozen=True)
class Chunk:
    """Texts that go out together.

    Attributes:
        size: how many they are.
        file, batch: what the server calls them by; None before it does.
    """

    number: int
    size: int
    file: str | None = None
    batch: str | None = None


@dataclass(frozen=True)
class Used:
    """What was used up so far, by all calls together.

    Attributes:
        requests: lines that were sent, those under way included.
        tokens: read and written, of lines that came back.
        counted: lines that came back with their tokens.
        under_way: lines that did not come back yet.
    """

    requests: int
    tokens: tuple[int, int]
    counted: int
    under_way: int


@dataclass(frozen=True)
class Settled:
    """A text that is done with.

    Attributes:
        pairs: None for one that is left out.
        why: it is left out.
    """

    number: int
    id: str
    pairs: tuple[tuple[str, str], ...] | None
    why: str


# Records are open, under way, labelled or left out. `size` is of the chunk that one may go out in, `sent` how often it
# went. Chunks are sending, under way, done, failed, or unsent where the server took on no batch.
_TABLES = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE records (number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, status TEXT NOT NULL DEFAULT 'open', "
    "tries INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, chunk INTEGER, "
    "why TEXT NOT NULL DEFAULT '', pairs TEXT, tokens_in INTEGER, tokens_out INTEGER)",
    "CREATE TABLE chunks (number INTEGER PRIMARY KEY, file TEXT, batch TEXT, status TEXT NOT NULL, "
    "tries INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL, tokens_in INTEGER NOT NULL DEFAULT 0, "
    "tokens_out INTEGER NOT NULL DEFAULT 0, counted INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE counts (name TEXT PRIMARY KEY, number INTEGER NOT NULL)",
    # By what texts are chosen and counted, over and over, so that nobody counts all of them each time.
    "CREATE TABLE standing (status TEXT NOT NULL, size INTEGER NOT NULL, number INTEGER NOT NULL, "
    "PRIMARY KEY (status, size)) WITHOUT ROWID",
    "CREATE INDEX by_status ON records (status, size)",
    "CREATE INDEX by_chunk ON records (chunk)",
)
# Made when the records are there.
_TRIGGER = (
    "CREATE TRIGGER moved AFTER UPDATE OF status, size ON records "
    "WHEN old.status != new.status OR old.size != new.size BEGIN "
    "UPDATE standing SET number = number - 1 WHERE status = old.status AND size = old.size; "
    "INSERT INTO standing VALUES (new.status, new.size, 1) "
    "ON CONFLICT (status, size) DO UPDATE SET number = number + 1; END"
)


class State:
    """All that is known of texts on their way, in a file. For one thread."""

    def __init__(self, connection: sqlite3.Connection):
        self._db = connection

    @contextmanager
    def _step(self) -> Iterator[None]:
        """All that is changed in the block, or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def begin(self, texts: Path, facts: Mapping[str, str], chunk: int) -> None:
        """Take up a folder of texts, or make sure that it is the one that was taken up.

        Raises:
            InputError: the folder, or any of the facts, is another one than at the first call; it holds no text, or
                two of one id.
        """
        known = dict(self._db.execute("SELECT * FROM facts")) if self._has_tables() else {}
        for name, value in facts.items():
            if known and known.get(name) != value:
                raise InputError(
                    f"what is under way here was begun with another {name}; go on with that one, or choose another "
                    "folder"
                )
        hashed = hashlib.sha256()
        if known:
            if hash_texts(texts) != known["texts"]:
                raise InputError("what is under way here was begun with other texts; choose another folder", path=texts)
            return
        with self._step():
            for table in _TABLES:
                self._db.execute(table)
            rows = ((number, name, chunk) for number, name in enumerate(_read_ids(texts, hashed)))
            try:
                self._db.executemany("INSERT INTO records (number, id, size) VALUES (?, ?, ?)", rows)
            except sqlite3.IntegrityError:
                raise InputError("two texts have the same id", path=texts) from None
            if not self._one("SELECT COUNT(*) FROM records"):
                raise InputError("there is no text to label", path=texts)
            self._db.execute("INSERT INTO standing SELECT status, size, COUNT(*) FROM records GROUP BY status, size")
            self._db.execute(_TRIGGER)
            self._db.executemany("INSERT INTO facts VALUES (?, ?)", [*facts.items(), ("texts", hashed.hexdigest())])

    def _has_tables(self) -> bool:
        return bool(self._one("SELECT COUNT(*) FROM sqlite_master"))

    def _one(self, query: str, *values: object) -> Any:
        return self._db.execute(query, values).fetchone()[0]

    @property
    def texts_sha256(self) -> str:
        """Of the ids and texts, in order."""
        return str(self._one("SELECT value FROM facts WHERE name = 'texts'"))

    def form(self, most: int) -> Chunk | None:
        """Put open texts together, `most` at most: a full chunk if there is one, large ones first."""
        with self._step():
            found = self._db.execute(
                "SELECT size, number FROM standing WHERE status = 'open' AND number > 0 "
                "ORDER BY number < size, size DESC LIMIT 1"
            ).fetchone()
            if found is None:
                return None
            size = min(*found, most)
            number = self._db.execute("INSERT INTO chunks (status, size) VALUES ('sending', ?)", (size,)).lastrowid
            self._db.execute(
                "UPDATE records SET status = 'under way', chunk = ? WHERE number IN (SELECT number FROM records "
                "WHERE status = 'open' AND size = ? ORDER BY number LIMIT ?)",
                (number, found[0], size),
            )
        assert number is not None
        return Chunk(number, size)

    def members(self, chunk: Chunk) -> list[tuple[int, str]]:
        """Number and id of a chunk's texts, in order."""
        return self._db.execute(
            "SELECT number, id FROM records WHERE chunk = ? ORDER BY number", (chunk.number,)
        ).fetchall()

    def chunks(self, status: str) -> list[Chunk]:
        """Those of a status, in order."""
        rows = self._db.execute(
            "SELECT number, size, file, batch FROM chunks WHERE status = ? ORDER BY number", (status,)
        )
        return [Chunk(*row) for row in rows]

    def holds_new(self, chunk: Chunk) -> bool:
        """Whether a chunk has a text that was in no completed chunk before."""
        return bool(self._one("SELECT EXISTS (SELECT 1 FROM records WHERE chunk = ? AND tries = 0)", chunk.number))

    def note_file(self, chunk: Chunk, file: str) -> None:
        """The server has its requests."""
        with self._step():
            self._db.execute("UPDATE chunks SET file = ? WHERE number = ?", (file, chunk.number))

    def note_batch(self, chunk: Chunk, batch: str) -> None:
        """The server took it on."""
        with self._step():
            self._db.execute(
                "UPDATE chunks SET batch = ?, status = 'under way' WHERE number = ?", (batch, chunk.number)
            )
            self._db.execute("UPDATE records SET sent = sent + 1 WHERE chunk = ?", (chunk.number,))

    def count_try(self, chunk: Chunk) -> int:
        """Its answers could not be had; how often now."""
        with self._step():
            self._db.execute("UPDATE chunks SET tries = tries + 1 WHERE number = ?", (chunk.number,))
        return int(self._one("SELECT tries FROM chunks WHERE number = ?", chunk.number))

    def count(self, name: str) -> None:
        """Count something that happened."""
        with self._step():
            self._add(name, 1)

    def _add(self, name: str, number: int) -> None:
        self._db.execute(
            "INSERT INTO counts VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET number = number + excluded.number",
            (name, number),
        )

    def settle(self, chunk: Chunk, found: Replies, failed: str | None) -> None:
        """A chunk is back: its answers are kept, its other texts are open again or, tried too often, left out.

        Args:
            failed: as a whole, by what was wrong; None where it was completed.
        """
        rest = [name for _, name in self.members(chunk) if name not in found.answers]
        whole = failed is not None
        tried = not whole or chunk.size == 1
        size = max(1, ((len(rest) if whole else chunk.size) + 1) // 2)
        with self._step():
            for name, reply in found.answers.items():
                assert reply.answer is not None
                self._db.execute(
                    "UPDATE records SET status = 'labelled', chunk = NULL, pairs = ?, tokens_in = ?, tokens_out = ? "
                    "WHERE id = ?",
                    (json.dumps(reply.answer.pairs), *(found.tokens.get(name) or (None, None)), name),
                )
            for name in rest:
                why = found.faults.get(name) or failed or "no line"
                self._db.execute(
                    "UPDATE records SET tries = tries + ?, size = ?, why = ?, chunk = NULL, "
                    "status = CASE WHEN tries + ? >= ? THEN 'left out' ELSE 'open' END WHERE id = ?",
                    (tried, size, why, tried, TRIES, name),
                )
                if not whole:
                    self._add(f"line: {why}", 1)
            if failed is not None:
                self._add(f"batch: {failed}", 1)
            self._add("unknown", found.unknown)
            self._add("repeated", found.repeated)
            self._add("repaired", sum(reply.answer.repaired for reply in found.answers.values() if reply.answer))
            self._end(chunk, found, "failed" if whole else "done")

    def _end(self, chunk: Chunk, found: Replies, status: str) -> None:
        tokens_in, tokens_out = (sum(pair[side] for pair in found.tokens.values()) for side in (0, 1))
        self._db.execute(
            "UPDATE chunks SET tokens_in = ?, tokens_out = ?, counted = ?, "
            "status = CASE WHEN batch IS NULL THEN 'unsent' ELSE ? END WHERE number = ?",
            (tokens_in, tokens_out, len(found.tokens), status, chunk.number),
        )

    def used(self) -> Used:
        """What was used up so far."""
        row = self._db.execute(
            "SELECT COALESCE(SUM(size), 0), COALESCE(SUM(tokens_in), 0), COALESCE(SUM(tokens_out), 0), "
            "COALESCE(SUM(counted), 0), COALESCE(SUM(CASE WHEN status IN ('sending', 'under way') THEN size END), 0) "
            "FROM chunks WHERE status != 'unsent'"
        ).fetchone()
        return Used(row[0], (row[1], row[2]), row[3], row[4])

    def tally(self) -> Counter[str]:
        """Texts by status."""
        return Counter(dict(self._db.execute("SELECT status, SUM(number) FROM standing GROUP BY status").fetchall()))

    def left_out(self) -> dict[str, int]:
        """Texts that are left out, by reason."""
        return dict(
            self._db.execute(
                "SELECT why, COUNT(*) FROM records WHERE status = 'left out' GROUP BY why ORDER BY why"
            ).fetchall()
        )

    def counts(self) -> Counter[str]:
        """What happened, by name: `batch: ...`, `line: ...` and `call: ...` are failures."""
        return Counter(dict(self._db.execute("SELECT * FROM counts ORDER BY name").fetchall()))

    def batches(self) -> int:
        """How many the server took on."""
        return int(self._one("SELECT COUNT(*) FROM chunks WHERE batch IS NOT NULL"))

    def resubmitted(self) -> int:
        """How often a text was sent that had been before."""
        return int(self._one("SELECT COALESCE(SUM(sent - 1), 0) FROM records WHERE sent > 0"))

    def uncounted(self) -> int:
        """Labelled texts whose tokens nobody counted."""
        return int(self._one("SELECT COUNT(*) FROM records WHERE status = 'labelled' AND tokens_in IS NULL"))

    def settled(self) -> Iterator[Settled]:
        """What became of every text, in order."""
        for number, name, pairs, why in self._db.execute("SELECT number, id, pairs, why FROM records ORDER BY number"):
            kept = tuple((surface, kind) for surface, kind in json.loads(pairs)) if pairs is not None else None
            yield Settled(number, name, kept, why)


@contextmanager
def open_state(path: Path) -> Iterator[State]:
    """The state in that file, which is made where there is none, for this process alone.

    Raises:
        InputError: another process has it, or it is damaged.
    """
    # For its owner alone from the first byte on: it holds words of the texts.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    try:
        with closing(sqlite3.connect(path, timeout=1.0, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            # Held until the connection is closed.
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            yield State(connection)
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise InputError("another call is at work on it", path=path) from None
        raise InputError(f"cannot be used ({error})", path=path) from None
    except sqlite3.DatabaseError as error:
        raise InputError(
            f"cannot be used ({error}); without it, what is under way is lost and has to be asked for again", path=path
        ) from None


def hash_texts(texts: Path) -> str:
    """Of a folder's ids and texts, in order; see `State.texts_sha256`."""
    hashed = hashlib.sha256()
    for _ in _read_ids(texts, hashed):
        pass
    return hashed.hexdigest()


def remove_state(path: Path) -> None:
    """Remove a state that nobody has open."""
    path.unlink()
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


def _read_ids(texts: Path, hashed: Any) -> Iterator[str]:
    """The ids of a folder's texts, which are hashed on the way."""
    for text in read_shards(texts, TEXTS):
        hashed.update(json.dumps([text.id, text.text]).encode())
        yield text.id
