"""Make the shipped runs anew: prepare, train, export, evaluate, benchmark, in one go.

Stop it at any time and call it again: what is complete and up to date is kept, an unfinished training goes on from
its last checkpoint.
"""

from __future__ import annotations

from pathlib import Path

from _command import parser, run

from itner import pipelines
from itner.data.sources import SOURCES
from itner.errors import InputError
from itner.progress import ConsoleProgress
from itner.report import results_table
from itner.store import MODELS_ROOT

EXAMPLES = """\
  python scripts/reproduce.py --source conll --path DIR
  python scripts/reproduce.py --source conll --path DIR --models again     (train anew beside the shipped runs)
  python scripts/reproduce.py --source embedded --preset minilm_l3"""


def main() -> None:
    """Parse arguments, reproduce, print the table of results."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("--source", required=True, choices=SOURCES, help="where the annotated text comes from")
    args.add_argument("--path", type=Path, help="folder with train, dev and test (conll and jsonl)")
    args.add_argument("--models", type=Path, default=MODELS_ROOT, help="folder for the runs")
    args.add_argument("--preset", action="append", help="only this preset; may be given several times")
    given = args.parse_args()
    if given.models.exists() and not given.models.is_dir():
        raise InputError("not a folder", path=given.models)
    progress = ConsoleProgress()
    presets = given.preset or pipelines.SHIPPED
    place = pipelines.Workspace(models=given.models.resolve())
    runs = pipelines.reproduce(given.source, given.path, presets, place, progress=progress)
    progress.close()
    print(results_table(runs))


if __name__ == "__main__":
    run(main)
