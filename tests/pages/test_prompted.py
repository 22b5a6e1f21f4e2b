"""A run that asks a language model, on the pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from llm_server import Behaviour, serving
from opening import open_page

from itner.records.config import PromptedConfig
from itner.records.workspace import Workspace
from itner.workflows.prompt import make_prompted

TEXT = "Outlook fails on Windows"


def test_live_asks_once_and_says_what_the_model_made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    behaviour = Behaviour(lambda text: [("Outlook", "SOFTWARE"), ("Teams", "SOFTWARE"), ("Windows", "SYSTEM")])
    (tmp_path / "models").mkdir()
    (tmp_path / "data").mkdir()
    place = Workspace(tmp_path / "models", tmp_path / "data")
    with serving(behaviour) as endpoint:
        make_prompted(PromptedConfig("ollama", endpoint, "tiny", "it", retries=0), None, place, "asked")
        page = open_page("live", place.models, monkeypatch, text=TEXT)
        assert not page.exception
        assert len(behaviour.bodies) == 1
        said = [caption.value for caption in page.caption]
        assert "1 mention of the answers not in the text, left out" in said
        assert "1 of a type that was not asked for, left out" in said
        assert any("not in the race" in caption for caption in said)
        assert next(button for button in page.button if button.label == "Start the race").disabled
        # Who enters something is told where it goes.
        assert [warning.value for warning in page.warning] == ["What you enter leaves this machine."]
        assert any(f"asked sends it to {endpoint}." in text.value for text in page.text)
        page.run()
        assert len(behaviour.bodies) == 1
    # The server is gone: what it answered is kept, what it did not is an error in words.
    page = open_page("live", place.models, monkeypatch, text=f"{TEXT} 11")
    assert not page.exception
    assert [error.value for error in page.error] == ["asked · Answers cannot be loaded."]


def test_the_record_of_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "data").mkdir()
    with serving(Behaviour(lambda text: [])) as endpoint:
        place = Workspace(tmp_path / "models", tmp_path / "data")
        make_prompted(PromptedConfig("openai", f"{endpoint}/v1", "tiny", "it"), None, place, "asked")
    for name in ("run", "overview", "quality", "efficiency", "errors"):
        page = open_page(name, tmp_path / "models", monkeypatch)
        assert not page.exception, name


def test_files_without_an_answer_are_an_error_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behaviour = Behaviour(lambda text: [("Outlook", "SOFTWARE"), ("Teams", "SOFTWARE")], status=503)
    (tmp_path / "models").mkdir()
    (tmp_path / "data").mkdir()
    place = Workspace(tmp_path / "models", tmp_path / "data")
    with serving(behaviour) as endpoint:
        make_prompted(PromptedConfig("openai", f"{endpoint}/v1", "tiny", "it", retries=0), None, place, "asked")
        page = open_page("tag_files", place.models, monkeypatch)
        page.file_uploader[0].upload("a.txt", TEXT.encode(), "text/plain").run()
        next(button for button in page.button if button.label.startswith("Tag ")).click().run()
        while any(button.label == "Stop" for button in page.button[:]) and len(behaviour.bodies) < 9:
            page.run()
        assert not page.exception
        assert [error.value for error in page.error] == ["The texts could not be tagged."]
        behaviour.status = None
        next(button for button in page.button if button.label == "Try again").click().run()
        next(button for button in page.button if button.label.startswith("Tag ")).click().run()
        assert not page.error
        assert any("1 mention of the answers not in the text, left out" in text.value for text in page.text)
