"""Sentences whose tokens come with tags, whatever file they stand in: tags are checked, brought to IOB2, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from itner.core.errors import InputError
from itner.data.annotations import Request, count_spelling, is_type, target_type
from itner.data.corpus import Split, add_sentence
from itner.data.fitting import shorten
from itner.data.tag_schemes import TAG, convert, recognise, respell

HEADER = "-DOCSTART-"


@dataclass(frozen=True)
class Sentence:
    """Words with their tags, and the line of the file that each stands in."""

    words: Sequence[str]
    tags: Sequence[str]
    lines: Sequence[int]


def to_split(
    sentences: Sequence[Sentence], request: Request, sha256: str, column: int | None = None, grouped: bool = True
) -> tuple[Split, Counter[str]]:
    """The sentences as documents, and how many tags were converted from which way to tag.

    Args:
        column: that the tags stand in, from 1, to be named in an error.
        grouped: whether the header lines begin a new text; otherwise every sentence is a text of its own.
    Raises:
        InputError: for the first tag that is none, or whose type has no mapping.
    """
    where = "" if column is None else f" in column {column}"
    times = Counter(tag for sentence in sentences for tag in sentence.tags)
    spelled = respell(times, lambda name: is_type(name, request.scheme))
    changes: Counter[str] = Counter()
    checked = set()
    for sentence in sentences:
        for tag, line in zip(sentence.tags, sentence.lines, strict=True):
            if tag in checked:
                continue
            checked.add(tag)
            match = TAG.fullmatch(spelled.get(tag, ""))
            if match is None:
                raise InputError(
                    f"{shorten(tag)}{where} is not a BIO tag (O, B-TYPE or I-TYPE; IOBES and BILOU are converted)",
                    path=request.path,
                    line=line,
                )
            if spelled[tag] != tag:
                changes["tags of another spelling read"] += times[tag]
            if match["type"] is not None:
                target = target_type(match["type"], request.scheme, request.path, line)
                count_spelling(match["type"], target, request.scheme, changes, times[tag])
    written = [[spelled[tag] for tag in sentence.tags] for sentence in sentences]
    scheme = recognise(written)
    split = Split(sha256=sha256)
    for sentence, own_tags in zip(sentences, written, strict=True):
        tags, converted, invalid = convert(own_tags, scheme)
        changes[f"tags converted from {scheme}"] += converted
        split.repaired_tags += invalid
        name = f"{request.split}-{len(split.documents):05d}"
        add_sentence(split, sentence.words, tags, request.scheme, name, request.source)
        if not grouped:
            split.texts = 0
    return split, +changes
