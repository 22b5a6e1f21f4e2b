"""Parsers run in another process: what hangs, eats memory or crashes there is one problem, and the rest goes on."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from itner.files import apart
from itner.files.items import Settings, Upload
from itner.files.limits import MIB, parser_seconds
from itner.files.readers import read_uploads

SLOW = Upload("slow.html", b"<p>Outlook 2021 hangs</p>" * 1_000_000)
GOOD = Upload("good.txt", b"Outlook")


@pytest.fixture(autouse=True)
def fresh() -> None:
    """A limit of a process holds for its life; each test has processes of its own."""
    apart._close_all()


def nested_forms(depth: int, fan: int) -> bytes:
    """A PDF whose page draws a form that draws a form several times, and so on."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>",
        b"<< /Length 6 >>\nstream\n/F Do \nendstream",
    ]
    for level in range(depth):
        draws = b"/F Do " * fan
        objects.append(
            b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F %d 0 R >> >> /Length %d >>"
            b"\nstream\n%s\nendstream" % (6 + level, len(draws), draws)
        )
    objects.append(
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /A << /Type /Font /Subtype /Type1 "
        b"/BaseFont /Helvetica >> >> >> /Length 28 >>\nstream\nBT /A 9 Tf (Outlook) Tj ET  \nendstream"
    )
    body = b"%PDF-1.4\n"
    for number, content in enumerate(objects, start=1):
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    return body + b"trailer << /Root 1 0 R /Size %d >>\n%%%%EOF" % (len(objects) + 1)


def test_what_takes_too_long_is_named_and_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "parser_seconds", lambda size: 1)
    began = time.monotonic()
    result = read_uploads([SLOW, GOOD])
    assert time.monotonic() - began < 30
    assert [item.file for item in result.items] == ["good.txt"]
    assert [(found.file, found.reason[:30]) for found in result.problems] == [
        ("slow.html", "could not be read within 1 s; ")
    ]


def test_what_only_waits_is_ended_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "parser_seconds", lambda size: 1)
    monkeypatch.setattr(apart, "_PATIENCE", 0.2)
    result = read_uploads([SLOW])
    assert "within 1 s" in result.problems[0].reason


def test_what_needs_too_much_memory_is_named_and_the_others_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MAX_PARSER_MEMORY", 160 * MIB)
    result = read_uploads([SLOW, GOOD])
    assert [item.file for item in result.items] == ["good.txt"]
    assert "memory" in result.problems[0].reason


def test_a_reader_that_crashes_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/bin/false")
        assert "its reader crashed" in read_uploads([GOOD]).problems[0].reason
    assert read_uploads([GOOD]).problems == []


@pytest.mark.parametrize("depth", [2, 30])
def test_forms_in_forms(depth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "parser_seconds", lambda size: 2)
    monkeypatch.setattr(apart, "MAX_PARSER_MEMORY", 256 * MIB)
    result = read_uploads([Upload("forms.pdf", nested_forms(depth, 4)), GOOD])
    assert result.items[-1].file == "good.txt"
    assert (len(result.items) == 2) == (depth == 2)
    assert len(result.problems) == (depth != 2)


def test_a_stop_ends_the_parsing_and_leaves_the_rest() -> None:
    # The process that parses is there, however long a busy machine takes to start one.
    read_uploads([GOOD])
    began = time.monotonic()
    result = read_uploads([GOOD, SLOW, GOOD], should_stop=lambda: time.monotonic() - began > 1)
    assert time.monotonic() - began < 10
    assert [item.file for item in result.items] == ["good.txt"]
    assert [found.reason for found in result.problems] == ["not read, because reading was stopped"] * 2


def test_processes_are_kept_for_small_files_and_shared_by_threads() -> None:
    for _ in range(5):
        assert len(read_uploads([GOOD] * 3).items) == 3
    assert len(apart._idle) == 1
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: read_uploads([Upload(f"{n}.txt", f"text {n}".encode())]).items, range(40)))
    assert [items[0].text for items in found] == [f"text {n}" for n in range(40)]
    assert 1 <= len(apart._idle) <= 8
    apart._close_all()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("parse")]


def test_settings_and_everything_found_pass_through() -> None:
    table = Upload("a.csv", "id,note,text\n1,größer,short\n2,\ud83d\udd25 fire,b\n".encode("utf-16", "surrogatepass"))
    result = read_uploads([table], Settings(columns=("note",)))
    assert [item.text for item in result.items] == ["größer", "🔥 fire"]


def test_larger_files_have_more_time() -> None:
    assert parser_seconds(1) == 10
    assert parser_seconds(30 * MIB) == 40
