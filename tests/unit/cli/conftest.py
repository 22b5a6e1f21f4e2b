"""Where the verbs run."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, without runs: the rules tag."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ITNER_MODELS", str(tmp_path / "none"))
    return tmp_path
