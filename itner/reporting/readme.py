"""The README's tables, from the files of the shipped runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from itner.core.errors import InputError
from itner.records.evaluation import MACRO
from itner.records.files import read_record
from itner.records.peers import Peer, Peers
from itner.records.store import INT8_TRIALS, Run
from itner.records.study import AppTimings, Int8Trials, Published, ServiceTimings
from itner.records.workspace import Workspace
from itner.reporting.peers import peers_command, peers_file, peers_table, timing_in_words
from itner.reporting.rows import (
    MISSING,
    Row,
    f1_in_words,
    in_words,
    list_datasets,
    list_rows,
    megabytes,
    milliseconds,
    percent_in_words,
)
from itner.taggers.registry import VARIANT_NAMES

PUBLISHED = "published.json"
APP_TIMINGS = "assets/app_timings.json"  # in the checkout
SERVICE_TIMINGS = "assets/service_timings.json"
README_BEGIN = "<!-- results: written by `itner readme` -->"
README_END = "<!-- end of results -->"
TIMINGS_BEGIN = "<!-- timings: written by `itner readme` -->"
TIMINGS_END = "<!-- end of timings -->"


def read_published(place: Workspace) -> Published:
    """Results reported elsewhere, none without a file; they are shown as such, and never mixed with measured ones."""
    published: Published | None = read_record(place.corpus(PUBLISHED), Published)
    return published or Published("", ())


def read_app_timings(path: Path) -> AppTimings:
    """The dashboard's measured response times."""
    timings: AppTimings | None = read_record(path, AppTimings)
    if timings is None:
        raise InputError("no such file", path=path)
    return timings


def results_section(runs: Sequence[Run]) -> str:
    """Measured results and how they were timed, as Markdown; what redaction would hide where that was counted."""
    return "\n\n".join(filter(None, (results_table(runs), _masking_table(runs), bench_note(runs))))


def _masking_table(runs: Sequence[Run]) -> str:
    rows = [(name, row) for name in list_datasets(runs) for row in list_rows(runs, name)]
    counted = [(name, row, row.report.masking) for name, row in rows if row.report and row.report.masking]
    if not counted:
        return ""
    lines = [
        "What redaction by what is found would leave and hide, in characters without blanks (95% interval):\n",
        "| run | variant | dataset | personal characters left | harmless characters hidden |",
        "|---|---|---|---|---|",
    ]
    for name, row, found in counted:
        known = row.report.uncertainty if row.report is not None else None
        ends = (known.share_left, known.share_masked) if known is not None else (None, None)
        left, hidden = (
            f"{percent_in_words(share, within)} of {of:,}" if share is not None else MISSING
            for share, within, of in (
                (found.share_left, ends[0], found.personal),
                (found.share_masked, ends[1], found.harmless),
            )
        )
        lines.append(f"| {row.run} | {VARIANT_NAMES[row.variant]} | {name} test | {left} | {hidden} |")
    return "\n".join(lines)


