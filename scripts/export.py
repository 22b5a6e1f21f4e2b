"""Build a run's ONNX files (FP32, FP16, INT8) from its weights."""

from __future__ import annotations

from _command import parser, run

from itner import pipelines
from itner.config import ONNX_PRECISIONS
from itner.progress import ConsoleProgress

EXAMPLES = """\
  python scripts/export.py minilm_full_kd"""


def main() -> None:
    """Parse arguments, export, print the files and sizes."""
    args = parser(__doc__ or "", EXAMPLES)
    args.add_argument("run", metavar="RUN", help="folder under models/")
    given = args.parse_args()
    progress = ConsoleProgress()
    exported = pipelines.export(given.run, progress=progress)
    progress.close()
    for precision in ONNX_PRECISIONS:
        path = exported.onnx_path(precision)
        print(f"{path.relative_to(exported.path.parent.parent)}: {path.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    run(main)
