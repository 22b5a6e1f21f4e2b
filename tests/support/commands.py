"""Command lines: run in this process, and held against what `itner` understands."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Iterable

import pytest
from typer.main import get_command

from itner.cli import app as cli


def run_itner(*arguments: str) -> int:
    """The exit code of `itner ARGUMENTS`, in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return int(ended.value.code or 0)


# Typer makes the commands anew for each line otherwise.
_make_command = functools.cache(lambda: get_command(cli.app))


def parse(line: str) -> None:
    """Parse a command line as `itner` does, without running it; raises for bad usage."""
    program, verb, *words = shlex.split(line, comments=True)
    assert program.endswith("itner")
    command = _make_command()
    context = command.make_context("itner", [verb, *words], resilient_parsing=False)
    name, found, rest = command.resolve_command(context, [verb, *words])  # type: ignore[attr-defined]
    assert found is not None
    found.make_context(name, rest, parent=context)


def check_commands(blocks: Iterable[str]) -> list[str]:
    """Those of the blocks of code that call `itner`, each of which has to parse."""
    commands = [block for block in blocks if block.split(maxsplit=1)[0].endswith("itner")]
    for command in commands:
        parse(command)
    return commands
