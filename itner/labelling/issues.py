"""Unlabelled text from the hub: sentences of public GitHub issues, streamed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator

from itner.core.errors import InputError
from itner.core.sentences import split_sentences
from itner.core.tokens import split_tokens
from itner.core.types import Document

_SHUFFLE_BUFFER = 10_000
_MARKUP = re.compile(r"<issue_\w+>(?:username_\d+: ?)?|^username_\d+: ?|<!--.*?-->", re.MULTILINE | re.DOTALL)
_CODE_LINE = re.compile(r"^(?: {4}|\t|>).*$", re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?(?:^\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
# Shorter is a greeting or a fragment, longer a dump; and what is hardly words is code or a table.
_TOKENS = range(5, 61)
_LEAST_WORDS = 0.6
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]*")


def stream_issues(dataset: str, count: int, seed: int) -> Iterator[str]:
    """The text of `count` issues of a hub dataset in random order. Offline, the InputError says what to do."""
    from datasets import load_dataset

    try:
        stream = load_dataset(dataset, split="train", streaming=True)
        yield from (row["content"] for row in stream.shuffle(seed=seed, buffer_size=_SHUFFLE_BUFFER).take(count))
    except Exception as error:
        raise InputError(
            f"the hub dataset {dataset!r} could not be read ({type(error).__name__}). Its terms must be accepted on "
            "its page, and `hf auth login` must have been run; without the hub, pass files of text instead"
        ) from error


def sample_sentences(issues: Iterable[str], seed: int, source: str) -> list[Document]:
    """One random prose sentence of each issue that has any, no sentence twice, as documents without mentions."""
    rng = random.Random(seed)
    found: dict[str, Document] = {}
    for number, issue in enumerate(issues):
        text = strip_markup(issue)
        sentences = [sentence for start, end in split_sentences(text) if is_prose(sentence := text[start:end].strip())]
        if sentences:
            chosen = rng.choice(sentences)
            found.setdefault(chosen, Document(chosen, split_tokens(chosen), (), f"issue-{number}", source))
    return list(found.values())


def strip_markup(issue: str) -> str:
    """An issue's own words: without the dataset's marks, code blocks, quoted lines and comments."""
    return _CODE_LINE.sub("", _FENCED.sub("", _MARKUP.sub("\n", issue)))


def is_prose(sentence: str) -> bool:
    """Whether a sentence is of a usual length, and mostly words."""
    words = [sentence[token.start : token.end] for token in split_tokens(sentence)]
    return len(words) in _TOKENS and sum(bool(_WORD.fullmatch(word)) for word in words) >= _LEAST_WORDS * len(words)
