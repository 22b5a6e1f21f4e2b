"""Splitting raw text into tokens and segments, the way the training corpora are split.

The StackOverflow corpus keeps `foo()`, `C#`, `.NET`, `7.4.0` and `server-side` whole and splits off
sentence punctuation and clitics (`'s`, `n't`); raw text is cut by the same habits so that the tagger sees
at prediction what it saw in training. A slash separates (`Word/Excel`): either side may be a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from itner.core.types import Document, Token

_TOKEN = re.compile(
    r"""
    \w+?(?=n['’]t\b)                                    # do|n't
  | n['’]t\b
  | ['’](?:s|m|d|ll|re|ve|t)\b                          # Outlook|'s
  | (?<![\w.])\.(?=[A-Za-z])\w+                         # .NET
  | \w+(?:(?:[.\-&@]|(?<=\d):(?=\d))\w+)*               # 7.4.0, server-side, 10:30, R&D
      (?:\+\+|\#|\(\))?                                 # C++, C#, foo()
  | \S
    """,
    re.VERBOSE,
)
_SEGMENT_END = re.compile(r"\n+|(?<=[.!?])[ \t]+(?=[\"'(]?[A-Z0-9])")
# A longer line is no sentence but a dump; cut, it can be read in bounded memory.
_LONGEST_SEGMENT = 4_000
PASSAGE, PASSAGE_CHARACTERS = 50, 20_000


def split_tokens(text: str) -> tuple[Token, ...]:
    """Tokens of `text`; together they cover every character that is not white space."""
    return tuple(Token(*match.span()) for match in _TOKEN.finditer(text))


def split_segments(text: str) -> list[tuple[int, int]]:
    """Character spans (start, end) of the lines and sentences of `text`, empty ones left out.

    Taggers are trained on sentences, so they read sentences. A cut inside an abbreviation costs context,
    never characters: every character that is not white space lies in exactly one segment. What has no sentence
    end for thousands of characters is cut at white space.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SEGMENT_END.finditer(text):
        spans += _cut(text, start, match.start())
        start = match.end()
    spans += _cut(text, start, len(text))
    return [(a, b) for a, b in spans if text[a:b].strip()]


def split_passages(text: str) -> list[tuple[int, int]]:
    """Character spans of stretches of at most `PASSAGE` sentences and some `PASSAGE_CHARACTERS`, in text order.

    They begin and end where sentences do, so that a long text can be tagged in parts with the same result.
    """
    return [(segments[0][0], segments[-1][1]) for segments in _group_segments(text)]


def list_segments(text: str, name: str = "") -> Iterator[tuple[int, Document]]:
    """The sentences of a raw text as documents without mentions, each with where in the text it begins.

    Those of one passage (see `split_passages`) are a group.
    """
    for number, segments in enumerate(_group_segments(text)):
        for start, end in segments:
            part = text[start:end]
            yield start, Document(part, split_tokens(part), (), str(start), "text", f"{name}:{number}")


def _group_segments(text: str) -> list[list[tuple[int, int]]]:
    passages: list[list[tuple[int, int]]] = []
    characters = 0
    for start, end in split_segments(text):
        if not passages or len(passages[-1]) == PASSAGE or characters >= PASSAGE_CHARACTERS:
            passages.append([])
            characters = 0
        passages[-1].append((start, end))
        characters += end - start
    return passages


def _cut(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans = []
    while end - start > _LONGEST_SEGMENT:
        stop = start + _LONGEST_SEGMENT
        space = max(text.rfind(" ", start, stop), text.rfind("\t", start, stop))
        # Without any white space there is no good place to cut.
        stop = space + 1 if space > start else stop
        spans.append((start, stop))
        start = stop
    return [*spans, (start, end)]
