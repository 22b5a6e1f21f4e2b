"""Measure an annotated corpus of ours: how varied it is, and how far its two annotators agreed."""

from __future__ import annotations

from pathlib import Path

from _command import parser, run

from itner import pipelines
from itner.data.processed import CORPUS_REPORT
from itner.results import Agreement

EXAMPLES = """\
  python scripts/measure_corpus.py data/helpdesk"""


def main() -> None:
    """Parse arguments, measure, write, print."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("folder", type=Path, help="holds tickets.txt, first_pass.txt and second_pass.txt")
    given = args.parse_args()
    report = pipelines.measure_corpus(given.folder)
    channels = ", ".join(f"{count} {name}" for name, count in report.channels.items())
    print(f"{report.tickets:,} tickets ({channels}), {report.sentences:,} sentences")
    varied = report.diversity
    print(
        f"distinct 4-grams {varied.distinct_4gram_share:.1%}, type/token ratio {varied.type_token_ratio:.3f}, "
        f"{varied.mention_strings:,} mention strings, {varied.once_only_share:.1%} of them once, "
        f"distinct openings {varied.distinct_opening_share:.1%}"
    )
    print(f"first against second pass: {_in_words(report.agreement)}")
    print(f"first pass against gold: {_in_words(report.first_to_gold)}")
    print(f"second pass against gold: {_in_words(report.second_to_gold)}")
    print(f"written to {given.folder / CORPUS_REPORT}")


def _in_words(agreement: Agreement) -> str:
    types = ", ".join(f"{name} {counts.f1:.3f}" for name, counts in agreement.per_type.items())
    kappas = ", ".join(
        f"{name} {value:.3f}" if value is not None else f"{name} not defined"
        for name, value in (("kappa", agreement.kappa), ("kappa of marked tokens", agreement.kappa_marked))
    )
    return f"F1 {agreement.overall.f1:.3f} ({types}), {kappas}"


if __name__ == "__main__":
    run(main)
