from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from synthetic import eval_report, write_run

from itner.core.errors import InputError
from itner.records.files import change_record, read_record, replacing, write_atomic
from itner.records.store import RunStore, write_errors, write_metrics
from itner.records.study import Published, PublishedResult


def result(name: str) -> PublishedResult:
    return PublishedResult(name, "full", "b", 1, "d", "test", 0.5)


def add(path: Path, name: str) -> None:
    change_record(path, Published, lambda known: Published("x", (*(known.results if known else ()), result(name))))


def add_many(path: Path, prefix: str) -> None:
    for number in range(10):
        add(path, f"{prefix}{number}")


def test_changes_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: add(path, str(number)), range(40)))
    assert sorted(r.name for r in read_record(path, Published).results) == sorted(map(str, range(40)))


def test_changes_of_several_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    with ProcessPoolExecutor(3, mp_context=multiprocessing.get_context("fork")) as pool:
        list(pool.map(add_many, [path] * 3, "abc"))
    expected = sorted(f"{prefix}{number}" for prefix in "abc" for number in range(10))
    assert sorted(r.name for r in read_record(path, Published).results) == expected
    assert not list(tmp_path.glob("*.tmp"))


def test_evaluations_at_once_keep_every_report(tmp_path: Path) -> None:
    write_run(tmp_path, "run", measured=False)
    run = RunStore(tmp_path).load("run")
    splits = [f"s{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda split: write_metrics(run, [eval_report("int8", 50, split=split)]), splits))
        list(pool.map(lambda split: write_errors(run, []), splits))
    assert sorted(r.split for r in RunStore(tmp_path).load("run").metrics.reports) == sorted(splits)


def test_a_failure_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.zip"
    write_atomic(path, "old")

    def break_off() -> None:
        with replacing(path) as file:
            file.write(b"half")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        break_off()
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["file.zip"]


def test_a_damaged_record_is_bad_input_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    assert read_record(path, Published) is None
    path.write_text('{"source": 1, "results": []}', encoding="utf-8")
    with pytest.raises(InputError, match=r"file\.json: source: .*; write it again"):
        read_record(path, Published, "write it again")
    path.write_text("no json", encoding="utf-8")
    with pytest.raises(InputError, match="JSON"):
        change_record(path, Published, lambda known: known)
    assert path.read_text(encoding="utf-8") == "no json"
