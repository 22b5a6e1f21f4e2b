"""Examples packed into windows of one width, such that none sees another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

IGNORED = -100  # torch's cross entropy skips this label


@dataclass(frozen=True)
class Example:
    """Word pieces, of which those from `answer` on are to be learned."""

    ids: tuple[int, ...]
    answer: int


@dataclass(frozen=True)
class Packed:
    """Windows of examples, and how many examples no window holds."""

    windows: tuple[tuple[Example, ...], ...]
    too_long: int


def pack(examples: Sequence[Example], width: int) -> Packed:
    """As few windows as a simple rule gives: the longest example first, each into the first window with room."""
    fitting = [example for example in examples if len(example.ids) <= width]
    windows: list[list[Example]] = []
    room: list[int] = []
    # Windows that are full are not looked at again.
    open_from = 0
    for example in sorted(fitting, key=lambda example: -len(example.ids)):
        size = len(example.ids)
        place = next((index for index in range(open_from, len(windows)) if room[index] >= size), None)
        if place is None:
            windows.append([example])
            room.append(width - size)
        else:
            windows[place].append(example)
            room[place] -= size
        while open_from < len(windows) and room[open_from] < 8:
            open_from += 1
    return Packed(tuple(tuple(window) for window in windows), len(examples) - len(fitting))


class Collator:
    """Windows as tensors.

    Pieces [windows, width], labels with `IGNORED` outside answers, positions that begin anew with each example, and a
    mask [windows, 1, width, width] by which each example sees itself alone, up to where it is.
    """

    def __init__(self, width: int, filler: int):
        self._width = width
        self._filler = filler

    def __call__(self, windows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        shape = (len(windows), self._width)
        ids = torch.full(shape, self._filler)
        labels = torch.full(shape, IGNORED)
        positions = torch.zeros(shape, dtype=torch.long)
        owner = torch.full(shape, -1)
        for row, window in enumerate(windows):
            at = 0
            for number, example in enumerate(window["examples"]):
                end = at + len(example.ids)
                ids[row, at:end] = torch.tensor(example.ids)
                labels[row, at + example.answer : end] = ids[row, at + example.answer : end]
                positions[row, at:end] = torch.arange(end - at)
                owner[row, at:end] = number
                at = end
        causal = torch.ones(self._width, self._width, dtype=torch.bool).tril()
        seen = (owner[:, :, None] == owner[:, None, :]) & causal
        # A row that sees nothing has no softmax.
        seen |= torch.eye(self._width, dtype=torch.bool)
        return {"input_ids": ids, "labels": labels, "position_ids": positions, "attention_mask": seen[:, None]}
