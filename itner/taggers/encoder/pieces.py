"""Many texts as word pieces in flat arrays, by one call of a fast tokenizer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from tokenizers import Tokenizer, normalizers, pre_tokenizers

from itner.taggers.tokenizer_file import sheltered

# Words of one call: the tokenizer's own work for a call is as much as for a dozen words, and its threads share calls.
_WORDS = 256


class PieceReader:
    """Cuts texts into the pieces of a tokenizer, whose special tokens, padding and truncation are left out."""

    def __init__(self, tokenizer: Tokenizer):
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self.reads_words_apart = _reads_words_apart(tokenizer)

    def read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """The texts' pieces in order: ids, int32 [pieces], and where each begins and ends, int64 [pieces, 2].

        Places count in the texts joined with one character between any two. No text may hold surrogates.
        """
        # In one text alone few words come twice.
        return self._read_words(texts) if self.reads_words_apart and len(texts) > 1 else self._read(texts)

    def _read_words(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """The same, each word that occurs more than once being cut once."""
        words = " ".join(texts).split(" ")
        numbers = {word: number for number, word in enumerate(dict.fromkeys(words))}
        chosen = np.fromiter(map(numbers.__getitem__, words), np.int64, len(words))
        known = list(numbers)
        ids, spans = self._read([" ".join(known[first : first + _WORDS]) for first in range(0, len(known), _WORDS)])
        begins = find_begins(known)
        firsts = np.searchsorted(spans[:, 0], begins)
        counts = (firsts[1:] - firsts[:-1])[chosen]
        taken = join_ranges(firsts[chosen], counts)
        moved = find_begins(words)[:-1] - begins[chosen]
        return ids[taken], spans[taken] + moved.repeat(counts)[:, None]

    def _read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        encodings = sheltered(lambda: self._tokenizer.encode_batch(texts, add_special_tokens=False))
        counts = np.fromiter(map(len, encodings), np.int64, len(encodings))
        total = int(counts.sum())
        ids = np.fromiter(chain.from_iterable(encoding.ids for encoding in encodings), np.int32, total)
        places = chain.from_iterable(chain.from_iterable(encoding.offsets for encoding in encodings))
        spans = np.fromiter(places, np.int64, 2 * total).reshape(-1, 2)
        return ids, spans + find_begins(texts)[:-1].repeat(counts)[:, None]


def find_begins(texts: Sequence[str]) -> np.ndarray:
    """Where each text begins when they are joined with one character between any two, and one that followed would.

    Returns:
        int64 [texts + 1].
    """
    begins = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1, out=begins[1:])
    return begins


def join_ranges(starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The numbers from each start on, as many as its count says, one range after the other; int64 [sum of counts]."""
    moved: np.ndarray = (starts - counts.cumsum() + counts).repeat(counts)
    moved += np.arange(len(moved))
    return moved


def _reads_words_apart(tokenizer: Tokenizer) -> bool:
    """Whether what stands between two spaces is cut alike in every text, as BERT's tokenizers do."""
    normalizer = tokenizer.normalizer
    return (
        isinstance(tokenizer.pre_tokenizer, pre_tokenizers.BertPreTokenizer)
        and (normalizer is None or isinstance(normalizer, normalizers.BertNormalizer))
        and not any(
            token.lstrip or token.rstrip or " " in token.content
            for token in tokenizer.get_added_tokens_decoder().values()
        )
    )
