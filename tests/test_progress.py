from __future__ import annotations

import io
import sys

import pytest

from itner.core.progress import ConsoleProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_log_file_gets_a_line_per_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    progress = ConsoleProgress()
    for step in range(101):
        progress("training x", step / 100)
    progress.close()
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(":")[1].split()[0] for line in lines] == [f"{n}%" for n in range(0, 101, 10)]


def test_a_new_step_starts_over(capsys: pytest.CaptureFixture[str]) -> None:
    progress = ConsoleProgress()
    for message, share in (("one", 0.0), ("one", 1.0), ("kept", 1.0), ("two", 0.05), ("two", 7.0), ("three", -1.0)):
        progress(message, share)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" in ")[0] for line in lines] == [
        "one:   0%",
        "one: 100%",
        "kept: 100%",
        "two:   5%",
        "two: 100%",
        "three:   0%",
    ]


def test_a_terminal_gets_one_line_that_is_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    progress = ConsoleProgress()
    for share in (0.0, 0.01, 0.02, 1.0):
        progress("exporting", share)
    progress.close()
    progress.close()
    assert terminal.getvalue().count("\r\033[K") == 4
    assert terminal.getvalue().count("\n") == 1
