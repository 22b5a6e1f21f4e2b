"""Pages and readers over damaged run folders: `python tests/hostile/damaged.py ROOT COUNT SEED [live]`.

A process of its own, so that what hangs can be ended; it prints a line of JSON with what was found.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from mutations import copy_run, damage
from opening import open_page
from shipped import HERE

from itner.records.store import Run, RunStore
from itner.taggers.registry import kind_of

SOURCES = ("compact_s", "minilm_l3", "minilm_full_kd", "it_rules", "decoder_lora", "pii_union")
PAGES = ("overview", "quality", "efficiency", "errors", "data")
# A page that takes longer hangs.
LONGEST_S = 30.0


def draw(root: Path, patch: pytest.MonkeyPatch, runs: list[Run], live: bool) -> tuple[dict[str, str], int, float]:
    """What went wrong on which page, how many were drawn, and the longest that one took (s).

    The page of each run by itself is drawn for these runs, and with `live` the pages on which models are loaded.
    """
    wrong: dict[str, str] = {}
    longest = 0.0
    pages: list[tuple[str, dict[str, str]]] = [(page, {}) for page in PAGES]
    pages += [("run", {"run_name": run.name}) for run in runs]
    if live:
        pages += [("live", {}), ("tag_files", {})]
        pages += [("live", {"model": f"{run.name}@{kind_of(run).live[0]}"}) for run in runs]
    for page, asked in pages:
        started = time.monotonic()
        try:
            open_page(page, root, patch, **asked)
        except AssertionError as error:
            wrong[" ".join((page, *asked.values()))] = str(error)[-600:]
        taken = time.monotonic() - started
        longest = max(longest, taken)
        if taken > LONGEST_S:
            wrong[f"{page} took"] = f"{taken:.0f} s"
    return wrong, len(pages), longest


def main(root: Path, count: int, seed: int, live: bool) -> None:
    """Damage copies, read and draw them all, and where something fails, each by itself."""
    patch = pytest.MonkeyPatch()
    made: dict[str, str] = {}
    together = root / "together"
    for source in SOURCES:
        copy_run(HERE.models / source, together, source)
    for number in range(count):
        name = f"m{number:03}"
        folder = copy_run(HERE.models / SOURCES[number % len(SOURCES)], together, name)
        made[name] = f"{SOURCES[number % len(SOURCES)]}: {damage(folder, seed + number)}"
    runs, broken = RunStore(together).load_all()
    # Runs that stand nowhere are read, and are none of those that are drawn.
    drawn = [run for run in runs if run.name in made]
    listed = [run.name for run in drawn]
    wrong, pages, longest = draw(together, patch, drawn, live)
    found: dict[str, Any] = {
        "folders": count,
        "cards": sum(each.name in made for each in broken),
        "shown": len(listed),
        "pages": pages,
        "longest": round(longest, 1),
        "wrong": wrong,
        "made": {name: made[name] for name in made if name in listed or any(name in place for place in wrong)},
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), "live" in sys.argv[4:])
