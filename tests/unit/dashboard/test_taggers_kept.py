"""Taggers in the dashboard's memory are so many and no more."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutations import copy_run
from shipped import HERE

from itner.dashboard import cache
from itner.records.store import RunStore
from itner.workflows import open as opening


def test_the_one_that_was_not_asked_for_the_longest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_one(name: str, *given: object, **options: object) -> object:
        assert options == {"apart": True}
        opened.append(name)
        return object()

    monkeypatch.setattr(opening, "open_tagger", open_one)
    cache._load_tagger.clear()
    names = [f"run{number}" for number in range(cache.MOST_TAGGERS + 1)]

    def ask(name: str) -> None:
        cache._load_tagger(name, "int8", Path("/nowhere"), ("0" * 64,))

    for name in names[:-1]:
        ask(name)
    ask(names[0])
    assert opened == names[:-1]
    ask(names[-1])
    # The second one is the oldest by now.
    ask(names[0])
    assert opened == names
    ask(names[1])
    assert opened == [*names, names[1]]
    cache._load_tagger.clear()


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "int8_ranges.json", "run.json"])
def test_whatever_changes_beside_the_weights_makes_another_tagger(tmp_path: Path, name: str) -> None:
    folder = copy_run(HERE.models / "compact_s", tmp_path, "compact_s")
    run = RunStore(tmp_path).load("compact_s")
    before = cache.state_of(run)
    # What is built of the run, and what keeps others away meanwhile, are no change.
    (folder / "onnx").mkdir()
    (folder / ".lock").touch()
    assert cache.state_of(run) == before
    (folder / name).write_text("{}", encoding="utf-8")
    assert cache.state_of(run) != before


def test_a_part_that_changes_makes_another_union(tmp_path: Path) -> None:
    for name in ("pii_union", "pii_minilm", "pii_rules"):
        copy_run(HERE.models / name, tmp_path, name)
    run = RunStore(tmp_path).load("pii_union")
    before = cache.state_of(run)
    (tmp_path / "pii_minilm" / "config.json").write_text("{}", encoding="utf-8")
    assert cache.state_of(run) != before
