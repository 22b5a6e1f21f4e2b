"""What the fast encoder and decoder must equal: one document after the other, as they stood before."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import numpy as np
from tokenizers import Tokenizer

from itner.core.labels import LabelScheme, TokenSpan, decode_label_ids
from itner.core.tokens import part_tokens
from itner.core.types import Document, Mention
from itner.taggers.base import Prediction
from itner.taggers.encoder.tagger import Scorer
from itner.taggers.encoder.windows import Window, find_casing

_SURROGATES = re.compile("[\ud800-\udfff]")


class PlainEncoder:
    """See `itner.taggers.encoder.windows.Encoder`."""

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
        marks = {name: tokenizer.token_to_id(f"[unused{number}]") for number, name in enumerate(guidelines, start=1)}
        self._prefixes: dict[str | None, np.ndarray] = {
            name: np.append(prefix, mark).astype(np.int32) for name, mark in marks.items()
        }
        self._prefix = self._prefixes[guidelines[-1]] if guidelines else prefix

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
                limit = (
                    round(self.max_length * vary.choice((1.0, 1.0, 0.75, 0.5, 0.25)))
                    if vary is not None
                    else self.max_length
                )
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
        spans = plain_spans(len(ids), room)
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


def plain_spans(length: int, room: int) -> list[tuple[int, int]]:
    """Spans of at most `room` pieces that cover 0..length, neighbours overlapping by a quarter of `room`."""
    if length <= room:
        return [(0, length)]
    step = room - int(room * 0.25)
    starts = list(range(0, length - room, step))
    # The last window ends with the text instead of being short.
    return [(start, start + room) for start in starts] + [(length - room, length)]


def plain_predict(
    scorer: Scorer, encoder: PlainEncoder, scheme: LabelScheme, documents: Sequence[Document], pieces: int
) -> list[Prediction]:
    """See `itner.taggers.encoder.tagger.EncoderTagger.predict`."""
    lengths = np.fromiter((len(document.tokens) + 1 for document in documents), np.int64, len(documents))
    offsets = np.concatenate(([0], np.cumsum(lengths)))
    logits = np.full((int(offsets[-1]), len(scheme.labels)), -np.inf, dtype=np.float32)
    logits[:, 0] = 0.0
    windows = encoder.encode(documents)
    windows.sort(key=lambda window: len(window.ids))
    for batch in _batches(windows, pieces):
        scores = scorer.score(*_pad(batch))
        rows = np.repeat(np.arange(len(batch)), [len(window.positions) for window in batch])
        positions = np.concatenate([window.positions for window in batch])
        targets = np.concatenate([offsets[window.documents] + window.tokens for window in batch])
        logits[targets] = scores[rows, positions]

    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    label_ids = logits.argmax(axis=1)
    starts, ends, type_ids = decode_label_ids(label_ids)
    certainty = np.minimum(probabilities[np.arange(len(label_ids)), label_ids], 1.0)
    owners = np.searchsorted(offsets, starts, side="right") - 1
    spans: list[list[TokenSpan]] = [[] for _ in documents]
    mentions: list[list[Mention]] = [[] for _ in documents]
    found = zip(owners.tolist(), starts.tolist(), ends.tolist(), type_ids.tolist(), strict=True)
    for owner, start, end, type_id in found:
        name = scheme.types[type_id]
        score = float(certainty[start:end].min())
        first, last = start - int(offsets[owner]), end - int(offsets[owner]) - 1
        tokens = documents[owner].tokens
        spans[owner].append((first, last + 1, name))
        mentions[owner].append(Mention(tokens[first].start, tokens[last].end, name, score))
    bounds = zip(offsets[:-1].tolist(), (offsets[1:] - 1).tolist(), strict=True)
    return [
        Prediction(label_ids[low:high], probabilities[low:high], tuple(spans[index]), tuple(mentions[index]))
        for index, (low, high) in enumerate(bounds)
    ]


def _batches(windows: Sequence[Window], pieces: int) -> list[Sequence[Window]]:
    batches = []
    start = 0
    for stop in range(1, len(windows) + 1):
        # Sorted by length: the next window would be the longest of its batch.
        rows = stop - start
        if stop == len(windows) or (rows + 1) * len(windows[stop].ids) > pieces:
            batches.append(windows[start:stop])
            start = stop
    return batches


def _pad(batch: Sequence[Window]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    width = max(len(window.ids) for window in batch)
    input_ids, attention_mask, casing = (np.zeros((len(batch), width), dtype=np.int64) for _ in range(3))
    for row, window in enumerate(batch):
        input_ids[row, : len(window.ids)] = window.ids
        attention_mask[row, : len(window.ids)] = 1
        casing[row, : len(window.ids)] = window.casing
    return input_ids, attention_mask, casing
