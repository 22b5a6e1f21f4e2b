"""What bulk tagging writes beside its shards: what was asked for, what is done, what came of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from itner.core.provenance import Machine, Provenance
from itner.core.types import Device
from itner.core.validation import STRICT, Amount, Name, NonNegative, Positive, PositiveAmount, Sha256, Share, TypeName

Form = Literal["jsonl", "csv", "lines", "parquet"]
Packing = Literal["", "gzip", "zstd", "bz2"]
Output = Literal["parquet", "jsonl"]
Engine = Literal["local", "ray"]
Hiding = Literal["mask", "label", "hash", "pseudonym"]
ALL_WEEKS, NO_WEEK = "all", "no date"
Week = Annotated[str, Field(pattern=rf"^({ALL_WEEKS}|{NO_WEEK}|\d{{4}}-W\d\d)$")]
Address = Annotated[str, Field(min_length=1, max_length=4096)]


@dataclass(frozen=True, config=STRICT)
class Source:
    """A file or an object that is tagged.

    Attributes:
        address: as it was found from what was given: a path, or an address of fsspec's.
        size: bytes, packed where it is.
        stamp: what changes when it does: the time of its last change, or its entity tag.
    """

    address: Address
    size: NonNegative
    stamp: str
    form: Form
    packing: Packing = ""


@dataclass(frozen=True, config=STRICT)
class BulkJob:
    """What was asked for; a folder holds the output of one.

    Attributes:
        text_columns: of tables and JSON; empty where there are lines alone.
        id_column: None where records are named by their source and place.
        carried: columns that go along.
        encoding: of text.
        delimiter: of columns in CSV; None for the one of each header.
        guideline: None leaves the choice to the run.
        threshold: mentions that are less certain are left out.
        hidden: by type, what stands in the place of mentions; where any is, redacted texts are written, no mentions.
        key_sha256: of the key that what stands there depends on; None where it depends on none.
        summarized: whether tables of what is mentioned are written.
        date_column: of the day by which they count weeks; None where they do not.
        device: where the network is; scores differ in their last digits.
        decides_at: how likely a type has to be to be marked, see `Adjustable`; None for the run's own way.
        with_text: whether the mentions' own text is written.
        block_bytes: of input, about as many as make a shard.
        limit: of records; None for all.
        versions: of what reads, tags and writes.
    """

    sources: tuple[Source, ...]
    text_columns: tuple[str, ...]
    id_column: str | None
    carried: tuple[str, ...]
    encoding: str
    delimiter: str | None
    run: Name
    variant: Name
    model_sha256: Sha256
    domain: Name
    types: tuple[TypeName, ...]
    guideline: Name | None
    threshold: Share
    with_text: bool
    output: Output
    block_bytes: Positive
    limit: Positive | None
    versions: dict[str, str]
    hidden: dict[TypeName, Hiding] = Field(default_factory=dict)
    key_sha256: Sha256 | None = None
    decides_at: Share | None = None
    summarized: bool = False
    date_column: str | None = None
    device: Device = "cpu"
    schema_version: Literal[1] = 1

    @property
    def other_columns(self) -> tuple[str, ...]:
        """Those that are read beside the texts."""
        named = (self.id_column, *self.carried, self.date_column)
        return tuple(dict.fromkeys(name for name in named if name))


@dataclass(frozen=True, config=STRICT)
class ShardCounts:
    """What a shard, or all of them, hold.

    Attributes:
        records: with a text that was tagged; with several text columns a record counts once for each.
        without_text: records, or columns of them, that are empty.
        left_out: records that could not be read, each with its reason in a side file.
        characters: of the texts.
        sentences, distinct: of what taggers read of them, and how many of these were different within a block.
        unscored: mentions without a score, which no threshold leaves out; counted where there is one.
        mentions: by type; of redacted texts, replacements.
    """

    records: NonNegative = 0
    without_text: NonNegative = 0
    left_out: NonNegative = 0
    characters: NonNegative = 0
    tokens: NonNegative = 0
    sentences: NonNegative = 0
    distinct: NonNegative = 0
    unscored: NonNegative = 0
    mentions: dict[TypeName, NonNegative] = Field(default_factory=dict)

    def __add__(self, other: ShardCounts) -> ShardCounts:
        names = ("records", "without_text", "left_out", "characters", "tokens", "sentences", "distinct", "unscored")
        sums = {name: getattr(self, name) + getattr(other, name) for name in names}
        types = dict.fromkeys((*self.mentions, *other.mentions))
        return ShardCounts(
            **sums, mentions={name: self.mentions.get(name, 0) + other.mentions.get(name, 0) for name in types}
        )


@dataclass(frozen=True, config=STRICT)
class Shard:
    """A block that is done.

    Attributes:
        number: of the block; its files are named by it.
        file: of its records; None where it has none.
        sha256: of that file.
        stored: bytes of the sources that it accounts for.
        unread: sources, or what is left of one, that could not be read, with the reason.
        seconds: by stage; those of another call differ.
    """

    number: NonNegative
    file: str | None
    sha256: Sha256 | None
    stored: NonNegative
    counts: ShardCounts
    unread: dict[str, str] = Field(default_factory=dict)
    seconds: dict[str, Amount] = Field(default_factory=dict)


@dataclass(frozen=True, config=STRICT)
class BulkManifest:
    """What came of a job, the same however often it was stopped on the way.

    Attributes:
        unread: all of the shards', and what was found that is no source.
        text_hash: how the column of that name comes about.
        shards: without their seconds.
    """

    job: BulkJob
    counts: ShardCounts
    unread: dict[str, str]
    text_hash: str
    shards: tuple[Shard, ...]
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class TypeCount:
    """Mentions of a type in a week, and texts that have any."""

    week: Week
    type: TypeName
    mentions: NonNegative
    texts: NonNegative


@dataclass(frozen=True, config=STRICT)
class SurfaceCount:
    """How often something is mentioned in a week, case ignored; the text as it is most often written."""

    week: Week
    type: TypeName
    text: str
    mentions: Positive


@dataclass(frozen=True, config=STRICT)
class CorpusSummary:
    """What a corpus mentions, by week where days are known.

    Attributes:
        threshold: mentions less certain are not counted.
        sources: how many there were.
        texts: of each week, and of all.
        top: what is mentioned most, of each week and type.
    """

    run: Name
    variant: Name
    model_sha256: Sha256
    domain: Name
    types: tuple[TypeName, ...]
    threshold: Share
    sources: NonNegative
    date_column: str | None
    texts: dict[Week, NonNegative]
    by_type: tuple[TypeCount, ...]
    top: tuple[SurfaceCount, ...]
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class BulkTimings:
    """How long it took: of all calls together.

    Attributes:
        stages: seconds by stage, summed over processes.
        wall_seconds: of the last call.
        tagged: what was tagged in the last call.
        processes: None where a cluster decided.
        threads: of each process.
        peak_mib: most memory of a worker, and of the process that deals, where the system tells.
        machine: on which the blocks were dealt out; a cluster may have others.
    """

    engine: Engine
    stages: dict[str, Amount]
    wall_seconds: Amount
    tagged: ShardCounts
    processes: Positive | None
    threads: Positive
    peak_mib: dict[str, Amount]
    machine: Machine
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class SizeTrial:
    """An input that was tagged as a user would, by the command.

    Attributes:
        kind: tickets, as they are drawn for rates; or lines, few of which are different, so that the largest end.
        source_bytes: of one file of JSON Lines, or of lines.
        output_bytes: of all that was written.
        peak_mib: most memory of a worker, and of the process that deals.
        output_sha256: of all that was written but how long it took: the same output has the same.
    """

    engine: Engine
    kind: Literal["tickets", "lines"]
    run: Name
    variant: Name
    seed: NonNegative
    source_bytes: Positive
    output_bytes: Positive
    block_bytes: Positive
    shards: Positive
    counts: ShardCounts
    processes: Positive
    wall_seconds: PositiveAmount
    stages: dict[str, Amount]
    peak_mib: dict[str, Amount]
    output_sha256: Sha256
    provenance: Provenance


@dataclass(frozen=True, config=STRICT)
class Kill:
    """A call of the command that was ended by SIGKILL.

    Attributes:
        after_seconds: of the call.
        shards: that were whole then, of all calls.
        whole_group: whether its processes were killed as well, or the command alone.
    """

    after_seconds: PositiveAmount
    shards: NonNegative
    whole_group: bool


@dataclass(frozen=True, config=STRICT)
class KillTrial:
    """A job that was killed at random moments and called again until it was done.

    Attributes:
        same: whether every file but how long it took is that of a call which nobody killed, byte for byte.
        left: processes that were still there after a kill and the time that they have to end.
    """

    engine: Engine
    run: Name
    variant: Name
    seed: NonNegative
    source_bytes: Positive
    shards: Positive
    kills: tuple[Kill, ...]
    same: bool
    left: NonNegative
    provenance: Provenance


@dataclass(frozen=True, config=STRICT)
class Cluster:
    """Machines and a job that are simulated.

    Attributes:
        input_mib: of the job.
        seconds_per_mib: that one core takes.
        overhead_seconds: of a block, however long it is.
        spread: of the times of blocks of equal length, the standard deviation of their logarithm.
        slow_share, slow_times: of the machines, and how many times as long they take.
        losses_per_day: of a machine; with all that it was at.
        back_after_seconds: until another one is in its place.
    """

    machines: Positive
    cores: Positive
    input_mib: PositiveAmount
    seconds_per_mib: PositiveAmount
    overhead_seconds: Amount
    spread: Amount
    slow_share: Share
    slow_times: Annotated[float, Field(ge=1)]
    losses_per_day: Amount
    back_after_seconds: Amount


@dataclass(frozen=True, config=STRICT)
class SimulatedBlocks:
    """What came of blocks of a size.

    Attributes:
        ideal_hours: with no loss, no waiting and blocks of equal times, on the same machines.
        lost_share, overhead_share, idle_share: of the time that all cores had.
    """

    block_mib: PositiveAmount
    blocks: Positive
    hours: PositiveAmount
    ideal_hours: PositiveAmount
    lost_share: Share
    overhead_share: Share
    idle_share: Share


@dataclass(frozen=True, config=STRICT)
class Simulation:
    """Jobs on a cluster that does not exist, once for each seed; `blocks` are their means.

    Attributes:
        run: whose rate was measured, from which `cluster` follows.
    """

    run: Name
    cluster: Cluster
    seeds: Positive
    blocks: tuple[SimulatedBlocks, ...]
    provenance: Provenance


@dataclass(frozen=True, config=STRICT)
class Dealing:
    """How fast one process deals out what only it can read, as bytes of the file.

    Attributes:
        kind: as in the file's name, its packing with it.
        packed_share: bytes of the file for each of what it holds.
    """

    kind: str
    mib_per_s: tuple[PositiveAmount, ...]
    packed_share: PositiveAmount


@dataclass(frozen=True, config=STRICT)
class BulkProof:
    """`data/bulk_proof.json`: inputs of several sizes, calls that were killed, dealing, a simulated cluster."""

    sizes: tuple[SizeTrial, ...] = ()
    kills: tuple[KillTrial, ...] = ()
    dealing: tuple[Dealing, ...] = ()
    simulation: Simulation | None = None
    schema_version: Literal[1] = 1


@dataclass(frozen=True, config=STRICT)
class BulkCorpus:
    """What bulk rates were measured on: tickets that were drawn, with repetition, from texts that ship.

    Attributes:
        words: of the texts' median, and the 5 and the 95 of a hundred.
        distinct: the share of sentences that are different.
    """

    seed: NonNegative
    texts: Positive
    characters: Positive
    tokens: Positive
    sentences: Positive
    distinct: Share
    words: tuple[NonNegative, NonNegative, NonNegative]


@dataclass(frozen=True, config=STRICT)
class BulkRate:
    """How fast something reads, from file to file, or a peer from texts in memory to spans.

    Attributes:
        name: of the run, or of the library with what it opens.
        variant: None for a peer.
        tokens: read in a round.
        tokens_per_s: of each round; the rounds of all took turns.
        stages: seconds of the last round by stage, summed over processes; empty for a peer.
        distinct: the share of sentences that were read, because they were different within a shard; None for a peer.
        peak_mib: most memory of a process; None where nobody asked.
    """

    name: str
    variant: Name | None
    processes: Positive
    threads: Positive
    tokens: Positive
    tokens_per_s: tuple[PositiveAmount, ...]
    stages: dict[str, Amount] = Field(default_factory=dict)
    peak_mib: Amount | None = None
    distinct: Share | None = None


@dataclass(frozen=True, config=STRICT)
class BulkBench:
    """`data/bulk_bench.json`: rates that were measured in turns on one machine.

    Attributes:
        elsewhere: what was measured on other machines before, the newest first.
    """

    corpus: BulkCorpus
    rates: tuple[BulkRate, ...]
    provenance: Provenance
    elsewhere: tuple[BulkBench, ...] = ()
    schema_version: Literal[1] = 1
