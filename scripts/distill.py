"""Train a run that learns from trained ones: their token probabilities, and the first one's hidden states."""

from __future__ import annotations

from _command import parser, run

from itner import pipelines
from itner.config import PRESETS, DistillSettings, distilling, preset
from itner.progress import ConsoleProgress

EXAMPLES = """\
  python scripts/distill.py minilm_l3 --teachers minilm_full_kd minilm_lora_kd --data combined --run mine_kd
  python scripts/distill.py minilm_l3 --teachers minilm_full_kd --data combined --run l3_hidden --hidden-weight 1"""


def main() -> None:
    """Parse arguments, train, print where the run is."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("preset", metavar="PRESET", help=f"the student, one of {', '.join(PRESETS)}")
    args.add_argument("--teachers", nargs="+", required=True, metavar="RUN", help="runs that teach together")
    args.add_argument("--data", required=True, metavar="DATASET", help="a prepared dataset (scripts/prepare_data.py)")
    args.add_argument("--run", required=True, metavar="NAME", help="folder under models/")
    args.add_argument("--temperature", type=float, default=DistillSettings.temperature, help="of the soft labels")
    args.add_argument(
        "--soft-weight", type=float, default=DistillSettings.soft_weight, help="share of the soft labels in the loss"
    )
    args.add_argument(
        "--hidden-weight", type=float, default=0.0, help="weight of the first teacher's hidden states (default: 0)"
    )
    args.add_argument("--epochs", type=int, help="instead of the preset's")
    args.add_argument("--lr", type=float, help="learning rate instead of the preset's")
    args.add_argument("--seed", type=int, help="instead of the preset's")
    args.add_argument("--resume", action="store_true", help="go on from the last checkpoint of an unfinished run")
    given = args.parse_args()
    config = preset(
        given.preset,
        epochs=given.epochs,
        learning_rate=given.lr,
        seed=given.seed,
        distill=distilling(
            teachers=tuple(given.teachers),
            temperature=given.temperature,
            soft_weight=given.soft_weight,
            hidden_weight=given.hidden_weight,
        ),
    )
    progress = ConsoleProgress()
    info = pipelines.train(config, given.data, given.run, given.resume, progress=progress)
    progress.close()
    print(f"models/{info.name}: dev micro-F1 {info.best_dev_f1:.4f} (epoch {info.best_epoch:.0f})")


if __name__ == "__main__":
    run(main)
