"""`itner tag-corpus` as a user calls it: on inputs of several sizes, and killed at random moments."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from itner.bulk.blocks import cut_blocks
from itner.bulk.shards import LOCK, MANIFEST, TIMINGS, WORK
from itner.bulk.simulation import simulate
from itner.core.errors import InputError
from itner.core.progress import Progress
from itner.core.provenance import collect_provenance, usable_cores
from itner.core.sentences import split_sentences
from itner.records.bulk import (
    BulkBench,
    BulkManifest,
    BulkProof,
    BulkTimings,
    Cluster,
    Dealing,
    Engine,
    Kill,
    KillTrial,
    Simulation,
    SizeTrial,
)
from itner.records.codec import from_json, to_json
from itner.records.files import read_record, write_atomic
from itner.records.workspace import Workspace
from itner.workflows.tag_corpus import Asked, plan
from tools.bulk_bench import draw_tickets

SEED = 13
# Lines of a log: so many different ones, which are drawn again and again, in stretches that are written whole.
_LINES, _STRETCH = 500, 100_000
# Of input that is tagged in small and in large blocks.
_OVERHEAD_BYTES = 6_000_000
# What nobody looks for any more ends by itself within so many seconds; two of Ray's own processes take a minute.
_ENDS_WITHIN = 120.0


@dataclass(frozen=True)
class Trial:
    """What is tagged, how.

    Attributes:
        dataset: the prepared corpus that texts are drawn from.
    """

    run: str
    engine: Engine
    dataset: str
    place: Workspace
    seed: int = SEED


def write_tickets(path: Path, size: int, trial: Trial) -> None:
    """JSON Lines of about so many bytes."""
    written = 0
    with path.open("w", encoding="utf-8") as out:
        for number, text in enumerate(draw_tickets(trial.dataset, trial.place, trial.seed)):
            written += out.write(json.dumps({"id": number, "text": text}) + "\n")
            if written >= size:
                return


def write_lines(path: Path, size: int, trial: Trial) -> None:
    """Lines of about so many bytes, few of which are different."""
    drawn = random.Random(trial.seed)
    lines: list[str] = []
    for text in draw_tickets(trial.dataset, trial.place, trial.seed):
        lines += [text[start:end].replace("\n", " ") for start, end in split_sentences(text)]
        if len(lines) >= _LINES:
            break
    written = 0
    with path.open("wb") as out:
        while written < size:
            written += out.write("".join(f"{line}\n" for line in drawn.choices(lines, k=_STRETCH)).encode())
        out.truncate(size)


def try_size(trial: Trial, kind: str, size: int, block: float | None, folder: Path, progress: Progress) -> SizeTrial:
    """Tag so many bytes.

    Args:
        block: see `--block`; None for what the command chooses.
        folder: for the input, which stays there for the next trial, and the output, which does not.
    """
    source = folder / f"{kind}-{trial.dataset}-{size}.{'jsonl' if kind == 'tickets' else 'log'}"
    if not source.is_file():
        progress(f"writing {size / 1e6:,.0f} MB of {kind}", 0.0)
        part = source.with_suffix(".part")
        {"tickets": write_tickets, "lines": write_lines}[kind](part, size, trial)
        part.rename(source)
    output = folder / f"{source.name}-{trial.engine}"
    columns = ["--text-column", "text", "--id-column", "id"] if kind == "tickets" else []
    progress(f"tagging {size / 1e6:,.0f} MB of {kind} by {trial.engine}", 0.1)
    # What was stopped goes on, but took longer than its time says.
    shutil.rmtree(output, ignore_errors=True)
    words = _command(source, output, trial, [*columns, *(["--block", str(block)] if block is not None else [])])
    _run(words, folder)
    manifest: BulkManifest = from_json(BulkManifest, (output / MANIFEST).read_bytes())
    timings: BulkTimings = from_json(BulkTimings, (output / TIMINGS).read_bytes())
    found = SizeTrial(
        engine=trial.engine,
        kind="tickets" if kind == "tickets" else "lines",
        run=trial.run,
        variant=manifest.job.variant,
        seed=trial.seed,
        source_bytes=source.stat().st_size,
        output_bytes=sum(path.stat().st_size for path in output.rglob("*") if path.is_file()),
        block_bytes=manifest.job.block_bytes,
        shards=len(manifest.shards),
        counts=manifest.counts,
        processes=timings.processes or usable_cores(),
        wall_seconds=timings.wall_seconds,
        stages=timings.stages,
        peak_mib=timings.peak_mib,
        output_sha256=_join(digest(output)),
        provenance=collect_provenance(),
    )
    shutil.rmtree(output)
    progress(f"{size / 1e6:,.0f} MB of {kind} by {trial.engine}", 1.0)
    return found


def try_kills(trial: Trial, count: int, size: int, folder: Path, progress: Progress) -> KillTrial:
    """Kill calls of a job at random moments, so many times, and hold what it wrote against one that nobody killed."""
    source = folder / "tickets.jsonl"
    # What another trial left is of another input.
    for name in ("whole", "killed"):
        shutil.rmtree(folder / name, ignore_errors=True)
    write_tickets(source, size, trial)
    options = ["--text-column", "text", "--id-column", "id", "--block", "0.1", "--summary"]
    started = time.monotonic()
    _run(_command(source, folder / "whole", trial, options), folder)
    takes = time.monotonic() - started
    expected = digest(folder / "whole")
    drawn = random.Random(trial.seed)
    output = folder / "killed"
    kills: list[Kill] = []
    same = True
    started_by_killed: list[tuple[int, str]] = []
    while len(kills) < count:
        progress(f"killing {trial.engine}", len(kills) / count)
        started = time.monotonic()
        call = subprocess.Popen(
            _command(source, output, trial, options),
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            call.wait(timeout=drawn.uniform(0.05, 1.0) * takes)
        except subprocess.TimeoutExpired:
            pass
        else:
            # Done before it was killed: that is one job; another begins.
            same = same and digest(output) == expected
            shutil.rmtree(output)
            continue
        whole_group = drawn.random() < 0.5
        started_by_killed += _list_descendants(call.pid)
        if whole_group:
            os.killpg(call.pid, signal.SIGKILL)
        else:
            call.kill()
        call.wait()
        after = round(time.monotonic() - started, 2)
        kills.append(Kill(after, len(list((output / WORK).glob("*.json"))), whole_group))
    _run(_command(source, output, trial, options), folder)
    same = same and digest(output) == expected
    progress(f"killing {trial.engine}", 1.0)
    manifest: BulkManifest = from_json(BulkManifest, (output / MANIFEST).read_bytes())
    return KillTrial(
        engine=trial.engine,
        run=trial.run,
        variant=manifest.job.variant,
        seed=trial.seed,
        source_bytes=source.stat().st_size,
        shards=len(manifest.shards),
        kills=tuple(kills),
        same=same,
        left=_wait_for_end(started_by_killed),
        provenance=collect_provenance(),
    )


def simulate_cluster(
    trial: Trial, bench: BulkBench, cluster: Cluster, sizes: Sequence[float], seeds: int
) -> Simulation:
    """The same job with blocks of several sizes.

    Args:
        cluster: without the time that a core takes, which is that of the rates.
    """
    rates = [each for each in bench.rates if each.name == trial.run and each.threads == 1]
    if not rates:
        raise InputError(f"no rate of {trial.run} was measured; `python scripts/benchmark_bulk.py` does that")
    tokens_per_mib = bench.corpus.tokens / bench.corpus.characters * 2**20
    seconds = tokens_per_mib * rates[0].processes / statistics.median(rates[0].tokens_per_s)
    cluster = replace(cluster, seconds_per_mib=round(seconds, 4))
    found = []
    for size in sizes:
        each = [simulate(cluster, size, seed) for seed in range(seeds)]
        names = ("hours", "ideal_hours", "lost_share", "overhead_share", "idle_share")
        means = {name: round(statistics.mean(getattr(one, name) for one in each), 5) for name in names}
        found.append(replace(each[0], **means))
    return Simulation(trial.run, cluster, seeds, tuple(found), collect_provenance())


def measure_overhead(trial: Trial, folder: Path, progress: Progress) -> float:
    """Seconds that a block costs a process, however long it is: the same input in small and in large blocks."""
    small, large = (try_size(trial, "tickets", _OVERHEAD_BYTES, block, folder, progress) for block in (0.03, 1.0))
    longer = (small.wall_seconds - large.wall_seconds) * small.processes
    return round(max(longer, 0.0) / (small.shards - large.shards), 4)


def measure_dealing(trial: Trial, size: int, rounds: int, folder: Path) -> tuple[Dealing, ...]:
    """How fast blocks are dealt out of what can only be read from its beginning."""
    texts = folder / "dealt.jsonl"
    write_tickets(texts, size, trial)
    rows = [json.loads(line) for line in texts.read_text(encoding="utf-8").splitlines()]
    table = folder / "dealt.csv"
    with table.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["id", "text"])
        writer.writeheader()
        writer.writerows(rows)
    kinds = {"csv": table, "jsonl.gz": folder / "dealt.jsonl.gz", "csv.zst": folder / "dealt.csv.zst"}
    kinds["jsonl.gz"].write_bytes(gzip.compress(texts.read_bytes()))
    with pa.CompressedOutputStream(str(kinds["csv.zst"]), "zstd") as packed:
        packed.write(table.read_bytes())
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind, path in kinds.items():
            planned = plan([str(path)], Asked(trial.run, text_columns=("text",), id_column="id"), trial.place)
            started = time.perf_counter()
            for _ in cut_blocks(planned.job):
                pass
            seconds[kind].append(time.perf_counter() - started)
    return tuple(
        Dealing(
            kind,
            tuple(round(kinds[kind].stat().st_size / 2**20 / each, 2) for each in times),
            round(kinds[kind].stat().st_size / (table if "csv" in kind else texts).stat().st_size, 4),
        )
        for kind, times in seconds.items()
    )


def digest(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file that is the same in every call, by its place in the folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in (TIMINGS, LOCK))
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def add_trial(path: Path, trial: SizeTrial | KillTrial | Simulation | tuple[Dealing, ...]) -> BulkProof:
    """Write a trial into the file, in the place of an earlier one of the same."""
    proof: BulkProof = read_record(path, BulkProof) or BulkProof()
    if isinstance(trial, KillTrial):
        kills = [each for each in proof.kills if each.engine != trial.engine]
        proof = replace(proof, kills=tuple(sorted([*kills, trial], key=lambda each: each.engine)))
    elif isinstance(trial, Simulation):
        proof = replace(proof, simulation=trial)
    elif isinstance(trial, tuple):
        proof = replace(proof, dealing=trial)
    else:
        sizes = [each for each in proof.sizes if _key(each) != _key(trial)]
        proof = replace(proof, sizes=tuple(sorted([*sizes, trial], key=_key)))
    write_atomic(path, to_json(proof))
    return proof


def _key(trial: SizeTrial) -> tuple[str, str, int]:
    # Of tickets the last one decides how many bytes there are.
    return trial.kind, trial.engine, round(trial.source_bytes / 1e5)


@contextmanager
def scratch(folder: Path | None) -> Iterator[Path]:
    """A folder for inputs and outputs: one that is named stays."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.resolve()
        return
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def _command(source: Path, output: Path, trial: Trial, options: Sequence[str]) -> list[str]:
    place = ["--models", str(trial.place.models.resolve()), "--data-root", str(trial.place.data.resolve())]
    how = ["--run", trial.run, "--engine", trial.engine]
    # By their names alone, so that the output is the same in every folder.
    return [sys.executable, "-m", "itner", "tag-corpus", source.name, "--output", output.name, *how, *options, *place]


def _run(words: Sequence[str], folder: Path) -> None:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"tag-corpus ended with {done.returncode}: {done.stderr.strip()[-500:]}")


def _join(files: dict[str, str]) -> str:
    return hashlib.sha256("".join(f"{name} {value}\n" for name, value in sorted(files.items())).encode()).hexdigest()


def _list_descendants(process: int) -> list[tuple[int, str]]:
    """Processes below one, each with when it began, by which another of the same number is told."""
    children: dict[int, list[tuple[int, str]]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields = _read_stat(int(path.parent.name))
        if fields is not None:
            children.setdefault(int(fields[1]), []).append((int(path.parent.name), fields[19]))
    found = list(children.get(process, []))
    for each in found:
        found += children.get(each[0], [])
    return found


def _wait_for_end(processes: Sequence[tuple[int, str]]) -> int:
    """How many of the processes are still there after the time that they have."""
    until = time.monotonic() + _ENDS_WITHIN
    while True:
        stats = [(began, _read_stat(process)) for process, began in processes]
        left = sum(fields is not None and fields[19] == began and fields[0] != "Z" for began, fields in stats)
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.2)


def _read_stat(process: int) -> list[str] | None:
    """State, parent and so on, as proc(5) has them from the third on; None where there is no such process."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
