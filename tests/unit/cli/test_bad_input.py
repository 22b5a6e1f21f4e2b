"""What a command line leaves behind when its input is bad in the last place where it can be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from shipped import REPOSITORY

from itner.records.files import sha256_file

NAME = "pytest-never-prepared"


def data_files() -> dict[str, str]:
    """Every file and folder under data/, hidden ones too, with the hashes of what is committed."""
    root = REPOSITORY / "data"
    return {
        str(path.relative_to(root)): sha256_file(path) if path.is_file() and path.stat().st_size < 2**20 else ""
        for path in root.rglob("*")
    }


@pytest.mark.parametrize(
    ("bad", "where"),
    [
        (b"Ubuntu\tB-OS\n\nfails\tO\tO\n", "test.txt:3: 3 columns"),
        (b"Ubuntu\tB-Starship\n", "test.txt:1: entity type 'Starship' has no mapping"),
        (b"Ubuntu\tB-OS\ncaf\xe9\tO\n", "test.txt:2: byte 0xe9 is not UTF-8"),
        (b"\n\n", "test.txt: the test split holds no sentence"),
        (None, "no test split here"),
    ],
    ids=["columns", "type", "byte", "empty", "missing"],
)
def test_a_bad_last_split_leaves_no_trace_of_the_good_ones(tmp_path: Path, bad: bytes | None, where: str) -> None:
    for split in ("train", "dev"):
        (tmp_path / f"{split}.txt").write_text("Ubuntu\tB-OS\nfails\tO\n", encoding="utf-8")
    if bad is not None:
        (tmp_path / "test.txt").write_bytes(bad)
    before = data_files()
    script = REPOSITORY / "scripts" / "prepare_data.py"
    done = subprocess.run(
        [sys.executable, str(script), "--source", "conll", "--path", str(tmp_path), "--dataset", NAME],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: {tmp_path}")
    assert where in done.stderr
    assert done.stderr.count("\n") == 1
    assert data_files() == before
