"""Windows as the padded batches that a model takes, all laid out at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from itner.taggers.encoder.pieces import join_ranges
from itner.taggers.encoder.windows import Windows

Inputs = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Piece ids, attention mask and casing, int64 [batch, length] each."""


@dataclass(frozen=True)
class Batches:
    """Batches of windows of like length, one after the other.

    Attributes:
        inputs: int64 [3, cells], ids, mask and casing, padding included.
        bounds: int64 [batches + 1], at which cells the batches begin, and the last one ends.
        rows: int64 [batches], how many windows each has.
        cells: int64 [windows], the cell of each window's first piece.
    """

    inputs: np.ndarray
    bounds: np.ndarray
    rows: np.ndarray
    cells: np.ndarray

    def __iter__(self) -> Iterator[Inputs]:
        for row_count, start, stop in zip(self.rows, self.bounds[:-1], self.bounds[1:], strict=True):
            ids, mask, casing = self.inputs[:, start:stop].reshape(3, row_count, -1)
            yield ids, mask, casing


def lay_out(windows: Windows, pieces: int) -> Batches:
    """The windows by length, in batches of at most so many pieces, padding included, or of one window."""
    lengths = windows.lengths
    order = np.argsort(lengths, kind="stable")
    ordered = lengths[order]
    stops = _find_stops(ordered.tolist(), pieces)
    rows = np.diff(stops, prepend=0)
    # Sorted by length, the last window of a batch is its longest.
    widths = ordered[stops - 1]
    bounds = np.concatenate(([0], np.cumsum(rows * widths)))
    cells = np.empty(len(order), np.int64)
    each = widths.repeat(rows)
    cells[order] = each.cumsum() - each
    filled = join_ranges(cells, lengths)
    inputs = np.zeros((3, bounds[-1]), np.int64)
    for row, values in zip(inputs, (windows.ids, 1, windows.casing), strict=True):
        row[filled] = values
    return Batches(inputs, bounds, rows, cells)


def _find_stops(lengths: list[int], pieces: int) -> np.ndarray:
    """Before which windows, sorted by length, the batches end."""
    stops = []
    start = 0
    for stop in range(1, len(lengths)):
        # The next window would be the longest of its batch.
        if (stop - start + 1) * lengths[stop] > pieces:
            stops.append(stop)
            start = stop
    return np.array([*stops, len(lengths)] if lengths else [], np.int64)
