"""Measure how fast much text is tagged, for data/bulk_bench.json. Needs a prepared corpus, and a quiet machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

REPOSITORY = Path(__file__).resolve().parents[1]
EXAMPLES = (
    "\b\nexamples:\n  python scripts/benchmark_bulk.py\n"
    "  python scripts/benchmark_bulk.py --texts 2000 --rounds 1 --output trial.json"
)


def main(
    dataset: Annotated[
        str, typer.Option(metavar="DATASET", help="A prepared one that ships, with tickets.")
    ] = "helpdesk",
    texts: Annotated[
        int, typer.Option(min=100, help="Of the fastest run in a round; slower ones read fewer.")
    ] = 20_000,
    rounds: Annotated[int, typer.Option(min=1, help="In each of which all take turns.")] = 3,
    seed: Annotated[int, typer.Option(min=0, help="Of the tickets that are drawn.")] = 13,
    output: Annotated[Path, typer.Option(metavar="FILE", help="Where to write.")] = REPOSITORY
    / "data"
    / "bulk_bench.json",
) -> None:
    """Measure our runs from file to file, Transformers' pipeline with the same weights, and spaCy's NER, in turns.

    What was measured on other machines stays in the file. spaCy is left out, and that is said, where .peers/ has no
    model of it: `python -m tools.peers --only train`.
    """
    # The tools are not part of the package: they measure it from outside.
    sys.path.insert(0, str(REPOSITORY))
    from itner.core.errors import InputError
    from itner.core.progress import ConsoleProgress
    from itner.records.bulk import BulkBench
    from itner.records.codec import to_json
    from itner.records.files import read_record, write_atomic
    from itner.records.workspace import Workspace
    from itner.reporting.bulk import add_bench, bulk_table
    from tools.bulk_bench import list_spacy, measure

    if not list_spacy(dataset, texts):
        typer.echo("spaCy is left out: no model of it here; `python -m tools.peers --only train` makes one", err=True)
    progress = ConsoleProgress()
    try:
        before = read_record(output, BulkBench)
        bench = add_bench(measure(dataset, Workspace.find(), texts, rounds, seed, progress), before)
    except InputError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    finally:
        progress.close()
    write_atomic(output, to_json(bench))
    typer.echo(bulk_table(bench))


if __name__ == "__main__":
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(epilog=EXAMPLES)(main)
    app()
