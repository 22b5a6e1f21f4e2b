"""What attacks and long use came to, as it stands in docs/deploy.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from shipped import REPOSITORY
from synthetic import PROVENANCE

from itner.core.errors import InputError
from itner.records.codec import to_json
from itner.records.endurance import Captured, Folders, FullDisk, HostileReport, Killed, SoakReport, Writers
from itner.reporting.endurance import (
    digest,
    fill_digest,
    fill_endurance,
    hostile_table,
    read_endurance,
    soak_in_words,
)
from tools.hostile import count_attempts

HOSTILE = HostileReport(
    (Killed("training", 90, 90, 0), Killed("export", 20, 10, 1)),
    (FullDisk("training", 6, 4, 0), FullDisk("export", 6, 6, 0)),
    Folders(100, 60, 45, 2, 3.25),
    Writers(30, 4, 360, 1),
    (Captured("tagging", 7, 0),),
    PROVENANCE,
)
SOAK = SoakReport("Chromium 1", 25, 1000, 1.0, 2.5, 3.0, 400.0, 410.0, 1.5, 60.0, PROVENANCE)
PAGE = """a
<!-- soak: written by `itner readme` -->
x
<!-- end of soak -->
b
<!-- hostile: written by `itner readme` -->
<!-- end of hostile -->
"""


def test_what_was_tried_and_what_went_wrong_are_summed() -> None:
    rows = hostile_table(HOSTILE).splitlines()
    assert rows[2].endswith("(training, export) | 100 | 1 |")
    assert "10 of these calls said so" in rows[3]
    assert rows[3].endswith("| 12 | 0 |")
    assert "100 damaged run folders; 60 of these are a card" in rows[4]
    assert rows[4].endswith("| 45 | 2 |")
    assert rows[5] == "| Entries that 4 processes wrote into the same records at once, in 30 rounds | 360 | 1 |"
    assert rows[6].endswith("tagging; wrong are those to a network | 7 | 0 |")


def test_long_use_in_words() -> None:
    words = soak_in_words(SOAK)
    assert "25 sessions at once" in words
    assert "1.0 s (p50), 2.5 s (p95), 3.0 s at most" in words
    assert "400 MiB after the first tenth and 410 MiB in the end" in words


def test_the_digest_sums_up_what_went_wrong() -> None:
    attacked, running = digest(HOSTILE, SOAK).splitlines()
    assert "100 kills at file operations of 2 workflows, 12 calls on disks" in attacked
    # One kill, two pages and one entry.
    assert "360 entries written by 4 processes at once: 4 went wrong. 0 attempts to reach a network" in attacked
    assert "25 sessions at once, 1,000 sentences by three models, p95 2.5 s" in running
    assert digest(None, None).startswith("Not measured yet")
    assert digest(None, SOAK) == running


def test_what_was_not_measured_says_how_to() -> None:
    filled = fill_endurance(PAGE, None, None)
    assert "Not measured yet: `make hostile`." in filled
    assert "Not measured yet: `python -m tools.soak`." in filled
    assert fill_endurance(filled, HOSTILE, SOAK).count("25 sessions") == 1
    with pytest.raises(InputError, match="there is no section"):
        fill_endurance("nothing", None, None)


def test_the_files_are_read_and_the_page_says_what_they_say(tmp_path: Path) -> None:
    assert read_endurance(tmp_path) == (None, None)
    (tmp_path / "hostile.json").write_text(to_json(HOSTILE), encoding="utf-8")
    (tmp_path / "soak.json").write_text(to_json(SOAK), encoding="utf-8")
    assert read_endurance(tmp_path) == (HOSTILE, SOAK)
    page = (REPOSITORY / "docs" / "deploy.md").read_text(encoding="utf-8")
    measured = read_endurance(REPOSITORY / "assets")
    assert fill_endurance(page, *measured) == page
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert fill_digest(readme, *measured) == readme


def test_an_attempt_to_reach_a_network_is_counted() -> None:
    trace = """7 connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 16) = -1
7 connect(3, {sa_family=AF_INET6, sin6_port=htons(443)}, 28) = -1
8 sendto(4, "..", 2, 0, {sa_family=AF_INET, sin_port=htons(53)}, 16) = 2
8 sendmsg(4, {msg_name=NULL}, 0) = 5
8 +++ exited with 0 +++
"""
    assert count_attempts("x", trace) == Captured("x", 4, 2)
