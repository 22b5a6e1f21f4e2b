"""The code, libraries and machine behind a result."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic.dataclasses import dataclass

from itner.core.validation import STRICT

_PACKAGES = ("torch", "transformers", "peft", "tokenizers", "onnx", "onnxruntime", "numpy", "datasets")
# The instruction sets that decide how fast and how exactly INT8 runs.
_ISA = (
    "avx2", "fma", "avx512f", "avx512bw", "avx512vl", "avx512_vnni", "avx_vnni", "avx512_bf16",
    "amx_int8", "amx_bf16", "asimd", "asimddp", "i8mm",
)  # fmt: skip


@dataclass(frozen=True, config=STRICT)
class Machine:
    """Where a number was measured."""

    cpu: str
    cores: int
    memory_gib: float
    isa: tuple[str, ...]
    os: str
    gpu: str | None = None


@dataclass(frozen=True, config=STRICT)
class Provenance:
    """What made a file: code, library versions, machine, time (UTC, ISO 8601)."""

    created: str
    commit: str | None
    commit_dirty: bool | None
    versions: dict[str, str]
    machine: Machine


def collect_provenance() -> Provenance:
    """Provenance of a result produced now, by this process, on this machine."""
    commit, dirty = _git_commit()
    return Provenance(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=commit,
        commit_dirty=dirty,
        versions={"python": platform.python_version()} | {name: _version(name) for name in _PACKAGES},
        machine=describe_machine(),
    )


def describe_machine() -> Machine:
    """CPU model, cores usable by this process, memory, instruction sets, and the GPU if torch is loaded with one."""
    info = _cpuinfo()
    flags = set((info.get("flags") or info.get("Features") or "").split())
    return Machine(
        cpu=info.get("model name") or platform.processor() or platform.machine(),
        cores=usable_cores(),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        isa=tuple(name for name in _ISA if name in flags),
        os=f"{platform.system()} {platform.machine()}",
        gpu=_gpu(),
    )


def usable_cores() -> int:
    """Cores this process may run on, not those the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _cpuinfo() -> dict[str, str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.split("\n\n")[0].splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _gpu() -> str | None:
    import sys

    torch = sys.modules.get("torch")
    if torch is None or not torch.cuda.is_available():
        return None
    return str(torch.cuda.get_device_name(0))


# The code that a process runs is what it has loaded, whatever becomes of the checkout meanwhile.
@cache
def _git_commit() -> tuple[str | None, bool | None]:
    """The commit of the checkout that this file is tracked in, and whether the code differs from it."""
    here = Path(__file__).resolve()
    git = ["git", "-C", str(here.parent)]

    def ask(*arguments: str) -> str:
        return subprocess.run([*git, *arguments], capture_output=True, text=True, check=True).stdout.strip()

    try:
        # Installed into an environment inside somebody else's repository, that one's commit would say nothing.
        ask("ls-files", "--error-unmatch", here.name)
        root = ask("rev-parse", "--show-toplevel")
        status = ask("-C", root, "status", "--porcelain", "--", "itner", "scripts", "requirements.txt")
        return ask("rev-parse", "HEAD"), bool(status)
    except (OSError, subprocess.CalledProcessError):
        return None, None


def peak_memory_mib() -> float | None:
    """The most memory that this process had resident; None where the system does not tell (Linux does)."""
    # Not getrusage: its high-water mark is inherited from the process that started this one.
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.is_file() else []
    return next((round(int(line.split()[1]) / 1024, 1) for line in lines if line.startswith("VmHWM:")), None)
