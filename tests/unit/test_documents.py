"""The commands that documents tell: every one is understood."""

from __future__ import annotations

import re

import pytest
from commands import parse
from shipped import REPOSITORY

DOCUMENTS = [
    "README.md",
    "CHANGELOG.md",
    "docs/annotations.md",
    "docs/architecture.md",
    "docs/files.md",
    "docs/robustness.md",
    "docs/gate.md",
    "data/helpdesk/README.md",
    "data/elsewhere/README.md",
    "data/forum/README.md",
]
# What stands for something that only the reader knows.
MEANT = {"DIR": ".", "NAME": "name", "RUN": "run", "DOMAIN": "it", "FILE": "file.txt"}


def commands(text: str) -> list[str]:
    """Calls of `itner` with a verb, in fences and in backticks, optional parts included."""
    text = re.sub(r"\\\n\s*", "", text)
    fenced = [line for block in re.findall(r"```bash\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    inline = re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    calls = [" ".join(line.split("#")[0].split()) for line in (*fenced, *inline)]
    return [line.replace("[", "").replace("]", "") for line in calls if re.match(r"itner [a-z]", line)]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_is_understood(name: str) -> None:
    found = [line for line in commands((REPOSITORY / name).read_text(encoding="utf-8")) if " " in line.strip()]
    for line in found:
        words = [MEANT.get(word, word) for word in line.split()]
        if len(words) > 2 or words[1] in ("ablate", "study-compression", "readme", "migrate"):
            parse(" ".join(words))
    assert found or name == "docs/architecture.md"


def test_the_readme_tells_enough_commands() -> None:
    found = commands((REPOSITORY / "README.md").read_text(encoding="utf-8"))
    assert len(found) > 20
    assert "itner prepare --source mix --part stackoverflow --part helpdesk --dataset combined" in found
