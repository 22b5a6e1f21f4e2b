"""Encoders of several sorts of tokenizers beside plain ones, and words that are hard to encode."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from plain_encoder import PlainEncoder
from tiny import Tiny
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from itner.records.store import TOKENIZER
from itner.taggers.encoder.windows import Encoder

# Of the tokenizer of word pieces: hypothesis and fixtures do not mix.
FOLDERS: list[Tiny] = []


def word_pieces() -> Tokenizer:
    return Tokenizer.from_file(str(FOLDERS[0].backbone / TOKENIZER))


def byte_level() -> Tokenizer:
    """As RoBERTa's: a space belongs to the word after it, and a character can have several pieces."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = ["<s>", "</s>", "[unused1]", "[unused2]", *letters, "Ġt", "th", "Ġth"]
    merges = [("Ġ", "t"), ("t", "h"), ("Ġt", "h")]
    tokenizer = Tokenizer(models.BPE({name: number for number, name in enumerate(names)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    return tokenizer


def bare() -> Tokenizer:
    """Without a special token around a text."""
    tokenizer = byte_level()
    tokenizer.post_processor = None
    return tokenizer


WORDS = ["the", "The", "THE", "windows", "Windows11", "can't", "foo()", "[SEP]", "[MASK]x", "a" * 30, "ÄÖ", "e\u0301X"]
ODD = [
    "",
    "  ",
    "\n",
    "\t",
    "\x00",
    "\x1c",
    "\u00a0",
    "\u3000",
    "\u2028",
    "\ud800",
    "\udfff",
    "\u0301",
    "\u0345\u0301",
    "🙂",
    "日本",
    "✅",
]


def encoders(kind: int, length: int, context: bool, guidelines: Sequence[str]) -> tuple[Encoder, PlainEncoder]:
    make = (word_pieces, byte_level, bare)[kind]
    return Encoder(make(), length, context, guidelines), PlainEncoder(make(), length, context, guidelines)


CHOICES = st.tuples(
    st.integers(0, 2), st.sampled_from([8, 16, 2**31]), st.booleans(), st.sampled_from([(), ("one", "two")])
)
