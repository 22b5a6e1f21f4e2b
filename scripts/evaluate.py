"""Score a run on a prepared dataset at one or all weight precisions."""

from __future__ import annotations

from _command import parser, run

from itner import pipelines
from itner.config import PRECISIONS
from itner.data.corpus import SPLITS
from itner.eval.confusion import list_confusions
from itner.progress import ConsoleProgress
from itner.store import RunStore

EXAMPLES = """\
  python scripts/evaluate.py minilm_full_kd --dataset stackoverflow --precision all
  python scripts/evaluate.py minilm_full_kd --dataset stackoverflow --split dev --precision int8"""


def main() -> None:
    """Parse arguments, evaluate, print the scores."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("run", metavar="RUN", help="folder under models/")
    args.add_argument("--dataset", required=True, help="a prepared dataset")
    args.add_argument("--split", choices=SPLITS, default="test", help="tune on dev; test is for shipped runs, once")
    args.add_argument("--precision", choices=("all", *PRECISIONS), default="all", help="weight precision")
    given = args.parse_args()
    precisions = PRECISIONS if given.precision == "all" else (given.precision,)
    progress = ConsoleProgress()
    reports = pipelines.evaluate(given.run, given.dataset, given.split, precisions, progress=progress)
    progress.close()
    for report in reports:
        micro, interval = report.micro, report.micro_f1_interval
        print(
            f"{report.precision:10s} micro P {micro.precision:.4f} R {micro.recall:.4f} F1 {micro.f1:.4f} "
            f"[{interval.low:.4f}, {interval.high:.4f}]  macro-F1 {report.macro_f1:.4f}  "
            f"token accuracy {report.token_accuracy:.4f}"
        )
    for found in RunStore().load(given.run).errors.reports:
        if (found.dataset, found.split, found.precision) == (given.dataset, given.split, precisions[-1]):
            confusions = ", ".join(f"{gold} → {pred}: {count}" for gold, pred, count in list_confusions(found)[:6])
            print(f"most frequent confusions at {found.precision}: {confusions}")


if __name__ == "__main__":
    run(main)
