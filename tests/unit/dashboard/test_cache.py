"""What pages say of places on the server."""

from __future__ import annotations

from pathlib import Path

import pytest

from itner.dashboard.cache import unlabelled_text, verdicts_path, without_places
from itner.records.workspace import CHECKOUT


def test_paths_are_told_as_they_are_inside_our_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITNER_MODELS", str(tmp_path / "runs"))
    monkeypatch.setenv("ITNER_DATA", str(tmp_path / "texts"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    home = tmp_path / "home"
    told = without_places(
        f"{tmp_path}/runs/a/run.json: no JSON; [Errno 2] '{tmp_path}/texts/x.jsonl', {here}/own.txt, {home}/y"
    )
    assert told == "runs/a/run.json: no JSON; [Errno 2] 'texts/x.jsonl', own.txt, ~/y"
    # What begins or ends alike is another folder.
    for other in (f"{tmp_path}/runs2/a", f"/srv{tmp_path}/runs/a"):
        assert without_places(other) == other
    assert without_places(f"{CHECKOUT}/data/x") == "data/x"
    assert without_places("a/b and https://example.org/x") == "a/b and https://example.org/x"


def test_files_that_commands_name_are_told_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    assert CHECKOUT is not None
    monkeypatch.chdir(CHECKOUT)
    monkeypatch.delenv("ITNER_DATA", raising=False)
    assert verdicts_path("utility") == "data/utility/verdicts.json"
    assert not unlabelled_text("it")[1].startswith("/")