def results_table(runs: Sequence[Run]) -> str:
    """Measured results as a Markdown table, one block of rows per dataset."""
    lines = [
        "| run | variant | dataset | micro-F1 (95% interval) | macro-F1 | size, MB | p50 / p95 ms | tokens/s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for dataset in list_datasets(runs):
        for row in list_rows(runs, dataset):
            lines.append(f"| {' | '.join(_cells(row, dataset))} |")
    return "\n".join(lines)


def app_timings_table(timings: AppTimings) -> str:
    """Response times as a Markdown table, with the machine in the last line."""
    lines = ["| what | runs | limit | median | slowest |", "|---|---|---|---|---|"]
    for timing in timings.timings:
        numbers = (timing.limit_ms, timing.median_ms, timing.slowest_ms)
        cells = " | ".join(f"{value / 1000:.2f} s" if value is not None else MISSING for value in numbers)
        lines.append(f"| {timing.what} | {timing.runs} | {cells} |")
    machine = timings.provenance.machine
    lines.append(
        f"\n{timings.timings[0].repeats} repeats, each in a new session, server caches warm; {timings.browser} on the "
        f"server's machine: {machine.cpu}, {machine.cores} cores. {timings.sessions} browser sessions tagging at "
        f"once all finish; the server's memory was {timings.memory_before_mib:,.0f} MiB after one session with three "
        f"models loaded, {timings.memory_after_mib:,.0f} MiB after {timings.sessions} more."
    )
    return "\n".join(lines)


def read_service_timings(path: Path) -> ServiceTimings | None:
    """The HTTP service's measured response times; None where nobody measured them."""
    timings: ServiceTimings | None = read_record(path, ServiceTimings)
    return timings


def service_timings_table(timings: ServiceTimings) -> str:
    """Response times as a Markdown table, with memory and machine in the last line."""
    lines = [
        "| request with one text | found by | clients at once | requests | p50 ms | p95 ms | slowest ms | requests/s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in timings.timings:
        times = " | ".join(milliseconds(value) for value in (each.p50_ms, each.p95_ms, each.slowest_ms))
        lines.append(
            f"| `{each.address}`, {each.domain} | {each.found_by} | {each.clients} | {each.requests:,} | {times} | "
            f"{each.requests_per_s:,.0f} |"
        )
    machine = timings.provenance.machine
    lines.append(
        "\nOver loopback, by clients that keep their connection and "
        f"send the next one as soon as they have an answer; they share the machine with the service: {machine.cpu}, "
        f"{machine.cores} cores. Resident memory {timings.memory_before_mib:,.0f} MiB after the first requests, "
        f"{timings.memory_peak_mib:,.0f} MiB at most."
    )
    return "\n".join(lines)


def fill_readme(
    text: str,
    runs: Sequence[Run],
    published: Published,
    timings: AppTimings,
    peers: Peers | None = None,
    trials: Int8Trials | None = None,
) -> str:
    """The README with its results and timings written anew, each between its two markers."""
    text = replace_section(text, TIMINGS_BEGIN, TIMINGS_END, app_timings_table(timings))
    reported = "\n".join(
        f"| {result.name} | {result.backbone} | {result.parameters / 1e6:.0f} M | {result.micro_f1:.3f} |"
        for result in published.results
    )
    tried = f"{trials_in_words(trials, runs)}\n\n" if trials is not None else ""
    section = (
        f"{results_table(runs)}\n\n{bench_note(runs)}\n\n{tried}{peers_section(runs, peers)}"
        f"Published, for comparison. {published.source}.\n\n"
        f"| model | backbone | parameters | micro-F1 |\n|---|---|---|---|\n{reported}"
    )
    return replace_section(text, README_BEGIN, README_END, section)


def trials_in_words(trials: Int8Trials, runs: Sequence[Run]) -> str:
    """On what the INT8 recipe was chosen, and whether that is what the runs are now."""
    known = {run.name: run.info.model_sha256 for run in runs}
    tried = dict.fromkeys((trial.run, trial.model_sha256) for trial in trials.trials)
    said = []
    for name, sha256 in tried:
        if sha256 is None:
            now = "; the file does not say of which version of it, so it may be another one than the one above"
        elif sha256 == known.get(name):
            now = ", as it is above"
        else:
            now = ", in another version than the one above"
        said.append(f"{name} on {trials.dataset} {trials.split}{now}")
    return f"The INT8 recipe was chosen by trials (`models/{INT8_TRIALS}`) with {' and '.join(said)}."


def replace_section(text: str, begin: str, end: str, section: str) -> str:
    """The text with what stands between two marks written anew; InputError without the marks."""
    first, last = text.find(begin), text.find(end)
    if first < 0 or last < first:
        raise InputError(f"there is no section between {begin!r} and {end!r}")
    return f"{text[:first]}{begin}\n\n{section}\n\n{text[last:]}"


def peers_section(runs: Sequence[Run], peers: Peers | None) -> str:
    """Other libraries measured here, and the runs timed beside them; nothing where nobody measured any.

    Args:
        runs: of one domain, that of the peers.
    """
    if peers is None or not runs:
        return ""
    domain = runs[0].info.domain
    rows = {name: list_rows(runs, name) for name in list_datasets(runs)}
    about = "\n".join(f"- {peer.name}: {peer.about}{_kept(peer)}" for peer in peers.peers)
    table = peers_table(peers, runs, rows, "test")
    return (
        f"Other libraries, measured here on the same data (`data/{peers_file(domain)}`, by "
        f"`{peers_command(domain)}`):\n\n"
        f"{table}\n\n{timing_in_words(peers)}\n\n{about}\n\n"
    )


def _kept(peer: Peer) -> str:
    kept = [trial.what for trial in peer.trials if trial.kept]
    return f" Kept on dev: {kept[0]}." if kept and len(peer.trials) > 1 else ""


def _cells(row: Row, dataset: str) -> list[str]:
    f1 = macro = MISSING
    if row.report:
        f1 = f1_in_words(row.report)
        macro = in_words(row.report.macro_f1, row.report.interval("f1", MACRO))
    latency = MISSING
    if row.p50_ms is not None and row.p95_ms is not None:
        latency = f"{milliseconds(row.p50_ms)} / {milliseconds(row.p95_ms)}"
    size = megabytes(row.size_mb) if row.size_mb is not None else MISSING
    rate = f"{row.tokens_per_s:,.0f}" if row.tokens_per_s is not None else MISSING
    return [row.run, VARIANT_NAMES[row.variant], f"{dataset} test", f1, macro, size, latency, rate]


def bench_note(runs: Sequence[Run]) -> str:
    """How and where runs were timed; InputError when that was not on one machine."""
    benches = [run.bench for run in runs if run.bench]
    if not benches:
        return "Not benchmarked."
    machines = [bench.provenance.machine for bench in benches]
    machine = machines[0]
    if len({(m.cpu, m.cores, m.isa, b.threads) for m, b in zip(machines, benches, strict=True)}) > 1:
        raise InputError("the runs were timed on different machines or threads; time all on one: `itner benchmark`")
    longest = max(max(result.forward) for bench in benches for result in bench.results)
    isa = ", ".join(machine.isa)
    return (
        f"Latency: the model alone at {longest} pieces ({longest} tokens for rules, which read no pieces), batch 1, "
        f"{benches[0].threads} threads; "
        f"{benches[0].rounds * benches[0].calls_per_round} calls in {benches[0].rounds} rounds in which the "
        f"variants take turns, each in a process of its own. Throughput: {benches[0].documents:,} dev sentences at "
        f"once. Machine: {machine.cpu}, {machine.cores} cores ({isa})."
    )
