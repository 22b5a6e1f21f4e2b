"""What tagging a corpus takes, by a sample of it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
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
class Estimate:
    """What a job takes, by a sample of it.

    Attributes:
        sample: what was read and tagged for it, in `seconds` in one process; nothing of it was written.
        stored: bytes of sources that the sample is of, of `total`.
        limit: of texts; None for all.
    """

    sample: ShardCounts
    seconds: float
    stored: int
    total: int
    limit: int | None

    @property
    def texts(self) -> float:
        """That are going to be tagged."""
        found = self.sample.records * self.total / max(self.stored, 1)
        return found if self.limit is None else min(found, self.limit)

    def hours(self, processes: int) -> float:
        """With so many processes like that of the sample."""
        return self.seconds * self.texts / max(self.sample.records, 1) / processes / 3600


def estimate(planned: Planned, place: Workspace, threads: int = 1) -> Estimate:
    """What a job takes, by some of the text at several places of it.

    What can be read from its beginning alone is sampled there.

    Args:
        threads: of a process.
    """
    job = planned.job
    # Nothing is written, wherever the folder is.
    worker = Worker(Given(job, Path(), place.models, threads, planned.key))
    counts = ShardCounts()
    seconds, stored = 0.0, 0
    for block, small in _sample(job):
        if not counts.records:
            # Once for nothing, because the first call of a network is slow.
            worker.handle(read_block(replace(block, most=20), small), Stopwatch())
        watch, started = Stopwatch(), time.perf_counter()
        records = read_block(block, small)
        texts = len(records)
        _, found = worker.handle(records, watch)
        seconds += time.perf_counter() - started
        stored += block.stored
        counts += replace(found, records=texts)
    return Estimate(counts, seconds, stored, sum(source.size for source in job.sources), job.limit)


def _sample(job: BulkJob) -> Iterator[tuple[Block, BulkJob]]:
    """Blocks from all over the sources, each with a job of blocks of its size."""
    sources = _spread([source for source in job.sources if source.size], _PLACES)
    small = replace(job, block_bytes=max(_SAMPLE_BYTES // _PLACES, 1))
    for number, source in enumerate(sources):
        # Few sources are looked at in several places; they share what there is to look at.
        places = len(range(number, _PLACES, len(sources)))
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
