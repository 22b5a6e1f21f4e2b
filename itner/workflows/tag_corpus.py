"""Tagging more than fits into memory: what is found is written in shards, and a stop costs no more than a block."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout

from itner._version import __version__
from itner.bulk.blocks import Block, cut_blocks
from itner.bulk.columns import find_table
from itner.bulk.pool import run_pool
from itner.bulk.records import read_block
from itner.bulk.redaction import KEYED, fingerprint
from itner.bulk.shards import LOCK, TIMINGS, Shards
from itner.bulk.sources import find_sources, is_read
from itner.bulk.worker import Done, Given
from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.provenance import describe_machine, peak_memory_mib, usable_cores
from itner.core.types import Device
from itner.domains.registry import default_domain, get_domain
from itner.records.bulk import BulkJob, BulkManifest, BulkTimings, Engine, Form, Hiding, Output, ShardCounts
from itner.records.codec import to_json
from itner.records.files import write_atomic
from itner.records.store import Run, RunStore, is_complete
from itner.records.workspace import Workspace
from itner.taggers.registry import check_guideline, check_variants, kind_of, recipe_of
from itner.taggers.variants import ONNX_VARIANTS
from itner.workflows.open import built
from itner.workflows.redact import find_threshold, make_plan, personal_domain

# Of all that is tagged, about so many blocks, within bounds: work for every core of little text, and of much as little
# memory; 16 MiB take 70 MiB more of each process than 4, and were no faster.
_BLOCKS, _LEAST_BLOCK, _MOST_BLOCK = 256, 2**18, 2**21
# What can change what stands in a shard.
_PACKAGES = ("numpy", "onnxruntime", "pyarrow", "tokenizers")


@dataclass(frozen=True)
class Redacting:
    """How texts are redacted rather than tagged.

    Attributes:
        method: of all types that no other method is given for.
        types: those that are hidden; None for those that point at a person, or for all where none does.
        methods: of single types.
        key: what hashes and pseudonyms depend on; it is written nowhere.
        share: of personal characters that is to be hidden, see `choose_threshold`; None for what is most likely.
    """

    method: Hiding
    types: tuple[str, ...] | None = None
    methods: Mapping[str, Hiding] = field(default_factory=dict)
    key: bytes | None = field(default=None, repr=False)
    share: float | None = None


@dataclass(frozen=True)
class Asked:
    """How a corpus is read, tagged and written; see `BulkJob`.

    Attributes:
        form: of all sources; None for what each is called.
        variant: None for the one to deploy.
        block_bytes: None for what fits the size of all sources.
    """

    run: str
    variant: str | None = None
    form: Form | None = None
    text_columns: tuple[str, ...] = ()
    id_column: str | None = None
    carried: tuple[str, ...] = ()
    encoding: str = "utf-8"
    delimiter: str | None = None
    guideline: str | None = None
    threshold: float = 0.0
    with_text: bool = False
    output: Output = "parquet"
    block_bytes: int | None = None
    limit: int | None = None
    redacting: Redacting | None = None
    summarized: bool = False
    date_column: str | None = None
    device: Device = "cpu"


@dataclass(frozen=True)
class Planned:
    """A job, and what was found that is none of its sources, with the reason.

    Attributes:
        assumed: what nobody said, in words.
        key: see `Redacting`.
    """

    job: BulkJob
    problems: dict[str, str]
    assumed: tuple[str, ...]
    key: bytes | None = field(default=None, repr=False)


def default_run(place: Workspace, redacts: bool = False) -> str:
    """The run of the domain's release, or of that for personal data; InputError where it is not here."""
    release = (personal_domain() if redacts else get_domain(default_domain())).release
    if release is None or not is_complete(place.models / release.default):
        raise InputError("the default run is not here; name one with --run")
    return release.default


