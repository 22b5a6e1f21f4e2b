from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from datasets_at import at, write_dataset, write_weak_report

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention
from itner.data.corpus import Split
from itner.data.jsonl import write_lines
from itner.data.mix import mix_datasets
from itner.data.processed import preparing_words, read_meta, read_split
from itner.records.dataset import DataStats, SourceFacts
from itner.records.files import sha256_file
from itner.workflows.prepare import mix


def document(id: str, text: str = "Ubuntu fails", source: str = "w") -> Document:
    return Document(text, split_tokens(text), (Mention(0, 6, "OS"),), id, source, "text")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, size in (("a", 6), ("b", 4)):
        splits = {
            split: Split(
                [document(f"{split}-{n}", f"Ubuntu {name} {n} {split}", name) for n in range(size)], sha256="a" * 64
            )
            for split in ("train", "dev", "test")
        }
        write_dataset(splits, name, tmp_path)
    (tmp_path / "weak").mkdir()
    text = write_lines(document(f"{n}", f"Ubuntu w {n}") for n in range(50))
    (tmp_path / "weak" / "w.jsonl").write_text(text, "utf-8")
    write_weak_report(tmp_path, "w", "b")
    return tmp_path


def make(root: Path, *names: str, weak: Sequence[str] = (), ratio: float = 0.5, seed: int = 13) -> DataStats:
    return mix(names, at(root), "mixed", weak, ratio, seed)


def test_a_mixture_holds_its_parts_and_says_so(root: Path) -> None:
    stats = make(root, "a", "b")
    assert [stats.splits[name].sentences for name in ("train", "dev", "test")] == [10, 10, 10]
    assert [part.name for part in stats.parts] == ["a", "b"]
    ids = [document.id for document in read_split("mixed", "dev", at(root))]
    assert ids[:2] == ["a:dev-0", "a:dev-1"]
    assert ids[-1] == "b:dev-3"
    # Whose guideline a sentence follows, and which sentences belong together, survives the mixture.
    mixed = read_split("mixed", "dev", at(root))
    assert [document.source for document in mixed] == ["a"] * 6 + ["b"] * 4
    assert [document.guideline for document in mixed] == ["a"] * 6 + ["b"] * 4
    assert [document.group for document in mixed] == ["a:text"] * 6 + ["b:text"] * 4
    assert " ".join(preparing_words(stats)) == "prepare --source mix --part a --part b --dataset mixed"


def test_weak_text_makes_up_its_share_of_train_alone(root: Path) -> None:
    stats = make(root, "a", "b", weak=("w",), ratio=0.5)
    assert [stats.splits[name].sentences for name in ("train", "dev", "test")] == [20, 10, 10]
    weak = [d.id for d in read_split("mixed", "train", at(root)) if d.id.startswith("w:")]
    assert len(set(weak)) == 10
    # It follows the guideline by which it was labelled, whatever it is called.
    followed = {d.guideline for d in read_split("mixed", "train", at(root)) if d.source == "w"}
    assert followed == {"b"}
    assert stats.sources["w"] == SourceFacts("b", weak=True)
    assert stats.parts[-1].sha256 == sha256_file(root / "weak" / "w.jsonl")
    assert "--part a --part b --weak w --weak-ratio 0.5 --dataset mixed" in " ".join(preparing_words(stats))
    assert make(root, "a", "b", weak=("w",), ratio=0.5) == stats
    assert make(root, "a", "b", weak=("w",), ratio=0.5, seed=14).sha256 != stats.sha256
    # 0.9 would ask for 90 sentences; there are 50.
    assert make(root, "a", "b", weak=("w",), ratio=0.9).splits["train"].sentences == 60


def test_several_weak_texts_share_their_part(root: Path) -> None:
    text = write_lines(document(f"{n}", f"Ubuntu v {n}") for n in range(50))
    (root / "weak" / "v.jsonl").write_text(text, "utf-8")
    write_weak_report(root, "v", "a")
    stats = make(root, "a", "b", weak=("w", "v"), ratio=0.5)
    train = [d.id for d in read_split("mixed", "train", at(root))]
    assert len(train) == 20
    assert sum(name.startswith("w:") for name in train) + sum(name.startswith("v:") for name in train) == 10
    # A random ten of a hundred sentences come from one text alone once in 840 draws; the seed is fixed.
    assert {name[0] for name in train} == {"a", "b", "w", "v"}
    assert "--part a --part b --weak w --weak v --weak-ratio 0.5" in " ".join(preparing_words(stats))
    with pytest.raises(InputError, match="at least two different parts"):
        make(root, "a", weak=("w", "w"))


def test_bad_mixtures_are_refused(root: Path) -> None:
    for names in (("a",), ("a", "a"), ()):
        with pytest.raises(InputError, match="at least two different parts"):
            mix_datasets(names, (), 0.3, 1, at(root))
    with pytest.raises(InputError, match="between 0 and 1"):
        mix_datasets(("a",), ("w",), 1.0, 1, at(root))
    with pytest.raises(InputError, match="itner label"):
        mix_datasets(("a",), ("gone",), 0.3, 1, at(root))


def test_a_check_goes_into_no_mixture(root: Path) -> None:
    write_dataset({"check": Split([document("check-0", source="c")], sha256="a" * 64)}, "c", root)
    for names, weak in ((("a", "c"), ()), (("c", "a"), ()), (("c",), ("w",))):
        with pytest.raises(InputError, match=r"dataset 'c' has no train split, only check\. It is a check"):
            make(root, *names, weak=weak)
    assert "mixed" not in read_meta(at(root)).datasets
    with pytest.raises(InputError, match="at least one annotated part"):
        mix_datasets((), ("w", "v"), 0.3, 1, at(root))
    with pytest.raises(InputError, match="is not prepared"):
        mix_datasets(("a", "nope"), (), 0.3, 1, at(root))


def test_a_mixture_of_a_mixture_knows_the_guidelines_of_all(root: Path) -> None:
    make(root, "a", "b", weak=("w",))
    splits = {
        name: Split([document(name, f"Ubuntu c {name}", "c")], sha256="a" * 64) for name in ("train", "dev", "test")
    }
    write_dataset(splits, "c", root, guideline="b")
    stats = mix(["mixed", "c"], at(root), "more")
    assert {name: facts.guideline for name, facts in stats.sources.items()} == {"a": "a", "b": "b", "w": "b", "c": "b"}
    found = {document.source: document.guideline for document in read_split("more", "train", at(root))}
    assert found == {"a": "a", "b": "b", "w": "b", "c": "b"}
