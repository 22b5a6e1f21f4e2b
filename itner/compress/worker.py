"""The process that builds a run's ONNX files: `python -m itner.compress.worker FOLDER MEMORY VARIANT...`.

A run folder may hold anything, and what reads it may take all memory or crash; it takes this process with it and
nothing else. Progress, and how it ended, are lines of JSON; when nobody listens any more, it ends.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from pathlib import Path

from itner.core.errors import InputError


def main(folder: Path, memory: int, variants: list[str]) -> None:
    """Build, and say how far it is."""
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from itner.compress.onnx import export_run
    from itner.records.store import RunStore
    from itner.taggers.registry import blaming

    def tell(message: str, share: float) -> None:
        _say(message=message, share=share)

    try:
        run = RunStore(folder.parent).load(folder.name)
        with blaming(run, "cannot be built"):
            export_run(run, tell, variants)
    except InputError as error:
        _say(error=error.problem)
    except OSError as error:
        _say(error=f"the ONNX files cannot be written: {error.strerror}")
    else:
        _say(done=True)


def _say(**said: object) -> None:
    print(json.dumps(said), flush=True)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