def plan(
    given: Sequence[str], asked: Asked, place: Workspace, progress: Progress = silent, output: Path | None = None
) -> Planned:
    """What is to be done; the run's files are built where they are missing.

    Args:
        output: where it is going to be written.
    Raises:
        InputError: there is no such source, run, variant or column; the run asks a server that is paid; or what is
            written would be read by the next call.
    """
    found = find_sources(given, asked.form)
    if output is not None:
        for name in given:
            if is_read(name, output):
                raise InputError(f"this is in {name}, all of which is read; name a folder outside", path=output)
    run = RunStore(place.models).load(asked.run)
    kind = kind_of(run)
    if kind.remote(run) is not None:
        raise InputError(f"run {run.name} asks a server for every text; `itner label-batch` is for that", path=run.path)
    variant = asked.variant or kind.live[0]
    check_variants(run, [variant])
    check_guideline(run, asked.guideline)
    if asked.device != "cpu":
        able = [name for name in ONNX_VARIANTS if name in kind.variants and recipe_of(run, name) is None]
        if variant not in able:
            remedy = f"; name another with --variant: {', '.join(able)}" if able else ""
            raise InputError(f"{variant} is no network for {asked.device}{remedy}", path=run.path)
    hidden, key, decides_at = _plan_redaction(asked, run, variant)
    built(run.name, place, (variant,), progress)
    assumed = []
    table = find_table(found.sources, asked.text_columns, asked.encoding, asked.delimiter)
    columns = table.texts if table is not None else asked.text_columns
    if table is not None:
        address = table.source.address
        if not asked.text_columns:
            assumed.append(f"the text is in `{columns[0]}`, by {address}; name another one with --text-column")
        others = (asked.id_column, asked.date_column, *asked.carried)
        named = [*columns, *(name for name in others if name)]
        for name, count in table.count_repeated(named).items():
            assumed.append(f"`{name}` stands {count} times in the header of {address}; the first is read")
        for name in table.list_absent(named):
            assumed.append(f"`{name}` is in none of the first records of {address}")
    if table is None and (columns or asked.id_column or asked.carried or asked.date_column):
        raise InputError("lines of text have no columns; leave out options that name some")
    if hidden and asked.id_column:
        assumed.append(f"what `{asked.id_column}` holds names the records, and is written as it is")
    elif hidden:
        assumed.append("records are named by the names of their sources, which are written as they are")
    if asked.redacting is not None and asked.redacting.key is not None and key is None:
        assumed.append("nothing that stands in the place of what is found depends on the key")
    if any(source.form == "lines" for source in found.sources):
        assumed.append("each line of a text file is a text")
    job = BulkJob(
        sources=found.sources,
        text_columns=columns,
        id_column=asked.id_column,
        carried=tuple(dict.fromkeys(asked.carried)),
        encoding=asked.encoding,
        delimiter=asked.delimiter,
        run=run.name,
        variant=variant,
        model_sha256=run.info.model_sha256,
        domain=run.info.domain,
        types=run.info.types,
        guideline=asked.guideline,
        threshold=asked.threshold,
        with_text=asked.with_text,
        output=asked.output,
        block_bytes=asked.block_bytes or _fit_blocks(sum(source.size for source in found.sources)),
        limit=asked.limit,
        versions={"itner": __version__} | {name: version(name) for name in _PACKAGES},
        hidden=hidden,
        key_sha256=fingerprint(key) if key is not None else None,
        decides_at=decides_at,
        summarized=asked.summarized,
        date_column=asked.date_column,
        device=asked.device,
    )
    return Planned(job, found.problems, tuple(assumed), key)


def _plan_redaction(asked: Asked, run: Run, variant: str) -> tuple[dict[str, Hiding], bytes | None, float | None]:
    """What is hidden and how, the key where that depends on one, and the threshold at which the run decides."""
    how = asked.redacting
    if how is None:
        return {}, None, None
    if asked.with_text or asked.summarized:
        raise InputError("redacted texts are written without what was found; leave out --spans and --summary")
    plan = make_plan(get_domain(run.info.domain), how.method, how.types, how.methods, how.key)
    hidden = dict(plan.methods)
    keyed = sorted(KEYED.intersection(hidden.values()))
    if keyed and how.key is None:
        raise InputError(f"{keyed[0]} depends on a key, the same in every call; name its file with --key-file")
    threshold = None
    if how.share is not None:
        threshold = find_threshold(run, variant, how.share, plan).threshold
    return hidden, how.key if keyed else None, threshold


