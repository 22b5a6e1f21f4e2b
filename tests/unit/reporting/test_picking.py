from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import write_run

from itner.core.errors import InputError
from itner.records.store import Run, RunStore
from itner.reporting.picking import Picking, pick_runs


@pytest.fixture
def runs(tmp_path: Path) -> list[Run]:
    write_run(tmp_path, "a_small", "minilm_l3")
    write_run(tmp_path, "b_full")
    write_run(tmp_path, "c_lora", "minilm_lora")
    found = RunStore(tmp_path).load_all()[0]
    days = ("2026-03-01", "2026-01-01", "2026-02-01")
    return [
        replace(run, info=replace(run.info, provenance=replace(run.info.provenance, created=f"{day}T00:00:00+00:00")))
        for run, day in zip(found, days, strict=True)
    ]


def names(runs: list[Run], picking: Picking) -> list[str]:
    return [run.name for run in pick_runs(runs, picking)]


def test_runs_are_found_by_name_family_and_date(runs: list[Run]) -> None:
    assert names(runs, Picking()) == ["a_small", "b_full", "c_lora"]
    assert names(runs, Picking(named="FULL")) == ["b_full"]
    assert names(runs, Picking(named="*_lora, a")) == ["a_small", "c_lora"]
    assert names(runs, Picking(named="lora*")) == []
    assert names(runs, Picking(families=("fewer layers", "lora"))) == ["a_small", "c_lora"]
    assert names(runs, Picking(since="2026-02-01")) == ["a_small", "c_lora"]
    with pytest.raises(InputError, match="is no date; write it as"):
        pick_runs(runs, Picking(since="soon"))


def test_runs_are_ordered_and_pinned_ones_stay(runs: list[Run]) -> None:
    assert names(runs, Picking(order="newest")) == ["a_small", "c_lora", "b_full"]
    assert names(runs[::-1], Picking(order="family")) == ["c_lora", "b_full", "a_small"]
    assert names(runs, Picking(named="full", pinned=("c_lora", "gone"))) == ["c_lora", "b_full"]
