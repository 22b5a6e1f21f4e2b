"""Documents as model input: word pieces, overlapping windows, and which piece speaks for which token.

A token is labelled at its first piece. A document longer than the window is read through overlapping windows,
and each token is read in the one window where it has most context, so no gold mention is ever truncated away.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from itner.errors import InputError
from itner.types import Document

# A quarter of the window is context on the side where it overlaps its neighbour.
_OVERLAP_SHARE = 0.25
_SURROGATES = re.compile("[\ud800-\udfff]")


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
        """From a `tokenizer.json`; InputError when it is missing or damaged."""
        if not path.is_file():
            raise InputError("no such file", path=path)
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # noqa: BLE001 - tokenizers raises nothing narrower
            raise InputError(f"not a tokenizer ({error})", path=path) from None
        return cls(tokenizer, max_length)

    def encode(self, documents: Sequence[Document]) -> list[Window]:
        """Windows of all documents, in document order."""
        windows: list[Window] = []
        # Half of a surrogate pair cannot be encoded; as one replacement character it leaves all offsets alone.
        texts = [_SURROGATES.sub("\ufffd", document.text) for document in documents]
        encodings = self._tokenizer.encode_batch(texts, add_special_tokens=False)
        for index, (document, encoding) in enumerate(zip(documents, encodings, strict=True)):
            ids = np.array(encoding.ids, dtype=np.int32)
            if not len(ids) or not document.tokens:
                continue
            bounds = np.array([(token.start, token.end) for token in document.tokens], dtype=np.int64)
            offsets = np.array(encoding.offsets, dtype=np.int64)
            # A piece speaks for the token in which it begins, or, when it begins with the space before a word, as
            # byte-level pieces do, for that word. Pieces of white space alone speak for none.
            owners = np.searchsorted(bounds[:, 1], offsets[:, 0], side="right")
            inside = np.flatnonzero(owners < len(bounds))
            inside = inside[offsets[inside, 1] > bounds[owners[inside], 0]]
            tokens, positions = np.unique(owners[inside], return_index=True)
            windows += self._cut(index, ids, inside[positions], tokens)
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
