"""Label text that nobody annotated: name lists, patterns and a trained tagger vote on every sentence."""

from __future__ import annotations

from pathlib import Path

from _command import parser, run

from itner import pipelines
from itner.data.issues import HUB_ISSUES
from itner.data.processed import WEAK
from itner.progress import ConsoleProgress

EXAMPLES = """\
  python scripts/weak_label.py data/helpdesk/unlabelled.txt --dev helpdesk --tagger minilm_full_kd --dataset mine
  python scripts/weak_label.py mails.zip log.jsonl --dev helpdesk --tagger minilm_full_kd --dataset mails
  python scripts/weak_label.py --hub-issues 100000 --dev stackoverflow --dataset stackoverflow-issues
  python scripts/prepare_data.py --source mix --parts stackoverflow helpdesk --weak tickets --dataset mixed"""


def main() -> None:
    """Parse arguments, label, print what each function did and how good the result is on dev."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("files", nargs="*", type=Path, metavar="FILE", help="as for tag_files.py")
    args.add_argument(
        "--hub-issues",
        type=int,
        default=0,
        metavar="N",
        help=f"also read N issues of the hub dataset {HUB_ISSUES}, one sentence each",
    )
    args.add_argument("--dev", required=True, help="a prepared dataset; its dev split says how right each function is")
    args.add_argument("--dataset", required=True, help="name of what is written under data/weak/")
    args.add_argument("--tagger", metavar="RUN", help="a run that votes, too")
    args.add_argument(
        "--tagger-threshold",
        type=float,
        default=0.9,
        help="what it is less sure of votes apart, and leaves a sentence doubtful",
    )
    args.add_argument("--threshold", type=float, default=0.8, help="least probability of a mention")
    given = args.parse_args()
    if not (0 <= given.threshold <= 1 and 0 <= given.tagger_threshold <= 1):
        args.error("thresholds must lie between 0 and 1")
    if given.hub_issues < 0 or not (given.files or given.hub_issues):
        args.error("pass files, or a number of issues with --hub-issues")
    progress = ConsoleProgress()
    report = pipelines.label_weakly(
        given.files,
        given.dev,
        given.dataset,
        given.tagger,
        given.tagger_threshold,
        given.threshold,
        given.hub_issues,
        progress=progress,
    )
    progress.close()
    print(f"{'function':22} coverage mentions overlap conflict  right on {report.dev} dev")
    for name, stats in report.functions.items():
        shares = " ".join(
            f"{share:8.1%}" if share is not None else f"{'–':>8}" for share in (stats.overlap, stats.conflict)
        )
        right = ", ".join(f"{kind} {c.tp} of {c.tp + c.fp}" for kind, c in stats.dev.items()) or "no vote"
        print(f"{name:22} {stats.coverage:8.1%} {stats.mentions:8,} {shares}  {right}")
    print(f"kept {report.kept:,} of {report.sentences:,} sentences, {sum(report.mentions.values()):,} mentions")
    settled = ", ".join(f"{kind} P {c.precision:.2f} R {c.recall:.2f}" for kind, c in report.dev_settled.items())
    print(f"on the {report.dev_settled_sentences:,} of {report.dev_sentences:,} dev sentences kept likewise: {settled}")
    print(f"written to data/{WEAK}/{report.name}.jsonl and data/{WEAK}/{report.name}.json")


if __name__ == "__main__":
    run(main)
