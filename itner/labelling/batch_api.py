"""The Batch API of a server: files of requests go out, files of answers come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

URL: Final = "/v1/chat/completions"


class RefusedError(Exception):
    """A call that fails however often it is made; another one may succeed."""

    def __init__(self, what: str):
        super().__init__(what)
        self.what = what


@dataclass(frozen=True)
class Batch:
    """What a server says of a batch.

    Attributes:
        status: as the interface calls it.
        files: of answers and of errors, those that there are.
        code: of what is wrong with all of it; empty where nothing is, or nothing says.
    """

    status: str
    files: tuple[str, ...] = ()
    code: str = ""


class Server(Protocol):
    """A Batch API. FailedError for what may pass, RefusedError for one call, InputError where none will succeed."""

    def upload(self, lines: bytes) -> str:
        """Give the server a file of requests; its id."""
        ...

    def create(self, file: str) -> str:
        """Have a file's requests answered; the batch's id."""
        ...

    def retrieve(self, batch: str) -> Batch:
        """How far a batch is."""
        ...

    def content(self, file: str) -> bytes:
        """A file of the server."""
        ...

    def close(self) -> None:
        """End its connections."""
        ...
