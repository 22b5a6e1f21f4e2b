"""Redaction on the pages: it can be stopped, and says so."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Sequence

from itner.core.types import Mention
from itner.dashboard.redact import start
from itner.files.items import Upload
from itner.files.redactor import Plan

PLAN = Plan({"NAME": "label"}, b"a key")


class SlowTagger:
    """Finds Ann, and waits where somebody stands in the way."""

    types = ("NAME",)

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.go_on = threading.Event()
        self.calls = 0

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        self.calls += 1
        self.asked.set()
        assert self.go_on.wait(10)
        return [[Mention(0, 3, "NAME")] if text.startswith("Ann") else [] for text in texts]


def test_files_are_redacted_in_the_background() -> None:
    tagger = SlowTagger()
    tagger.go_on.set()
    job = start([Upload("a.txt", b"Ann"), Upload("b.pdf", b"x")], tagger, PLAN, 0.0)  # type: ignore[arg-type]
    assert job.wait(10)
    assert job.share == 1.0
    done = job.result()
    with zipfile.ZipFile(io.BytesIO(done.data)) as archive:
        assert archive.read("a.txt") == b"[NAME]"
    assert list(done.problems) == ["b.pdf"]
    assert done.counts.to_dict("records") == [{"type": "NAME", "replaced": 1}]


def test_a_stop_ends_the_work_and_gives_no_file() -> None:
    tagger = SlowTagger()
    files = [Upload(f"{number}.txt", b"Ann and a word. " * 8_000) for number in range(20)]
    job = start(files, tagger, PLAN, 0.0)  # type: ignore[arg-type]
    assert tagger.asked.wait(10)
    job.stop()
    tagger.go_on.set()
    assert job.wait(10)
    done = job.result()
    assert done.data == b""
    assert done.notes == ["Stopped: no file is written."]
    assert done.counts.empty
    # The chunk that it was in, and none of the other nineteen files.
    assert tagger.calls == 1
