"""Try `itner tag-corpus` on much text, and kill it: data/bulk_proof.json. Needs a prepared corpus."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

REPOSITORY = Path(__file__).resolve().parents[1]
EXAMPLES = (
    "\b\nexamples:\n  python scripts/prove_bulk.py size 1000 --engine ray\n"
    "  python scripts/prove_bulk.py size 10000 --kind lines --folder /scratch\n"
    "  python scripts/prove_bulk.py kills 20 --engine local\n"
    "  python scripts/prove_bulk.py simulate --machines 16 --losses-per-day 1"
)
Run = Annotated[str, typer.Option(metavar="RUN", help="The run that tags.")]
Dataset = Annotated[str, typer.Option(metavar="DATASET", help="A prepared one that ships, with tickets.")]
EngineName = Annotated[str, typer.Option(metavar="local|ray", help="What shares the work out.")]
Output = Annotated[Path | None, typer.Option(metavar="FILE", help="Where to add it (default: data/bulk_proof.json).")]
Folder = Annotated[
    Path | None, typer.Option(metavar="DIR", help="For input and output; what is read stays (default: for this call).")
]
# From the tools, a trial, a folder and what tells progress, to what is added to the file.
Work = Callable[[Any, Any, Path, Any], Any]
# MiB.
SIZES = (0.25, 1.0, 4.0, 16.0, 64.0, 256.0, 1024.0)
app = typer.Typer(
    help=__doc__, epilog=EXAMPLES, rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False
)


@app.command(epilog=EXAMPLES)
def size(
    megabytes: Annotated[float, typer.Argument(min=0.001, help="Of input.")],
    kind: Annotated[str, typer.Option(metavar="tickets|lines", help="Of lines, few are different.")] = "tickets",
    block: Annotated[float | None, typer.Option(metavar="MIB", help="See `itner tag-corpus`.")] = None,
    run: Run = "compact_s",
    engine: EngineName = "local",
    dataset: Dataset = "helpdesk",
    output: Output = None,
    folder: Folder = None,
) -> None:
    """Tag so much text, and write how long it took, how much memory, and what the output is."""
    if kind not in ("tickets", "lines"):
        raise typer.BadParameter(f"{kind} is none of tickets, lines", param_hint="--kind")

    def work(proof: Any, trial: Any, place: Path, progress: Any) -> Any:
        return proof.try_size(trial, kind, round(megabytes * 1e6), block, place, progress)

    _add(work, output, folder, run, engine, dataset)


@app.command(epilog=EXAMPLES)
def kills(
    count: Annotated[int, typer.Argument(min=1, help="Of kills.")] = 20,
    megabytes: Annotated[float, typer.Option(min=0.1, help="Of input.")] = 4.0,
    run: Run = "compact_s",
    engine: EngineName = "local",
    dataset: Dataset = "helpdesk",
    output: Output = None,
    folder: Folder = None,
) -> None:
    """Kill calls at random moments, and hold what was written against a call that nobody killed."""

    def work(proof: Any, trial: Any, place: Path, progress: Any) -> Any:
        return proof.try_kills(trial, count, round(megabytes * 1e6), place, progress)

    _add(work, output, folder, run, engine, dataset)


@app.command(epilog=EXAMPLES)
def simulate(
    tickets: Annotated[float, typer.Option(min=1, help="Of the job.")] = 1e9,
    machines: Annotated[int, typer.Option(min=1, help="Of the cluster.")] = 16,
    cores: Annotated[int, typer.Option(min=1, help="Of a machine.")] = 16,
    spread: Annotated[float, typer.Option(min=0, help="Of the logarithm of blocks' times.")] = 0.2,
    slow_share: Annotated[float, typer.Option(min=0, max=1, help="Of the machines.")] = 0.1,
    slow_times: Annotated[float, typer.Option(min=1, help="As long as others those take.")] = 2.0,
    losses_per_day: Annotated[float, typer.Option(min=0, help="Of a machine.")] = 1.0,
    back_after: Annotated[float, typer.Option(min=0, help="Seconds, until another one is there.")] = 300.0,
    seeds: Annotated[int, typer.Option(min=1, help="So often each.")] = 5,
    run: Run = "compact_s",
    dataset: Dataset = "helpdesk",
    output: Output = None,
    folder: Folder = None,
) -> None:
    """Simulate a cluster that loses machines, with blocks of several sizes, by rates that were measured."""

    def work(proof: Any, trial: Any, place: Path, progress: Any) -> Any:
        from itner.records.bulk import Cluster
        from itner.reporting.bulk import read_bulk_bench

        bench = read_bulk_bench(trial.place)
        if bench is None:
            raise typer.BadParameter("no rates were measured yet; `python scripts/benchmark_bulk.py` does that")
        mib = tickets * bench.corpus.characters / bench.corpus.texts / 2**20
        overhead = proof.measure_overhead(trial, place, progress)
        losses = (spread, slow_share, slow_times, losses_per_day, back_after)
        cluster = Cluster(machines, cores, round(mib, 1), 1.0, overhead, *losses)
        return proof.simulate_cluster(trial, bench, cluster, SIZES, seeds)

    _add(work, output, folder, run, "local", dataset)


@app.command(epilog=EXAMPLES)
def deal(
    megabytes: Annotated[float, typer.Option(min=0.1, help="Of input.")] = 50.0,
    rounds: Annotated[int, typer.Option(min=1, help="In each of which all take turns.")] = 3,
    run: Run = "compact_s",
    dataset: Dataset = "helpdesk",
    output: Output = None,
    folder: Folder = None,
) -> None:
    """Measure how fast one process deals out what only one can read: tables, and what is packed."""

    def work(proof: Any, trial: Any, place: Path, _: Any) -> Any:
        return proof.measure_dealing(trial, round(megabytes * 1e6), rounds, place)

    _add(work, output, folder, run, "local", dataset)


def _add(work: Work, output: Path | None, folder: Path | None, run: str, engine: str, dataset: str) -> None:
    # The tools are not part of the package: they measure it from outside.
    sys.path.insert(0, str(REPOSITORY))
    from itner.core.errors import InputError
    from itner.core.progress import ConsoleProgress
    from itner.records.codec import to_json
    from itner.records.workspace import Workspace
    from tools import bulk_proof

    if engine not in ("local", "ray"):
        raise typer.BadParameter(f"{engine} is none of local, ray", param_hint="--engine")
    progress = ConsoleProgress()
    try:
        trial = bulk_proof.Trial(run, engine, dataset, Workspace.find())  # type: ignore[arg-type]
        with bulk_proof.scratch(folder) as place:
            found = work(bulk_proof, trial, place, progress)
        bulk_proof.add_trial(output or REPOSITORY / "data" / "bulk_proof.json", found)
    except InputError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    finally:
        progress.close()
    typer.echo(to_json(found))


if __name__ == "__main__":
    app()
