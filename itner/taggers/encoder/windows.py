"""Documents as model input: word pieces with their casing, overlapping windows, and which piece speaks for which token.

A token is labelled at its first piece. A document longer than the window is read through overlapping windows,
and each token is read in the one window where it has most context, so no gold mention is ever truncated away.
Short documents of one text can share a window, so that each is read in its context. A mark at the beginning of a window
can tell whose annotation guideline is to be followed.

All documents are encoded at once, as flat arrays over the pieces and tokens of their texts joined: work in Python for
each document would take longer than a small network does.
"""

from __future__ import annotations

import random
import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from itner.core.errors import InputError
from itner.core.tokens import join_tokens, part_tokens, split_tokens
from itner.core.types import Document
from itner.taggers.encoder.pieces import PieceReader, find_begins, join_ranges
from itner.taggers.encoder.words import Pieces, Words
from itner.taggers.tokenizer_file import read_tokenizer, sheltered

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


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Windows in document order: the arrays of `Window`, one window's after the other's.

    Attributes:
        starts: int64 [windows + 1], at which piece each window begins, and where the last one ends.
        reads: int64 [windows + 1], the same for the tokens that are read.
    """

    ids: np.ndarray
    casing: np.ndarray
    positions: np.ndarray
    documents: np.ndarray
    tokens: np.ndarray
    starts: np.ndarray
    reads: np.ndarray

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, index: int) -> Window:
        if not 0 <= index < len(self):
            raise IndexError(f"no window {index} of {len(self)}")
        pieces, read = (slice(*bounds[index : index + 2].tolist()) for bounds in (self.starts, self.reads))
        return Window(
            self.ids[pieces], self.casing[pieces], self.positions[read], self.documents[read], self.tokens[read]
        )

    def __iter__(self) -> Iterator[Window]:
        return map(self.__getitem__, range(len(self)))

    @property
    def lengths(self) -> np.ndarray:
        """How many pieces each window has, int64 [windows]."""
        lengths: np.ndarray = np.diff(self.starts)
        return lengths


class Encoder:
    """Turns documents into windows with a fast tokenizer (`tokenizers`, no torch and no transformers).

    With `context`, neighbouring documents of the same group share windows. With `guidelines`, each window begins with
    the mark of the one that its documents follow; other documents get the mark of the last one.
    """

    def __init__(self, tokenizer: Tokenizer, max_length: int, context: bool = False, guidelines: Sequence[str] = ()):
        self._reader = PieceReader(tokenizer)
        self._words = Words(self._find_pieces) if self._reader.reads_words_apart else None
        self.max_length = max_length
        self._context = context
        probe = sheltered(lambda: tokenizer.encode("a"))
        special = np.array(probe.special_tokens_mask, dtype=bool)
        ids = np.array(probe.ids, dtype=np.int32)
        body = np.flatnonzero(~special)
        prefix, self._suffix = ids[: body[0]], ids[body[-1] + 1 :]
        marks = [_find_mark(tokenizer, number) for number, _ in enumerate(guidelines, start=1)]
        # A row for each guideline, or the one for all documents.
        self._prefixes = np.array([[*prefix, mark] for mark in marks] or [[*prefix]], dtype=np.int32)
        self._rows = {name: row for row, name in enumerate(guidelines)}

    @classmethod
    def from_file(
        cls,
        path: Path,
        max_length: int,
        context: bool = False,
        guidelines: Sequence[str] = (),
        sha256: str | None = None,
    ) -> Encoder:
        """From a `tokenizer.json`; see `read_tokenizer`."""
        return cls(read_tokenizer(path, sha256), max_length, context, guidelines)

    def encode(self, documents: Sequence[Document], vary: random.Random | None = None) -> Windows:
        """Windows of all documents, in document order.

        `vary` draws how far each shared window may be filled, for training: then the model meets all sizes of context.
        """
        found = self._find_pieces(documents)
        groups, guidelines = ([getattr(d, name) for d in documents] for name in ("group", "guideline"))
        return self._lay_out(found, groups, guidelines, vary)

    def encode_texts(
        self, texts: Sequence[str], groups: Sequence[Hashable | None], guideline: str | None = None
    ) -> tuple[Windows, np.ndarray, np.ndarray]:
        """Windows of the sentences of raw texts, in order.

        Args:
            groups: of each, as `Document.group`.
        Returns:
            The windows; where in its text each token begins and ends, int64 [tokens, 2]; and at which token each text
            begins, int64 [texts + 1].
        """
        if self._words is not None:
            found, tokens = self._words.read(texts)
        else:
            # What a tokenizer's pieces depend on reaches beyond spaces.
            documents = [Document(text, join_tokens(text, split_tokens(text)), (), "text", "text") for text in texts]
            found = self._find_pieces(documents)
            spans = [(token.start, token.end) for document in documents for token in document.tokens]
            tokens = np.array(spans, np.int64).reshape(-1, 2)
        return self._lay_out(found, groups, [guideline] * len(texts)), tokens, found.token_begins

    @property
    def shares_windows(self) -> bool:
        """Whether what is read of a sentence depends on its neighbours."""
        return self._context

    def _lay_out(
        self,
        found: Pieces,
        groups: Sequence[Hashable | None],
        guidelines: Sequence[str | None],
        vary: random.Random | None = None,
    ) -> Windows:
        lengths = found.begins[1:] - found.begins[:-1]
        read = np.flatnonzero(lengths * (found.token_begins[1:] - found.token_begins[:-1]))
        room = self.max_length - self._prefixes.shape[1] - len(self._suffix)
        chosen, starts, ends = window_spans(lengths[read], room)
        follows = starts > 0
        opens = np.ones(len(chosen), dtype=bool)
        if self._context:
            opens[~follows] = self._find_opening(
                [groups[index] for index in read.tolist()], lengths[read].tolist(), room, vary
            )
        base = found.begins[read][chosen]
        # Of an overlap, the earlier window reads the first half and the later one the second.
        read_from = base + np.where(follows, (starts + np.concatenate(([0], ends[:-1]))) // 2, 0)
        names = [guidelines[index] for index in read[chosen[opens]].tolist()]
        prefixes = self._prefixes[[self._rows.get(name, -1) for name in names]]
        return self._join(found, _Parts(base + starts, ends - starts, read_from, opens), prefixes)

    def _find_pieces(self, given: Sequence[Document]) -> Pieces:
        documents = [part_tokens(document) for document in given]
        # Half of a surrogate pair cannot be encoded; as one replacement character it leaves all offsets alone.
        texts = [
            document.text if document.text.isascii() else _SURROGATES.sub("\ufffd", document.text)
            for document in documents
        ]
        begins = find_begins(texts)
        ids, pieces = self._reader.read(texts)
        counts = np.fromiter((len(document.tokens) for document in documents), np.int64, len(documents))
        token_begins = np.concatenate(([0], np.cumsum(counts)))
        words = np.empty((token_begins[-1], 2), np.int64)
        for column, name in enumerate(("start", "end")):
            places = map(attrgetter(name), chain.from_iterable(document.tokens for document in documents))
            words[:, column] = np.fromiter(places, np.int64, len(words))
        words += begins[:-1].repeat(counts)[:, None]
        # A piece speaks for the token in which it begins, or, when it begins with the space before a word, as
        # byte-level pieces do, for that word. Pieces of white space alone speak for none.
        owners = np.searchsorted(words[:, 1], pieces[:, 0], side="right")
        inside = np.flatnonzero(pieces[:, 1] > np.append(words[:, 0], begins[-1])[owners])
        casing = np.zeros(len(ids), dtype=np.int32)
        casing[inside] = find_casing(" ".join(texts), words, pieces[inside], owners[inside])
        tokens, positions = np.unique(owners[inside], return_index=True)
        return Pieces(ids, casing, np.searchsorted(pieces[:, 0], begins), token_begins, tokens, inside[positions])

    def _find_opening(
        self, groups: Sequence[Hashable | None], lengths: Sequence[int], room: int, vary: random.Random | None
    ) -> list[bool]:
        """Which documents begin a window; the others share that of the one before."""
        opening = []
        group: Hashable | None = None
        size = limit = 0
        for own, length in zip(groups, lengths, strict=True):
            fits = length <= room
            size += length + len(self._suffix)
            opens = not fits or group is None or own != group or size > limit
            if opens:
                group = own if fits else None
                size = self._prefixes.shape[1] + length + len(self._suffix)
                limit = round(self.max_length * vary.choice(_FILLED)) if vary is not None else self.max_length
            opening.append(opens)
        return opening

    def _join(self, found: Pieces, parts: _Parts, prefixes: np.ndarray) -> Windows:
        """Windows of parts one after the other, each part with a suffix and each window with its prefix."""
        before, after = prefixes.shape[1], len(self._suffix)
        ends = np.cumsum(parts.opens * before + parts.lengths + after)
        bodies = ends - after - parts.lengths
        total = int(ends[-1]) if len(ends) else 0
        starts = np.append(bodies[parts.opens] - before, total)
        source, target = join_ranges(parts.starts, parts.lengths), join_ranges(bodies, parts.lengths)
        ids, casing = np.empty(total, np.int32), np.zeros(total, np.int32)
        ids[target], casing[target] = found.ids[source], found.casing[source]
        ids[starts[:-1, None] + np.arange(before)] = prefixes
        ids[ends[:, None] - after + np.arange(after)] = self._suffix
        part = np.searchsorted(parts.read_from, found.first, side="right") - 1
        window = np.cumsum(parts.opens) - 1
        documents = np.searchsorted(found.token_begins, found.tokens, side="right") - 1
        return Windows(
            ids,
            casing,
            (found.first - parts.starts[part] + bodies[part] - starts[window[part]]).astype(np.int32),
            documents.astype(np.int32),
            (found.tokens - found.token_begins[documents]).astype(np.int32),
            starts,
            np.searchsorted(window[part], np.arange(len(starts))),
        )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What windows are made of: documents, or as much of one as fits into a window.

    Attributes:
        starts, lengths: [parts], the pieces of each, where neighbours of one document overlap.
        read_from: [parts], the first piece that is read in each and not in the one before.
        opens: [parts], whether a window begins with it.
    """

    starts: np.ndarray
    lengths: np.ndarray
    read_from: np.ndarray
    opens: np.ndarray


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


def window_spans(lengths: np.ndarray, room: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Spans of at most `room` pieces that cover texts of some lengths, neighbours overlapping by a quarter of `room`.

    Returns:
        Which text each span is of, where it begins and where it ends, int64 [spans] each.
    """
    step = room - int(room * _OVERLAP_SHARE)
    beyond = np.maximum(lengths - room, 0)
    counts = 1 + -(-beyond // step)
    of = np.repeat(np.arange(len(lengths)), counts)
    # The last window ends with the text instead of being short.
    starts = np.minimum(join_ranges(np.zeros_like(counts), counts) * step, beyond[of])
    return of, starts, np.minimum(starts + room, lengths[of])
