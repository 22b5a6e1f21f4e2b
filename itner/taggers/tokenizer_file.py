"""A tokenizer out of a file that anybody may have written: known parts alone, none of which can grow a text or hang."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tokenizers import Tokenizer

from itner.core.errors import InputError
from itner.records.files import MAX_JSON_BYTES, sha256_file

T = TypeVar("T")

_MODELS = {"WordPiece", "BPE", "Unigram", "WordLevel"}
# Those that read a text once and keep its length, or nearly.
_PARTS = {
    "BertNormalizer", "NFC", "NFD", "NFKC", "NFKD", "Nmt", "Precompiled", "Lowercase", "StripAccents", "Strip",
    "BertPreTokenizer", "ByteLevel", "Digits", "Metaspace", "Punctuation", "UnicodeScripts", "Whitespace",
    "WhitespaceSplit", "CharDelimiterSplit", "BertProcessing", "RobertaProcessing", "TemplateProcessing",
}  # fmt: skip
# What the parts of a sequence stand under.
_INSIDE = ("normalizers", "pretokenizers", "processors")
# The expressions of public tokenizers (XLM-R, GPT-2, Llama 3, Qwen 2 and 3); another one may run for hours.
_PATTERNS = {
    " {2,}",
    r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    *(
        rf"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|{numbers}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        for numbers in (r"\p{N}{1,3}", r"\p{N}")
    ),
}
_MOST_PARTS, _DEEPEST = 16, 4
# A word of more characters is unknown as a whole; the time of looking for its pieces is the square of them.
_LONGEST_WORD = 1_000
# Times as long, all replacements together.
_MOST_GROWTH = 4.0


def read_tokenizer(path: Path, sha256: str | None = None) -> Tokenizer:
    """A `tokenizer.json`.

    Args:
        sha256: of the one that a run was trained with; None where nobody wrote it down.
    Raises:
        InputError: it is missing, damaged, too large, another one, or has parts that are not known.
    """
    if not path.is_file():
        raise InputError("no such file", path=path)
    if path.stat().st_size > MAX_JSON_BYTES:
        raise InputError(f"larger than {MAX_JSON_BYTES // 2**20} MiB", path=path)
    if sha256 is not None and sha256_file(path) != sha256:
        raise InputError("this is not the tokenizer that the run was trained with", path=path)
    try:
        text = path.read_text(encoding="utf-8")
    except ValueError as error:
        raise InputError(f"not a tokenizer ({type(error).__name__})", path=path) from None
    return parse_tokenizer(text, path)


def parse_tokenizer(text: str, path: Path) -> Tokenizer:
    """What stands in a `tokenizer.json`; InputError, which names its place, when it is damaged or not known."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not a tokenizer ({type(error).__name__})", path=path) from None
    if not isinstance(data, dict):
        raise InputError("not a tokenizer (no object)", path=path)
    try:
        _check(data)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InputError(f"not a tokenizer that is read here: {error}", path=path) from None
    try:
        return sheltered(lambda: Tokenizer.from_str(text))
    except Exception as error:  # noqa: BLE001 - tokenizers raises nothing narrower
        raise InputError(f"not a tokenizer ({error})", path=path) from None


def sheltered(work: Callable[[], T]) -> T:
    """What the tokenizer does; its panics, which are no Exception and nobody else would catch, are InputErrors."""
    try:
        return work()
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise InputError(f"the tokenizer cannot read this text ({str(error)[:200]})") from None


def _check(data: Mapping[str, Any]) -> None:
    """ValueError, with what it is, for anything that is not known."""
    model = data["model"]
    # Old files of WordPiece and BPE do not name it.
    if model.get("type", "WordPiece") not in _MODELS:
        raise ValueError(f"its model is of the kind {model['type']!r}")
    if model.get("dropout"):
        raise ValueError("it cuts words by chance")
    if int(model.get("max_input_chars_per_word") or 0) > _LONGEST_WORD:
        raise ValueError(f"it looks for pieces in words of more than {_LONGEST_WORD:,} characters")
    growth = [1.0]
    for name in ("normalizer", "pre_tokenizer", "post_processor"):
        if data.get(name) is not None:
            _check_part(data[name], growth, 1)
    if growth[0] > _MOST_GROWTH:
        raise ValueError("it makes texts longer")


def _check_part(part: Mapping[str, Any], growth: list[float], depth: int) -> None:
    kind = part["type"]
    if kind == "Sequence":
        inside = next(part[name] for name in _INSIDE if name in part)
        if len(inside) > _MOST_PARTS or depth > _DEEPEST:
            raise ValueError("it has more parts than a tokenizer has")
        for each in inside:
            _check_part(each, growth, depth + 1)
    elif kind in ("Replace", "Split"):
        ((form, pattern),) = part["pattern"].items()
        if form == "Regex" and pattern not in _PATTERNS:
            raise ValueError(f"the expression {pattern[:80]!r} is not known")
        # What an expression matches is no shorter than a character.
        length = len(pattern) if form == "String" else 1
        growth[0] *= max(1.0, len(part.get("content") or "") / max(1, length))
    elif kind == "Prepend":
        growth[0] *= 1.0 + len(part["prepend"]) / 8
    elif kind not in _PARTS:
        raise ValueError(f"a part of the kind {kind!r} is not known")
    if len(part.get("single") or ()) > _MOST_PARTS:
        raise ValueError("it puts more around a text than a tokenizer does")
