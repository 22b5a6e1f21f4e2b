"""What may be committed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from shipped import REPOSITORY

MIB = 2**20


def tracked(*paths: str) -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z", "--", *paths], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return [REPOSITORY / name for name in done.stdout.split("\0") if name]


def test_no_pickle_and_no_large_file_is_committed() -> None:
    files = tracked()
    assert files
    assert not [path for path in files if path.suffix in (".bin", ".pt", ".pth", ".pkl", ".pickle", ".npy", ".joblib")]
    assert not [path for path in files if path.is_file() and path.stat().st_size > 50 * MIB]
    assert sum(path.stat().st_size for path in tracked("models") if path.is_file()) <= 160 * MIB
    assert not tracked("data/processed", "models/*/onnx/*")


def test_no_path_of_a_machine_is_committed() -> None:
    marks = ["/".join(("", *parts, "")) for parts in (("home",), ("root",), ("work", "main"), ("Users",))]
    marks.append("site-" + "packages/")
    # What tickets, forum threads and other texts say of machines that do not exist is no path of ours.
    corpus = set(tracked("data/helpdesk/*.txt", "data/forum/*.txt", "data/elsewhere/*.txt"))
    kinds = (".json", ".py", ".md", ".toml", ".txt", ".yaml", ".jinja", ".parquet")
    for path in tracked():
        if path in corpus or not path.is_file() or (path.suffix not in kinds and path.name != "Makefile"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [mark for mark in marks if mark in text], path
