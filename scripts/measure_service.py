"""Time the HTTP service; written to assets/service_timings.json. Needs the corpora prepared, and a quiet machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

REPOSITORY = Path(__file__).resolve().parents[1]
EXAMPLES = (
    "\b\nexamples:\n  python scripts/measure_service.py --run compact_s --run pii_union\n"
    "  python scripts/measure_service.py --requests 100    # rules alone"
)


def main(
    run: Annotated[
        list[str] | None, typer.Option(metavar="RUN", help="A run to serve, one for each domain (default: rules).")
    ] = None,
    requests: Annotated[int, typer.Option(min=10, help="Of each kind, shared by the clients.")] = 1000,
    output: Annotated[Path, typer.Option(help="Where to write.")] = REPOSITORY / "assets" / "service_timings.json",
) -> None:
    """Time the HTTP service from outside, one client alone and ten at once. Needs a quiet machine."""
    # The tools are not part of the package: they measure it from outside.
    sys.path.insert(0, str(REPOSITORY))
    from itner.core.errors import InputError
    from itner.core.progress import ConsoleProgress
    from itner.records.codec import to_json
    from itner.records.files import write_atomic
    from itner.records.workspace import Workspace
    from itner.reporting.readme import service_timings_table
    from tools.service_timing import measure_service

    progress = ConsoleProgress()
    try:
        timings = measure_service(run or [], Workspace.find(), requests, progress)
    except InputError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    finally:
        progress.close()
    write_atomic(output, to_json(timings))
    typer.echo(service_timings_table(timings))


if __name__ == "__main__":
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(epilog=EXAMPLES)(main)
    app()
