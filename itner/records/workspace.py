"""The folders that commands and the dashboard work on."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

MODELS_VARIABLE, DATA_VARIABLE = "ITNER_MODELS", "ITNER_DATA"
# A folder for corrections; naming it lets who uses the dashboard keep them there.
CORRECTIONS_VARIABLE = "ITNER_CORRECTIONS"
_CORRECTIONS = "corrections"
_MODELS, _DATA = "--models", "--data-root"
# The verbs that have to do with one of the two alone, by the option that they take.
_ONE_ROOT = {
    "prepare": _DATA,
    "merge": _DATA,
    "export": _MODELS,
    "compare": _MODELS,
    "rules": _MODELS,
    "union": _MODELS,
}


def _find_checkout() -> Path | None:
    folder = Path(__file__).resolve().parents[2]
    return folder if (folder / "pyproject.toml").is_file() and (folder / "pages").is_dir() else None


# The repository that this code runs from; None when it is installed.
CHECKOUT = _find_checkout()


@dataclass(frozen=True)
class Workspace:
    """Where runs and datasets are.

    Attributes:
        models: one folder a run.
        data: prepared datasets and their statistics.
    """

    models: Path
    data: Path

    @classmethod
    def find(cls, models: str | Path | None = None, data: str | Path | None = None) -> Workspace:
        """Each root as given, else as the variables ITNER_MODELS and ITNER_DATA say, else the checkout's, else here."""
        usual = _usual()
        return cls(
            models=Path(models or os.environ.get(MODELS_VARIABLE) or usual.models).absolute(),
            data=Path(data or os.environ.get(DATA_VARIABLE) or usual.data).absolute(),
        )

    def corpus(self, path: str) -> Path:
        """A file of a corpus that ships, by its path under `data/`: the workspace's own, else the checkout's."""
        own = self.data / path
        return own if own.exists() or CHECKOUT is None else CHECKOUT / "data" / path

    def corrections(self, domain: str) -> Path:
        """Where corrected texts of a domain are kept: where ITNER_CORRECTIONS says, else `data/corrections/`."""
        return Path(os.environ.get(CORRECTIONS_VARIABLE) or self.data / _CORRECTIONS).absolute() / domain

    def command(self, verb: str, *words: str) -> str:
        """A command line of `itner` that can be pasted into a shell here and works on these folders.

        The shell need not know our variables: folders that are not the usual ones are named.
        """
        usual = _usual()
        changed = {_MODELS: (self.models, usual.models), _DATA: (self.data, usual.data)}
        roots = [
            word
            for option, (own, other) in changed.items()
            if own != other and _ONE_ROOT.get(verb, option) == option
            for word in (option, str(own))
        ]
        return shlex.join([*_program(), verb, *words, *roots])


def _usual() -> Workspace:
    """The folders where nothing is said: the checkout's, else those of the folder that one is in."""
    home = CHECKOUT or Path.cwd()
    return Workspace(home / "models", home / "data")


def _program() -> list[str]:
    """How `itner` is called from this process's folder: by name where the shell finds it, else by its path."""
    if shutil.which("itner"):
        return ["itner"]
    beside = Path(sys.executable).with_name("itner")
    if not beside.is_file():
        return [sys.executable, "-m", "itner"]
    return [str(beside.relative_to(Path.cwd())) if beside.is_relative_to(Path.cwd()) else str(beside)]
