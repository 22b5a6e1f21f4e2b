"""The rooms of the package: which may import which, and what may not be imported or named at all."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from shipped import REPOSITORY

from itner.domains.registry import list_domains

PACKAGE = REPOSITORY / "itner"
# A room imports only from itself and those before it.
ORDER = (
    "core", "records", "domains", "data", "files", "labelling", "taggers", "compress", "training", "evaluation",
    "benchmark", "bulk", "reporting", "workflows", "service", "cli", "dashboard",
)  # fmt: skip
# Modules that belong to no room: the package itself, its version, and `python -m itner`.
ROOMLESS = {"__init__", "_version", "__main__"}
MODULES = sorted(PACKAGE.rglob("*.py"))


def imported_modules(path: Path) -> set[str]:
    """Modules of the package that a file imports anywhere, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def rooms(path: Path) -> set[str]:
    """The rooms that a file imports from."""
    names = [name.split(".") for name in imported_modules(path)]
    return {parts[1] for parts in names if parts[0] == "itner" and len(parts) > 1 and not parts[1].startswith("_")}


def relative(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_every_room_has_a_place_in_the_order_and_in_the_picture() -> None:
    found = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir() if path.suffix in ("", ".py")}
    assert found - ROOMLESS - {"__pycache__"} == set(ORDER)
    picture = (REPOSITORY / "docs" / "architecture.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)/`", picture, re.MULTILINE)
    assert listed == list(ORDER)


@pytest.mark.parametrize("path", [path for path in MODULES if path.parent != PACKAGE], ids=relative)
def test_a_module_imports_only_from_its_room_and_those_before_it(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0]
    allowed = set(ORDER[: ORDER.index(own) + 1])
    assert rooms(path) <= allowed, f"{relative(path)} imports from {sorted(rooms(path) - allowed)}, which stand below"


def test_only_the_dashboard_knows_streamlit() -> None:
    knowing = [path for path in MODULES if "streamlit" in {name.split(".")[0] for name in imported_modules(path)}]
    assert knowing
    for path in knowing:
        assert path.parent.name == "dashboard", path


def test_no_cycle_between_modules() -> None:
    graph = {}
    for path in MODULES:
        name = ".".join(("itner", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        graph[name] = imported_modules(path)
    graph = {name: {used for used in found if used in graph and used != name} for name, found in graph.items()}
    while graph:
        leaves = {name for name, used in graph.items() if not used}
        assert leaves, f"a cycle among {sorted(graph)}"
        graph = {name: used - leaves for name, used in graph.items() if name not in leaves}


def test_no_domain_is_named_outside_its_folder() -> None:
    named = set()
    for domain in list_domains():
        named |= {*domain.scheme.types, *domain.scheme.mapping, domain.scheme.name}
        named |= {corpus.dataset for corpus in domain.corpora} | {corpus.hub for corpus in domain.corpora if corpus.hub}
        named |= {domain.hub_text} - {""}
    named -= {"Value", "Device", "Version", "Library", "Language", "Application"}  # words of ordinary English
    for path in MODULES:
        if path.relative_to(PACKAGE).parts[0] == "domains":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
                assert node.value not in named, f"{relative(path)}:{node.lineno} names {node.value!r}"


@pytest.mark.parametrize(
    "module",
    ["itner", "itner.records.store", "itner.reporting.rows", "itner.taggers.registry", "itner.cli.app",
     "itner.workflows.tag", "itner.workflows.evaluate", "itner.workflows.train", "itner.workflows.goback",
     "itner.workflows.redact"],
)  # fmt: skip
def test_light_modules_stay_light(module: str) -> None:
    program = (
        f"import sys, {module}\n"
        "print([name for name in ('torch', 'transformers', 'peft', 'datasets', 'streamlit', 'pandas', 'sklearn') "
        "if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", ["itner", "itner.taggers.encoder.onnx_backend", "itner.cli.app"])
def test_every_way_in_switches_telemetry_off_before_the_runtime_is_loaded(module: str) -> None:
    program = (
        "import os, sys\n"
        "os.environ.pop('ORT_DISABLE_TELEMETRY', None)\n"
        "class Watch:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'onnxruntime':\n"
        "            print('loaded with', os.environ.get('ORT_DISABLE_TELEMETRY'))\n"
        "sys.meta_path.insert(0, Watch())\n"
        f"import {module}\n"
        "import itner.taggers.encoder.onnx_backend\n"
    )
    environment = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "loaded with 1"
