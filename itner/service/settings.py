"""What the service is told at its start, by the command line or by the environment of a container."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from itner.core.errors import InputError
from itner.domains.registry import domain_names
from itner.records.config import EncoderConfig
from itner.records.store import RUN, RunStore
from itner.records.workspace import Workspace
from itner.taggers.registry import kind_of
from itner.workflows.goback import CONFIDENCE

MODEL_VARIABLE, CONFIDENCE_VARIABLE, RANK_VARIABLE = "NER_MODEL_PATH", "CONFIDENCE_THRESHOLD", "LORA_RANK"
RULES_VARIABLE = "RULES_PATH"
MIB = 2**20


@dataclass(frozen=True)
class ServiceSettings:
    """How the service works.

    Attributes:
        runs: the folder of the run that tags, by domain; a domain's rules tag where there is none.
        variant: of the runs; None for the one to deploy.
        confidence: verdicts that are less certain are for review.
        max_bytes: of a request.
        max_texts: of a request.
        max_characters: of all texts of a request together.
        max_requests: that arrive, wait or are worked on at once.
        read_s: seconds within which a request is to arrive.
        per_minute: requests that a client may make in a minute.
        rules: the table of rules by which reports are judged; None for the one that ships.
        key: what hashes and pseudonyms depend on; drawn where none is given, so that all answers agree.
    """

    runs: Mapping[str, Path] = field(default_factory=dict)
    variant: str | None = None
    confidence: float = CONFIDENCE
    max_bytes: int = 4 * MIB
    max_texts: int = 1_000
    max_characters: int = 200_000
    max_requests: int = 32
    read_s: float = 30.0
    per_minute: int = 600
    rules: Path | None = None
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)


@dataclass(frozen=True)
class Told:
    """What the environment and the names of runs say.

    Attributes:
        runs: the folders of the runs, by domain.
        confidence: the threshold of verdicts; None where it is not set.
        rules: the table of rules; None where it is not set.
    """

    runs: Mapping[str, Path]
    confidence: float | None = None
    rules: Path | None = None


def read_environment(runs: list[str], place: Workspace, environment: Mapping[str, str] | None = None) -> Told:
    """What is served, by the names of runs and the environment.

    `NER_MODEL_PATH` names a run's folder, beside those of `runs`; `LORA_RANK` is the rank that its adapters must have.

    Raises:
        InputError: a run is not there, or is not what the environment says; two runs are of one domain.
    """
    given = os.environ if environment is None else environment
    folders = [RunStore(place.models).load(name).path for name in runs]
    if path := given.get(MODEL_VARIABLE):
        folders.insert(0, _run_folder(path))
    found: dict[str, Path] = {}
    # A run that is named twice is one.
    for folder in {folder.resolve(): folder for folder in folders}.values():
        run = RunStore(folder.parent).load(folder.name)
        if run.info.domain not in domain_names():
            raise InputError(f"its domain {run.info.domain!r} is not known here", path=folder)
        if run.info.domain in found:
            raise InputError(
                f"two runs of the domain {run.info.domain!r}, {found[run.info.domain]} and {folder}; serve one"
            )
        found[run.info.domain] = folder
    if rank := given.get(RANK_VARIABLE):
        _check_rank(folders[0] if folders else None, rank)
    rules = given.get(RULES_VARIABLE)
    return Told(found, _read_confidence(given.get(CONFIDENCE_VARIABLE)), Path(rules) if rules else None)


def _run_folder(text: str) -> Path:
    """The folder of a run that the environment names."""
    folder = Path(text).resolve()
    if folder.is_dir() and (folder / RUN).is_file():
        return folder
    if folder.is_dir():
        what = f"the folder {folder} holds no {RUN}"
        beside = folder
    else:
        what = f"there is no folder {folder}" if not folder.exists() else f"{folder} is no folder"
        beside = folder.parent
    known = ", ".join(sorted(str(each.parent) for each in beside.glob(f"*/{RUN}"))) if beside.is_dir() else ""
    raise InputError(
        f"{MODEL_VARIABLE} is {text!r}, but {what}; name the folder of a run" + (f": {known}" if known else "")
    )


def _check_rank(folder: Path | None, rank: str) -> None:
    run = RunStore(folder.parent).load(folder.name) if folder is not None else None
    # The adapters may be those of a run that this one opens.
    configs = [each.config for each in (run, *kind_of(run).parts(run))] if run is not None else []
    lora = next((config.lora for config in configs if isinstance(config, EncoderConfig)), None)
    # As words: what looks like a digit need not be one that a number can be made of.
    if lora is None or rank.strip() != str(lora.r):
        has = f"has adapters of rank {lora.r}" if lora is not None else "has no adapters"
        what = f"the run {folder.name} {has}" if folder is not None else "no run is served"
        raise InputError(f"{RANK_VARIABLE} is {rank!r}, but {what}; name another run, or unset the variable")


def _read_confidence(text: str | None) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InputError(f"{CONFIDENCE_VARIABLE} is {text!r}, and is to be a number from 0 to 1")
    return value
