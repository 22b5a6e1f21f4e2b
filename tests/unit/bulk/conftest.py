"""A run that tags in no time, and jobs about it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from shipped import HERE

from itner.bulk.sources import find_sources
from itner.domains.registry import get_domain
from itner.records.bulk import BulkJob
from itner.records.workspace import Workspace
from itner.workflows.rules import make_rules


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = Workspace(tmp_path_factory.mktemp("bulk") / "models", HERE.data)
    make_rules("it", found, "names")
    make_rules("pii", found, "persons")
    return found


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., BulkJob]:
    """Makes a job on files of the folder that the test is in."""
    monkeypatch.chdir(tmp_path)

    def make(*given: str, **settings: object) -> BulkJob:
        known: dict[str, object] = {
            "sources": find_sources(given).sources,
            "text_columns": (),
            "id_column": None,
            "carried": (),
            "encoding": "utf-8",
            "delimiter": None,
            "run": "names",
            "variant": "patterns",
            "model_sha256": "0" * 64,
            "domain": "it",
            "types": get_domain("it").scheme.types,
            "guideline": None,
            "threshold": 0.0,
            "with_text": False,
            "output": "parquet",
            "block_bytes": 1000,
            "limit": None,
            "versions": {},
        }
        return BulkJob(**(known | settings))  # type: ignore[arg-type]

    return make
