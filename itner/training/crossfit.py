"""Out-of-sample label probabilities: a small network of hashed word features, trained anew for each fold.

It begins with nothing, so that no annotation of any corpus has reached it before, and learns a few thousand sentences
in a minute or so on a core. Its features are a word's form, shape, beginnings, endings and inner letters; two gated
convolutions show it two words on either side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from itner.core.labels import LabelScheme, document_tags
from itner.core.types import Document

# Changes whenever what is learned does, so that what was stored of an older one is not gone on with.
VERSION = 1
_BUCKETS, _SLOTS, _INNER, _LETTERS, _AFFIXES = 2**16, 17, 8, 3, (2, 3, 4)
_WIDTH, _LAYERS, _DROPOUT, _FEATURE_DROPOUT = 64, 2, 0.3, 0.1
_EPOCHS, _BATCH, _RATE, _WARMUP_STEPS, _WEIGHT_DECAY = 6, 64, 3e-3, 30, 0.01
# Rows of nothing between documents, as many as the convolutions reach, so that none sees its neighbour.
_GAP = [-1] * _LAYERS
_UNSCORED = -100


@dataclass(frozen=True)
class Reading:
    """Documents as the network reads them.

    Attributes:
        features: int [distinct words, slots], buckets of each word's features; 0 is none.
        words: int [tokens], the row of `features` of every token of all documents, in order.
        labels: int [tokens], in `LabelScheme.labels` order.
        offsets: int [documents + 1], each document's first token.
    """

    features: np.ndarray
    words: np.ndarray
    labels: np.ndarray
    offsets: np.ndarray


def read_documents(documents: Sequence[Document], scheme: LabelScheme) -> Reading:
    """Documents with what is annotated in them; mentions off token boundaries are read as nothing."""
    numbers = {label: index for index, label in enumerate(scheme.labels)}
    known: dict[str, int] = {}
    words = [known.setdefault(word, len(known)) for document in documents for word in document.token_texts()]
    labels = [numbers[tag] for document in documents for tag in document_tags(document)[0]]
    return Reading(
        features=np.array([_hash_word(word) for word in known], np.int64).reshape(-1, _SLOTS),
        words=np.array(words, np.int64),
        labels=np.array(labels, np.int64),
        offsets=np.cumsum([0, *(len(document.tokens) for document in documents)]),
    )


def assign_folds(documents: Sequence[Document], folds: int, seed: int) -> np.ndarray:
    """The fold of each document, int [documents]; the documents of a text are in one fold."""
    groups = [(document.source, document.group or document.id) for document in documents]
    distinct = list(dict.fromkeys(groups))
    drawn = np.random.default_rng(seed).permutation(len(distinct)) % folds
    return np.array([drawn[number] for number in map({g: n for n, g in enumerate(distinct)}.__getitem__, groups)])


def predict_fold(
    reading: Reading, chosen: np.ndarray, labels: int, seed: int, on_share: Callable[[float], None]
) -> np.ndarray:
    """Train on the other documents, and read the chosen ones.

    Args:
        chosen: bool [documents].
        labels: how many there are.
        on_share: hears the share done.
    Returns:
        float32 probabilities [tokens of the chosen documents, labels].
    """
    with _one_thread(), torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        network = _Network(torch.from_numpy(reading.features), labels)
        _learn(network, reading, np.flatnonzero(~chosen), np.random.default_rng(seed), on_share)
        network.eval()
        found = []
        asked = np.flatnonzero(chosen)
        with torch.inference_mode():
            for start in range(0, len(asked), 8 * _BATCH):
                rows = _list_rows(reading, asked[start : start + 8 * _BATCH])
                found.append(network(*_batch(reading, rows)).softmax(dim=-1).numpy()[rows >= 0])
    return np.concatenate(found) if found else np.zeros((0, labels), np.float32)


@contextmanager
def _one_thread() -> Iterator[None]:
    """The matrices are so small that threads wait for each other longer than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Network(nn.Module):
    """Logits [rows, labels] of words, each row's place among them, and which rows are tokens."""

    def __init__(self, features: torch.Tensor, labels: int):
        super().__init__()
        self._features = features
        self.embeddings = nn.EmbeddingBag(_BUCKETS, _WIDTH, mode="sum", sparse=True, padding_idx=0)
        nn.init.normal_(self.embeddings.weight, std=0.05)
        with torch.no_grad():
            self.embeddings.weight[0] = 0.0
        self.norms = nn.ModuleList(nn.LayerNorm(_WIDTH) for _ in range(_LAYERS + 1))
        self.convolutions = nn.ModuleList(nn.Conv1d(_WIDTH, 2 * _WIDTH, 3, padding=1) for _ in range(_LAYERS))
        self.classifier = nn.Linear(_WIDTH, labels)

    def forward(self, words: torch.Tensor, places: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        features = self._features[words]
        if self.training:
            features = features * (torch.rand(features.shape) > _FEATURE_DROPOUT)
        first, *norms = self.norms
        state = self._drop(first(self.embeddings(features)[places])) * real
        for convolve, norm in zip(self.convolutions, norms, strict=True):
            seen = functional.glu(convolve(state.T[None])[0].T, dim=-1)
            state = self._drop(norm(state + seen)) * real
        logits: torch.Tensor = self.classifier(state)
        return logits

    def _drop(self, state: torch.Tensor) -> torch.Tensor:
        return functional.dropout(state, _DROPOUT, self.training)


def _learn(
    network: _Network,
    reading: Reading,
    documents: np.ndarray,
    drawn: np.random.Generator,
    on_share: Callable[[float], None],
) -> None:
    sparse = list(network.embeddings.parameters())
    dense = [parameter for name, parameter in network.named_parameters() if not name.startswith("embeddings")]
    optimizers = (
        torch.optim.SparseAdam(sparse, lr=_RATE),
        torch.optim.AdamW(dense, lr=_RATE, weight_decay=_WEIGHT_DECAY),
    )
    total = _EPOCHS * -(-len(documents) // _BATCH)
    step = 0
    for _ in range(_EPOCHS):
        order = drawn.permutation(documents)
        for start in range(0, len(order), _BATCH):
            rows = _list_rows(reading, order[start : start + _BATCH])
            gold = torch.from_numpy(np.where(rows >= 0, reading.labels[rows], _UNSCORED))
            rate = _RATE * min(1.0, (step + 1) / _WARMUP_STEPS) * (1 - step / total)
            for optimizer in optimizers:
                optimizer.zero_grad()
                for group in optimizer.param_groups:
                    group["lr"] = rate
            functional.cross_entropy(network(*_batch(reading, rows)), gold).backward()
            for optimizer in optimizers:
                optimizer.step()
            step += 1
            on_share(step / total)


def _list_rows(reading: Reading, documents: np.ndarray) -> np.ndarray:
    """Tokens of documents one after the other, -1 for the rows between them."""
    spans = zip(reading.offsets[documents], reading.offsets[documents + 1], strict=True)
    return np.concatenate([part for start, end in spans for part in (np.arange(start, end), _GAP)])


def _batch(reading: Reading, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    # A word is embedded once, however often it stands there.
    words, places = np.unique(reading.words[rows], return_inverse=True)
    real = (rows >= 0).astype(np.float32)[:, None]
    return torch.from_numpy(words), torch.from_numpy(places), torch.from_numpy(real)


def _hash_word(word: str) -> list[int]:
    lower = word.lower()
    shape = re.sub(r"[A-Z]", "X", re.sub(r"[a-z]", "x", re.sub(r"\d", "d", word)))
    whole = f"^{lower}$"
    features = [f"word {word}", f"lower {lower}", "shape " + re.sub(r"(.)\1{2,}", r"\1\1", shape)]
    features += [f"begins {lower[:length]}" for length in _AFFIXES] + [f"ends {lower[-length:]}" for length in _AFFIXES]
    features += [f"in {whole[at : at + _LETTERS]}" for at in range(min(len(whole) - _LETTERS + 1, _INNER))]
    buckets = [crc32(feature.encode("utf-8", "surrogatepass")) % (_BUCKETS - 1) + 1 for feature in features[:_SLOTS]]
    return buckets + [0] * (_SLOTS - len(buckets))
