"""Four processes that write into the same records at once: `python tests/hostile/writers.py ROOT ROUNDS`.

A process of its own, which forks; it prints a line of JSON with how many entries were lost.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from datasets_at import at, write_dataset
from mutations import copy_run
from shipped import HERE

from itner.core.tokens import split_tokens
from itner.core.types import Document
from itner.data.corpus import Split
from itner.data.processed import read_meta
from itner.records.store import ERRORS, METRICS, RunStore, write_evaluations

WRITERS = 4


def all_at_once(work: Sequence[Callable[[], None]]) -> None:
    """Do each in a child, which waits until all are there; AssertionError when one fails."""
    told, tell = os.pipe()
    children = []
    for each in work:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(tell)
                os.read(told, 1)
                each()
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    os.close(told)
    os.close(tell)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * len(children)


def evaluations(root: Path) -> int:
    """Each writes another evaluation of one run; how many reports and lists of errors are missing then."""
    folder = copy_run(HERE.models / "compact_s", root, "compact_s")
    run = RunStore(root).load("compact_s")
    pairs = [
        (report, found)
        for report in run.metrics.reports
        if (found := run.error_report(report.dataset, report.split, report.variant)) is not None
    ][:WRITERS]
    assert len(pairs) == WRITERS
    for name in (METRICS, ERRORS):
        (folder / name).unlink()
    bare = RunStore(root).load("compact_s")
    all_at_once([lambda pair=pair: write_evaluations(bare, [pair[0]], [pair[1]]) for pair in pairs])  # type: ignore[misc]
    after = RunStore(root).load("compact_s")
    return 2 * WRITERS - len(after.metrics.reports) - len(after.errors.reports)


def datasets(root: Path) -> int:
    """Each prepares another dataset; how many are missing then."""
    split = {
        name: Split([Document("Outlook hangs", split_tokens("Outlook hangs"), (), "a", "made")], sha256="0" * 64)
        for name in ("train", "dev", "test")
    }
    all_at_once(
        [lambda number=number: write_dataset(split, f"d{number}", root) and None for number in range(WRITERS)]  # type: ignore[misc]
    )
    return WRITERS - len(read_meta(at(root)).datasets)


def main(root: Path, rounds: int) -> None:
    """Let them write, round after round."""
    lost = 0
    for number in range(rounds):
        folder = root / str(number)
        lost += evaluations(folder / "models") + datasets(folder / "data")
        shutil.rmtree(folder)
    print(json.dumps({"rounds": rounds, "writers": WRITERS, "entries": 3 * WRITERS * rounds, "lost": lost}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
