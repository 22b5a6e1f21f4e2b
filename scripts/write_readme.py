"""Write the README's tables from the files of the shipped runs, and the data card's from the corpus's report."""

from __future__ import annotations

from pathlib import Path

from _command import parser, run

from itner.data.processed import read_corpus_report, read_stats
from itner.data.sources import DEFAULT_DATASET, EMBEDDED_CORPUS
from itner.errors import InputError
from itner.pipelines import SHIPPED
from itner.report import fill_data_card, fill_readme, read_app_timings, read_published
from itner.store import RunStore, read_ablation, write_atomic

EXAMPLES = """\
  python scripts/write_readme.py"""

README = Path(__file__).resolve().parents[1] / "README.md"


def main() -> None:
    """Write the sections between the markers, leave the rest of both files alone."""
    parser(__doc__ or "", EXAMPLES).parse_args()
    report = read_corpus_report(EMBEDDED_CORPUS.parent)
    if report is None:
        raise InputError("no report; run scripts/measure_corpus.py", path=EMBEDDED_CORPUS.parent)
    card = EMBEDDED_CORPUS.parent / "README.md"
    stats = read_stats(DEFAULT_DATASET["embedded"])
    runs = [RunStore().load(name) for name in SHIPPED]
    write_atomic(card, fill_data_card(card.read_text(encoding="utf-8"), report, stats, runs, read_ablation()))
    print(f"{card.parent.name}/{card.name}: {report.tickets:,} tickets")
    write_atomic(README, fill_readme(README.read_text(encoding="utf-8"), runs, read_published(), read_app_timings()))
    print(f"{README.name}: results of {len(runs)} runs")


if __name__ == "__main__":
    run(main)
