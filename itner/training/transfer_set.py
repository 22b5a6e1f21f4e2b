"""Labelled windows on disk: Arrow files that are read by mapping them into memory, so that any number of them fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from itner.core.errors import InputError
from itner.records.files import replacing

_SCHEMA = pa.schema(
    [
        ("ids", pa.list_(pa.int32())),
        ("casing", pa.list_(pa.int8())),
        ("gold", pa.list_(pa.int8())),
        ("logits", pa.list_(pa.float16())),
    ]
)
_PATTERN = "shard-{:05d}.arrow"


@dataclass(frozen=True)
class LabelledWindow:
    """A model's input with what its teachers say of every piece.

    Attributes:
        ids: int32 [length], special tokens included.
        casing: int8 [length].
        gold: int8 [length], the annotation's label at first pieces, -1 elsewhere.
        logits: float16 [length, labels], the log of the teachers' mean probabilities.
    """

    ids: np.ndarray
    casing: np.ndarray
    gold: np.ndarray
    logits: np.ndarray


@dataclass(frozen=True)
class Batch:
    """Windows padded to the longest of them, [windows, length] each.

    Attributes:
        ids: int64, 0 where there is no piece.
        mask: int64, 1 where there is one.
        casing: int64.
        gold: int64, the annotation's label at first pieces, -1 elsewhere.
        logits: float16 [windows, length, labels], see `LabelledWindow`.
    """

    ids: np.ndarray
    mask: np.ndarray
    casing: np.ndarray
    gold: np.ndarray
    logits: np.ndarray


def shard_path(folder: Path, number: int) -> Path:
    """Where a shard is or will be."""
    return folder / _PATTERN.format(number)


def write_shard(path: Path, windows: Sequence[LabelledWindow]) -> None:
    """Write windows as one file, which appears when it is whole."""
    columns = {
        "ids": [window.ids for window in windows],
        "casing": [window.casing for window in windows],
        "gold": [window.gold for window in windows],
        "logits": [window.logits.reshape(-1) for window in windows],
    }
    arrays = [_ragged(columns[field.name], field.type.value_type) for field in _SCHEMA]
    with replacing(path) as file, pa.ipc.new_file(file, _SCHEMA) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=_SCHEMA))


def is_whole(path: Path, labels: int) -> bool:
    """Whether a shard is there and can be read, with as many labels for every piece."""
    try:
        _open_shard(path, labels)
    except InputError:
        return False
    return True


class TransferSet:
    """The windows of a folder's shards, in order, none of them in memory before it is asked for."""

    def __init__(self, folder: Path, labels: int, shards: int):
        self._labels = labels
        self._columns: list[dict[str, tuple[np.ndarray, np.ndarray]]] = []
        lengths = []
        for number in range(shards):
            batch = _open_shard(shard_path(folder, number), labels)
            self._columns.append(
                {
                    name: (
                        batch.column(name).offsets.to_numpy(),
                        batch.column(name).values.to_numpy(zero_copy_only=True),
                    )
                    for name in _SCHEMA.names
                }
            )
            lengths.append(batch.num_rows)
        self._starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))

    def __len__(self) -> int:
        return int(self._starts[-1])

    def lengths(self) -> np.ndarray:
        """The number of pieces of each window, int64 [windows]."""
        parts = [np.diff(columns["ids"][0]).astype(np.int64) for columns in self._columns]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def __getitem__(self, index: int) -> LabelledWindow:
        if not 0 <= index < len(self):
            raise IndexError(index)
        shard = int(np.searchsorted(self._starts, index, side="right")) - 1
        row = index - int(self._starts[shard])

        def part(name: str) -> np.ndarray:
            offsets, values = self._columns[shard][name]
            return values[offsets[row] : offsets[row + 1]]

        return LabelledWindow(part("ids"), part("casing"), part("gold"), part("logits").reshape(-1, self._labels))

    def batch(self, indices: Sequence[int] | np.ndarray) -> Batch:
        """Some of the windows, side by side."""
        windows = [self[int(index)] for index in indices]
        shape = len(windows), max(len(window.ids) for window in windows)
        ids, mask, casing = (np.zeros(shape, np.int64) for _ in range(3))
        gold = np.full(shape, -1, np.int64)
        logits = np.zeros((*shape, self._labels), np.float16)
        for row, window in enumerate(windows):
            length = len(window.ids)
            ids[row, :length] = window.ids
            mask[row, :length] = 1
            casing[row, :length] = window.casing
            gold[row, :length] = window.gold
            logits[row, :length] = window.logits
        return Batch(ids, mask, casing, gold, logits)

    def count_pieces(self, pieces: int) -> np.ndarray:
        """How often each of the tokenizer's pieces stands in the windows, int64 [pieces]."""
        total = np.zeros(pieces, np.int64)
        for columns in self._columns:
            total += np.bincount(columns["ids"][1], minlength=pieces)
        return total


def _open_shard(path: Path, labels: int) -> pa.RecordBatch:
    """A shard's one batch; InputError when it is not there, or its columns do not fit each other."""
    try:
        with pa.memory_map(str(path)) as file, pa.ipc.open_file(file) as reader:
            batch = reader.get_batch(0)
            batch.validate(full=True)
            fits = reader.schema == _SCHEMA and reader.num_record_batches == 1
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _not_whole(path, type(error).__name__) from None
    if not fits:
        raise _not_whole(path, "other columns")
    lengths = [np.diff(batch.column(name).offsets.to_numpy()) for name in _SCHEMA.names]
    if not all(
        np.array_equal(lengths[0] * share, each) for each, share in zip(lengths, (1, 1, 1, labels), strict=True)
    ):
        raise _not_whole(path, "columns of other lengths")
    return batch


def _not_whole(path: Path, why: str) -> InputError:
    return InputError(
        f"not a whole shard ({why}); `itner transfer` with the same options labels it again, and keeps the others",
        path=path,
    )


def _ragged(rows: Sequence[np.ndarray], kind: pa.DataType) -> pa.Array:
    offsets = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int32)
    values = np.concatenate(rows) if rows else np.zeros(0)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values, type=kind))
