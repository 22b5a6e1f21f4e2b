"""Opening a page of the dashboard in Streamlit's test runner."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import pytest
import streamlit as st
from shipped import REPOSITORY
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest, app_test

from itner.dashboard import widgets
from itner.records.store import BrokenRun, Run, RunStore

_find_components = functools.cache(manifest_scanner.scan_component_manifests)


_load_all = RunStore.load_all
_read: dict[tuple[object, ...], tuple[list[Run], list[BrokenRun]]] = {}


def _load_once(store: RunStore) -> tuple[list[Run], list[BrokenRun]]:
    """Runs in a folder that is as it was: all of them are read for every page otherwise."""
    state = (store.root, store.fingerprint())
    if state not in _read:
        _read.clear()
        _read[state] = _load_all(store)
    runs, broken = _read[state]
    return list(runs), list(broken)


def open_page(name: str, root: Path, monkeypatch: pytest.MonkeyPatch, **query: str | list[str]) -> AppTest:
    """The page `name` with the runs under `root`; an exception on the page fails the test."""
    monkeypatch.setenv("ITNER_MODELS", str(root))
    # Streamlit makes the page the main module, which a process spawned by a later test would run.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    # The runner treats each run as the first one of a new server, for which `begin` starts the script again; a click
    # would be lost. It resets the flag on the class it knows; Streamlit reads it from the real one.
    monkeypatch.setattr(app_test, "PagesManager", type("PagesManager", (PagesManager,), {}))
    monkeypatch.setattr(PagesManager, "uses_pages_directory", False)
    # Each run would look through the packages for components.
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", _find_components)
    monkeypatch.setattr(RunStore, "load_all", _load_once)
    monkeypatch.setattr(widgets, "_PAUSE_S", 0)
    st.cache_resource.clear()
    st.cache_data.clear()
    app = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=120)
    if name != "overview":
        app.switch_page(f"pages/{name}.py")
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def unfold(page: AppTest, *keys: str) -> AppTest:
    """The page with what `widgets.show_folded` folds under these keys opened, which the tests' browser cannot press."""
    for key in keys:
        page.session_state[f"folded_{key}"] = True
    page.run()
    assert not page.exception, page.exception
    return page
