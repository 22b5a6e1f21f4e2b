"""The encoder tagger: documents in, mentions out, whatever computes the scores.

Documents are cut into windows, windows are sorted by length and batched by size, and everything after the
model works on flat arrays over all tokens at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np

from itner.core.labels import LabelScheme, TokenSpan, decode_label_ids
from itner.core.sentences import list_sentences
from itner.core.types import Document, Mention
from itner.taggers.base import Prediction, Segment
from itner.taggers.encoder.windows import Encoder, Window

# More makes no call of an ONNX file faster on a CPU.
BATCH_PIECES = 256


class Scorer(Protocol):
    """A model: piece ids to label scores."""

    def score(self, input_ids: np.ndarray, attention_mask: np.ndarray, casing: np.ndarray) -> np.ndarray:
        """Logits float32 [batch, length, labels] for int64 [batch, length] inputs.

        A model that was not trained with `casing` (see `itner.taggers.encoder.windows.Window`) ignores it.
        """
        ...


class EncoderTagger:
    """A tagger with token probabilities over any `Scorer`.

    Args:
        batch_pieces: a batch holds at most this many pieces, padding included.
    """

    def __init__(self, scorer: Scorer, encoder: Encoder, scheme: LabelScheme, batch_pieces: int = BATCH_PIECES):
        self._batch_pieces = batch_pieces
        self._scorer = scorer
        self._encoder = encoder
        self.scheme = scheme

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types that it may mark."""
        return self.scheme.types

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        """Mentions of each text. Texts are read sentence by sentence and may be of any length."""
        found: list[list[Mention]] = [[] for _ in texts]
        for segment in self.read(texts, guideline):
            found[segment.text] += segment.sentence.place(segment.prediction.mentions)
        return found

    def read(self, texts: Sequence[str], guideline: str | None = None) -> list[Segment]:
        """The texts' sentences in order, each with its prediction."""
        sentences = [
            (index, sentence)
            for index, text in enumerate(texts)
            for sentence in list_sentences(text, str(index), guideline)
        ]
        predictions = self.predict([sentence.document for _, sentence in sentences])
        return [
            Segment(index, sentence, prediction)
            for (index, sentence), prediction in zip(sentences, predictions, strict=True)
        ]

    def tag_documents(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> list[tuple[Mention, ...]]:
        """The mentions of each document, over its own tokens and by its guideline."""
        return [prediction.mentions for prediction in self.predict(documents, on_share)]

    def predict(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> list[Prediction]:
        """A prediction for each document, over the document's own tokens. `on_share` hears the share done."""
        return self.decode(documents, *self.token_logits(documents, on_share))

    def token_logits(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Logits [rows, labels] over all tokens, and each document's first row.

        An O row follows each document, so that no mention runs from one document into the next.
        """
        lengths = np.fromiter((len(document.tokens) + 1 for document in documents), np.int64, len(documents))
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        logits = np.full((int(offsets[-1]), len(self.scheme.labels)), -np.inf, dtype=np.float32)
        logits[:, 0] = 0.0
        windows = self._encoder.encode(documents)
        windows.sort(key=lambda window: len(window.ids))
        done = 0
        for batch in _batches(windows, self._batch_pieces):
            scores = self._scorer.score(*_pad(batch))
            rows = np.repeat(np.arange(len(batch)), [len(window.positions) for window in batch])
            positions = np.concatenate([window.positions for window in batch])
            targets = np.concatenate([offsets[window.documents] + window.tokens for window in batch])
            logits[targets] = scores[rows, positions]
            done += len(batch)
            if on_share is not None:
                on_share(done / len(windows))
        return logits, offsets

    def piece_logits(self, documents: Sequence[Document]) -> tuple[list[Window], list[np.ndarray]]:
        """The documents' windows in order, and the logits [length, labels] of all pieces of each."""
        windows = self._encoder.encode(documents)
        order = sorted(range(len(windows)), key=lambda index: len(windows[index].ids))
        found: list[np.ndarray] = [np.zeros(0)] * len(windows)
        done = 0
        for batch in _batches([windows[index] for index in order], self._batch_pieces):
            scores = self._scorer.score(*_pad(batch))
            for row, window in enumerate(batch):
                found[order[done + row]] = scores[row, : len(window.ids)]
            done += len(batch)
        return windows, found

    def decode(self, documents: Sequence[Document], logits: np.ndarray, offsets: np.ndarray) -> list[Prediction]:
        """Predictions from what `token_logits` returned."""
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
            name = self.scheme.types[type_id]
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


def make_batches(
    encoder: Encoder, documents: Sequence[Document]
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """What `Scorer.score` takes for documents, batch by batch."""
    windows = sorted(encoder.encode(documents), key=lambda window: len(window.ids))
    for batch in _batches(windows, BATCH_PIECES):
        yield _pad(batch)


def real_pieces(
    encoder: Encoder, documents: Sequence[Document], length: int, rows: int = 1
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What `Scorer.score` takes, int64 [rows, length] each, from the documents' own text, repeated when it is short."""
    windows = encoder.encode(documents[: rows * length])
    ids, casing = (
        np.resize(np.concatenate(arrays), (rows, length)).astype(np.int64)
        for arrays in ([window.ids for window in windows], [window.casing for window in windows])
    )
    return ids, np.ones_like(ids), casing
