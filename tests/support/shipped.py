"""The runs that ship, for tests: read where they are, opened in a copy, so that nothing is built under `models/`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock

from itner.compress.build import build
from itner.domains.registry import Domain, get_domain, list_domains
from itner.domains.release import Release
from itner.records.store import BASES, ONNX, Run, RunStore
from itner.records.workspace import CHECKOUT, Workspace

OPENED = ("compact_s", "minilm_full_kd", "minilm_l3_kd", "pii_minilm")

assert CHECKOUT is not None
REPOSITORY = CHECKOUT
HERE = Workspace(REPOSITORY / "models", REPOSITORY / "data")


def release() -> Release:
    """What ships for IT-support text."""
    found = get_domain("it").release
    assert found is not None
    return found


def shipped() -> dict[str, Domain]:
    """The domain of each run that ships, by the run's name."""
    domains = [domain for domain in list_domains() if domain.release is not None]
    return {name: domain for domain in domains if domain.release for name in domain.release.runs}


def shipped_run(name: str) -> Run:
    """A run that ships, as it is committed: to read, not to open."""
    return RunStore(HERE.models).load(name)


def build_models(target: Path, names: Sequence[str] = OPENED) -> Path:
    """Build what pages open of `copy_models`: a process of its own for each takes longer to start than to build."""
    for name in names:
        build(RunStore(target).load(name), ["int8"])
    return target


def copy_models(target: Path) -> Path:
    """`models/` at `target`, what was built there before kept: a rebuild for every session would take minutes."""
    target.mkdir(parents=True, exist_ok=True)
    with FileLock(target / ".copying"):
        for folder in (path for path in HERE.models.iterdir() if (path / "run.json").is_file()):
            _copy_run(folder, target / folder.name)
        # The decoders that some runs stand on.
        _copy_run(HERE.models / BASES, target / BASES)
        for path in HERE.models.glob("*.json"):
            shutil.copyfile(path, target / path.name)
        for gone in {path.name for path in target.iterdir() if path.is_dir()} - {p.name for p in HERE.models.iterdir()}:
            shutil.rmtree(target / gone)
    return target


def _copy_run(source: Path, target: Path) -> None:
    # A run that lost its weights loses what was built of them.
    for weights in target.glob("*.safetensors"):
        if not (source / weights.name).is_file():
            weights.unlink()
            shutil.rmtree(target / ONNX, ignore_errors=True)
    for path in source.rglob("*"):
        relative = path.relative_to(source)
        if not path.is_file() or relative.parts[0] == ONNX or any(part.startswith(".") for part in relative.parts):
            continue
        copied = target / relative
        copied.parent.mkdir(parents=True, exist_ok=True)
        stat = path.stat()
        if copied.is_file() and (copied.stat().st_size, copied.stat().st_mtime_ns) == (stat.st_size, stat.st_mtime_ns):
            continue
        # Renamed into place: a page of another process may be reading it.
        temporary = copied.with_name(f".{copied.name}.{os.getpid()}")
        shutil.copy2(path, temporary)
        os.replace(temporary, copied)
