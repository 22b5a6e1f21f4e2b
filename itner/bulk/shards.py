"""Blocks as shards on disk: written under another name and renamed, each once, however often the work is stopped."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from itner.bulk.records import Records
from itner.bulk.summary import summarize, tally, write_summary
from itner.core.errors import InputError
from itner.core.reading import Marks
from itner.core.words import counted
from itner.records.bulk import BulkJob, BulkManifest, Shard, ShardCounts
from itner.records.codec import to_json
from itner.records.files import is_being_filled, read_record, replacing, sha256_file, sweep_folder, write_atomic

JOB, MANIFEST, TIMINGS = "job.json", "manifest.json", "timings.json"
# Receipts of shards, while there is no manifest.
WORK = ".work"
# Who holds it writes into the folder.
LOCK = ".lock"
LEFT_OUT = "left_out"
TEXT_HASH = "the first 128 bits of the SHA-256 of the text in UTF-8, in hexadecimal"
_DIGITS = 32
# Bytes: some 500 a shard, 200 a source, of millions.
_MOST_JSON = 2**31
# Of a job, what is called otherwise on the command line.
_SAID = {
    "output": "format",
    "hidden": "redact",
    "key_sha256": "key",
    "summarized": "summary",
    "with_text": "spans",
    "block_bytes": "block",
    "text_columns": "text-column",
    "id_column": "id-column",
    "date_column": "date-column",
    "carried": "carry",
    "decides_at": "recall",
}


class Shards:
    """The folder of a job's output."""

    def __init__(self, folder: Path, job: BulkJob):
        self.folder, self.job = folder, job

    def check_folder(self) -> None:
        """InputError where the folder holds something else."""
        if (self.folder / JOB).is_file():
            return
        # What a call leaves that was killed before it had written what it is about.
        job = self.folder / JOB
        other = [path for path in self.folder.iterdir() if path.name != LOCK and not is_being_filled(path, job)]
        if any(path.name != WORK or not path.is_dir() or any(path.iterdir()) for path in other):
            raise InputError("name a new or empty folder, or that of the same job", path=self.folder)

    def begin(self) -> BulkManifest | None:
        """Take the folder for this job; its manifest where all was done before.

        Raises:
            InputError: something else is in it, or the output of another job.
        """
        known: BulkJob | None = read_record(self.folder / JOB, BulkJob, "name another folder", _MOST_JSON)
        if known is None:
            self.check_folder()
            (self.folder / WORK).mkdir(parents=True, exist_ok=True)
            write_atomic(self.folder / JOB, to_json(self.job), durable=True)
            return None
        if known != self.job:
            before = asdict(known)
            changed = [_SAID.get(name, name) for name, value in asdict(self.job).items() if before[name] != value]
            raise InputError(
                f"the output of another job is here, which differs in {', '.join(changed)}; name another folder",
                path=self.folder,
            )
        manifest: BulkManifest | None = read_record(
            self.folder / MANIFEST, BulkManifest, "name another folder", _MOST_JSON
        )
        for folder in (self.folder, self.folder / WORK, self.folder / LEFT_OUT):
            sweep_folder(folder)
        if manifest is None:
            (self.folder / WORK).mkdir(exist_ok=True)
            return None
        # What a call that was killed at its end left.
        shutil.rmtree(self.folder / WORK, ignore_errors=True)
        changed = [
            str(each.file or self._left_out(each.number)) for each in manifest.shards if not self._is_whole(each)
        ]
        if changed:
            raise InputError(
                f"{counted(len(changed), 'file')} of the output changed since it was written, or went, such as "
                f"{changed[0]}; name another folder",
                path=self.folder,
            )
        return manifest

    def done(self) -> dict[int, Shard]:
        """The shards that are whole, by their number."""
        found = {}
        for path in (self.folder / WORK).glob("*.json"):
            try:
                shard: Shard | None = read_record(path, Shard)
            except InputError:
                # Damaged, and so of no block: that is done again.
                continue
            if shard is None or path.stem != f"{shard.number:06}" or shard.file not in (None, self._name(shard.number)):
                continue
            if self._is_whole(shard) and (not self.job.summarized or self._tally(shard.number).is_file()):
                found[shard.number] = shard
        return found

    def _is_whole(self, shard: Shard) -> bool:
        """Whether its files are as they were written: a disk that was filled or without power may have lost some."""
        if shard.counts.left_out and not self._left_out(shard.number).is_file():
            return False
        path = self.folder / shard.file if shard.file is not None else None
        return path is None or (path.is_file() and sha256_file(path) == shard.sha256)

    def write(self, number: int, stored: int, records: Records, marks: Marks | None, counts: ShardCounts) -> Shard:
        """Write what a block gave; its receipt comes last, by `finish`.

        Args:
            marks: None for redacted texts.
        """
        if records.left_out:
            lines = [json.dumps(asdict(each), ensure_ascii=False) for each in records.left_out]
            (self.folder / LEFT_OUT).mkdir(exist_ok=True)
            write_atomic(self._left_out(number), "".join(f"{line}\n" for line in lines), durable=True)
        if self.job.summarized and marks is not None:
            with replacing(self._tally(number), durable=True) as out:
                pq.write_table(tally(records, marks, self.job), out, compression="zstd")
        file = sha256 = None
        if len(records):
            table = make_table(records, marks, self.job)
            file = self._name(number)
            with replacing(self.folder / file, durable=True) as out:
                if self.job.output == "parquet":
                    pq.write_table(table, out, compression="zstd")
                else:
                    for row in table.to_pylist():
                        out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
            sha256 = hashlib.sha256((self.folder / file).read_bytes()).hexdigest()
        return Shard(number, file, sha256, stored, counts, records.unread)

    def finish(self, shard: Shard) -> None:
        """A shard is whole from here on."""
        write_atomic(self.folder / WORK / f"{shard.number:06}.json", to_json(shard, indent=None), durable=True)

    def conclude(self, shards: Iterable[Shard], problems: Mapping[str, str]) -> BulkManifest:
        """Write the manifest, by which the job is done; the receipts go.

        Args:
            problems: what was found that is no source.
        """
        ordered = tuple(replace(each, seconds={}) for each in sorted(shards, key=lambda each: each.number))
        total = sum((each.counts for each in ordered), ShardCounts())
        unread = dict(problems) | {name: reason for each in ordered for name, reason in each.unread.items()}
        manifest = BulkManifest(self.job, total, dict(sorted(unread.items())), TEXT_HASH, ordered)
        if self.job.summarized:
            write_summary(self.folder, summarize([self._tally(each.number) for each in ordered], self.job))
        write_atomic(self.folder / MANIFEST, to_json(manifest), durable=True)
        shutil.rmtree(self.folder / WORK)
        return manifest

    def _name(self, number: int) -> str:
        return f"{'redacted' if self.job.hidden else 'tagged'}-{number:06}.{self.job.output}"

    def _left_out(self, number: int) -> Path:
        return self.folder / LEFT_OUT / f"left_out-{number:06}.jsonl"

    def _tally(self, number: int) -> Path:
        return self.folder / WORK / f"{number:06}.tally"


