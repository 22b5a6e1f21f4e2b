"""Building what a run is opened from, for the kinds that are not opened as they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from itner.compress.apart import export_apart
from itner.compress.graphs import GRAPHS
from itner.compress.onnx import export_run, is_exported
from itner.core.progress import Progress, silent
from itner.records.store import Run
from itner.taggers.registry import kind_of
from itner.taggers.variants import ONNX_VARIANTS


def build(run: Run, variants: Sequence[str], progress: Progress = silent, apart: bool = False) -> None:
    """Build what the variants of a run, and of the runs that it opens, are opened from, unless it is there.

    Args:
        apart: in another process, which takes no more time and memory than it may, and leaves none behind.
    """
    asked = [variant for variant in variants if variant in ONNX_VARIANTS]
    if asked and run.info.kind in GRAPHS:
        if apart and run.weights_path is not None and find_spec("torch") is not None:
            if not is_exported(run, asked):
                export_apart(run, asked, progress)
        else:
            export_run(run, progress, asked)
    for part in kind_of(run).parts(run):
        build(part, variants, progress, apart)
