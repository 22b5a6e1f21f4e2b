"""Measure what each step of the training brings: every arm with every seed, on dev; written to models/ablation.json.

Stop it at any time and call it again: trainings that are done are kept. Calls for single seeds or arms can run beside
each other; each puts all that is known into the file at its end.
"""

from __future__ import annotations

from _command import parser, run

from itner import pipelines
from itner.ablation import ARMS, DEV_SETS, PRESET, SEEDS, measure_gain
from itner.config import PRESETS
from itner.progress import ConsoleProgress

EXAMPLES = """\
  python scripts/ablate.py
  python scripts/ablate.py --seed 13 --arm base --arm oversampling"""


def main() -> None:
    """Parse arguments, train what is missing, print the table."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("--seed", type=int, action="append", help=f"may be given several times (default: {SEEDS})")
    args.add_argument(
        "--arm", action="append", choices=[arm.name for arm in ARMS], help="may be given several times (default: all)"
    )
    args.add_argument(
        "--preset",
        default=PRESET,
        choices=[name for name, config in PRESETS.items() if config.distill is None],
        help="what is trained",
    )
    args.add_argument("--epochs", type=int, help="instead of the preset's")
    given = args.parse_args()
    progress = ConsoleProgress()
    ablation = pipelines.ablate(
        names=given.arm, seeds=given.seed or SEEDS, base=given.preset, epochs=given.epochs, progress=progress
    )
    progress.close()
    for arm in ablation.arms:
        for dataset in DEV_SETS:
            found = measure_gain(ablation, arm, dataset)
            gain = f"{found.gain:+.4f} on {arm.against}" if found.gain is not None else ""
            noise = f" (noise {found.noise:.4f})" if found.gain is not None and found.noise is not None else ""
            spread = f" +-{found.spread:.4f}" if found.spread is not None else ""
            print(f"{arm.name:14} {dataset:14} {found.mean:.4f}{spread}  {gain}{noise}")


if __name__ == "__main__":
    run(main)