def hash_text(text: str) -> str:
    """See `TEXT_HASH`."""
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def make_table(records: Records, marks: Marks | None, job: BulkJob) -> Any:
    """A row a text, with its mentions as a list of structures, or with what is left of it after redaction."""
    columns = {"id": pa.array(records.ids, pa.string())}
    if records.columns:
        columns["column"] = pa.array(records.columns, pa.string())
    # A hash of what was redacted would tell who guesses it.
    last = "mentions" if marks is not None else "text"
    if marks is not None:
        columns["text_hash"] = pa.array(list(map(hash_text, records.texts)), pa.string())
    for name, values in records.carried.items():
        # A column of theirs that has one of our names keeps it, behind a mark.
        while name in (*columns, last, "column"):
            name = f"carried_{name}"
        columns[name] = pa.array(values, pa.string())
    columns[last] = _list_mentions(records, marks, job) if marks is not None else pa.array(records.texts, pa.string())
    return pa.table(columns)


def _list_mentions(records: Records, marks: Marks, job: BulkJob) -> Any:
    counts = np.bincount(marks.texts, minlength=len(records))
    fields = {
        "start": pa.array(marks.starts.astype(np.int32)),
        "end": pa.array(marks.ends.astype(np.int32)),
        "type": pa.array(job.types, pa.string()).take(pa.array(marks.types)),
        "score": pa.array(marks.scores.astype(np.float32), mask=np.isnan(marks.scores)),
    }
    if job.with_text:
        places = zip(marks.texts.tolist(), marks.starts.tolist(), marks.ends.tolist(), strict=True)
        fields["text"] = pa.array([records.texts[text][start:end] for text, start, end in places], pa.string())
    mentions = pa.StructArray.from_arrays(list(fields.values()), list(fields))
    offsets = pa.array(np.concatenate(([0], np.cumsum(counts))).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, mentions)
