"""Train one run from a preset."""

from __future__ import annotations

from _command import parser, run

from itner import pipelines
from itner.config import PRESETS, preset
from itner.progress import ConsoleProgress

EXAMPLES = """\
  python scripts/train.py minilm_full --data combined --run mine
  python scripts/train.py minilm_lora --data stackoverflow --run lora_seed7 --seed 7
  python scripts/train.py minilm_full --data combined --run mine --resume
  python scripts/train.py bert_full --data stackoverflow --device cuda"""


def main() -> None:
    """Parse arguments, train, print where the run is."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("preset", metavar="PRESET", help=f"one of {', '.join(PRESETS)}")
    args.add_argument("--data", required=True, metavar="DATASET", help="a prepared dataset (scripts/prepare_data.py)")
    args.add_argument("--run", metavar="NAME", help="folder under models/ (default: the preset's name)")
    args.add_argument("--backbone", help="hub name or folder instead of the preset's")
    args.add_argument("--epochs", type=int, help="instead of the preset's")
    args.add_argument("--lr", type=float, help="learning rate instead of the preset's")
    args.add_argument("--seed", type=int, help="instead of the preset's")
    args.add_argument("--device", choices=("auto", "cpu", "cuda"), help="instead of the preset's")
    args.add_argument("--resume", action="store_true", help="go on from the last checkpoint of an unfinished run")
    given = args.parse_args()
    config = preset(
        given.preset,
        backbone=given.backbone,
        epochs=given.epochs,
        learning_rate=given.lr,
        seed=given.seed,
        device=given.device,
    )
    progress = ConsoleProgress()
    info = pipelines.train(config, given.data, given.run, given.resume, progress=progress)
    progress.close()
    print(
        f"models/{info.name}: dev micro-F1 {info.best_dev_f1:.4f} (epoch {info.best_epoch:.0f}), "
        f"{info.parameters_trainable:,} of {info.parameters_total:,} parameters trained"
    )


if __name__ == "__main__":
    run(main)
