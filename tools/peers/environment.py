"""The peers' own virtual environment, and calling workers in it or in ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tools.peers.plans import Plan
from tools.peers.worker import RESULT

REPOSITORY = Path(__file__).resolve().parents[2]
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


class Environment:
    """Everything of the peers that is not committed, in one folder: environment, data, models, log."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.log = folder / "log.txt"
        self._python = folder / "venv" / "bin" / "python"

    def prepare(self) -> None:
        """Make the virtual environment, unless it is there with the versions that are pinned."""
        mark = self.folder / "venv" / ".ready"
        pinned = REQUIREMENTS.read_text(encoding="utf-8")
        if mark.is_file() and mark.read_text(encoding="utf-8") == pinned:
            return
        self._run([sys.executable, "-m", "venv", str(self.folder / "venv")])
        install = ["-m", "pip", "install", "--only-binary", ":all:", "--requirement", str(REQUIREMENTS)]
        self._run([str(self._python), *install])
        mark.write_text(pinned, encoding="utf-8")

    def call(self, worker: str, own: bool, job: dict[str, Any]) -> Any:
        """What a worker's job results in; what it prints goes to the log.

        Args:
            own: whether in the peers' environment; else in the one that this runs in.
        """
        python = str(self._python) if own else sys.executable
        lines = self._run([python, "-m", f"tools.peers.{worker}_worker", json.dumps(job)])
        result = next((line for line in reversed(lines) if line.startswith(RESULT)), None)
        if result is None:
            raise RuntimeError(f"the {worker} worker ended without a result; see {self.log}")
        return json.loads(result.removeprefix(RESULT))

    def version(self, plan: Plan) -> str:
        """The installed version of a peer's library."""
        return str(self.call(plan.key, plan.own, {"verb": "version", "library": plan.library}))

    def _run(self, command: list[str]) -> list[str]:
        """The lines that a command prints, which are added to the log while it runs; RuntimeError when it fails."""
        lines = []
        with self.log.open("a", encoding="utf-8") as log:
            process = subprocess.Popen(
                command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
            )
            try:
                for line in process.stdout or ():
                    lines.append(line)
                    log.write(line)
                    log.flush()
                code = process.wait()
            finally:
                # Whoever stops us stops what we started.
                process.kill()
        if code:
            raise RuntimeError(f"{command[0]} ended with {code}; see the end of {self.log}")
        return lines
