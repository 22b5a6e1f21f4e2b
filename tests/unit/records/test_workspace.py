from __future__ import annotations

import sys
from pathlib import Path

import pytest

from itner.records import workspace
from itner.records.workspace import CHECKOUT, Workspace


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ITNER_MODELS", "ITNER_DATA"):
        monkeypatch.delenv(name, raising=False)


def test_an_option_goes_before_a_variable_before_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert CHECKOUT is not None
    assert Workspace.find() == Workspace(CHECKOUT / "models", CHECKOUT / "data")
    monkeypatch.setenv("ITNER_MODELS", str(tmp_path / "variable"))
    monkeypatch.setenv("ITNER_DATA", "")
    assert Workspace.find() == Workspace(tmp_path / "variable", CHECKOUT / "data")
    assert Workspace.find(tmp_path / "option", "here").models == tmp_path / "option"
    assert Workspace.find(data="here").data == Path.cwd() / "here"


def test_without_a_checkout_it_is_the_folder_one_is_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(workspace, "CHECKOUT", None)
    monkeypatch.chdir(tmp_path)
    place = Workspace.find()
    assert place == Workspace(tmp_path / "models", tmp_path / "data")
    assert "--" not in place.command("evaluate")
    assert place.corpus("helpdesk/tickets.txt") == tmp_path / "data" / "helpdesk" / "tickets.txt"


def test_a_corpus_that_ships_is_found_unless_the_workspace_has_its_own(tmp_path: Path) -> None:
    assert CHECKOUT is not None
    place = Workspace(tmp_path, tmp_path)
    assert place.corpus("helpdesk/tickets.txt") == CHECKOUT / "data" / "helpdesk" / "tickets.txt"
    (tmp_path / "helpdesk").mkdir()
    (tmp_path / "helpdesk" / "tickets.txt").write_text("own", encoding="utf-8")
    assert place.corpus("helpdesk/tickets.txt") == tmp_path / "helpdesk" / "tickets.txt"


def test_a_command_is_called_as_the_shell_can_find_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = Workspace.find()
    monkeypatch.setattr(workspace.shutil, "which", lambda name: f"/bin/{name}")
    assert place.command("score", "a b") == "itner score 'a b'"
    monkeypatch.setattr(workspace.shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "env" / "bin" / "python"))
    assert place.command("score", "x") == f"{tmp_path}/env/bin/python -m itner score x"
    (tmp_path / "env" / "bin").mkdir(parents=True)
    (tmp_path / "env" / "bin" / "itner").write_text("", encoding="utf-8")
    assert place.command("score", "x") == f"{tmp_path}/env/bin/itner score x"
    monkeypatch.chdir(tmp_path)
    assert place.command("score", "x") == "env/bin/itner score x"
