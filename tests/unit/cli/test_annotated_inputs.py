"""Annotated files that once went wrong, through the command line; what is expected stands beside each."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from commands import run_itner
from shipped import REPOSITORY

from itner.data.processed import read_stats
from itner.records.dataset import ImportStats
from itner.records.workspace import Workspace

INPUTS = REPOSITORY / "tests" / "inputs"
BOTH = {"OS": 1, "VERSION": 1}
# Mentions of each split, what was recognised, and what is said beside it.
EXPECTED: dict[str, tuple[dict[str, int], str, str]] = {
    "import_bilou": (BOTH, "CoNLL, 2 columns", "tags converted from BILOU: 2"),
    "import_blank_text": ({"SOFTWARE": 1}, "itner JSONL", "dropped 1 blank"),
    "import_conll2003_four_columns": (BOTH, "CoNLL, 4 columns", "tags in column 4"),
    "import_doccano_entities": ({"SOFTWARE": 1}, "doccano JSONL", ""),
    "import_doccano_label": ({"SOFTWARE": 1, "OS": 1}, "doccano JSONL", ""),
    "import_four_columns_o_in_second": (BOTH, "CoNLL, 4 columns", "tags in column 4"),
    "import_labelstudio_conll": (BOTH, "CoNLL, 4 columns", "tags in column 4"),
    "import_labelstudio_min": ({"SOFTWARE": 1}, "Label Studio JSON-MIN", ""),
    "import_own_tag_files_output": ({"SOFTWARE": 1}, "itner JSONL", ""),
    "import_prodigy": ({"SOFTWARE": 1}, "Prodigy JSONL", ""),
    "import_trailing_space_spans": (
        {"OS": 1, "HARDWARE": 1},
        "itner JSONL",
        "spans trimmed of outer white space: 2",
    ),
    "import_utf16_offsets": ({"OS": 1}, "itner JSONL", "offsets count UTF-16 units, converted"),
}  # fmt: skip


def test_every_input_is_expected() -> None:
    assert {path.name for path in INPUTS.glob("import_*")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_once_went_wrong_is_read(
    name: str, line_end: str, encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = "conll" if (INPUTS / name / "train.txt").is_file() else "jsonl"
    folder = tmp_path / "in"
    folder.mkdir()
    for path in (INPUTS / name).iterdir():
        text = path.read_text(encoding="utf-8")
        (folder / path.name).write_bytes(text.replace("\n", line_end).encode(encoding))
    roots = ("--dataset", "x", "--data-root", str(tmp_path / "data"))
    assert run_itner("prepare", "--source", source, "--path", str(folder), *roots) == 0
    printed = capsys.readouterr().out
    mentions, format, said = EXPECTED[name]
    assert printed.count(f"  read as {format}") == 3
    assert printed.count(said) >= 3
    for split in read_stats("x", Workspace(tmp_path, tmp_path / "data")).splits.values():
        assert {kind: count for kind, count in split.mentions.items() if count} == mentions
        assert split.unaligned_mentions == 0
        assert split.imported is not None
        assert split.imported.encoding == ("UTF-16" if encoding == "utf-16" else "UTF-8")


def test_the_options_for_annotated_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = {"text": "Windows11 hangs", "spans": [{"start": 0, "end": 7, "type": "OS"}]}
    other = {"text": "Word", "spans": [{"start": 0, "end": 4, "type": "SOFTWARE"}]}
    for split in ("train", "dev", "test"):
        lines = (json.dumps(other), json.dumps(record))
        (tmp_path / f"{split}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    call = ("prepare", "--source", "jsonl", "--path", str(tmp_path), "--dataset", "x")
    place = Workspace(tmp_path, tmp_path / "data")
    roots = ("--data-root", str(place.data))
    assert run_itner(*call, *roots) == 2
    said = capsys.readouterr().err
    assert said.startswith(
        f"error: {tmp_path / 'train.jsonl'}:2: the span 'Windows' at 0–7 begins or ends inside a word"
    )
    assert "--misaligned expand" in said
    assert "--misaligned drop" in said
    assert not place.data.exists()
    for rule, found, change in (
        ("expand", {"OS": 1, "SOFTWARE": 1}, "spans expanded to whole words"),
        ("drop", {"SOFTWARE": 1}, "spans that do not fit the text dropped"),
    ):
        assert run_itner(*call, *roots, "--misaligned", rule) == 0
        assert capsys.readouterr().out.count(f"{change}: 1") == 3
        split = read_stats("x", place).splits["dev"]
        assert {kind: count for kind, count in split.mentions.items() if count} == found
        assert split.imported == ImportStats(
            "itner JSONL", "UTF-8", "code points", misaligned=rule, changes={change: 1}
        )  # type: ignore[arg-type]
    assert run_itner(*call, *roots, "--misaligned", "guess") == 2
    assert run_itner(*call, *roots, "--tag-column", "2", "--misaligned", "drop") == 2
    assert "--tag-column is for CoNLL files" in capsys.readouterr().err
    assert run_itner("prepare", "--source", "embedded", "--misaligned", "drop", *roots) == 2
    assert run_itner("prepare", "--source", "hub", "--tag-column", "2", *roots) == 2


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("train.txt", "Windows\tO\n", "1 text without one; the tags were read from column 2"),
        ("train.jsonl", '{"text": "Windows", "spans": []}', "1 text without one"),
        (
            "train.jsonl",
            '{"text": "Windows", "spans": [{"start": 0, "end": 7, "type": "Website"}]}',
            "all its types are read as O by label scheme 'it5': Website (1)",
        ),
        (
            "train.jsonl",
            '{"text": "Windows", "spans": [{"start": 0, "end": 0, "type": "OS"}]}',
            "empty spans dropped: 1",
        ),
        ("train.jsonl", '{"text": " ", "spans": []}', "holds no document (left out: 1 blank)"),
        ("train.jsonl", "", "holds no document"),
        ("train.json", "[]", "holds no document"),
    ],
)
def test_a_split_without_a_mention_is_an_error(
    name: str, content: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    for split in ("dev", "test"):
        shutil.copy(INPUTS / "import_bilou" / "train.txt", tmp_path / f"{split}.txt")
    roots = ("--dataset", "x", "--data-root", str(tmp_path / "data"))
    assert run_itner("prepare", "--source", "conll", "--path", str(tmp_path), *roots) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: {tmp_path / name}: the train split holds no ")
    assert why in said
    assert not (tmp_path / "data").exists()
