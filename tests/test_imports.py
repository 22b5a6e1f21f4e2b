"""The import order of the design, and what may not be imported at all."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "itner"
ORDER = (
    "errors", "types", "tokens", "labels", "config", "progress", "results", "ablation", "provenance", "domains", "data",
    "eval", "store", "encoding", "train", "infer", "export", "report", "choose", "findings", "card", "palette",
    "highlight", "files", "pipelines", "browser", "app_timing", "ui",
)  # fmt: skip


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


def row(module: str) -> str:
    return module.split(".")[1]


def test_every_module_has_a_row() -> None:
    rows = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir() if path.suffix in ("", ".py")}
    assert rows - {"__init__", "__pycache__"} == set(ORDER)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_rows_above(path: Path) -> None:
    relative = path.relative_to(PACKAGE)
    if relative == Path("__init__.py"):
        assert not imported_modules(path)
        return
    own = relative.parts[0].removesuffix(".py")
    allowed = set(ORDER[: ORDER.index(own) + 1])
    used = {row(name) for name in imported_modules(path) if name.startswith("itner.")}
    assert used <= allowed, f"{relative} imports from {sorted(used - allowed)}, which stand below {own}"


def test_only_the_user_interface_knows_streamlit() -> None:
    for path in PACKAGE.rglob("*.py"):
        if "streamlit" in {name.split(".")[0] for name in imported_modules(path)}:
            assert path.parent.name == "ui", path


def test_no_cycle_between_modules() -> None:
    graph = {}
    for path in PACKAGE.rglob("*.py"):
        name = ".".join(("itner", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        graph[name] = imported_modules(path)
    graph = {name: {used for used in found if used in graph and used != name} for name, found in graph.items()}
    while graph:
        leaves = {name for name, used in graph.items() if not used}
        assert leaves, f"a cycle among {sorted(graph)}"
        graph = {name: used - leaves for name, used in graph.items() if name not in leaves}


@pytest.mark.parametrize("module", ["itner.workflows.pipelines_old", "itner.records.store", "itner.reporting.report_old", "itner.taggers.encoder.load"])
def test_light_modules_stay_light(module: str) -> None:
    program = (
        f"import sys, {module}\n"
        "print([name for name in ('torch', 'transformers', 'peft', 'datasets', 'streamlit') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
