"""Taggers in the dashboard's memory are so many and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from itner.dashboard import cache
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
        cache._load_tagger(name, "int8", Path("/nowhere"), "0" * 64)

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
