"""Time the dashboard in a real browser; written to assets/app_timings.json. Needs Chromium and a quiet machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

REPOSITORY = Path(__file__).resolve().parents[1]
EXAMPLES = "\b\nexamples:\n  python scripts/measure_app.py\n  python scripts/measure_app.py --repeats 3"


def main(
    repeats: Annotated[int, typer.Option(min=1, help="How often each thing is timed.")] = 7,
    output: Annotated[Path, typer.Option(help="Where to write.")] = REPOSITORY / "assets" / "app_timings.json",
) -> None:
    """Time the dashboard in a real browser. Needs Chromium and a quiet machine."""
    # The tools are not part of the package: they measure it from outside.
    sys.path.insert(0, str(REPOSITORY))
    from itner.core.progress import ConsoleProgress
    from itner.records.codec import to_json
    from itner.records.files import write_atomic
    from itner.reporting.readme import app_timings_table
    from tools.app_timing import measure_app

    progress = ConsoleProgress()
    timings = measure_app(repeats, progress)
    progress.close()
    write_atomic(output, to_json(timings))
    typer.echo(app_timings_table(timings))


if __name__ == "__main__":
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(epilog=EXAMPLES)(main)
    app()
