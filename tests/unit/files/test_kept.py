from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from itner.core.errors import InputError
from itner.core.types import Mention
from itner.data.processed import read_split
from itner.files.items import TextItem
from itner.files.kept import Kept, keep_text
from itner.files.tagging import Origin, TaggedItem
from itner.records.workspace import Workspace
from itner.workflows.prepare import mix, prepare

ORIGIN = Origin("minilm_full_kd", "int8", 0.5, datetime(2026, 1, 31, 12, tzinfo=UTC))


def keep(folder: Path, text: str, mentions: Sequence[Mention] = ()) -> Kept:
    by_hand = frozenset(mentions)
    item = TextItem("live", "", text, (("secret", "of the row"),))
    return keep_text(folder, TaggedItem(item, tuple(mentions), by_hand), ORIGIN, "helpdesk")


def read(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def test_a_kept_text_says_where_it_comes_from_and_nothing_that_was_carried_along(tmp_path: Path) -> None:
    kept = keep(tmp_path / "new" / "it", "Excel hangs", [Mention(0, 5, "SOFTWARE", 0.25)])
    assert (kept.split, kept.replaced, dict(kept.texts), kept.whole) == (
        "train",
        False,
        {"train": 1, "dev": 0, "test": 0},
        False,
    )
    path = tmp_path / "new" / "it" / "train.jsonl"
    assert read(path) == [
        {
            # sha256 of the text.
            "id": "corrected-1c29e1713f4a9e80",
            "file": "live",
            "part": "",
            "text": "Excel hangs",
            "spans": [
                {"start": 0, "end": 5, "type": "SOFTWARE", "score": 0.25, "text": "Excel", "corrected": True},
            ],
            "corrected": True,
            "model": "minilm_full_kd",
            "variant": "int8",
            "threshold": 0.5,
            "date": "2026-01-31T12:00:00Z",
            "guideline": "helpdesk",
        }
    ]
    assert path.stat().st_mode & 0o077 == 0


def test_splits_fill_as_eight_to_one_to_one_and_none_begins_without_a_mention(tmp_path: Path) -> None:
    first = keep(tmp_path, "Nothing 0")
    assert first.split == "train"
    splits = [keep(tmp_path, f"Excel {number}", [Mention(0, 5, "SOFTWARE")]).split for number in range(20)]
    assert splits[:2] == ["dev", "test"]
    assert {name: splits.count(name) for name in set(splits)} == {"train": 16, "dev": 2, "test": 2}
    # Nothing without a mention goes to a split that is empty.
    other = tmp_path / "other"
    assert [keep(other, f"Nothing {number}").split for number in range(3)] == ["train"] * 3


def test_the_same_text_is_replaced_where_it_stands(tmp_path: Path) -> None:
    texts = ["Excel 1\u2028and 2", "Excel 2", "Excel 3", "Excel 4"]
    for text in texts:
        keep(tmp_path, text, [Mention(0, 5, "SOFTWARE")])
    again = keep(tmp_path, "Excel 2", [Mention(0, 5, "OS")])
    assert (again.split, again.replaced, sum(again.texts.values())) == ("dev", True, 4)
    assert [line["spans"][0]["type"] for line in read(tmp_path / "dev.jsonl")] == ["OS"]  # type: ignore[index]
    assert keep(tmp_path, texts[0]).replaced
    assert [line["text"] for line in read(tmp_path / "train.jsonl")] == ["Excel 4", texts[0]]
    # Half of a surrogate pair, which no file can hold, is the same text again, too.
    assert not keep(tmp_path, "\ud800 Excel").replaced
    assert keep(tmp_path, "\ud800 Excel").replaced


def test_what_annotated_text_cannot_hold_is_refused_and_a_damaged_file_left_as_it_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="inside a word"):
        keep(tmp_path / "a", "Excel hangs", [Mention(0, 3, "SOFTWARE")])
    with pytest.raises(InputError, match="without a word"):
        keep(tmp_path / "a", " \n ")
    assert not (tmp_path / "a").exists()
    for damaged in ("{", "[]", '{"text": 1}'):
        (tmp_path / "dev.jsonl").write_text(f"\n{damaged}\n", "utf-8")
        with pytest.raises(InputError, match=r"dev\.jsonl:2: .*mend the line"):
            keep(tmp_path, "Excel hangs", [Mention(0, 5, "SOFTWARE")])
        assert (tmp_path / "dev.jsonl").read_text("utf-8") == f"\n{damaged}\n"
        assert not (tmp_path / "train.jsonl").exists()


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    threads = [
        threading.Thread(target=keep, args=(tmp_path, f"Excel {number}", [Mention(0, 5, "SOFTWARE")]))
        for number in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [line["text"] for split in ("train", "dev", "test") for line in read(tmp_path / f"{split}.jsonl")]
    assert sorted(map(str, kept)) == sorted(f"Excel {number}" for number in range(12))


def test_kept_texts_become_a_dataset_and_a_part_of_a_mixture(tmp_path: Path) -> None:
    place = Workspace(tmp_path / "models", tmp_path / "data")
    folder = place.data / "corrections" / "it"
    for number in range(4):
        keep(folder, f"Excel {number} hangs on Windows", [Mention(0, 5, "SOFTWARE"), Mention(17, 24, "OS")])
    keep(folder, "Nothing hangs")
    stats = prepare("jsonl", folder, "it", place, "corrections", guideline="helpdesk")
    assert {name: split.sentences for name, split in stats.splits.items()} == {"train": 3, "dev": 1, "test": 1}
    imported = stats.splits["train"].imported
    assert imported is not None
    # Nothing in the lines is passed over.
    assert (imported.format, imported.notes, imported.changes) == ("itner JSONL", (), {})
    document = read_split("corrections", "dev", place)[0]
    assert [(m.start, m.end, m.type, m.score) for m in document.mentions] == [
        (0, 5, "SOFTWARE", None),
        (17, 24, "OS", None),
    ]
    assert document.id.startswith("corrected-")
    # In the place of the corpus that ships, which takes seconds to prepare.
    for number, split in enumerate(("train", "dev", "test")):
        line = {"text": f"Outlook {number} is down", "spans": [{"start": 0, "end": 7, "type": "SOFTWARE"}]}
        (tmp_path / f"{split}.jsonl").write_text(json.dumps(line), "utf-8")
    prepare("jsonl", tmp_path, "it", place, "helpdesk", guideline="helpdesk")
    mixed = mix(["helpdesk", "corrections"], place)
    assert {name: split.sentences for name, split in mixed.splits.items()} == {"train": 4, "dev": 2, "test": 2}
    assert {name: facts.guideline for name, facts in mixed.sources.items()} == {
        "helpdesk": "helpdesk",
        "corrections": "helpdesk",
    }
