"""Building a run's ONNX files in another process, with limits on time and memory; see `itner.compress.worker`."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence

from itner.core.apart import start_module
from itner.core.errors import InputError
from itner.core.progress import Progress
from itner.records.store import Run

# Libraries alone take about a gibibyte; a parameter is held in single precision a few times.
_MEMORY, _MEMORY_A_PARAMETER = 4 * 2**30, 64
_SECONDS, _PARAMETERS_A_SECOND = 300, 100_000


def export_apart(run: Run, variants: Sequence[str], progress: Progress) -> None:
    """`itner.compress.onnx.export_run` in another process.

    Raises:
        InputError: the files cannot be built of what is there, or not within the limits.
    """
    parameters = run.info.parameters_total or 0
    seconds = _SECONDS + parameters // _PARAMETERS_A_SECOND
    memory = _MEMORY + parameters * _MEMORY_A_PARAMETER
    process = start_module("itner.compress.worker", str(run.path), str(memory), *variants)
    late = threading.Timer(seconds, process.kill)
    late.start()
    said: dict[str, object] = {}
    try:
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                said = json.loads(line)
                if "share" in said:
                    progress(str(said["message"]), float(str(said["share"])))
    except BaseException:
        process.kill()
        raise
    finally:
        late.cancel()
    if "error" in said:
        raise InputError(str(said["error"]), path=run.path)
    if "done" not in said:
        raise InputError(
            f"building the ONNX files of {run.name} did not end within {seconds:,} s and {memory / 2**30:.1f} GiB; is "
            "its folder damaged?",
            path=run.path,
        )
