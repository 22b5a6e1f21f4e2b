"""What a generative tagger reads and writes: the types asked for and the text, then `{"surface": "TYPE", …}`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from itner.core.types import Document, Token
from itner.taggers.placing import Pair

# Changes whenever what is read or written does: what was trained on another wording cannot be asked in this one.
WORDING = "types, text, mentions 1"


def word_prompt(text: str, types: Sequence[str]) -> str:
    """What stands before an answer."""
    return f"Types: {', '.join(types)}\nText: {text}\nMentions: "


@dataclass(frozen=True)
class Question:
    """A prompt, and the tokens of its text with what stands between them: what a surface may be made of."""

    prompt: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str, tokens: Sequence[Token], types: Sequence[str]) -> Question:
        """The mentions of these types are asked for."""
        words: list[str] = []
        at = tokens[0].start if tokens else 0
        for token in tokens:
            words += [text[at : token.start], text[token.start : token.end]]
            at = token.end
        return cls(word_prompt(text, types), tuple(word for word in words if word))


def word_answer(pairs: Sequence[Pair]) -> str:
    """An answer; a surface that is mentioned twice stands there twice."""
    entries = (f"{_quoted(pair.surface)}: {_quoted(pair.type)}" for pair in pairs)
    return "{" + ", ".join(entries) + "}"


def pairs_of(document: Document) -> tuple[Pair, ...]:
    """The mentions of a document in order."""
    return tuple(Pair(document.text[m.start : m.end], m.type) for m in document.mentions)


def answer_grammar(types: Sequence[str], words: Sequence[str]) -> str:
    """All answers with these types, their surfaces some of the words in a row, as a Lark grammar for `llguidance`."""
    named = " | ".join(json.dumps(_quoted(name)) for name in types)
    # As they stand in an answer, so that none is cut within an escape.
    chunks = json.dumps([_quoted(word)[1:-1] for word in words], ensure_ascii=False)
    return f"""
start: "{{" (pair (", " pair)*)? "}}"
pair: "\\"" SURFACE "\\": " type
type: {named}
SURFACE: CHUNKS & /(.|\\n)+/
CHUNKS: %regex {{ "substring_chunks": {chunks} }}
"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
