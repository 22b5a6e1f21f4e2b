from __future__ import annotations

import io
import sys

import pytest

from itner.core import progress as module
from itner.core.progress import ConsoleProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_file_gets_a_line_at_the_beginning_and_the_end_of_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    progress = ConsoleProgress()
    for message in ("training x", "evaluating x"):
        for step in range(101):
            progress(message, step / 100)
    progress.close()
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" in ")[0] for line in lines] == [
        "training x:   0%",
        "training x: 100%",
        "evaluating x:   0%",
        "evaluating x: 100%",
    ]


def test_long_work_is_heard_of_in_between(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOG_SECONDS", 0.0)
    monkeypatch.setattr(module, "_GUESS_SECONDS", 0.0)
    progress = ConsoleProgress()
    for step in range(5):
        progress(f"training x (dev F1 {step})", step / 4)
    progress.close()
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" in ")[0] for line in lines][:4] == [
        "training x (dev F1 0):   0%",
        "training x (dev F1 1):  25%",
        "training x (dev F1 2):  50%",
        "training x (dev F1 3):  75%",
    ]
    assert all(line.endswith("left") for line in lines)


def test_a_new_step_starts_over(capsys: pytest.CaptureFixture[str]) -> None:
    progress = ConsoleProgress()
    for message, share in (("one", 0.0), ("one", 1.0), ("two", 0.05), ("two", 7.0), ("three", -1.0)):
        progress(message, share)
    progress.close()
    lines = [line.split(" in ")[0] for line in capsys.readouterr().err.splitlines()]
    assert lines == ["one:   0%", "one: 100%", "two:   5%", "two: 100%", "three:   0%"]


def test_a_terminal_gets_one_line_that_is_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = ConsoleProgress()
    for share in (0.0, 0.01, 0.02, 1.0):
        progress("exporting", share)
    progress.close()
    progress.close()
    text = terminal.getvalue()
    assert text.startswith("\rexporting:   0%")
    assert text.count("\n") == 1
    assert text.rstrip("\n").rsplit("\r", 1)[-1].startswith("exporting: 100%")


def test_nothing_is_guessed_from_a_moment(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOG_SECONDS", 0.0)
    progress = ConsoleProgress()
    progress("building x", 0.1)
    assert capsys.readouterr().err == "building x:  10%\n"
