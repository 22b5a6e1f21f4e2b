"""The tools that try the command: they see what differs, and trials take the place of the same ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from itner.core.errors import InputError
from itner.core.progress import silent
from itner.records.bulk import BulkProof, Dealing
from itner.records.codec import from_json
from itner.records.workspace import Workspace
from tools.bulk_proof import (
    Trial,
    add_trial,
    digest,
    measure_dealing,
    measure_overhead,
    try_kills,
    try_size,
    write_lines,
    write_tickets,
)


@pytest.fixture
def trial(place: Workspace) -> Trial:
    return Trial("names", "local", "helpdesk", place)


def test_inputs_are_as_long_as_is_asked_and_the_same_by_their_seed(trial: Trial, tmp_path: Path) -> None:
    write_tickets(tmp_path / "a", 50_000, trial)
    write_tickets(tmp_path / "b", 50_000, trial)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    rows = list(map(json.loads, (tmp_path / "a").read_text(encoding="utf-8").splitlines()))
    assert [row["id"] for row in rows] == list(range(len(rows)))
    assert 50_000 <= (tmp_path / "a").stat().st_size < 60_000
    write_tickets(tmp_path / "c", 50_000, replace(trial, seed=14))
    assert (tmp_path / "c").read_bytes() != (tmp_path / "a").read_bytes()
    write_lines(tmp_path / "d", 500_000, trial)
    assert (tmp_path / "d").stat().st_size == 500_000
    lines = (tmp_path / "d").read_bytes().splitlines()
    assert 100 < len(set(lines)) < 700 < len(lines)


def test_a_trial_is_the_command_and_takes_the_place_of_the_same(trial: Trial, tmp_path: Path) -> None:
    first = try_size(trial, "tickets", 60_000, 0.02, tmp_path, silent)
    again = try_size(trial, "tickets", 60_000, 0.02, tmp_path, silent)
    other = try_size(trial, "lines", 60_000, None, tmp_path, silent)
    assert first.output_sha256 == again.output_sha256 != other.output_sha256
    assert first.shards > 2
    assert first.counts.records > 100
    assert first.output_bytes > 1000
    assert set(first.peak_mib) == {"worker", "dealer"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "lines-helpdesk-60000.log",
        "tickets-helpdesk-60000.jsonl",
    ]
    path = tmp_path / "proof.json"
    for each in (first, other, again):
        add_trial(path, each)
    proof: BulkProof = from_json(BulkProof, path.read_bytes())
    assert proof.sizes == (other, again)
    add_trial(path, (Dealing("csv", (1.0,), 1.0),))
    assert from_json(BulkProof, path.read_bytes()).sizes == (other, again)
    with pytest.raises(InputError, match="ended with 2"):
        try_size(replace(trial, run="nobody"), "tickets", 60_000, None, tmp_path, silent)


@pytest.mark.thorough
def test_what_is_killed_goes_on_to_the_same(trial: Trial, tmp_path: Path) -> None:
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "of-another-trial").touch()
    found = try_kills(trial, 2, 600_000, tmp_path, silent)
    assert found.same
    assert found.left == 0
    assert len(found.kills) == 2
    assert digest(tmp_path / "whole") == digest(tmp_path / "killed")


def test_a_difference_is_seen(tmp_path: Path) -> None:
    for name, text in (("a", "1"), ("b", "1"), ("c", "2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.parquet").write_text(text)
        (tmp_path / name / "timings.json").write_text(name)
    assert digest(tmp_path / "a") == digest(tmp_path / "b") != digest(tmp_path / "c")


@pytest.mark.thorough
def test_overhead_and_dealing_are_measured(trial: Trial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.bulk_proof._OVERHEAD_BYTES", 100_000)
    assert 0 <= measure_overhead(trial, tmp_path, silent) < 10
    found = measure_dealing(trial, 300_000, 2, tmp_path)
    assert [each.kind for each in found] == ["csv", "jsonl.gz", "csv.zst"]
    assert all(len(each.mib_per_s) == 2 for each in found)
    assert found[0].packed_share == 1 > found[1].packed_share
