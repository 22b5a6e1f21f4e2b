"""What tags blocks: a tagger that is opened once, and the stages of a block, whatever hands the blocks out."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from itner.bulk.blocks import Block
from itner.bulk.core import mark_texts
from itner.bulk.records import read_block
from itner.bulk.shards import Shards
from itner.core.stopwatch import Stopwatch
from itner.records.bulk import BulkJob, Shard, ShardCounts
from itner.records.store import RunStore
from itner.taggers.registry import open_variant


@dataclass(frozen=True)
class Done:
    """A block that is done.

    Attributes:
        peak_mib: the most memory that the process had so far.
    """

    shard: Shard
    peak_mib: float


class Worker:
    """Tags blocks of a job.

    Args:
        models: the folder with the run.
        threads: of the tagger.
    """

    def __init__(self, job: BulkJob, folder: Path, models: Path, threads: int):
        # Beside each other, processes are the threads.
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        self._job = job
        self._shards = Shards(folder, job)
        self._tagger = open_variant(RunStore(models).load(job.run), job.variant, threads)

    def do(self, block: Block) -> Done:
        """Read, tag and write a block."""
        watch = Stopwatch()
        records = read_block(block, self._job)
        watch.lap("read")
        marks = mark_texts(self._tagger, records.texts, self._job.guideline, watch)
        if self._job.threshold:
            marks = marks.take(np.isnan(marks.scores) | (marks.scores >= self._job.threshold))
        watch.start()
        types = np.bincount(marks.types, minlength=len(self._job.types)).tolist()
        counts = ShardCounts(
            records=len(records),
            without_text=records.without_text,
            left_out=len(records.left_out),
            characters=sum(map(len, records.texts)),
            tokens=watch.counts["tokens"],
            sentences=watch.counts["sentences"],
            distinct=watch.counts["distinct"],
            mentions=dict(zip(self._job.types, types, strict=True)),
        )
        shard = self._shards.write(block.number, block.stored, records, marks, counts)
        watch.lap("write")
        shard = replace(shard, seconds={name: round(seconds, 4) for name, seconds in watch.seconds.items()})
        self._shards.finish(shard)
        return Done(shard, peak_mib())


def peak_mib() -> float:
    """The most memory that this process had."""
    import resource

    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
