"""Tag text files with a run: .txt, .log, .md, .csv, .jsonl, .docx, .pdf, .eml, or a .zip of these."""

from __future__ import annotations

import sys
from pathlib import Path

from _command import parser, run

from itner import pipelines
from itner.config import PRECISIONS
from itner.files.writers import FORMATS
from itner.progress import ConsoleProgress

EXAMPLES = """\
  python scripts/tag_files.py tickets.csv mails.zip --run minilm_full_kd --output tagged.zip
  python scripts/tag_files.py system.log --run minilm_l3 --format HTML --threshold 0.5 --output tagged.zip"""


def main() -> None:
    """Parse arguments, tag the files, say what could not be read."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("files", nargs="+", type=Path, metavar="FILE")
    args.add_argument("--run", required=True, help="folder under models/")
    args.add_argument("--output", required=True, type=Path, help="the zip to write")
    args.add_argument("--precision", choices=PRECISIONS, default="int8", help="weight precision (default: int8)")
    args.add_argument(
        "--format", choices=list(FORMATS), action="append", help="may be given several times (default: JSONL)"
    )
    args.add_argument("--threshold", type=float, default=0.0, help="leave out mentions less certain (default: 0)")
    given = args.parse_args()
    if not 0 <= given.threshold <= 1:
        args.error("--threshold must lie between 0 and 1")
    progress = ConsoleProgress()
    formats = given.format or ["JSONL"]
    read = pipelines.tag_files(
        given.files, given.run, given.output, given.precision, formats, given.threshold, progress=progress
    )
    progress.close()
    for notice in (*read.problems, *read.notes):
        print(f"{notice.file}: {notice.reason}", file=sys.stderr)
    print(f"{len(read.items):,} texts tagged, {given.output} written")


if __name__ == "__main__":
    run(main)
