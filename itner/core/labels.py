"""Label schemes and the one BIO codec.

Tags are IOB2 strings (`O`, `B-X`, `I-X`). Token spans are `(start, end, type)` with token indices, end
exclusive. An `I-X` that does not continue a mention of type X is invalid. Two named rules deal with it: in gold data it
is read as `B-X` (`begin`: an annotator meant a mention), in predictions it marks nothing (`discard`: on dev, most such
fragments are wrong, and it is what seqeval's strict mode does). Results record the rule they were made with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from itner.core.types import Document, Mention, Token

PREDICTION_RULE = "discard"

TokenSpan = tuple[int, int, str]


@dataclass(frozen=True)
class LabelScheme:
    """Entity types of a domain, and how the types of source corpora map onto them (None: read as O).

    Sentences that begin with a mention of a source type in `not_prose`, or with a word of `headers` and a colon, are no
    prose and left out; a header begins a new text.
    """

    name: str
    types: tuple[str, ...]
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    not_prose: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.types)) != len(self.types) or not self.types:
            raise ValueError(f"scheme {self.name}: types must be unique and not empty")
        unknown = {target for target in self.mapping.values() if target is not None} - set(self.types)
        if unknown:
            raise ValueError(f"scheme {self.name}: mapping leads to unknown types {sorted(unknown)}")

    @property
    def labels(self) -> tuple[str, ...]:
        """BIO labels in model order: O first, then B-X, I-X for each type."""
        return ("O", *(f"{prefix}-{name}" for name in self.types for prefix in ("B", "I")))

    def target(self, source_type: str) -> str | None:
        """The scheme's type for a source type, None for O; KeyError when there is no mapping.

        A name that is known in another case, or with other separators, is known where only one type can be meant.
        """
        if source_type in self.types:
            return source_type
        if source_type in self.mapping:
            return self.mapping[source_type]
        names = [name for name in (*self.types, *self.mapping) if _fold(name) == _fold(source_type)]
        targets = {self.mapping.get(name, name) for name in names}
        if len(targets) != 1:
            raise KeyError(source_type)
        return targets.pop()

    def is_spelled(self, source_type: str) -> bool:
        """Whether a source type is written as the scheme writes it."""
        return source_type in self.types or source_type in self.mapping


def _fold(name: str) -> str:
    return re.sub(r"[\s_\-.]+", "_", name.strip()).casefold()


def split_tag(tag: str) -> tuple[str, str | None]:
    """`B-OS` to (`B`, `OS`), `O` to (`O`, None); ValueError for anything that is not a BIO tag."""
    if tag == "O":
        return "O", None
    prefix, dash, name = tag.partition("-")
    if prefix not in ("B", "I") or not dash or not name:
        raise ValueError(f"{tag!r} is not a BIO tag (O, B-TYPE or I-TYPE)")
    return prefix, name


def repair_tags(tags: Sequence[str]) -> tuple[list[str], int]:
    """Valid IOB2 by the `begin` rule, and how many tags had to be changed."""
    repaired: list[str] = []
    changed = 0
    previous: str | None = None
    for tag in tags:
        prefix, name = split_tag(tag)
        if prefix == "I" and name != previous:
            tag = f"B-{name}"
            changed += 1
        repaired.append(tag)
        previous = name
    return repaired, changed


def tags_to_spans(tags: Sequence[str]) -> list[TokenSpan]:
    """Token spans of the mentions in `tags`; an invalid `I-X` belongs to no mention (seqeval's strict mode)."""
    spans: list[TokenSpan] = []
    start, current = 0, None
    for index, tag in enumerate((*tags, "O")):
        prefix, name = split_tag(tag)
        if prefix == "I" and name == current:
            continue
        if current is not None:
            spans.append((start, index, current))
        start, current = index, name if prefix == "B" else None
    return spans


def spans_to_tags(spans: Iterable[TokenSpan], n_tokens: int) -> list[str]:
    """BIO tags for token spans; ValueError when spans overlap or leave the sentence."""
    tags = ["O"] * n_tokens
    for start, end, name in spans:
        if not 0 <= start < end <= n_tokens:
            raise ValueError(f"span {start}:{end} does not fit {n_tokens} tokens")
        if any(tag != "O" for tag in tags[start:end]):
            raise ValueError(f"span {start}:{end} overlaps another")
        tags[start:end] = [f"B-{name}"] + [f"I-{name}"] * (end - start - 1)
    return tags


def align_mentions(document: Document) -> tuple[list[TokenSpan], list[Mention]]:
    """Mentions as token spans, and those whose boundaries do not fall on token boundaries."""
    return align_to_tokens(document.mentions, document.tokens)


def align_to_tokens(mentions: Iterable[Mention], tokens: Sequence[Token]) -> tuple[list[TokenSpan], list[Mention]]:
    """`align_mentions` of mentions that are not, or not yet, a document's."""
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index + 1 for index, token in enumerate(tokens)}
    spans: list[TokenSpan] = []
    unaligned: list[Mention] = []
    for mention in mentions:
        start, end = starts.get(mention.start), ends.get(mention.end)
        if start is None or end is None:
            unaligned.append(mention)
        else:
            spans.append((start, end, mention.type))
    return spans, unaligned


def document_tags(document: Document) -> tuple[list[str], list[Mention]]:
    """A document's BIO tags, and the mentions that could not be aligned to its tokens."""
    spans, unaligned = align_mentions(document)
    return spans_to_tags(spans, len(document.tokens)), unaligned


def spans_to_mentions(spans: Iterable[TokenSpan], tokens: Sequence[Token]) -> tuple[Mention, ...]:
    """Token spans as mentions with character offsets."""
    return tuple(Mention(tokens[start].start, tokens[end - 1].end, name) for start, end, name in spans)


def decode_label_ids(label_ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mentions in a flat array of label ids under the `discard` rule, without a loop over tokens.

    Args:
        label_ids: int array [n] in `LabelScheme.labels` order (0 is O, odd ids B, even ids I).
    Returns:
        starts [m], ends [m] (exclusive) and type indices [m] into `LabelScheme.types`.
    """
    label_ids = np.asarray(label_ids)
    type_ids = (label_ids + 1) // 2
    previous = np.concatenate(([0], type_ids[:-1]))
    continues = (label_ids > 0) & (label_ids % 2 == 0) & (type_ids == previous)
    starts = np.flatnonzero(label_ids % 2 == 1)
    stops = np.flatnonzero(~continues)
    following = np.searchsorted(stops, starts, side="right")
    ends = np.append(stops, len(label_ids))[following]
    return starts, ends, type_ids[starts] - 1