def _fit_blocks(size: int) -> int:
    return min(max(size // _BLOCKS, _LEAST_BLOCK), _MOST_BLOCK)


def tag_corpus(
    planned: Planned,
    output: Path,
    place: Workspace,
    processes: int | None,
    threads: int = 1,
    progress: Progress = silent,
    engine: Engine = "local",
    address: str | None = None,
) -> BulkManifest:
    """Tag all that is not done yet, and write the manifest when all is.

    Args:
        processes: at most; None for as many as the cores are worth.
        threads: of each process.
        engine: what shares the blocks out; the output is the same.
        address: of a cluster of Ray; None starts one on this machine.
    Raises:
        InputError: the folder holds something else, or another call is at work on it.
    """
    job = planned.job
    shards = Shards(output, job)
    if output.exists() and not output.is_dir():
        raise InputError("a file stands there; name a folder", path=output)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"no folder can be made there ({error.strerror})", path=output) from None
    # Before anything is written into it, were it no more than the lock.
    shards.check_folder()
    lock = FileLock(output / LOCK)
    try:
        with lock.acquire(blocking=False):
            manifest = shards.begin()
            if manifest is not None:
                return manifest
            given = Given(job, output, place.models, threads, planned.key)
            return _go_on(planned, shards, given, Spread(engine, address, processes), progress)
    except Timeout:
        raise InputError("another call is writing into this folder", path=output) from None


@dataclass(frozen=True)
class Spread:
    """What shares the blocks out; see `tag_corpus`."""

    engine: Engine
    address: str | None
    processes: int | None

    def run(self, given: Given, blocks: Iterable[Block]) -> Iterator[Done]:
        """What comes of each block."""
        if self.engine == "local":
            return run_pool(given, blocks, self.used(given) or 1)
        from itner.bulk.cluster import run_cluster

        return run_cluster(given, blocks, self.address, self.processes)

    def used(self, given: Given) -> int | None:
        """Processes; None where a cluster decides."""
        if self.processes or self.engine != "local":
            return self.processes
        return max(1, usable_cores() // given.threads) if given.job.device == "cpu" else 1


def _go_on(planned: Planned, shards: Shards, given: Given, spread: Spread, progress: Progress) -> BulkManifest:
    started = time.monotonic()
    job = planned.job
    done = shards.done()
    total = max(1, sum(source.size for source in job.sources))
    stored, tagged, peak = sum(shard.stored for shard in done.values()), ShardCounts(), 0.0
    # Blocks are dealt out while others come back.
    known = frozenset(done)
    blocks = (block for block in _limited(cut_blocks(job), job) if block.number not in known)

    def say() -> None:
        rate = tagged.tokens / max(time.monotonic() - started, 1e-9)
        speed = f", {rate:,.0f} tokens/s" if tagged.tokens else ""
        progress(f"tagging by {job.run}: {tagged.records:,} texts{speed}", min(stored / total, 0.999))

    say()
    for each in spread.run(given, blocks):
        done[each.shard.number] = each.shard
        stored += each.shard.stored
        tagged += each.shard.counts
        peak = max(peak, each.peak_mib or 0.0)
        say()
    stages: Counter[str] = Counter()
    for shard in done.values():
        stages.update(shard.seconds)
    timings = BulkTimings(
        engine=spread.engine,
        stages={name: round(seconds, 2) for name, seconds in stages.items()},
        wall_seconds=round(time.monotonic() - started, 2),
        tagged=tagged,
        processes=spread.used(given),
        threads=given.threads,
        peak_mib={name: most for name, most in {"worker": peak, "dealer": peak_memory_mib()}.items() if most},
        machine=describe_machine(),
    )
    # The manifest comes last: whoever finds it finds all the rest.
    write_atomic(shards.folder / TIMINGS, to_json(timings))
    manifest = shards.conclude(done.values(), planned.problems)
    progress(f"tagging by {job.run}: {tagged.records:,} texts", 1.0)
    return manifest


def _limited(blocks: Iterable[Block], job: BulkJob) -> Iterator[Block]:
    """Blocks up to the limit of records, for which those before must be read here, too."""
    if job.limit is None:
        yield from blocks
        return
    left = job.limit
    for block in blocks:
        if left <= 0:
            return
        found = len(read_block(block, job))
        yield replace(block, most=left) if found >= left else block
        left -= found
