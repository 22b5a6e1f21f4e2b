"""What `label` reads: the same files, folders and columns as `tag`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from itner.core.errors import InputError
from itner.files.items import FileNotice, Settings
from itner.records.workspace import Workspace
from itner.workflows.label import label_weakly
from itner.workflows.prepare import prepare


def test_nothing_is_labelled_by_what_a_check_says(tmp_path: Path) -> None:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    prepare("embedded", None, "it", place, "elsewhere")
    text = tmp_path / "text.txt"
    text.write_text("Ubuntu hangs.\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"dataset 'elsewhere' has no dev split, only check\. It is a check"):
        label_weakly([text], "elsewhere", "weak", place, threshold=0.5)
    assert not (place.data / "weak").exists()


def test_folders_and_text_columns(tmp_path: Path) -> None:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    prepare("embedded", None, "it", place)
    export = tmp_path / "exports" / "march" / "tickets.csv"
    export.parent.mkdir(parents=True)
    export.write_text("id,subject,body\n1,Ubuntu hangs,We tried it again today\n2,,Nothing else\n", encoding="utf-8")
    (tmp_path / "exports" / "logo.png").write_bytes(b"\x89PNG")
    heard: list[FileNotice] = []
    report = label_weakly(
        [tmp_path / "exports"],
        "helpdesk",
        "weak",
        place,
        threshold=0.5,
        settings=Settings(columns=("subject",)),
        tell=heard.append,
    )
    assert report.inputs == {"exports/march/tickets.csv": hashlib.sha256(export.read_bytes()).hexdigest()}
    lines = [json.loads(line) for line in (place.data / "weak" / "weak.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in lines] == ["Ubuntu hangs"]
    assert [notice.reason for notice in heard] == [
        "1 file read, skipped: 1 file of kinds that are not read (.png 1)",
        "1 row without text skipped",
    ]
    # What is left out would be missing from the training text in silence.
    (export.parent / "half.jsonl").write_text('{"subject": "Ubuntu"}\n{oops\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"half\.jsonl: 1 line is left out"):
        label_weakly([tmp_path / "exports"], "helpdesk", "other", place)
