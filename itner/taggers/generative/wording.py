"""What a generative tagger reads and writes: the types asked for and the text, then `{"surface": "TYPE", …}`."""

from __future__ import annotations

import json
from collections.abc import Sequence

from itner.core.types import Document
from itner.taggers.placing import Pair

# Changes whenever what is read or written does: what was trained on another wording cannot be asked in this one.
WORDING = "types, text, mentions 1"
_ESCAPE = r"\\(?:[\"\\\/bfnrt]|u[0-9a-fA-F]{4})"


def word_prompt(text: str, types: Sequence[str]) -> str:
    """What stands before an answer."""
    return f"Types: {', '.join(types)}\nText: {text}\nMentions: "


def word_answer(pairs: Sequence[Pair]) -> str:
    """An answer; a surface that is mentioned twice stands there twice."""
    entries = (f"{_quoted(pair.surface)}: {_quoted(pair.type)}" for pair in pairs)
    return "{" + ", ".join(entries) + "}"


def pairs_of(document: Document) -> tuple[Pair, ...]:
    """The mentions of a document in order."""
    return tuple(Pair(document.text[m.start : m.end], m.type) for m in document.mentions)


def answer_grammar(types: Sequence[str]) -> str:
    """All answers with these types, as a Lark grammar for `llguidance`."""
    named = " | ".join(json.dumps(_quoted(name)) for name in types)
    return f"""
start: "{{" (pair (", " pair)*)? "}}"
pair: SURFACE ": " type
type: {named}
SURFACE: /"([^"\\\\\\x00-\\x1f]|{_ESCAPE})+"/
"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
