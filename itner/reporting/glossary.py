"""What the words mean that people meet here first, each in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from itner.records.evaluation import ErrorClass

GLOSSARY = {
    "F1": "How often a tagger is right, from 0 to 1: it falls with each mention that is missed and each that is wrong.",
    "micro-F1": "F1 over all mentions of all types together, so that frequent types decide.",
    "recall": "The share of the mentions in a text that are found.",
    "precision": "The share of what is marked that is right.",
    "p95": "The time within which 95 of 100 texts are answered.",
    "median": "The time within which half of all texts are answered.",
    "INT8": "Weights stored as whole numbers of 8 bits instead of 32: a quarter of the size, and faster.",
    "FP32": "Weights as they were trained, 32 bits each.",
    "FP16": "Weights of 16 bits each: half the size.",
    "LoRA": "Low-rank adaptation: a few added weights are trained, and the large network stays as it was.",
    "distilled": "Taught by the answers of a larger tagger, beside or instead of people's annotations.",
    "taught": "Trained on what other taggers say of a text, beside people's annotations (knowledge distillation).",
    "word pieces": "The parts of words that a network reads; a long or rare word has several.",
    "pieces": "Word pieces: the parts of words that a network reads; a long or rare word has several.",
    "gold mention": "A mention as people annotated it, which taggers are held against.",
}
# The longest first: micro-F1 is no F1, and "gold mentions" are meant as well.
_TERMS = re.compile(rf"(?<![\w-])({'|'.join(sorted(map(re.escape, GLOSSARY), key=len, reverse=True))})(?=s?(?![\w-]))")

# What goes wrong with a mention, by the class of the error.
CLASS_MEANINGS: dict[ErrorClass, str] = {
    "boundary": "right type, wrong boundaries",
    "type": "right boundaries, wrong type",
    "boundary and type": "overlaps the gold mention, but boundaries and type are wrong",
    "missed": "nothing predicted where gold has a mention",
    "spurious": "predicted where gold has none",
    "fragment": "a second prediction on a gold mention that another one matches better",
}


def split_terms(text: str) -> Iterator[tuple[str, str]]:
    """The text in parts, each with what it means if it is a term that was not met before, else with an empty string."""
    met: set[str] = set()
    position = 0
    for found in _TERMS.finditer(text):
        term = found.group(1)
        if term in met:
            continue
        met.add(term)
        if found.start() > position:
            yield text[position : found.start()], ""
        yield term, GLOSSARY[term]
        position = found.end(1)
    if position < len(text):
        yield text[position:], ""
