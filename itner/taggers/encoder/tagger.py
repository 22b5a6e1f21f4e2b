"""The encoder tagger: documents in, mentions out, whatever computes the scores.

Documents are cut into windows, windows are sorted by length and batched by size, and everything before and after the
model works on flat arrays over all documents at once; only what has mentions costs work in Python.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Protocol

import numpy as np

from itner.core.errors import InputError
from itner.core.labels import LabelScheme, TokenSpan, decode_label_ids
from itner.core.reading import Marks, read_texts
from itner.core.sentences import list_all_sentences
from itner.core.stopwatch import Stopwatch
from itner.core.types import Document, Mention
from itner.taggers.base import Prediction, Segment
from itner.taggers.encoder.batches import Batches, Inputs, lay_out
from itner.taggers.encoder.pieces import join_ranges
from itner.taggers.encoder.windows import Encoder, Windows

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
        calls: so many batches are scored at once.
    """

    def __init__(
        self,
        scorer: Scorer,
        encoder: Encoder,
        scheme: LabelScheme,
        batch_pieces: int = BATCH_PIECES,
        calls: int = 1,
    ):
        self._batch_pieces = batch_pieces
        self._calls = calls
        # What is added to the logit of O before the most likely label is taken.
        self._reluctance = 0.0
        self._scorer = scorer
        self._encoder = encoder
        self.scheme = scheme

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types that it may mark."""
        return self.scheme.types

    def at(self, threshold: float) -> EncoderTagger:
        """The same tagger, which marks a token when a type is at least so likely beside none (see `Adjustable`)."""
        if not 0 < threshold < 1:
            raise ValueError("the threshold lies between 0 and 1")
        other = copy.copy(self)
        other._reluctance = math.log(threshold / (1 - threshold))
        return other

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        """Mentions of each text. Texts are read sentence by sentence and may be of any length."""
        return self.mark(texts, guideline).as_mentions(len(texts), self.types)

    def mark(self, texts: Sequence[str], guideline: str | None = None, watch: Stopwatch | None = None) -> Marks:
        """The mentions that `tag` finds, in flat arrays.

        `watch` hears of the stages segment, encode, model and decode, and of how many sentences there were, how many
        different ones, and how many tokens.
        """
        watch = watch or Stopwatch()
        reading = read_texts(texts)
        sentences, groups = reading.sentences, reading.passages.tolist()
        chosen = None
        if not self._encoder.shares_windows:
            # A sentence that is read by itself is read once.
            numbers = {sentence: number for number, sentence in enumerate(dict.fromkeys(sentences))}
            chosen = np.fromiter(map(numbers.__getitem__, sentences), np.int64, len(sentences))
            sentences = list(numbers)
        watch.lap("segment")
        windows, tokens, begins = self._encoder.encode_texts(sentences, groups, guideline)
        watch.lap("encode")
        logits, offsets = self._spread(windows, np.diff(begins))
        watch.lap("model")
        owners, firsts, lasts, types, scores = self._find(logits, offsets, self._choose(logits))
        base = begins[owners]
        marks = Marks(owners, tokens[base + firsts, 0], tokens[base + lasts, 1], types, scores)
        lengths = np.diff(begins)
        if chosen is not None and len(sentences) < len(chosen):
            marks, lengths = marks.repeated(chosen, len(sentences)), lengths[chosen]
        placed = reading.place(marks)
        watch.lap("decode")
        watch.counts.update(sentences=len(reading.sentences), distinct=len(sentences), tokens=int(lengths.sum()))
        return placed

    def read(self, texts: Sequence[str], guideline: str | None = None) -> list[Segment]:
        """The texts' sentences in order, each with its prediction."""
        sentences = list_all_sentences(texts, guideline)
        predictions = self.predict([sentence.document for _, sentence in sentences])
        return [
            Segment(index, sentence, prediction)
            for (index, sentence), prediction in zip(sentences, predictions, strict=True)
        ]

    def tag_documents(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> list[tuple[Mention, ...]]:
        """The mentions of each document, over its own tokens and by its guideline."""
        return self.find_mentions(documents, *self.token_logits(documents, on_share))

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
        lengths = np.fromiter((len(document.tokens) for document in documents), np.int64, len(documents))
        return self._spread(self._encoder.encode(documents), lengths, on_share)

    def _spread(
        self, windows: Windows, lengths: np.ndarray, on_share: Callable[[float], None] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """`token_logits` of windows of documents with so many tokens each."""
        offsets = np.concatenate(([0], np.cumsum(lengths + 1)))
        logits = np.full((int(offsets[-1]), len(self.scheme.labels)), -np.inf, dtype=np.float32)
        logits[:, 0] = 0.0
        scores, cells = self._score(windows, logits.shape[1], on_share)
        read = cells.repeat(windows.reads[1:] - windows.reads[:-1]) + windows.positions
        logits[offsets[windows.documents] + windows.tokens] = scores[read]
        return logits, offsets

    def piece_logits(self, documents: Sequence[Document]) -> tuple[Windows, list[np.ndarray]]:
        """The documents' windows in order, and the logits [length, labels] of all pieces of each."""
        windows = self._encoder.encode(documents)
        scores, cells = self._score(windows, len(self.scheme.labels))
        ends = cells + windows.lengths
        return windows, [scores[start:end] for start, end in zip(cells.tolist(), ends.tolist(), strict=True)]

    def _score(
        self, windows: Windows, labels: int, on_share: Callable[[float], None] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Logits [cells, labels] of everything in the windows' batches, and the cell of each window's first piece."""
        batches = lay_out(windows, self._batch_pieces)
        scores = np.empty((batches.inputs.shape[1], labels), dtype=np.float32)

        def score(inputs: Inputs, cell: int) -> int:
            found = self._scorer.score(*inputs)
            scores[cell : cell + inputs[0].size] = found.reshape(inputs[0].size, -1)
            return len(inputs[0])

        given = list(batches)
        cells = np.cumsum([0, *(inputs[0].size for inputs in given)]).tolist()[: len(given)]
        done = 0
        # A pool for a single batch would take longer than the batch.
        with ThreadPoolExecutor(self._calls) if self._calls > 1 < len(given) else nullcontext() as pool:
            for rows in (pool.map if pool is not None else map)(score, given, cells):
                done += rows
                if on_share is not None:
                    on_share(done / len(windows))
        if not np.isfinite(scores).all():
            # The likeliest of numbers that are none is no label: everything would be unmarked, or anything marked.
            raise InputError("the model's scores are no numbers (infinite or not a number); are its weights damaged?")
        return scores, batches.cells

    def decode(self, documents: Sequence[Document], logits: np.ndarray, offsets: np.ndarray) -> list[Prediction]:
        """Predictions from what `token_logits` returned."""
        label_ids = self._choose(logits)
        probabilities = _softmax(logits)
        spans: list[list[TokenSpan]] = [[] for _ in documents]
        mentions: list[list[Mention]] = [[] for _ in documents]
        for owner, span, mention in self._decode(documents, logits, offsets, label_ids):
            spans[owner].append(span)
            mentions[owner].append(mention)
        bounds = zip(offsets[:-1].tolist(), (offsets[1:] - 1).tolist(), strict=True)
        return [
            Prediction(label_ids[low:high], probabilities[low:high], tuple(spans[index]), tuple(mentions[index]))
            for index, (low, high) in enumerate(bounds)
        ]

    def find_mentions(
        self, documents: Sequence[Document], logits: np.ndarray, offsets: np.ndarray
    ) -> list[tuple[Mention, ...]]:
        """The mentions alone of what `decode` returns."""
        found: list[list[Mention]] = [[] for _ in documents]
        for owner, _, mention in self._decode(documents, logits, offsets, self._choose(logits)):
            found[owner].append(mention)
        return list(map(tuple, found))

    def _choose(self, logits: np.ndarray) -> np.ndarray:
        """The label of each row, int [rows]; a row that no piece stands for is O whatever the threshold."""
        if self._reluctance:
            logits = logits.copy()
            logits[:, 0] += np.float32(self._reluctance)
        label_ids: np.ndarray = logits.argmax(axis=1)
        return label_ids

    def _decode(
        self, documents: Sequence[Document], logits: np.ndarray, offsets: np.ndarray, label_ids: np.ndarray
    ) -> Iterator[tuple[int, TokenSpan, Mention]]:
        """Each mention with the number of its document and as a span of its tokens."""
        arrays = self._find(logits, offsets, label_ids)
        for owner, first, last, type_id, score in zip(*(array.tolist() for array in arrays), strict=True):
            name = self.scheme.types[type_id]
            tokens = documents[owner].tokens
            yield owner, (first, last + 1, name), Mention(tokens[first].start, tokens[last].end, name, score)

    def _find(
        self, logits: np.ndarray, offsets: np.ndarray, label_ids: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Of each mention, the number of its document, its first and last token, its type and its score."""
        starts, ends, type_ids = decode_label_ids(label_ids)
        if not len(starts):
            return starts, starts, starts, type_ids, np.empty(0, np.float32)
        rows = join_ranges(starts, ends - starts)
        chosen = _softmax(logits[rows])[np.arange(len(rows)), label_ids[rows]]
        # The score is that of the least certain token.
        scores = np.minimum.reduceat(np.minimum(chosen, 1.0), np.cumsum(ends - starts) - (ends - starts))
        owners = np.searchsorted(offsets, starts, side="right") - 1
        firsts, lasts = starts - offsets[owners], ends - offsets[owners] - 1
        return owners, firsts, lasts, type_ids, scores


def _softmax(logits: np.ndarray) -> np.ndarray:
    shares: np.ndarray = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def make_batches(encoder: Encoder, documents: Sequence[Document]) -> Batches:
    """What `Scorer.score` takes for documents, batch by batch."""
    return lay_out(encoder.encode(documents), BATCH_PIECES)


def real_pieces(encoder: Encoder, documents: Sequence[Document], length: int, rows: int = 1) -> Inputs:
    """What `Scorer.score` takes, int64 [rows, length] each, from the documents' own text, repeated when it is short."""
    windows = encoder.encode(documents[: rows * length])
    ids, casing = (np.resize(values, (rows, length)).astype(np.int64) for values in (windows.ids, windows.casing))
    return ids, np.ones_like(ids), casing
