"""What tags blocks: a tagger that is opened once, and the stages of a block, whatever hands the blocks out."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from itner.bulk.blocks import Block
from itner.bulk.core import mark_texts
from itner.bulk.records import Records, read_block
from itner.bulk.redaction import plan_of, redact_records
from itner.bulk.shards import Shards
from itner.core.provenance import peak_memory_mib
from itner.core.reading import Marks
from itner.core.stopwatch import Stopwatch
from itner.records.bulk import BulkJob, Shard, ShardCounts
from itner.records.store import RunStore
from itner.taggers.base import Adjustable
from itner.taggers.device import use_device
from itner.taggers.registry import open_variant

# Blocks dealt out to each worker: the one it is at, and the next. More would only take memory.
AHEAD = 2


@dataclass(frozen=True)
class Done:
    """A block that is done.

    Attributes:
        peak_mib: the most memory that the process had so far; None where the system does not tell.
    """

    shard: Shard
    peak_mib: float | None


@dataclass(frozen=True)
class Given:
    """What a worker is given.

    Attributes:
        folder: of the output.
        models: the folder with the run.
        threads: of the tagger.
        key: of what stands in the place of what is redacted; it is written nowhere.
    """

    job: BulkJob
    folder: Path
    models: Path
    threads: int = 1
    key: bytes | None = field(default=None, repr=False)


class Worker:
    """Tags blocks of a job, or redacts them."""

    def __init__(self, given: Given):
        # Beside each other, processes are the threads.
        os.environ["TOKENIZERS_PARALLELISM"] = "false"
        self._job = job = given.job
        self._shards = Shards(given.folder, job)
        use_device(job.device)
        self._tagger = open_variant(RunStore(given.models).load(job.run), job.variant, given.threads)
        if job.decides_at is not None:
            if not isinstance(self._tagger, Adjustable):
                raise TypeError(f"{job.run} has no threshold at which it decides")
            self._tagger = self._tagger.at(job.decides_at)
        self._plan = plan_of(job, given.key)

    def do(self, block: Block) -> Done:
        """Read, tag and write a block."""
        watch = Stopwatch()
        records = read_block(block, self._job)
        watch.lap("read")
        marks, counts = self.handle(records, watch)
        counts = replace(
            counts, records=len(records), without_text=records.without_text, left_out=len(records.left_out)
        )
        shard = self._shards.write(block.number, block.stored, records, marks, counts)
        watch.lap("write")
        shard = replace(shard, seconds={name: round(seconds, 4) for name, seconds in watch.seconds.items()})
        self._shards.finish(shard)
        return Done(shard, peak_memory_mib())

    def handle(self, records: Records, watch: Stopwatch) -> tuple[Marks | None, ShardCounts]:
        """The mentions of records; None where the records are redacted, in their place."""
        characters = sum(map(len, records.texts))
        if self._plan is None:
            marks = self._mark(records.texts, watch)
            watch.start()
            types = dict(zip(self._job.types, np.bincount(marks.types, minlength=len(self._job.types)), strict=True))
        else:
            marks = None
            started, before = time.perf_counter(), sum(watch.seconds.values())
            types = redact_records(records, lambda texts: self._mark(texts, watch), self._job.types, self._plan)
            marking = sum(watch.seconds.values()) - before
            watch.add("redact", time.perf_counter() - started - marking)
            watch.start()
        return marks, ShardCounts(
            characters=characters,
            tokens=watch.counts["tokens"],
            sentences=watch.counts["sentences"],
            distinct=watch.counts["distinct"],
            unscored=watch.counts["unscored"],
            mentions={name: int(types.get(name, 0)) for name in self._job.types},
        )

    def _mark(self, texts: Sequence[str], watch: Stopwatch) -> Marks:
        marks = mark_texts(self._tagger, texts, self._job.guideline, watch)
        least = self._job.threshold
        if not least:
            return marks
        unscored = np.isnan(marks.scores)
        watch.counts["unscored"] += int(unscored.sum())
        return marks.take(unscored | (marks.scores >= least))
