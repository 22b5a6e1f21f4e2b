"""Writing with an adapter of a decoder that other adapters share; imported when one is opened, because PyTorch is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from itner.taggers.generative.base import Base
from itner.taggers.generative.decoding import Decoder, Written
from itner.taggers.generative.model import Adapter, shared_decoder
from itner.taggers.generative.wording import Question


class AdapterWriter:
    """A decoder with one of its adapters (see `itner.taggers.generative.tagger.Writer`).

    Args:
        threads: None leaves it to PyTorch.
    """

    def __init__(self, base: Base, adapter: Adapter, types: Sequence[str], longest: int, threads: int | None = None):
        self._shared = shared_decoder(base)
        self._adapter = adapter
        self._types = tuple(types)
        self._threads = threads
        with self._shared.using(adapter) as model:
            self._decoder = Decoder(model, self._shared.tokenizer, types, longest)

    @property
    def positions(self) -> int:
        """Word pieces that it has room for, prompt and answer together."""
        return self._decoder.positions

    @property
    def longest(self) -> int:
        """Word pieces of an answer at most."""
        return self._decoder.longest

    def count(self, prompt: str) -> int:
        """The word pieces of a prompt."""
        return self._decoder.count(prompt)

    def write(self, questions: Sequence[Question], on_share: Callable[[float], None] | None = None) -> list[Written]:
        """An answer to each question."""
        with self._shared.using(self._adapter):
            if self._threads is not None:
                torch.set_num_threads(self._threads)
            return self._decoder.write(questions, on_share)
