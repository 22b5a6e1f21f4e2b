"""Annotated files that somebody uploads: read in a process of their own, and as they are read from a folder."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from imports import SCHEME, read

from itner.core.errors import InputError
from itner.data import apart
from itner.data.apart import read_apart
from itner.data.corpus import Split

CONLL = "Outlook\tB-SOFTWARE\nhangs\tO\n\nWindows\tB-OS\n11\tI-OS\n"
LINES = (
    json.dumps({"text": "Outlook hängt 😀 auf Windows", "spans": [{"start": 0, "end": 7, "type": "SOFTWARE"}]})
    + "\n"
    + json.dumps({"text": "nothing here", "spans": []})
    + "\n"
)
DOCCANO = json.dumps({"text": "Outlook hangs", "label": [[0, 7, "software"]]})
STUDIO = json.dumps(
    [
        {
            "data": {"text": "Outlook hangs"},
            "annotations": [{"result": [{"type": "labels", "value": {"start": 0, "end": 7, "labels": ["SOFTWARE"]}}]}],
        }
    ]
)


def facts(split: Split) -> object:
    documents = [(d.text, d.tokens, d.mentions, d.group) for d in split.documents]
    return documents, split.dropped, split.fine_types, split.sha256, split.imported, split.repaired_tags


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", CONLL.encode()),
        ("b.conll", CONLL.encode("utf-16")),
        ("c.jsonl", LINES.encode("utf-8-sig")),
        ("d.json", DOCCANO.encode()),
        ("e.json", STUDIO.encode()),
    ],
)
def test_a_file_in_memory_is_read_as_one_in_a_folder(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert facts(read_apart({name: content}, SCHEME)) == facts(read(tmp_path / name))


def test_brats_pairs_are_read_together() -> None:
    files = {
        "a.ann": b"T1\tSOFTWARE 0 7\tOutlook\n",
        "a.txt": b"Outlook hangs",
        "b.txt": b"nobody looked at it",
    }
    split = read_apart(files, SCHEME)
    assert [(d.id, len(d.mentions)) for d in split.documents] == [("a", 1)]
    assert split.dropped == {"not annotated": 1}
    with pytest.raises(InputError, match=r"c\.jsonl beside brat's pairs"):
        read_apart(files | {"c.jsonl": LINES.encode()}, SCHEME)
    with pytest.raises(InputError, match="several files"):
        read_apart({"a.txt": CONLL.encode(), "b.txt": CONLL.encode()}, SCHEME)
    with pytest.raises(InputError, match="is not here"):
        read_apart({"a.ann": b""}, SCHEME)


def test_spans_inside_words_are_refused_unless_asked_otherwise() -> None:
    content = json.dumps({"text": "Outlook hangs", "spans": [{"start": 0, "end": 4, "type": "SOFTWARE"}]}).encode()
    with pytest.raises(InputError, match=":1: "):
        read_apart({"a.jsonl": content}, SCHEME)
    [document] = read_apart({"a.jsonl": content}, SCHEME, "expand").documents
    assert [(m.start, m.end) for m in document.mentions] == [(0, 7)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"{",
        b'{"text": 1}',
        b'{"text": "Outlook", "spans": []}',
        b"[" * 200_000,
        b"Outlook\tB-GADGET\n",
        b"no columns here",
    ],
    ids=["empty", "bytes", "cut", "number", "no mention", "nested", "unknown type", "no columns"],
)
def test_what_is_none_is_an_error_that_names_it(content: bytes) -> None:
    with pytest.raises(InputError) as raised:
        read_apart({"mine.jsonl": content}, SCHEME)
    assert "Traceback" not in str(raised.value)
    assert "mine.jsonl" in str(raised.value) or "too deeply" in str(raised.value)


def test_what_is_too_large_or_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="take a part of it"):
        read_apart({"a.txt": CONLL.encode()}, SCHEME)
    monkeypatch.setattr(apart, "MAX_BYTES", 2**30)
    monkeypatch.setattr(apart, "_SECONDS", 1)
    long = ("Outlook\tB-SOFTWARE\nhangs\tO\n\n" * 300_000).encode()
    with pytest.raises(InputError, match="could not be read within 1 s"):
        read_apart({"a.txt": long}, SCHEME)
    monkeypatch.undo()
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    began = time.monotonic()
    with pytest.raises(InputError, match="was stopped"):
        read_apart({"a.txt": long}, SCHEME, should_stop=stop.is_set)
    assert time.monotonic() - began < 10
