"""Prepare a dataset: read, remap to five types, repair, drop, oversample, describe."""

from __future__ import annotations

from pathlib import Path

from _command import parser, run

from itner import pipelines
from itner.data.oversample import OVERSAMPLING_SEED
from itner.data.sources import SOURCES

EXAMPLES = """\
  python scripts/prepare_data.py --source embedded
  python scripts/prepare_data.py --source conll --path DIR      (train.txt, dev.txt, test.txt)
  python scripts/prepare_data.py --source jsonl --path DIR --dataset tickets
  python scripts/prepare_data.py --source hub
  python scripts/prepare_data.py --source mix --parts stackoverflow helpdesk --dataset mixed"""


def main() -> None:
    """Parse arguments, prepare, print what was made."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("--source", required=True, choices=SOURCES, help="where the annotated text comes from")
    args.add_argument("--path", type=Path, help="folder with train, dev and test (conll and jsonl)")
    args.add_argument("--dataset", help="name of the prepared dataset (default: by source)")
    args.add_argument("--seed", type=int, default=OVERSAMPLING_SEED, help="seed of the oversampling")
    args.add_argument("--parts", nargs="+", default=[], metavar="DATASET", help="prepared datasets (mix)")
    args.add_argument(
        "--weak",
        nargs="+",
        default=[],
        metavar="DATASET",
        help="weakly labelled texts for train (mix; scripts/weak_label.py)",
    )
    args.add_argument(
        "--weak-ratio", type=float, default=pipelines.WEAK_RATIO, help="the share of train that they make up (mix)"
    )
    given = args.parse_args()
    if (given.source == "mix") != bool(given.parts):
        args.error("--source mix and --parts go together")
    if given.source == "mix":
        stats = pipelines.mix(given.parts, given.dataset, given.weak, given.weak_ratio, given.seed)
    else:
        stats = pipelines.prepare(given.source, given.path, given.dataset, given.seed)
    for name, split in stats.splits.items():
        mentions = ", ".join(f"{kind} {count}" for kind, count in split.mentions.items())
        dropped = ", ".join(f"{count} {reason}" for reason, count in split.dropped.items()) or "none"
        shared = ", ".join(f"{count} also in {other}" for other, count in split.also_in.items())
        print(f"{name}: {split.sentences:,} sentences, {split.tokens_mean} tokens on average, {mentions}")
        print(f"  dropped {dropped}; repaired tags {split.repaired_tags}; {shared}")
    grown = stats.oversampling
    print(f"train oversampled: {grown.sentences_before:,} to {grown.sentences_after:,} sentences")
    print(f"written to data/processed/{stats.name}/ and data/processed_meta.json")


if __name__ == "__main__":
    run(main)
