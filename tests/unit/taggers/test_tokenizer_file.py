"""Tokenizers out of files that anybody may have written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from shipped import HERE

from itner.core.errors import InputError
from itner.records.files import sha256_file
from itner.taggers.encoder.windows import Encoder
from itner.taggers.tokenizer_file import read_tokenizer, sheltered

PATH = HERE.models / "compact_s" / "tokenizer.json"
GROWS = {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}
DEEP: dict[str, Any] = {"type": "Lowercase"}
for _ in range(20):
    DEEP = {"type": "Sequence", "normalizers": [DEEP]}


def write(folder: Path, **changes: object) -> Path:
    path = folder / "tokenizer.json"
    path.write_text(json.dumps(json.loads(PATH.read_text(encoding="utf-8")) | changes), encoding="utf-8")
    return path


@pytest.mark.parametrize("path", [PATH, HERE.models / "bases" / "small" / "tokenizer.json"], ids=["pieces", "bytes"])
def test_those_that_ship_are_read(path: Path) -> None:
    assert read_tokenizer(path, sha256_file(path)).encode("Outlook").ids


@pytest.mark.parametrize(
    "normalizer",
    [
        {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Lowercase"}]},
        # As XLM-R's, and as those that write spaces as another sign.
        {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
        {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
        {"type": "Prepend", "prepend": "\u2581"},
    ],
    ids=str,
)
def test_known_parts_are_read(normalizer: dict[str, Any], tmp_path: Path) -> None:
    assert read_tokenizer(write(tmp_path, normalizer=normalizer)).encode("a b").ids


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"normalizer": {"type": "Replace", "pattern": {"Regex": "(a+)+$"}, "content": "x"}}, "expression"),
        ({"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a|a)*b"}, "behavior": "Isolated"}}, "expression"),
        ({"normalizer": {"type": "Sequence", "normalizers": [GROWS] * 3}}, "longer"),
        ({"normalizer": GROWS | {"content": "a" * 10}}, "longer"),
        ({"normalizer": {"type": "Prepend", "prepend": "a" * 100}}, "longer"),
        ({"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}] * 100}}, "more parts"),
        ({"normalizer": DEEP}, "more parts"),
        ({"normalizer": {"type": "Unheard"}}, "Unheard"),
        ({"normalizer": {"type": ["NFC"]}}, "not a tokenizer"),
        ({"normalizer": 3}, "not a tokenizer"),
        ({"model": {"type": "BPE", "dropout": 0.5, "vocab": {}, "merges": []}}, "by chance"),
        ({"model": {"type": "WordPiece", "max_input_chars_per_word": 10**9, "vocab": {}}}, "characters"),
        ({"model": {"type": "Magic"}}, "Magic"),
        ({"model": None}, "not a tokenizer"),
        ({"post_processor": {"type": "TemplateProcessing", "single": [{}] * 1000}}, "puts more around"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_could_grow_a_text_or_hang_is_refused(changes: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        read_tokenizer(write(tmp_path, **changes))


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000, '{"model": {}}', "\ud800"])
def test_what_is_none_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(InputError, match="not a tokenizer"):
        read_tokenizer(path)


def test_another_one_than_the_runs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not the tokenizer that the run was trained with"):
        Encoder.from_file(PATH, 128, sha256="0" * 64)
    with pytest.raises(InputError, match="no such file"):
        read_tokenizer(tmp_path / "none.json")


def test_a_panic_is_an_error_like_every_other_one() -> None:
    panic = type("PanicException", (BaseException,), {})

    def fail() -> None:
        raise panic("retry-limit-in-match over")

    with pytest.raises(InputError, match=r"cannot read this text \(retry-limit"):
        sheltered(fail)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sheltered(stop)
