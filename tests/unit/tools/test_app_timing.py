from __future__ import annotations

from pathlib import Path

import pytest
from synthetic import write_run

from itner.core.errors import InputError
from itner.records.store import RunStore
from tools.app_timing import copy_runs


def test_copies_of_runs_are_runs_without_weights(tmp_path: Path) -> None:
    write_run(tmp_path / "models", "a")
    (write_run(tmp_path / "models", "b") / "model.safetensors").write_bytes(b"not copied")
    copy_runs(tmp_path / "many", 5, tmp_path / "models")
    runs, broken = RunStore(tmp_path / "many").load_all()
    assert not broken
    assert [run.name for run in runs] == ["a_000", "a_002", "a_004", "b_001", "b_003"]
    assert all(len(run.metrics.reports) == 4 and run.bench and run.errors.reports for run in runs)
    assert not list((tmp_path / "many").rglob("*.safetensors"))


def test_without_runs_there_is_nothing_to_copy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no run to copy"):
        copy_runs(tmp_path / "many", 5, tmp_path / "models")
    assert not (tmp_path / "many").exists()
