from __future__ import annotations

import json
from pathlib import Path

import pytest

from itner.data.corpus import Split
from itner.records.files import sha256_file
from itner.data.oversample import oversample
from itner.data.processed import preparing_command, read_meta, read_oversampling, read_split, read_stats, write_processed
from itner.domains.it.scheme.scheme import IT5, RARE_TYPES
from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention

REPOSITORY = Path(__file__).resolve().parents[2]


def document(number: int, kind: str | None) -> Document:
    text = f"text{number} here"
    mentions = (Mention(0, len(f"text{number}"), kind),) if kind else ()
    return Document(text, split_tokens(text), mentions, f"d{number}", "x")


def splits() -> dict[str, Split]:
    train = [document(n, None) for n in range(10)] + [document(10 + n, "SOFTWARE") for n in range(8)]
    train += [document(18 + n, "OS") for n in range(4)] + [document(0, None)]
    return {
        "train": Split(train, sha256="a" * 64),
        "dev": Split([document(0, None), document(30, "OS")], sha256="b" * 64),
        "test": Split([document(10, "ERROR")], sha256="c" * 64),
    }


def test_oversampling_sizes_and_determinism() -> None:
    documents = splits()["train"].documents
    indices = oversample(documents, RARE_TYPES, seed=1)
    # 11 without mentions once, 8 at 1.5, 4 with a rare type at 2.
    assert len(indices) == 11 + 12 + 8
    assert set(indices) == set(range(len(documents)))
    assert indices == oversample(documents, RARE_TYPES, seed=1)
    assert indices != oversample(documents, RARE_TYPES, seed=2)
    counts = [indices.count(index) for index in range(len(documents))]
    assert counts[18:22] == [2, 2, 2, 2]
    assert sorted(counts[10:18]) == [1] * 4 + [2] * 4


def test_a_prepared_dataset_reads_back_and_describes_itself(tmp_path: Path) -> None:
    stats = write_processed(splits(), "mine", "jsonl", IT5, RARE_TYPES, 1, tmp_path)
    train = stats.splits["train"]
    assert (train.sentences, train.tokens, train.tokens_mean, train.tokens_median) == (23, 46, 2.0, 2.0)
    assert train.mentions == {"ERROR": 0, "HARDWARE": 0, "OS": 4, "SOFTWARE": 8, "VERSION": 0}
    assert train.duplicates_inside == 1
    assert train.length_histogram == {2: 23}
    assert train.unseen_mentions == dict.fromkeys(IT5.types, 0)
    # "text10" is SOFTWARE in train, so as an ERROR it is new; "text30" is nowhere in train.
    assert [stats.splits[name].unseen_mentions[kind] for name, kind in (("dev", "OS"), ("test", "ERROR"))] == [1, 1]
    assert train.also_in == {"dev": 2, "test": 1}
    assert (stats.oversampling.sentences_before, stats.oversampling.sentences_after) == (23, 31)
    assert stats.oversampling.mentions_after["OS"] == 8
    assert read_stats("mine", tmp_path) == stats
    assert [d.id for d in read_split("mine", "dev", IT5, tmp_path)] == ["d0", "d30"]
    assert len(read_oversampling("mine", tmp_path)) == 31


def test_preparing_again_gives_the_same_and_keeps_other_datasets(tmp_path: Path) -> None:
    first = write_processed(splits(), "mine", "jsonl", IT5, RARE_TYPES, 1, tmp_path)
    write_processed(splits(), "other", "jsonl", IT5, RARE_TYPES, 1, tmp_path)
    assert write_processed(splits(), "mine", "jsonl", IT5, RARE_TYPES, 1, tmp_path) == first
    assert list(read_meta(tmp_path).datasets) == ["mine", "other"]
    assert sorted(path.name for path in (tmp_path / "processed").iterdir()) == ["mine", "other"]


def test_text_that_was_changed_or_is_missing_is_refused(tmp_path: Path) -> None:
    write_processed(splits(), "mine", "jsonl", IT5, RARE_TYPES, 1, tmp_path)
    path = tmp_path / "processed" / "mine" / "dev.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="prepare the dataset again"):
        read_split("mine", "dev", IT5, tmp_path)
    path.unlink()
    with pytest.raises(InputError, match="is not on this machine"):
        read_split("mine", "dev", IT5, tmp_path)
    with pytest.raises(InputError, match="prepared: mine"):
        read_stats("nope", tmp_path)
    with pytest.raises(InputError, match="no dataset is prepared"):
        read_meta(tmp_path / "nowhere")


def test_the_corpus_that_ships_needs_no_prepared_files(tmp_path: Path) -> None:
    meta = (REPOSITORY / "data" / "processed_meta.json").read_text(encoding="utf-8")
    (tmp_path / "processed_meta.json").write_text(meta, encoding="utf-8")
    documents = read_split("helpdesk", "test", IT5, tmp_path)
    assert len(documents) == read_stats("helpdesk").splits["test"].sentences
    sha256 = read_stats("helpdesk").splits["test"].processed_sha256
    (tmp_path / "processed_meta.json").write_text(meta.replace(sha256, "0" * 64), encoding="utf-8")
    with pytest.raises(InputError, match="differs from"):
        read_split("helpdesk", "test", IT5, tmp_path)


def test_the_command_that_brings_the_text_is_complete(tmp_path: Path) -> None:
    stats = read_stats("stackoverflow")
    assert preparing_command(stats) == "python scripts/prepare_data.py --source conll --path DIR"
    assert preparing_command(read_stats("helpdesk")) == "python scripts/prepare_data.py --source embedded"
    mine = write_processed(splits(), "mine", "jsonl", IT5, RARE_TYPES, 1, tmp_path)
    expected = "python scripts/prepare_data.py --source jsonl --path DIR --dataset mine --seed 1"
    assert preparing_command(mine) == expected


def test_a_failure_leaves_the_old_dataset_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_processed(splits(), "mine", "jsonl", IT5, RARE_TYPES, 1, tmp_path)
    before = {path: sha256_file(path) for path in tmp_path.rglob("*") if path.is_file()}

    def fail(*args: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("itner.data.processed.describe_split", fail)
    with pytest.raises(RuntimeError, match="disk full"):
        write_processed(splits(), "mine", "jsonl", LabelScheme("it5", IT5.types), RARE_TYPES, 2, tmp_path)
    assert {path: sha256_file(path) for path in tmp_path.rglob("*") if path.is_file()} == before


def test_the_committed_statistics_show_the_real_corpus() -> None:
    stats = read_stats("stackoverflow")
    assert [stats.splits[name].sentences for name in ("train", "dev", "test")] == [9294, 2924, 3112]
    assert stats.splits["test"].mentions == {"SOFTWARE": 840, "VERSION": 110, "OS": 66, "HARDWARE": 53, "ERROR": 18}
    assert [stats.splits[name].repaired_tags for name in ("train", "dev", "test")] == [7, 3, 1]
    assert stats.splits["test"].also_in["train"] == 149
    assert len(stats.mapping) == 28
    text = (REPOSITORY / "data" / "processed_meta.json").read_text(encoding="utf-8")
    assert "text" not in json.loads(text)
