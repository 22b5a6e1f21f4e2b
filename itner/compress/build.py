"""Building what a run is opened from, for the kinds that are not opened as they are stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from itner.compress.onnx import export_run
from itner.core.progress import Progress, silent
from itner.records.store import Run
from itner.taggers.encoder.variants import ONNX_VARIANTS


def _build_encoder(run: Run, variants: Sequence[str], progress: Progress) -> None:
    asked = [variant for variant in variants if variant in ONNX_VARIANTS]
    if asked:
        export_run(run, progress, asked)


# By kind; the others are opened as they are.
BUILDERS: dict[str, Callable[[Run, Sequence[str], Progress], None]] = {"encoder": _build_encoder}


def build(run: Run, variants: Sequence[str], progress: Progress = silent) -> None:
    """Build what the variants of a run are opened from, unless it is there."""
    if run.info.kind in BUILDERS:
        BUILDERS[run.info.kind](run, variants, progress)
