"""Documents as model input: word pieces with their casing, overlapping windows, and which piece speaks for which token.

A token is labelled at its first piece. A document longer than the window is read through overlapping windows,
and each token is read in the one window where it has most context, so no gold mention is ever truncated away.
Short documents of one text can share a window, so that each is read in its context. A mark at the beginning of a window
can tell whose annotation guideline is to be followed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from itner.core.errors import InputError
from itner.core.tokens import part_tokens
from itner.core.types import Document

# A quarter of the window is context on the side where it overlaps its neighbour.
_OVERLAP_SHARE = 0.25
# How far the windows of a training are filled: mostly whole, as at prediction, and short ones for short texts.
_FILLED = (1.0, 1.0, 0.75, 0.5, 0.25)
_SURROGATES = re.compile("[\ud800-\udfff]")

# How a piece and its word are capitalised, which a tokenizer of lower-case pieces throws away: no capital in the word;
# first letter alone, and this piece holds it; all letters; elsewhere, and this piece holds one; and the pieces without
# a capital of words with a first or another capital.
CASINGS = 6
_NONE, _INITIAL, _ALL, _MIXED, _AFTER_INITIAL, _BESIDE_MIXED = range(CASINGS)
_TABLE_SIZE = 0x10000


@dataclass(frozen=True, slots=True)
class Window:
    """One model input.

    Attributes:
        ids: int32 [length], special tokens included.
        casing: int32 [length], how each piece is capitalised, below `CASINGS`; 0 for special tokens.
        positions: int32 [k], where in `ids` the first pieces of the tokens stand that are read in this window.
        documents: int32 [k], the index of each of these tokens' document in the encoded batch.
        tokens: int32 [k], the indices of those tokens in their documents.
    """

    ids: np.ndarray
    casing: np.ndarray
    positions: np.ndarray
    documents: np.ndarray
    tokens: np.ndarray


class Encoder:
    """Turns documents into windows with a fast tokenizer (`tokenizers`, no torch and no transformers).

    With `context`, neighbouring documents of the same group share windows. With `guidelines`, each window begins with
    the mark of the one that its documents follow; other documents get the mark of the last one.
    """

    def __init__(self, tokenizer: Tokenizer, max_length: int, context: bool = False, guidelines: Sequence[str] = ()):
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self.max_length = max_length
        self._context = context
        probe = tokenizer.encode("a")
        special = np.array(probe.special_tokens_mask, dtype=bool)
        ids = np.array(probe.ids, dtype=np.int32)
        body = np.flatnonzero(~special)
        prefix, self._suffix = ids[: body[0]], ids[body[-1] + 1 :]
        marks = {name: _find_mark(tokenizer, number) for number, name in enumerate(guidelines, start=1)}
        self._prefixes: dict[str | None, np.ndarray] = {
            name: np.append(prefix, mark).astype(np.int32) for name, mark in marks.items()
        }
        self._prefix = self._prefixes[guidelines[-1]] if guidelines else prefix

    @classmethod
    def from_file(cls, path: Path, max_length: int, context: bool = False, guidelines: Sequence[str] = ()) -> Encoder:
        """From a `tokenizer.json`; InputError when it is missing or damaged."""
        if not path.is_file():
            raise InputError("no such file", path=path)
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # noqa: BLE001 - tokenizers raises nothing narrower
            raise InputError(f"not a tokenizer ({error})", path=path) from None
        return cls(tokenizer, max_length, context, guidelines)

    def encode(self, documents: Sequence[Document], vary: random.Random | None = None) -> list[Window]:
        """Windows of all documents, in document order.

        `vary` draws how far each shared window may be filled, for training: then the model meets all sizes of context.
        """
        windows: list[Window] = []
        sharing: list[Window] = []
        group: str | None = None
        limit = self.max_length
        documents = [part_tokens(document) for document in documents]
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
            casing = np.zeros(len(ids), dtype=np.int32)
            casing[inside] = find_casing(texts[index], bounds, offsets[inside], owners[inside])
            prefix = self._prefixes.get(document.guideline, self._prefix)
            cut = self._cut(index, prefix, ids, casing, inside[positions], tokens)
            size = sum(len(window.ids) for window in (*sharing, *cut))
            joins = self._context and group is not None and document.group == group and len(cut) == 1
            if not joins or size - len(sharing) * len(self._prefix) > limit:
                windows += self._join(sharing)
                sharing, group = [], document.group if len(cut) == 1 else None
                limit = round(self.max_length * vary.choice(_FILLED)) if vary is not None else self.max_length
            sharing += cut
            if len(cut) > 1:
                windows += sharing
                sharing = []
        return windows + self._join(sharing)

    def _join(self, windows: Sequence[Window]) -> list[Window]:
        """Windows one after the other as one, with one prefix."""
        if len(windows) < 2:
            return list(windows)
        skip = len(self._prefix)
        starts = np.cumsum([0] + [len(window.ids) - skip for window in windows[:-1]], dtype=np.int32)
        return [
            Window(
                np.concatenate([windows[0].ids, *(window.ids[skip:] for window in windows[1:])]),
                np.concatenate([windows[0].casing, *(window.casing[skip:] for window in windows[1:])]),
                np.concatenate([window.positions + start for window, start in zip(windows, starts, strict=True)]),
                np.concatenate([window.documents for window in windows]),
                np.concatenate([window.tokens for window in windows]),
            )
        ]

    def _cut(
        self,
        document: int,
        prefix: np.ndarray,
        ids: np.ndarray,
        casing: np.ndarray,
        first: np.ndarray,
        tokens: np.ndarray,
    ) -> list[Window]:
        room = self.max_length - len(prefix) - len(self._suffix)
        spans = window_spans(len(ids), room)
        windows = []
        for number, (start, end) in enumerate(spans):
            # Of an overlap, the earlier window reads the first half and the later one the second.
            read_from = start if number == 0 else (start + spans[number - 1][1]) // 2
            read_to = end if number == len(spans) - 1 else (spans[number + 1][0] + end) // 2
            chosen = (first >= read_from) & (first < read_to)
            windows.append(
                Window(
                    np.concatenate([prefix, ids[start:end], self._suffix]),
                    np.pad(casing[start:end], (len(prefix), len(self._suffix))),
                    (first[chosen] - start + len(prefix)).astype(np.int32),
                    np.full(int(chosen.sum()), document, dtype=np.int32),
                    tokens[chosen].astype(np.int32),
                )
            )
        return windows


def _find_mark(tokenizer: Tokenizer, number: int) -> int:
    # Pieces that BERT's vocabularies hold in reserve, which no text contains.
    piece = f"[unused{number}]"
    mark = tokenizer.token_to_id(piece)
    if mark is None:
        raise InputError(f"the tokenizer has no piece {piece}, by which a guideline could be marked; train without")
    return int(mark)


def find_casing(text: str, words: np.ndarray, pieces: np.ndarray, owners: np.ndarray) -> np.ndarray:
    """How pieces are capitalised, int32 [pieces], below `CASINGS`.

    Args:
        words: [tokens, 2], where in the text each token begins and ends.
        pieces: [pieces, 2], the same for the pieces.
        owners: [pieces], the token that each piece belongs to.
    """
    codes = np.minimum(np.frombuffer(text.encode("utf-32-le"), dtype="<u4"), _TABLE_SIZE - 1)
    capital, letter = _letters()
    capitals, letters = (np.concatenate(([0], np.cumsum(table[codes], dtype=np.int32))) for table in (capital, letter))
    in_word, of_word = (sums[words[:, 1]] - sums[words[:, 0]] for sums in (capitals, letters))
    initial = capital[codes[words[:, 0]]] & (in_word == 1)
    whole = (in_word == of_word) & (of_word > 1)
    holds = capitals[pieces[:, 1]] > capitals[pieces[:, 0]]
    kinds = np.where(
        initial[owners],
        np.where(holds, _INITIAL, _AFTER_INITIAL),
        np.where(whole[owners], _ALL, np.where(holds, _MIXED, _BESIDE_MIXED)),
    )
    return np.where(in_word[owners] == 0, _NONE, kinds).astype(np.int32)


@lru_cache(maxsize=1)
def _letters() -> tuple[np.ndarray, np.ndarray]:
    """Which code points of the basic plane are capitals, and which are letters, bool [65536] each."""
    characters = [chr(code) for code in range(_TABLE_SIZE)]
    capital = np.fromiter((character.isupper() for character in characters), bool, _TABLE_SIZE)
    letter = np.fromiter((character.isalpha() for character in characters), bool, _TABLE_SIZE)
    return capital, letter


def window_spans(length: int, room: int) -> list[tuple[int, int]]:
    """Spans of at most `room` pieces that cover 0..length, neighbours overlapping by a quarter of `room`."""
    if length <= room:
        return [(0, length)]
    step = room - int(room * _OVERLAP_SHARE)
    starts = list(range(0, length - room, step))
    # The last window ends with the text instead of being short.
    return [(start, start + room) for start in starts] + [(length - room, length)]
