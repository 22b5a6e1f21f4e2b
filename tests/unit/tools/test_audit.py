"""What is said of known vulnerabilities, and of nobody to ask."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import audit

KNOWN = {
    "dependencies": [
        {"name": "a", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]},
        {"name": "b", "version": "2.0", "vulns": []},
        {"name": "c", "skip_reason": "Dependency not found on PyPI"},
    ]
}


def test_each_vulnerability_has_a_line() -> None:
    found = audit.read_audit(json.dumps(KNOWN))
    assert found == audit.Audit(("a 1.0: PYSEC-1 (mended in: 1.1)",), 2, 1)


@pytest.mark.parametrize("text", ["", "[]", "{", "no network"])
def test_no_answer_is_no_result(text: str) -> None:
    assert audit.read_audit(text) is None


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (json.dumps(KNOWN), 1, "PYSEC-1"),
        (json.dumps({"dependencies": KNOWN["dependencies"][1:]}), 0, "1 packages checked, 0 vulnerabilities known"),
        (json.dumps({"dependencies": KNOWN["dependencies"][2:]}), 0, "nothing was checked"),
        ("", 0, "nothing was checked"),
    ],
)
def test_the_exit_status(
    answer: str,
    status: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def call(program: str, *words: str) -> str:
        if program == "cyclonedx-py":
            Path(words[-1]).write_text('{"components": [{}]}', encoding="utf-8")
        return answer

    monkeypatch.setattr(audit, "_call", call)
    assert audit.main(tmp_path / "build" / "sbom.json") == status
    assert said in capsys.readouterr().out
