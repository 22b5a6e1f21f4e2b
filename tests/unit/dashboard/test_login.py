"""Where a login is set up, nothing is shown before it."""

from __future__ import annotations

import pytest
import streamlit as st
from shipped import REPOSITORY
from streamlit.testing.v1 import AppTest


def open_with(secrets: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    app = AppTest.from_file(str(REPOSITORY / "streamlit_app.py"), default_timeout=60)
    for name, value in secrets.items():
        app.secrets[name] = value
    monkeypatch.setenv("ITNER_MODELS", "/nowhere")
    return app.run()


def test_without_a_login_everything_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [title.value for title in open_with({}, monkeypatch).title] == ["Which tagger to deploy"]
    assert [title.value for title in open_with({"other": 1}, monkeypatch).title] == ["Which tagger to deploy"]


def test_who_is_not_signed_in_sees_a_button_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_with({"auth": {"client_id": "x"}}, monkeypatch)
    assert not app.exception
    assert [title.value for title in app.title] == ["itner"]
    assert [button.label for button in app.button] == ["Sign in"]
    assert not app.sidebar.children
    assert not app.code


def test_who_is_signed_in_sees_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "user", {"is_logged_in": True})
    assert [title.value for title in open_with({"auth": {"client_id": "x"}}, monkeypatch).title] == [
        "Which tagger to deploy"
    ]
