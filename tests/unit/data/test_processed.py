from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from commands import parse
from datasets_at import at, write_dataset
from shipped import HERE

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.data.corpus import Split
from itner.data.oversample import oversample
from itner.data.processed import (
    preparing_words,
    read_meta,
    read_oversampling,
    read_split,
    read_stats,
)
from itner.domains.it.scheme import RARE_TYPES, SCHEME
from itner.records.dataset import DataStats, ImportStats
from itner.records.files import sha256_file


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
    stats = write_dataset(splits(), "mine", tmp_path, 1)
    train = stats.splits["train"]
    assert (train.sentences, train.tokens, train.tokens_mean, train.tokens_median) == (23, 46, 2.0, 2.0)
    assert train.mentions == {"ERROR": 0, "HARDWARE": 0, "OS": 4, "SOFTWARE": 8, "VERSION": 0}
    assert train.duplicates_inside == 1
    assert train.length_histogram == {2: 23}
    assert train.unseen_mentions == dict.fromkeys(SCHEME.types, 0)
    # "text10" is SOFTWARE in train, so as an ERROR it is new; "text30" is nowhere in train.
    assert [stats.splits[name].unseen_mentions[kind] for name, kind in (("dev", "OS"), ("test", "ERROR"))] == [1, 1]
    assert train.also_in == {"dev": 2, "test": 1}
    assert stats.oversampling is not None
    assert (stats.oversampling.sentences_before, stats.oversampling.sentences_after) == (23, 31)
    assert stats.oversampling.mentions_after["OS"] == 8
    assert read_stats("mine", at(tmp_path)) == stats
    assert [d.id for d in read_split("mine", "dev", at(tmp_path))] == ["d0", "d30"]
    assert len(read_oversampling("mine", at(tmp_path))) == 31


def test_a_check_has_statistics_and_no_split_that_anything_learns_from(tmp_path: Path) -> None:
    stats = write_dataset({"check": splits()["dev"]}, "mine", tmp_path)
    assert list(stats.splits) == ["check"]
    check = stats.splits["check"]
    assert (check.sentences, check.mentions["OS"]) == (2, 1)
    # There is no train to be new against, and no other split to share sentences with.
    assert (check.unseen_mentions, check.also_in) == ({}, {})
    assert stats.oversampling is None
    assert read_stats("mine", at(tmp_path)) == stats
    assert [d.id for d in read_split("mine", "check", at(tmp_path))] == ["d0", "d30"]
    for split in ("train", "dev", "test"):
        message = f"dataset 'mine' has no {split} split, only check. It is a check: nothing is trained or tuned on it"
        with pytest.raises(InputError, match=message):
            read_split("mine", split, at(tmp_path))
    assert [path.name for path in (tmp_path / "processed" / "mine").iterdir()] == ["check.jsonl"]
    assert " ".join(preparing_words(stats)) == "prepare --source jsonl --path DIR --dataset mine"
    # A dataset of the same name with a train split leaves nothing of the check behind, nor the other way round.
    again = write_dataset(splits(), "mine", tmp_path)
    with pytest.raises(InputError, match=r"has no check split, only train, dev, test\.$"):
        read_split("mine", "check", at(tmp_path))
    assert again.oversampling is not None
    assert write_dataset({"check": splits()["dev"]}, "mine", tmp_path) == stats
    with pytest.raises(InputError, match="not here"):
        read_oversampling("mine", at(tmp_path))


def test_preparing_again_gives_the_same_and_keeps_other_datasets(tmp_path: Path) -> None:
    first = write_dataset(splits(), "mine", tmp_path, 1)
    write_dataset(splits(), "other", tmp_path, 1)
    assert write_dataset(splits(), "mine", tmp_path, 1) == first
    assert list(read_meta(at(tmp_path)).datasets) == ["mine", "other"]
    assert sorted(path.name for path in (tmp_path / "processed").iterdir()) == ["mine", "other"]


def test_text_that_was_changed_or_is_missing_is_refused(tmp_path: Path) -> None:
    write_dataset(splits(), "mine", tmp_path, 1)
    path = tmp_path / "processed" / "mine" / "dev.jsonl"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="prepare the dataset again"):
        read_split("mine", "dev", at(tmp_path))
    path.unlink()
    with pytest.raises(InputError, match="is not on this machine"):
        read_split("mine", "dev", at(tmp_path))
    with pytest.raises(InputError, match="prepared: mine"):
        read_stats("nope", at(tmp_path))
    with pytest.raises(InputError, match="no dataset is prepared"):
        read_meta(at(tmp_path / "nowhere"))


def test_the_corpus_that_ships_needs_no_prepared_files(tmp_path: Path) -> None:
    meta = (HERE.data / "processed_meta.json").read_text(encoding="utf-8")
    (tmp_path / "processed_meta.json").write_text(meta, encoding="utf-8")
    documents = read_split("helpdesk", "test", at(tmp_path))
    assert len(documents) == read_stats("helpdesk", HERE).splits["test"].sentences
    sha256 = read_stats("helpdesk", HERE).splits["test"].processed_sha256
    (tmp_path / "processed_meta.json").write_text(meta.replace(sha256, "0" * 64), encoding="utf-8")
    with pytest.raises(InputError, match="differs from"):
        read_split("helpdesk", "test", at(tmp_path))


def test_the_command_that_brings_the_text_is_complete(tmp_path: Path) -> None:
    def words(stats: DataStats) -> str:
        return " ".join(preparing_words(stats))

    assert words(read_stats("stackoverflow", HERE)) == "prepare --source conll --path DIR"
    assert words(read_stats("helpdesk", HERE)) == "prepare --source embedded"
    assert words(read_stats("elsewhere", HERE)) == "prepare --source embedded --dataset elsewhere"
    mine = write_dataset(splits(), "mine", tmp_path, 1)
    assert words(mine) == "prepare --source jsonl --path DIR --dataset mine --seed 1"
    guided = write_dataset(splits(), "mine", tmp_path, 13, guideline="helpdesk")
    assert words(guided) == "prepare --source jsonl --path DIR --dataset mine --guideline helpdesk"
    read = ImportStats("CoNLL, 4 columns", "UTF-8", tag_column=4, asked_column=True, misaligned="drop")
    odd = {name: replace(split, imported=read) for name, split in splits().items()}
    found = write_dataset(odd, "mine", tmp_path, 13)
    assert words(found) == "prepare --source jsonl --path DIR --tag-column 4 --misaligned drop --dataset mine"
    parse(f"itner {words(found)}")
    # A column that was recognised is recognised again.
    odd["train"].imported = odd["dev"].imported = odd["test"].imported = replace(read, asked_column=False)
    assert "--tag-column" not in words(write_dataset(odd, "mine", tmp_path, 13))


def test_preparations_at_once_keep_every_entry(tmp_path: Path) -> None:
    names = [f"set{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: write_dataset(splits(), name, tmp_path), names))
    assert sorted(read_meta(at(tmp_path)).datasets) == sorted(names)
    assert not list(tmp_path.glob("*.tmp"))
    assert sorted(path.name for path in (tmp_path / "processed").iterdir()) == sorted(names)


def test_a_failure_leaves_the_old_dataset_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dataset(splits(), "mine", tmp_path, 1)
    before = {path: sha256_file(path) for path in tmp_path.rglob("*") if path.is_file()}

    def fail(*args: object) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr("itner.data.processed.describe_split", fail)
    with pytest.raises(RuntimeError, match="disk full"):
        write_dataset(splits(), "mine", tmp_path, 2)
    assert {path: sha256_file(path) for path in tmp_path.rglob("*") if path.is_file()} == before
