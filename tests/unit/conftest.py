from __future__ import annotations

from collections.abc import Callable

import pytest

from itner.files import readers
from itner.files.items import Parsed, Settings, Upload
from itner.files.parsing import parse


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are parsed in this process, where a test can change limits and parsers."""

    def parse_here(upload: Upload, settings: Settings, should_stop: Callable[[], bool]) -> Parsed:
        return parse(upload, settings)

    monkeypatch.setattr(readers, "parse_apart", parse_here)
