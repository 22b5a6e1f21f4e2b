from __future__ import annotations

import os
import platform
import re
import socket
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from shipped import REPOSITORY

from itner.core import provenance
from itner.core.provenance import Provenance, collect_provenance, usable_cores
from itner.records.codec import from_json, to_json


def test_a_result_says_what_made_it() -> None:
    made = collect_provenance()
    assert datetime.now(UTC) - datetime.fromisoformat(made.created) < timedelta(minutes=1)
    assert (made.commit is not None) == (made.commit_dirty is not None) == (REPOSITORY / ".git").exists()
    assert made.commit is None or re.fullmatch(r"[0-9a-f]{40}", made.commit)
    assert made.versions["onnxruntime"] == version("onnxruntime")
    assert set(made.versions) >= {"python", "torch", "transformers", "peft", "numpy"}
    assert made.machine.cores == usable_cores() >= 1
    assert made.machine.memory_gib > 0.1
    assert from_json(Provenance, to_json(made)) == made


def test_it_does_not_say_whose_machine_it_was(monkeypatch) -> None:
    for module, function in ((socket, "gethostname"), (platform, "node")):
        monkeypatch.setattr(module, function, lambda: "whose-machine")
    text = to_json(collect_provenance())
    assert "whose-machine" not in text
    assert os.path.expanduser("~") + "/" not in text
    assert os.getcwd() not in text
    name = os.uname().nodename
    assert len(name) < 6 or name not in text


def test_cores_are_those_this_process_may_use(monkeypatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 5, 7}, raising=False)
    assert usable_cores() == 3


def test_without_git_the_commit_is_unknown(monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    # It is asked once.
    monkeypatch.setattr(provenance, "_git_commit", provenance._git_commit.__wrapped__)
    made = collect_provenance()
    assert (made.commit, made.commit_dirty) == (None, None)
