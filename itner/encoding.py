"""Documents as model input: word pieces, overlapping windows, and which piece speaks for which token.

A token is labelled at its first piece. A document longer than the window is read through overlapping windows,
and each token is read in the one window where it has most context, so no gold mention is ever truncated away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from itner.types import Document

# A quarter of the window is context on the side where it overlaps its neighbour.
_OVERLAP_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Window:
    """One model input.

    Attributes:
        document: index of the document in the encoded batch.
        ids: int32 [length], special tokens included.
        positions: int32 [k], where in `ids` the first pieces of the tokens stand that are read in this window.
        tokens: int32 [k], the indices of those tokens in the document.
    """

    document: int
    ids: np.ndarray
    positions: np.ndarray
    tokens: np.ndarray


class Encoder:
    """Turns documents into windows with a fast tokenizer (`tokenizers`, no torch and no transformers)."""

    def __init__(self, tokenizer: Tokenizer, max_length: int):
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self.max_length = max_length
        probe = tokenizer.encode("a")
        special = np.array(probe.special_tokens_mask, dtype=bool)
        ids = np.array(probe.ids, dtype=np.int32)
        body = np.flatnonzero(~special)
        self._prefix, self._suffix = ids[: body[0]], ids[body[-1] + 1 :]

    @classmethod
    def from_file(cls, path: Path, max_length: int) -> Encoder:
        """From a `tokenizer.json`."""
        return cls(Tokenizer.from_file(str(path)), max_length)

    def encode(self, documents: Sequence[Document]) -> list[Window]:
        """Windows of all documents, in document order."""
        windows: list[Window] = []
        texts = [document.text for document in documents]
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        for index, (document, encoding) in enumerate(zip(documents, encodings, strict=True)):
            ids = np.array(encoding.ids, dtype=np.int32)
            if not len(ids) or not document.tokens:
                continue
            starts = np.fromiter((token.start for token in document.tokens), np.int64, len(document.tokens))
            # A byte-level piece may begin with the space before its word; its last character never is that space.
            last_chars = np.array(encoding.offsets, dtype=np.int64)[:, 1] - 1
            owners = np.searchsorted(starts, last_chars, side="right") - 1
            first = np.flatnonzero(np.diff(owners, prepend=-1) > 0)
            windows += self._cut(index, ids, first, owners[first])
        return windows

    def _cut(self, document: int, ids: np.ndarray, first: np.ndarray, tokens: np.ndarray) -> list[Window]:
        room = self.max_length - len(self._prefix) - len(self._suffix)
        spans = window_spans(len(ids), room)
        windows = []
        for number, (start, end) in enumerate(spans):
            # Of an overlap, the earlier window reads the first half and the later one the second.
            read_from = start if number == 0 else (start + spans[number - 1][1]) // 2
            read_to = end if number == len(spans) - 1 else (spans[number + 1][0] + end) // 2
            chosen = (first >= read_from) & (first < read_to)
            windows.append(
                Window(
                    document,
                    np.concatenate([self._prefix, ids[start:end], self._suffix]),
                    (first[chosen] - start + len(self._prefix)).astype(np.int32),
                    tokens[chosen].astype(np.int32),
                )
            )
        return windows


def window_spans(length: int, room: int) -> list[tuple[int, int]]:
    """Spans of at most `room` pieces that cover 0..length, neighbours overlapping by a quarter of `room`."""
    if length <= room:
        return [(0, length)]
    step = room - int(room * _OVERLAP_SHARE)
    starts = list(range(0, length - room, step))
    # The last window ends with the text instead of being short.
    return [(start, start + room) for start in starts] + [(length - room, length)]
