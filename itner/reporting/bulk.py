"""How fast much text is tagged, in words and tables."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, replace

from itner.core.provenance import Machine
from itner.core.words import listed
from itner.records.bulk import BulkBench, BulkRate
from itner.records.files import read_record
from itner.records.workspace import Workspace

BULK_BENCH = "bulk_bench.json"
# What the peers' rates are called, before their settings.
PIPELINE, SPACY = "Transformers pipeline", "spaCy NER, nlp.pipe"
BULK_BEGIN = "<!-- bulk: written by `itner readme` -->"
BULK_END = "<!-- end of bulk -->"


@dataclass(frozen=True)
class BulkRow:
    """What was timed, in turns with all others.

    Attributes:
        label: what it is.
        how: processes and threads.
        tokens_per_s: median of the rounds, between `low` and `high`.
        times: as fast as Transformers' pipeline at its best; None where it was not timed.
    """

    label: str
    how: str
    tokens_per_s: float
    low: float
    high: float
    times: float | None
    peak_mib: float | None


def read_bulk_bench(place: Workspace) -> BulkBench | None:
    """The rates that were measured; None without a file, InputError for a damaged one."""
    bench: BulkBench | None = read_record(
        place.data / BULK_BENCH, BulkBench, "measure again with `python scripts/benchmark_bulk.py`"
    )
    return bench


def add_bench(bench: BulkBench, before: BulkBench | None) -> BulkBench:
    """A bench with those of other machines; on the same one, the new takes the place of the old."""
    known = () if before is None else (before, *before.elsewhere)
    others = [each for each in known if _place_of(each) != _place_of(bench)]
    return replace(bench, elsewhere=tuple(replace(each, elsewhere=()) for each in others))


def _place_of(bench: BulkBench) -> tuple[object, ...]:
    machine = bench.provenance.machine
    return machine.cpu, machine.cores, machine.isa


def measured_on(bench: BulkBench) -> str:
    """What it was measured on."""
    return machine_in_words(bench.provenance.machine)


def machine_in_words(machine: Machine) -> str:
    """A machine by its processor, its cores and what that computes with."""
    return f"{machine.cpu} with {machine.cores} cores ({', '.join(machine.isa)})"


def list_bulk_rows(bench: BulkBench) -> list[BulkRow]:
    """What was timed, the fastest first."""
    middles = [(each, statistics.median(each.tokens_per_s)) for each in bench.rates]
    best = best_rate(bench, PIPELINE)
    rows = [
        BulkRow(
            f"{each.name} {each.variant or ''}".strip(),
            _how(each),
            middle,
            min(each.tokens_per_s),
            max(each.tokens_per_s),
            middle / best if best else None,
            each.peak_mib,
        )
        for each, middle in middles
    ]
    return sorted(rows, key=lambda row: -row.tokens_per_s)


def best_rate(bench: BulkBench, name: str) -> float | None:
    """The median of the fastest whose name begins so; None where there is none."""
    rates = [statistics.median(each.tokens_per_s) for each in bench.rates if each.name.startswith(name)]
    return max(rates, default=None)


def _how(rate: BulkRate) -> str:
    return f"{rate.processes} × {rate.threads}"


def bulk_table(bench: BulkBench) -> str:
    """The rates on each machine as a table in Markdown, with that machine and where the time goes below."""
    return "\n\n".join(f"{rates_table(each)}\n\n{bulk_in_words(each)}" for each in (bench, *bench.elsewhere))


def rates_table(bench: BulkBench) -> str:
    """The rates as a table in Markdown."""
    lines = [
        "| what | processes × threads | tokens/s | lowest to highest | times the pipeline | most memory of a process |",
        "|---|---|---|---|---|---|",
    ]
    for row in list_bulk_rows(bench):
        times = f"{row.times:.1f}" if row.times is not None else "–"
        memory = f"{row.peak_mib:,.0f} MiB" if row.peak_mib is not None else "–"
        between = f"{row.low:,.0f} to {row.high:,.0f}"
        lines.append(f"| {row.label} | {row.how} | {row.tokens_per_s:,.0f} | {between} | {times} | {memory} |")
    return "\n".join(lines)


def bulk_in_words(bench: BulkBench) -> str:
    """What the rates were measured on, and where the time of each goes."""
    corpus = bench.corpus
    median, low, high = corpus.words
    words = (
        f"Medians of {max(len(each.tokens_per_s) for each in bench.rates)} rounds in turns on "
        f"{measured_on(bench)}. Runs read from a file and write shards, with the start of "
        f"their processes; peers read from memory, without loading, the pipeline sentences that were cut for it, spaCy "
        f"whole texts, in as many processes and in batches as are fastest. Tickets drawn from "
        f"texts that ship (seed {corpus.seed}): {corpus.texts:,} at most, {median} words each in the median ({low} to "
        f"{high} in nine of ten), {corpus.distinct:.0%} of all sentences different."
    )
    read = [each.distinct for each in bench.rates if each.distinct is not None]
    if read:
        words += f" Within a shard, where equal ones are read once, at least {min(read):.1%} are."
    spent = []
    for each in bench.rates:
        total = sum(each.stages.values())
        if total and each.threads == 1:
            stages = sorted(each.stages.items(), key=lambda stage: -stage[1])[:3]
            spent.append(f"{each.name}: " + listed(f"{name} {seconds / total:.0%}" for name, seconds in stages))
    return words + (f" Where the time goes: {'; '.join(spent)}." if spent else "")
