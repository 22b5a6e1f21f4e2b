"""Writing with an adapter of a decoder that other adapters share; imported when one is opened, because PyTorch is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import torch

from itner.taggers.generative.base import Base
from itner.taggers.generative.decoding import Decoder, Written
from itner.taggers.generative.model import Adapter, shared_decoder
from itner.taggers.generative.wording import Question

# Parameters.
_SMALL = 50_000_000


class AdapterWriter:
    """A decoder with one of its adapters (see `itner.taggers.generative.tagger.Writer`).

    Args:
        threads: None for one where the decoder is small: several gain little there, and wait for each other many times
            as long as they work wherever anything else runs beside them. Of a large one it is left to PyTorch.
    """

    def __init__(self, base: Base, adapter: Adapter, types: Sequence[str], longest: int, threads: int | None = None):
        self._shared = shared_decoder(base)
        self._adapter = adapter
        self._types = tuple(types)
        self._threads = threads or (1 if adapter.parameters < _SMALL else None)
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
        with self._shared.using(self._adapter), _threads(self._threads):
            return self._decoder.write(questions, on_share)


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """PyTorch's threads inside the block; None leaves them."""
    before = torch.get_num_threads()
    if count is not None:
        torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
