"""The network: word-piece embeddings, then gated depthwise-separable convolutions.

Gates after Dauphin et al. 2017, light convolutions after Wu et al. 2019. What it says of a piece depends on the pieces
within reach of its convolutions and on the guideline's mark alone, so a text of any length is read at once, and beside
others as by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional

from itner.records.config import CompactConfig
from itner.taggers.encoder.windows import CASINGS

_UNKNOWN = "[UNK]"
# With 6,000 of MiniLM's pieces kept, 6 % of the others are made of more; every column of the table takes as much room
# as a thousand small embeddings.
MOST_PARTS = 5


class CompactModel(nn.Module):
    """Logits [batch, length, labels] of int64 piece ids, mask and casing [batch, length] each.

    Args:
        parts: for each piece of the tokenizer, the rows of the embeddings that it is the mean of, int [pieces, most],
            filled up with `rows`; None where each piece has a row of its own.
        rows: how many embeddings there are.
    """

    def __init__(self, config: CompactConfig, labels: int, rows: int, parts: torch.Tensor | None = None):
        super().__init__()
        self.marked = bool(config.guidelines)
        self.embeddings = nn.Embedding(rows, config.width)
        self.parts = nn.Buffer(parts.to(torch.int32)) if parts is not None else None
        self.casing = nn.Embedding(CASINGS, config.width)
        self.norm = nn.LayerNorm(config.width)
        self.widen = nn.Linear(config.width, config.hidden)
        self.mark = nn.Linear(config.width, config.hidden, bias=False) if self.marked else None
        self.dropout = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(
            [Block(config.hidden, config.kernel, dilation, config.dropout) for dilation in config.dilations]
        )
        self.last = nn.LayerNorm(config.hidden)
        self.classifier = nn.Linear(config.hidden, labels)

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """See the class; the mask is 1 where there is a piece."""
        pieces = self.embed(input_ids)
        read = self.widen(self.dropout(self.norm(pieces + self.casing(token_type_ids))))
        if self.mark is not None:
            # The mark stands behind the first special token and is to be seen from everywhere.
            read = read + self.mark(pieces[:, 1:2])
        mask = attention_mask.unsqueeze(-1).to(read.dtype)
        for block in self.blocks:
            read = block(read, mask)
        logits: torch.Tensor = self.classifier(self.last(read))
        return logits

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        """Embeddings [batch, length, width] of piece ids."""
        if self.parts is None:
            found: torch.Tensor = self.embeddings(ids)
            return found
        parts = self.parts[ids].long()
        there = (parts < self.embeddings.num_embeddings).unsqueeze(-1).to(self.embeddings.weight.dtype)
        rows = self.embeddings(parts.clamp(max=self.embeddings.num_embeddings - 1))
        mean: torch.Tensor = (rows * there).sum(-2) / there.sum(-2)
        return mean


class Block(nn.Module):
    """A gated convolution beside what is given on: [batch, length, width], and a mask [batch, length, 1]."""

    def __init__(self, width: int, kernel: int, dilation: int, dropout: float):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.depthwise = Depthwise(width, kernel, dilation)
        self.gated = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, given: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """See the class."""
        # Beyond a text's ends are zeros, be it the batch's padding or the convolution's.
        values, gates = self.gated(self.depthwise(self.norm(given) * mask)).chunk(2, dim=-1)
        changed: torch.Tensor = self.dropout(self.out(values * functional.silu(gates)))
        return given + changed


class Depthwise(nn.Module):
    """A convolution of each channel by itself, on [batch, length, width].

    As a sum of shifted products, which trains faster on a CPU than `Conv1d` does; `itner.compress.compact` makes it a
    convolution for onnxruntime.
    """

    def __init__(self, width: int, kernel: int, dilation: int):
        super().__init__()
        bound = kernel**-0.5
        self.weight = nn.Parameter(torch.empty(kernel, width).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(width).uniform_(-bound, bound))
        self.dilation = dilation

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """See the class."""
        kernel = len(self.weight)
        reach = self.dilation * (kernel // 2)
        length = given.shape[1]
        padded = functional.pad(given, (0, 0, reach, reach))
        total: torch.Tensor = self.bias
        for place in range(kernel):
            start = place * self.dilation
            total = torch.addcmul(total, padded[:, start : start + length], self.weight[place])
        return total


def project(embeddings: torch.Tensor, width: int) -> torch.Tensor:
    """Embeddings [pieces, wide] in their `width` strongest directions, at a size a fresh network can work with."""
    wide = embeddings.float()
    left, strengths, _ = torch.linalg.svd(wide - wide.mean(0), full_matrices=False)
    projected = left[:, :width] * strengths[:width]
    scaled: torch.Tensor = projected / projected.std() * 0.5
    return scaled


def share_rows(names: Sequence[str], kept: Sequence[int]) -> torch.Tensor:
    """What each piece is read as, int [pieces, most], when the pieces `kept` alone have embeddings.

    A piece that has none is cut like a word: the longest piece that is kept, then the longest that continues it; of
    more than `MOST_PARTS`, the first ones are read. What cannot be cut so, pieces held in reserve, is read as unknown.

    Args:
        names: of the pieces; one that continues a word begins with `##`.
        kept: which pieces have embeddings; single characters must be among them.
    """
    rows = {names[piece]: row for row, piece in enumerate(kept)}
    found: list[list[int]] = []
    for name in names:
        reserved = name.startswith("[unused")
        parts = [rows[name]] if name in rows else [rows[_UNKNOWN]] if reserved else _cut(name, rows)
        found.append(parts[:MOST_PARTS])
    most = max(len(parts) for parts in found)
    return torch.tensor([parts + [len(rows)] * (most - len(parts)) for parts in found], dtype=torch.int32)


def _cut(name: str, rows: dict[str, int]) -> list[int]:
    continues = name.startswith("##")
    rest = name.removeprefix("##")
    parts: list[int] = []
    while rest:
        before = "##" if continues or parts else ""
        length = next(size for size in range(len(rest), 0, -1) if before + rest[:size] in rows)
        parts.append(rows[before + rest[:length]])
        rest = rest[length:]
    return parts
