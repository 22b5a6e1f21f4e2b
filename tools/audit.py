"""What is installed, and what is known against it: `python -m tools.audit [FILE]`.

Writes a bill of materials in CycloneDX's form (`build/sbom.json` unless FILE is named) of the environment that runs
this, and asks PyPI's database of vulnerabilities. Exits with 1 when one is known; where nobody answers, it says so and
that nothing was checked.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_BILL = Path("build") / "sbom.json"
_PATIENCE_S = 120


@dataclass(frozen=True)
class Audit:
    """What was found.

    Attributes:
        known: a line about each vulnerability.
        checked, skipped: packages that the database knows, and those that it does not.
    """

    known: tuple[str, ...]
    checked: int
    skipped: int


def read_audit(text: str) -> Audit | None:
    """What pip-audit found, from its JSON; None where it found nobody to ask."""
    try:
        packages: list[dict[str, Any]] = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None
    known = []
    skipped = 0
    for package in packages:
        if "skip_reason" in package:
            skipped += 1
        for each in package.get("vulns", ()):
            better = ", ".join(each.get("fix_versions", ())) or "none yet"
            known.append(f"{package['name']} {package.get('version', '?')}: {each['id']} (mended in: {better})")
    return Audit(tuple(known), len(packages) - skipped, skipped)


def main(bill: Path) -> int:
    """Write the bill, ask, and say what was found; the exit status."""
    bill.parent.mkdir(parents=True, exist_ok=True)
    _call("cyclonedx-py", "environment", "--of", "JSON", "-o", str(bill))
    parts = len(json.loads(bill.read_text(encoding="utf-8"))["components"])
    print(f"{bill}: {parts} packages")
    audit = read_audit(_call("pip-audit", "--format", "json", "--progress-spinner", "off", "--skip-editable"))
    if audit is None or not audit.checked:
        print("note: no database of vulnerabilities answers here, so that nothing was checked")
        return 0
    for line in audit.known:
        print(line)
    print(f"{audit.checked} packages checked, {len(audit.known)} vulnerabilities known")
    print(f"{audit.skipped} packages are not in the database")
    return 1 if audit.known else 0


def _call(program: str, *words: str) -> str:
    """What a program of this environment prints, however it ends; nothing where it does not end."""
    command: Sequence[str] = [str(Path(sys.executable).with_name(program)), *words]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE_S).stdout
    except subprocess.TimeoutExpired:
        return ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else _BILL))
