"""Packing changes how fast a decoder learns, and nothing else."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from itner.records.base import BaseConfig
from itner.training.generative.build import new_network
from itner.training.generative.packing import IGNORED, Collator, Example, pack

WIDTH = 24


@given(st.lists(st.integers(2, 30), max_size=60))
def test_every_example_is_in_one_window_or_too_long(lengths: list[int]) -> None:
    examples = [Example((number + 1,) * length, 1) for number, length in enumerate(lengths)]
    packed = pack(examples, WIDTH)
    inside = [example for window in packed.windows for example in window]
    assert sorted(example.ids for example in inside) == sorted(e.ids for e in examples if len(e.ids) <= WIDTH)
    assert packed.too_long == sum(length > WIDTH for length in lengths)
    assert all(sum(len(example.ids) for example in window) <= WIDTH for window in packed.windows)
    # No two windows could be one, but for the few pieces that are not looked for.
    sizes = sorted(sum(len(example.ids) for example in window) for window in packed.windows)
    assert len(sizes) < 2 or sizes[0] + sizes[1] > WIDTH or WIDTH - sizes[1] < 8


@pytest.mark.parametrize("seed", [0, 1])
def test_the_loss_of_a_window_is_that_of_its_examples_alone(seed: int) -> None:
    torch.manual_seed(seed)
    config = BaseConfig(hidden=32, layers=2, heads=2, key_heads=1, feed_forward=64, positions=64)
    network = new_network(config, 50, 0).eval()
    generator = torch.Generator().manual_seed(seed)

    def example(length: int, answer: int) -> Example:
        return Example(tuple(torch.randint(1, 50, (length,), generator=generator).tolist()), answer)

    examples = [example(9, 4), example(6, 2), example(7, 6)]
    (window,) = pack(examples, WIDTH).windows
    batch = Collator(WIDTH, 0)([{"examples": window}])
    assert int((batch["labels"] != IGNORED).sum()) == 5 + 4 + 1
    together = network(**batch)
    alone, learned = 0.0, 0
    for each in examples:
        one = Collator(len(each.ids), 0)([{"examples": [each]}])
        labels = int((one["labels"] != IGNORED).sum())
        alone += float(network(input_ids=one["input_ids"], labels=one["labels"]).loss.detach()) * labels
        learned += labels
    assert float(together.loss.detach()) == pytest.approx(alone / learned, rel=1e-4)
