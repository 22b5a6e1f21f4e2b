"""What tagging a corpus takes, by a sample of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from itner.bulk.blocks import Block, Lines, Range, Rows, cut_blocks
from itner.bulk.records import read_block
from itner.bulk.worker import Given, Worker
from itner.core.stopwatch import Stopwatch
from itner.records.bulk import BulkJob, ShardCounts, Source
from itner.records.workspace import Workspace
from itner.workflows.tag_corpus import Planned

# What is read of so many places, together.
_PLACES, _SAMPLE_BYTES = 8, 2**20
# Of what is packed, so much is unpacked to see how much of it there is.
_UNPACKED = 64 * 2**20
T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """What was read and tagged of sources of one kind, in `seconds` in one process; nothing of it was written.

    Attributes:
        stored: bytes of sources that the sample is of, of `total`.
    """

    sample: ShardCounts
    seconds: float
    stored: int
    total: int

    @property
    def share(self) -> float:
        """How often the sample goes into all of them."""
        return self.total / max(self.stored, 1)


@dataclass(frozen=True)
class Estimate:
    """What a job takes, by a sample of it.

    Attributes:
        parts: a gigabyte of packed logs is other work than one of tables, so each kind counts for itself.
        limit: of texts; None for all.
        unread: sources of the sample that cannot be read, with the reason.
    """

    parts: tuple[Part, ...]
    limit: int | None
    unread: Mapping[str, str]

    @property
    def sample(self) -> ShardCounts:
        """Of all kinds."""
        return sum((part.sample for part in self.parts), ShardCounts())

    @property
    def seconds(self) -> float:
        """Of the sample."""
        return sum(part.seconds for part in self.parts)

    @property
    def texts(self) -> float:
        """That are going to be tagged."""
        return self._found if self.limit is None else min(self._found, self.limit)

    def hours(self, processes: int) -> float:
        """With so many processes like that of the sample."""
        seconds = sum(part.seconds * part.share for part in self.parts)
        return seconds * self.texts / max(self._found, 1) / processes / 3600

    @property
    def _found(self) -> float:
        return sum(part.sample.records * part.share for part in self.parts)


def estimate(planned: Planned, place: Workspace, threads: int = 1) -> Estimate:
    """What a job takes, by some of the text at several places of it.

    What can be read from its beginning alone is sampled there.

    Args:
        threads: of a process.
    """
    job = planned.job
    # Nothing is written, wherever the folder is.
    worker = Worker(Given(job, Path(), place.models, threads, planned.key))
    kinds: dict[tuple[str, str | None], list[Source]] = {}
    for source in job.sources:
        kinds.setdefault((source.form, source.packing), []).append(source)
    places = max(1, _PLACES // len(kinds))
    parts: list[Part] = []
    unread: dict[str, str] = {}
    for sources in kinds.values():
        counts = ShardCounts()
        seconds, stored = 0.0, 0
        for block, small in _sample(replace(job, sources=tuple(sources)), places):
            if not counts.records and not any(part.sample.records for part in parts):
                # Once for nothing, because the first call of a network is slow.
                worker.handle(read_block(replace(block, most=20), small), Stopwatch())
            watch, started = Stopwatch(), time.perf_counter()
            records = read_block(block, small)
            texts, without = len(records), records.without_text
            unread |= records.unread
            _, found = worker.handle(records, watch)
            seconds += time.perf_counter() - started
            stored += block.stored
            counts += replace(found, records=texts, without_text=without, left_out=len(records.left_out))
        parts.append(Part(counts, seconds, stored, sum(source.size for source in sources)))
    return Estimate(tuple(parts), job.limit, unread)


def _sample(job: BulkJob, most: int = _PLACES) -> Iterator[tuple[Block, BulkJob]]:
    """Blocks from all over the sources, each with a job of blocks of its size.

    Args:
        most: places.
    """
    sources = _spread([source for source in job.sources if source.size], most)
    small = replace(job, block_bytes=max(_SAMPLE_BYTES // _PLACES, 1))
    for number, source in enumerate(sources):
        # Few sources are looked at in several places; they share what there is to look at.
        places = len(range(number, most, len(sources)))
        for block in _cut(source, small, places):
            yield block, small


def _cut(source: Source, job: BulkJob, places: int) -> list[Block]:
    mine = replace(job, sources=(source,))
    if source.packing or source.form == "csv":
        # It takes as much of it as the places of others together.
        blocks = cut_blocks(replace(mine, block_bytes=job.block_bytes * places))
        first = next(blocks, None)
        if first is None:
            return []
        # What is packed is read ahead of what comes out, which tells little of how much that is, until much came out.
        taken = read = _count(first)
        stored = first.stored
        for block in blocks if source.packing else ():
            if read >= _UNPACKED:
                break
            read, stored = read + _count(block), stored + block.stored
        return [replace(first, stored=round(stored * taken / read))] if read else [first]
    if source.form == "parquet":
        return _spread(list(cut_blocks(mine)), places)
    last = max(0, source.size - job.block_bytes)
    starts = sorted({last * place // max(places - 1, 1) for place in range(places)}) if last else [0]
    ends = [min(start + job.block_bytes, source.size) for start in starts]
    # Places of a small source touch each other; nothing of it is counted twice.
    ends = [min(end, follows) for end, follows in zip(ends, [*starts[1:], source.size], strict=True)]
    return [
        Block(number, (Range(source, start, end),), end - start)
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
    ]


def _count(block: Block) -> int:
    """Bytes or characters that travel with a block."""
    found = 0
    for stretch in block.stretches:
        if isinstance(stretch, Lines):
            found += len(stretch.data)
        elif isinstance(stretch, Rows):
            found += sum(len(cell) for cells in stretch.cells.values() for cell in cells)
    return found


def _spread(things: Sequence[T], most: int) -> list[T]:
    """At most so many of them, from the first to the last."""
    if len(things) <= most:
        return list(things)
    return [things[(len(things) - 1) * place // max(most - 1, 1)] for place in range(most)]
