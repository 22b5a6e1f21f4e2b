"""Write the README's tables from the files of the shipped runs under models/ and from assets/app_timings.json."""

from __future__ import annotations

from pathlib import Path

from _command import parser, run

from itner.pipelines import SHIPPED
from itner.report import fill_readme, read_app_timings, read_published
from itner.store import RunStore, write_atomic

EXAMPLES = """\
  python scripts/write_readme.py"""

README = Path(__file__).resolve().parents[1] / "README.md"


def main() -> None:
    """Write the sections between the markers, leave the rest alone."""
    parser(__doc__ or "", EXAMPLES).parse_args()
    runs = [RunStore().load(name) for name in SHIPPED]
    write_atomic(README, fill_readme(README.read_text(encoding="utf-8"), runs, read_published(), read_app_timings()))
    print(f"{README.name}: results of {len(runs)} runs")


if __name__ == "__main__":
    run(main)
