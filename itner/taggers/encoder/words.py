"""What is known of words: a table from what stands between two spaces to its tokens and pieces.

No token, address or piece of a BERT tokenizer spans a space, so that a word is cut and encoded the same wherever it
stands; in tickets and logs most words were seen before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from itner.core.tokens import join_tokens, split_tokens
from itner.core.types import Document, Token
from itner.taggers.encoder.pieces import join_ranges

# When there are more, the table begins anew: a log has new numbers in every line.
_MOST_WORDS = 1 << 16
# An option at the beginning of a text is parted, one behind a space is not. No word holds a space.
_FIRST = " "


@dataclass(frozen=True)
class Pieces:
    """The pieces of all documents.

    Attributes:
        ids, casing: int32 [pieces].
        begins: [documents + 1], at which piece each document begins.
        token_begins: [documents + 1], at which token.
        tokens: [k], the tokens that a piece speaks for, counted over all documents.
        first: [k], the first such piece of each.
    """

    ids: np.ndarray
    casing: np.ndarray
    begins: np.ndarray
    token_begins: np.ndarray
    tokens: np.ndarray
    first: np.ndarray


class _Column:
    """Numbers that are appended, and read as one array."""

    def __init__(self, *shape: int, kind: type = np.int64):
        self._held: np.ndarray = np.empty((1024, *shape), kind)
        self._size = 0

    def add(self, values: np.ndarray) -> None:
        size = self._size + len(values)
        if size > len(self._held):
            grown = np.empty((2 * size, *self._held.shape[1:]), self._held.dtype)
            grown[: self._size] = self.values
            self._held = grown
        self._held[self._size : size] = values
        self._size = size

    @property
    def values(self) -> np.ndarray:
        found: np.ndarray = self._held[: self._size]
        return found


class _Table:
    """The words; each has a row of counts, and as many rows of pieces, tokens and tokens that a piece speaks for.

    Attributes:
        numbers: of the words.
        pieces, spans, spoken: ids and casing; where in the word each token begins and ends; the token and its first
            piece, counted within the word.
        begins: [words + 1, 3], at which of these rows each word begins.
    """

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.pieces, self.spans, self.spoken = _Column(2, kind=np.int32), _Column(2), _Column(2)
        self.begins = _Column(3)
        self.begins.add(np.zeros((1, 3), np.int64))

    def add(self, words: Sequence[str], spans: np.ndarray, found: Pieces) -> None:
        known = len(self.numbers)
        self.numbers.update(zip(words, range(known, known + len(words)), strict=True))
        pieces, tokens = np.diff(found.begins), np.diff(found.token_begins)
        owners = np.searchsorted(found.token_begins, found.tokens, side="right") - 1
        spoken = np.bincount(owners, minlength=len(words))
        counts = np.column_stack([pieces, tokens, spoken])
        self.begins.add(self.begins.values[-1] + np.cumsum(counts, axis=0))
        self.pieces.add(np.column_stack([found.ids, found.casing]))
        self.spans.add(spans)
        local = (found.tokens - found.token_begins[owners], found.first - found.begins[owners])
        self.spoken.add(np.column_stack(local))


class Words:
    """Texts as pieces by a table of words, which several threads may share.

    Args:
        find_pieces: those of documents that are new.
    """

    def __init__(self, find_pieces: Callable[[Sequence[Document]], Pieces]):
        self._find_pieces = find_pieces
        self._table = _Table()
        self._lock = threading.Lock()

    def read(self, texts: Sequence[str]) -> tuple[Pieces, np.ndarray]:
        """The texts' pieces, and where in its text each of the tokens begins and ends, int64 [tokens, 2]."""
        words = " ".join(texts).split(" ") if texts else []
        counts = np.fromiter((text.count(" ") + 1 for text in texts), np.int64, len(texts))
        word_begins = np.concatenate(([0], np.cumsum(counts)))
        firsts = word_begins[:-1].tolist()
        for place, text in zip(firsts, texts, strict=True):
            if text.startswith("-"):
                words[place] = _FIRST + words[place]
        lengths = np.fromiter(map(len, words), np.int64, len(words))
        marked = [place for place, text in zip(firsts, texts, strict=True) if text.startswith("-")]
        lengths[marked] -= len(_FIRST)
        moved = np.cumsum(lengths + 1) - lengths - 1
        moved -= moved[word_begins[:-1]].repeat(counts)
        with self._lock:
            chosen, table = self._look_up(words)
            begins = table.begins.values
            firsts_of = begins[chosen]
            sizes = begins[chosen + 1] - firsts_of
            pieces, tokens, spoken = (
                column.values[join_ranges(firsts_of[:, row], sizes[:, row])]
                for row, column in enumerate((table.pieces, table.spans, table.spoken))
            )
        ends = np.concatenate((np.zeros((1, 3), np.int64), np.cumsum(sizes, axis=0)))
        spoken += ends[:-1, [1, 0]].repeat(sizes[:, 2], axis=0)
        tokens += moved.repeat(sizes[:, 1])[:, None]
        found = Pieces(
            np.ascontiguousarray(pieces[:, 0]),
            np.ascontiguousarray(pieces[:, 1]),
            ends[word_begins, 0],
            ends[word_begins, 1],
            spoken[:, 0],
            spoken[:, 1],
        )
        return found, tokens

    def _look_up(self, words: Sequence[str]) -> tuple[np.ndarray, _Table]:
        """The number of each word in the table, to which those that are new are added."""
        if len(self._table.numbers) > _MOST_WORDS:
            self._table = _Table()
        table = self._table
        new = list(dict.fromkeys(word for word in words if word not in table.numbers))
        if new:
            documents = [_read_word(word) for word in new]
            spans = [(token.start, token.end) for document in documents for token in document.tokens]
            table.add(new, np.array(spans, np.int64).reshape(-1, 2), self._find_pieces(documents))
        return np.fromiter(map(table.numbers.__getitem__, words), np.int64, len(words)), table


def _read_word(word: str) -> Document:
    """A word with the tokens that it has behind a space, or at the beginning of a text."""
    text = word.removeprefix(_FIRST)
    tokens = split_tokens(text)
    if word.startswith("-"):
        tokens = tuple(Token(token.start + 1, token.end + 1) for token in tokens)
        tokens = tuple(Token(token.start - 1, token.end - 1) for token in join_tokens(f" {text}", tokens))
    else:
        tokens = join_tokens(text, tokens)
    return Document(text, tokens, (), "word", "text")
