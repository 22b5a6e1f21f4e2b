"""Texts that somebody made a link to: in the server's memory alone, for so long and so many."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from functools import cache

DAYS = 7
KEPT_IN_WORDS = f"{DAYS} days at most, until the server restarts or newer links need the room"
_MOST_TEXTS = 1_000
_MOST_BYTES = 16 * 2**20
# Nobody guesses a link.
_TOKEN_BYTES = 16


class SharedTexts:
    """Texts by the token of their link; the oldest go first when there are too many.

    Args:
        most_texts, most_bytes: that are kept.
        clock: seconds, of any beginning.
    """

    def __init__(
        self,
        most_texts: int = _MOST_TEXTS,
        most_bytes: int = _MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._most_texts, self._most_bytes, self._clock = most_texts, most_bytes, clock
        # In the order in which they were kept.
        self._texts: dict[str, tuple[float, bytes]] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def keep(self, text: str) -> str:
        """The token of a text that is kept from now on."""
        # A text area sends what a page has, and that can be half of a pair of surrogates.
        data = text.encode("utf-8", "surrogatepass")
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._lock:
            self._texts[token] = (self._clock(), data)
            self._bytes += len(data)
            self._forget()
        return token

    def find(self, token: str) -> str | None:
        """The text of a token; None when it is kept no longer, or never was."""
        with self._lock:
            self._forget()
            found = self._texts.get(token)
        return None if found is None else found[1].decode("utf-8", "surrogatepass")

    def _forget(self) -> None:
        oldest = self._clock() - DAYS * 24 * 3600
        for token, (kept, data) in list(self._texts.items()):
            if kept > oldest and len(self._texts) <= self._most_texts and self._bytes <= self._most_bytes:
                break
            del self._texts[token]
            self._bytes -= len(data)


@cache
def shared_texts() -> SharedTexts:
    """Those of this server."""
    return SharedTexts()
