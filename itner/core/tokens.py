"""Splitting text into tokens, the way the training corpora are split.

The StackOverflow corpus keeps `foo()`, `C#`, `.NET`, `7.4.0` and `server-side` whole and splits off
sentence punctuation and clitics (`'s`, `n't`); raw text is cut by the same habits so that the tagger sees
at prediction what it saw in training. A slash separates (`Word/Excel`): either side may be a mention.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from itner.core.characters import caseless_letters, marks, word_character
from itner.core.types import Document, Token

_CUT = r"""
    {w}+?(?=n['’]t\b)                                    # do|n't
  | n['’]t\b
  | ['’](?:s|m|d|ll|re|ve|t)\b                          # Outlook|'s
  | (?<![\w.])\.(?=[A-Za-z]){w}+                         # .NET
  | {w}+(?:(?:[.\-&@]|(?<=\d):(?=\d)){w}+)*               # 7.4.0, server-side, 10:30, R&D
      (?:\+\+|\#|\(\))?                                 # C++, C#, foo()
"""
_PLAIN_TOKEN = re.compile(_CUT.format(w=r"\w") + r"| \S", re.VERBOSE)
# From here on there are marks and letters without capitals; without those the plain pattern finds the same, faster.
_OTHER_SCRIPTS = re.compile("[\u0300-\u1fff\u20d0-\u20ff\u2c00-\U0010ffff]")
# What a raw text's tokens do not part, though those of the annotated tickets do: addresses, options, calls with their
# arguments, attributes (`android:minSdk`), keys pressed together, `C++11` and `DS920+`, `PL/SQL`. The StackOverflow
# corpus keeps them whole, and a tagger that learned from it finds versions in addresses where they are parted.
_WHOLE = re.compile(
    r"""
    (?:https?|ftp)://[^\s<>"']*[\w/\#=&]
  | (?<=\s)--?[a-z]\w*(?:-\w+)*(?=\s|$)
  | (?<![\w.])[A-Za-z_][\w.]*\w\((?!s\)|[\d.]+\))[^\s()]+\)(?!:)
  | (?<![\w.])[a-z]+[A-Z]\w*\([^\s()]+\)
  | (?<![\w.:])[a-z]+:[a-z]+[A-Z]\w*
  | (?<!\w)(?i:alt|ctrl|control|strg|shift|cmd|win|meta|super)(?:\+\w+)+
  | (?<![\w/])[A-Z]{1,3}/[A-Z0-9]{2,}\b(?!/)
  | (?<!\w)\w+\+\+\d+
  | (?<![\w\-])[\w\-]*\d\+(?![\w+])
    """,
    re.VERBOSE,
)


def split_tokens(text: str) -> tuple[Token, ...]:
    """Tokens of `text`; together they cover every character that is not white space.

    Accents stay with their letters, and letters of scripts without capitals (`在Ubuntu上`) are tokens apart.
    """
    pattern = _any_token() if _OTHER_SCRIPTS.search(text) else _PLAIN_TOKEN
    return tuple(Token(*match.span()) for match in pattern.finditer(text))


def join_tokens(text: str, tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Tokens of a raw text, those together that make one address, option, call or name with a slash."""
    starts = {token.start: index for index, token in enumerate(tokens)}
    ends = {token.end: index for index, token in enumerate(tokens)}
    joined: list[Token] = []
    position = 0
    for match in _WHOLE.finditer(text):
        first, last = starts.get(match.start()), ends.get(match.end())
        if first is not None and last is not None and last > first >= position:
            joined += [*tokens[position:first], Token(match.start(), match.end())]
            position = last + 1
    return (*joined, *tokens[position:])


def part_tokens(document: Document) -> Document:
    """The document with white space between any two tokens that touch, where one of them is not ASCII there.

    A tokenizer or a pattern that knows nothing of our tokens takes `✅Docker` or `上的Outlook` for one word. Its tokens
    are as many as before; mentions are left out.
    """
    text = document.text
    if text.isascii():
        return document
    parts: list[str] = []
    tokens: list[Token] = []
    position = added = 0
    previous = -1
    for token in document.tokens:
        if token.start == previous and not (text[previous - 1] + text[previous]).isascii():
            parts += (text[position:previous], " ")
            position, added = previous, added + 1
        tokens.append(Token(token.start + added, token.end + added))
        previous = token.end
    if not added:
        return document
    parts.append(text[position:])
    return replace(document, text="".join(parts), tokens=tuple(tokens), mentions=())


@cache
def _any_token() -> re.Pattern[str]:
    caseless = f"[{caseless_letters()}][{marks()}]*"
    pattern = _CUT.format(w=word_character())
    return re.compile(pattern + rf"| (?:{caseless})+ | \S[{marks()}]*", re.VERBOSE)
