"""Runs that are scored at once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from shipped import HERE, REPOSITORY

from itner.records.workspace import Workspace
from itner.workflows.evaluate import evaluate
from itner.workflows.rules import make_rules
from itner.workflows.score import score

NAMES = ("first", "second", "third")
WRITTEN = ("metrics.json", "errors.json", "buckets.json", "README.md")


def test_scored_at_once_they_are_what_each_is_by_itself(tmp_path: Path) -> None:
    apart, together = Workspace(tmp_path / "apart", HERE.data), tmp_path / "together"
    for name in NAMES:
        make_rules("it", apart, name)
        evaluate(name, "helpdesk", apart, "dev")
    shutil.copytree(apart.models, together)
    for name in NAMES:
        for file in WRITTEN[1:3]:
            (apart.models / name / file).unlink()
            (together / name / file).unlink()
        score(name, apart)
    words = ("--models", str(together), "--data-root", str(HERE.data))
    done = subprocess.run(
        [sys.executable, "-m", "itner", "score", *NAMES, *words],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    # In the order asked for, whoever was ready first.
    assert [line for line in done.stdout.splitlines() if line in NAMES] == list(NAMES)
    for name in NAMES:
        for file in WRITTEN:
            assert (together / name / file).read_bytes() == (apart.models / name / file).read_bytes(), (name, file)
