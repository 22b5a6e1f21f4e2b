"""What tagging much text was to reach, what was tried, and what a billion tickets would take, in words and tables."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from itner.core.words import listed
from itner.domains.registry import default_domain, get_domain
from itner.domains.release import BulkAim
from itner.records.bulk import BulkBench, BulkProof, SizeTrial
from itner.records.files import read_record
from itner.records.prices import Prices
from itner.records.workspace import Workspace
from itner.reporting.bulk import BULK_BEGIN, BULK_END, PIPELINE, SPACY, best_rate, bulk_table, machine_in_words
from itner.reporting.readme import replace_section

BULK_PROOF = "bulk_proof.json"
GOALS_BEGIN = "<!-- bulk goals: written by `itner readme` -->"
GOALS_END = "<!-- end of bulk goals -->"
PLAN_BEGIN = "<!-- a billion tickets: written by `itner readme` -->"
PLAN_END = "<!-- end of a billion tickets -->"
_TICKETS = 1e9
_CORES = (64, 1024)
_VNNI = {"avx512_vnni", "avx_vnni"}
# Memory is flat within this share of the middle.
_FLAT = 0.1


@dataclass(frozen=True)
class Goal:
    """What was to be reached.

    Attributes:
        reached: in words; empty where it was not measured.
        met: None where it was not measured.
    """

    what: str
    reached: str
    met: bool | None


def read_bulk_proof(place: Workspace) -> BulkProof | None:
    """What was tried; None without a file, InputError for a damaged one."""
    proof: BulkProof | None = read_record(
        place.data / BULK_PROOF, BulkProof, "try again with `python scripts/prove_bulk.py`"
    )
    return proof


def fill_bulk(text: str, bench: BulkBench, proof: BulkProof | None, prices: Prices | None) -> str:
    """The page about much text, with what was measured in its sections."""
    text = replace_section(text, BULK_BEGIN, BULK_END, bulk_table(bench))
    if proof is None:
        return text
    text = replace_section(text, GOALS_BEGIN, GOALS_END, goals_table(bench, proof))
    return replace_section(text, PLAN_BEGIN, PLAN_END, plan_in_words(bench, proof, prices))


def list_goals(bench: BulkBench, proof: BulkProof) -> list[Goal]:
    """The goals, each with what was reached on the machines that were measured."""
    release = get_domain(default_domain()).release
    return [
        *(_speed(aim, bench) for aim in (release.bulk_aims if release is not None else ())),
        _flatness(proof.sizes),
        _same_output(proof.sizes),
        *(_kills(proof, engine) for engine in ("local", "ray")),
    ]


def _speed(aim: BulkAim, bench: BulkBench) -> Goal:
    """On each machine that was measured and is meant; met where it is met on all of them."""
    cpu = {True: " (CPU with VNNI)", False: " (CPU without VNNI)", None: ""}[aim.vnni]
    name = ""
    if aim.beside is None:
        what = f"{aim.run}, {aim.least:,.0f} tokens/s from file to file{cpu}"
    else:
        name, said = {"pipeline": (PIPELINE, "the pipeline"), "spacy": (SPACY, "spaCy's NER")}[aim.beside]
        what = f"{aim.run}, {aim.least:g} times {said}{cpu}"
    reached: dict[str, bool] = {}
    for each in (bench, *bench.elsewhere):
        own, has_vnni = _own_rate(each, aim.run), bool(_VNNI & set(each.provenance.machine.isa))
        other = best_rate(each, name) if aim.beside is not None else 1.0
        if own is None or other is None or aim.vnni not in (None, has_vnni):
            continue
        times = own / other
        words = f"{own:,.0f}" if aim.beside is None else f"{times:.1f} times ({own:,.0f} against {other:,.0f} tokens/s)"
        where = f" on a CPU with{'' if has_vnni else 'out'} VNNI" if aim.vnni is None and bench.elsewhere else ""
        reached[words + where] = times >= aim.least
    return Goal(what, listed(reached), all(reached.values()) if reached else None)


def _own_rate(bench: BulkBench, run: str) -> float | None:
    mine = [each for each in bench.rates if each.name == run and each.variant is not None]
    return max((statistics.median(each.tokens_per_s) for each in mine), default=None)


def _flatness(sizes: Sequence[SizeTrial]) -> Goal:
    """Of each kind of input by itself: what is in a text takes memory, too."""
    what = "memory of a process flat within 10% from 10 MB to 10 GB"
    mine = [each for each in sizes if each.engine == "local" and "worker" in each.peak_mib]
    said, flat, whole = [], True, False
    for kind in dict.fromkeys(each.kind for each in mine):
        some = [each for each in mine if each.kind == kind]
        least, most = min(each.source_bytes for each in some), max(each.source_bytes for each in some)
        if most < 50 * least:
            continue
        whole = whole or (least <= 1.1e7 and most >= 0.99e10)
        for name in ("worker", "dealer"):
            found = [each.peak_mib[name] for each in some]
            off = (max(found) - min(found)) / (max(found) + min(found))
            flat = flat and off <= _FLAT
            said.append(f"{name} {min(found):,.0f} to {max(found):,.0f} MiB (±{off:.0%})")
        said[-1] += f" on {kind} of {least / 1e6:,.0f} MB to {most / 1e9:,.0f} GB"
    return Goal(what, listed(said), flat and whole) if said else Goal(what, "", None)


def _same_output(sizes: Sequence[SizeTrial]) -> Goal:
    what = "1 GB through the local engine and through Ray, the same output"
    pairs = [
        (one, other)
        for one in sizes
        for other in sizes
        if (one.engine, other.engine) == ("local", "ray")
        and one.source_bytes == other.source_bytes
        and one.block_bytes == other.block_bytes
        and one.source_bytes >= 0.99e9
    ]
    if not pairs:
        return Goal(what, "", None)
    one, other = pairs[0]
    same = one.output_sha256 == other.output_sha256
    took = listed(f"{each.engine} {each.wall_seconds / 60:,.0f} minutes" for each in (one, other))
    return Goal(
        what,
        f"{'the same' if same else 'not the same'} {one.shards:,} shards of {one.counts.records:,} texts; {took}",
        same,
    )


def _kills(proof: BulkProof, engine: str) -> Goal:
    what = f"20 kills at random moments ({engine}), the same output"
    trial = next((each for each in proof.kills if each.engine == engine), None)
    if trial is None:
        return Goal(what, "", None)
    whole = sum(kill.whole_group for kill in trial.kills)
    return Goal(
        what,
        f"{'the same' if trial.same else 'not the same'} after {len(trial.kills)} kills ({whole} of all processes, "
        f"{len(trial.kills) - whole} of the command alone); {trial.left} processes left over",
        trial.same and trial.left == 0 and len(trial.kills) >= 20,
    )


def goals_table(bench: BulkBench, proof: BulkProof) -> str:
    """The goals as a table in Markdown, and below it what was tried."""
    lines = ["| goal | reached | met |", "|---|---|---|"]
    for goal in list_goals(bench, proof):
        met = {True: "yes", False: "**no**", None: "–"}[goal.met]
        lines.append(f"| {goal.what} | {goal.reached or 'not measured'} | {met} |")
    return "\n".join([*lines, "", sizes_table(proof)])


def sizes_table(proof: BulkProof) -> str:
    """The inputs that were tagged, as a table in Markdown."""
    lines = [
        "| input | engine | texts | shards | minutes | MB/s | tokens/s | read once | worker MiB | dealer MiB |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for each in proof.sizes:
        worker, dealer = (f"{each.peak_mib[n]:,.0f}" if n in each.peak_mib else "–" for n in ("worker", "dealer"))
        counts = each.counts
        lines.append(
            f"| {each.source_bytes / 1e6:,.0f} MB of {each.kind} | {each.engine} | {counts.records:,} | "
            f"{each.shards:,} | {each.wall_seconds / 60:,.1f} | {each.source_bytes / 1e6 / each.wall_seconds:,.2f} | "
            f"{rate_of(each)} | {distinct_share(each)} | {worker} | {dealer} |"
        )
    machines = list(dict.fromkeys(machine_in_words(each.provenance.machine) for each in proof.sizes))
    return "\n".join([*lines, *(("", f"On {listed(machines)}.") if machines else ())])


def rate_of(trial: SizeTrial) -> str:
    """Tokens a second; of equal lines most are never read, so that there is no such rate."""
    return f"{trial.counts.tokens / trial.wall_seconds:,.0f}" if trial.kind == "tickets" else "–"


def distinct_share(trial: SizeTrial) -> str:
    """The share of sentences that were read of those that are there."""
    return f"{trial.counts.distinct / trial.counts.sentences:.0%}" if trial.kind == "tickets" else "–"


def plan_in_words(bench: BulkBench, proof: BulkProof, prices: Prices | None) -> str:
    """What a billion tickets take by the rates that were measured, with what is assumed, in Markdown."""
    trial = max(
        (each for each in proof.sizes if each.kind == "tickets"), key=lambda each: each.source_bytes, default=None
    )
    if trial is None:
        return "Not known: no input of tickets was tried yet (`python scripts/prove_bulk.py size 1000`)."
    per_ticket = bench.corpus.tokens / bench.corpus.texts
    read, written = (size / trial.counts.records for size in (trial.source_bytes, trial.output_bytes))
    lines = [
        "| run | tokens/s a core | core hours | "
        + " | ".join(f"hours on {cores:,} cores" for cores in _CORES)
        + f" | {prices.currency if prices else 'price'} | read and written a second on {_CORES[-1]:,} cores |",
        "|---|---|---|" + "---|" * len(_CORES) + "---|---|",
    ]
    for each in bench.rates:
        if each.variant is None or each.threads > 1:
            continue
        rate = statistics.median(each.tokens_per_s) / each.processes
        hours = _TICKETS * per_ticket / rate / 3600
        cost = f"{hours * prices.compute.core_hour:,.0f}" if prices is not None else "–"
        flow = (read + written) * rate / per_ticket * _CORES[-1] / 1e6
        spread = " | ".join(f"{hours / cores:,.1f}" for cores in _CORES)
        lines.append(
            f"| {each.name} {each.variant} | {rate:,.0f} | {hours:,.0f} | {spread} | {cost} | {flow:,.0f} MB/s |"
        )
    worker = trial.peak_mib.get("worker")
    memory = f", {worker:,.0f} MiB of memory a core" if worker else ""
    machine = bench.provenance.machine
    paragraphs = [
        *lines,
        "",
        f"A billion tickets like those are {_TICKETS * read / 1e12:,.2f} TB of JSON Lines and give "
        f"{_TICKETS * written / 1e9:,.0f} GB of Parquet{memory}. Assumed are tickets of {per_ticket:,.0f} tokens and "
        f"{read:,.0f} bytes; cores as those measured ({machine.cpu}, {', '.join(machine.isa)}), each with what it had "
        f"as one of two; a store that gives what is read and takes what is written; "
        + (f"{prices.compute.core_hour:g} {prices.currency} an hour of a core, and " if prices else "")
        + "nothing for storage, network and machines that are waited for.",
        *_dealing_in_words(bench, proof, trial),
        *_simulation_table(proof),
    ]
    return "\n".join(paragraphs)


def _dealing_in_words(bench: BulkBench, proof: BulkProof, trial: SizeTrial) -> list[str]:
    if not proof.dealing:
        return []
    rates = [each for each in bench.rates if each.variant is not None and each.threads == 1]
    if not rates:
        return []
    fastest = max(rates, key=lambda each: statistics.median(each.tokens_per_s))
    # Of a file that is not packed, what one core reads in a second.
    core = (
        statistics.median(fastest.tokens_per_s) / fastest.processes * trial.source_bytes / trial.counts.tokens / 2**20
    )
    said = [
        f"{each.kind} {statistics.median(each.mib_per_s):,.1f} MiB/s, enough for "
        f"{statistics.median(each.mib_per_s) / (core * each.packed_share):,.0f} cores of {fastest.name}"
        for each in proof.dealing
    ]
    return [
        "",
        f"What one process has to read by itself, it deals out at (medians): {listed(said)}. Lines, JSON Lines "
        "and Parquet that are not packed are read by whoever tags them.",
    ]


def _simulation_table(proof: BulkProof) -> list[str]:
    found = proof.simulation
    if found is None:
        return []
    cluster = found.cluster
    lines = [
        "",
        f"Simulated ({found.seeds} times each, `python scripts/prove_bulk.py simulate`): {found.run} on "
        f"{cluster.machines} machines of {cluster.cores} cores, {cluster.input_mib / 1024:,.0f} GiB of text; "
        f"{cluster.slow_share:.0%} of the machines take {cluster.slow_times:g} times as long, a machine is lost "
        f"{cluster.losses_per_day:g} times a day with all it was at and is back after "
        f"{cluster.back_after_seconds:,.0f} s, blocks of equal length differ (standard deviation of the logarithm "
        f"{cluster.spread:g}), and a block costs {cluster.overhead_seconds * 1000:,.0f} ms however long it is "
        "(measured).",
        "",
        "| a block | blocks | hours | over the ideal | lost work | overhead | idle |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in found.blocks:
        lines.append(
            f"| {each.block_mib:g} MiB | {each.blocks:,} | {each.hours:,.2f} | "
            f"{each.hours / each.ideal_hours - 1:.1%} | {each.lost_share:.2%} | {each.overhead_share:.2%} | "
            f"{each.idle_share:.2%} |"
        )
    best = min(found.blocks, key=lambda each: each.hours)
    lines += ["", f"The fastest is {best.block_mib:g} MiB. Every block is a checkpoint."]
    return lines
