"""Time the dashboard in a real browser; written to assets/app_timings.json. Needs Chromium and a quiet machine."""

from __future__ import annotations

from pathlib import Path

from _command import parser, run

from itner.app_timing import measure_app
from itner.progress import ConsoleProgress
from itner.report import APP_TIMINGS, app_timings_table
from itner.results import to_json
from itner.store import write_atomic

EXAMPLES = """\
  python scripts/measure_app.py
  python scripts/measure_app.py --repeats 3"""


def main() -> None:
    """Measure, write, print the table."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("--repeats", type=int, default=7, help="how often each thing is timed (default: 7)")
    args.add_argument("--output", type=Path, default=APP_TIMINGS, help="where to write (default: %(default)s)")
    given = args.parse_args()
    if given.repeats < 1:
        args.error("--repeats must be at least 1")
    progress = ConsoleProgress()
    timings = measure_app(given.repeats, progress)
    progress.close()
    write_atomic(given.output, to_json(timings))
    print(app_timings_table(timings))


if __name__ == "__main__":
    run(main)
