"""Try INT8 recipes on a run: dev F1, latency, size; written to models/int8_trials.json."""

from __future__ import annotations

from _command import parser, run

from itner import pipelines
from itner.progress import ConsoleProgress

EXAMPLES = """\
  python scripts/try_int8.py minilm_full_kd --dataset stackoverflow"""


def main() -> None:
    """Parse arguments, try the recipes, print the table."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("run", metavar="RUN", help="folder under models/")
    args.add_argument("--dataset", required=True, help="a prepared dataset; its dev split is used")
    given = args.parse_args()
    progress = ConsoleProgress()
    trials = pipelines.try_int8(given.run, given.dataset, progress=progress)
    progress.close()
    for trial in trials.trials:
        print(
            f"{'* ' if trial.kept else '  '}{trial.recipe.name:75s} dev F1 {trial.dev_f1:.4f} "
            f"(FP32 {trial.dev_f1_fp32:.4f})  p50 {trial.forward.p50_ms:.2f} ms (x{trial.forward_ratio:.2f})  "
            f"{trial.file_mib:.1f} MiB"
        )


if __name__ == "__main__":
    run(main)
