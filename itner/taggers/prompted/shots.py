"""Examples in front of a text: annotated documents that are most like it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document, Mention


class Shots:
    """Annotated documents by likeness: the cosine of their parts of words, weighed by how rare those are (TF-IDF)."""

    def __init__(self, documents: Sequence[Document]):
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._documents = list(documents)
        self._vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        self._matrix = self._vectorizer.fit_transform([document.text for document in documents])

    def nearest(self, text: str, number: int) -> list[Document]:
        """So many documents, the most similar one last, where a model minds it most; never the text itself."""
        likeness = np.asarray((self._matrix @ self._vectorizer.transform([text]).T).todense()).ravel()
        order = np.argsort(-likeness, kind="stable")
        plain = " ".join(text.split())
        others = (self._documents[index] for index in order)
        chosen = [document for document in others if " ".join(document.text.split()) != plain][:number]
        return chosen[::-1]


def write_shots(documents: Sequence[Document]) -> str:
    """Documents as JSON Lines, a text and its mentions a line; those without mentions, too."""
    lines = (
        json.dumps({"text": d.text, "mentions": [[m.start, m.end, m.type] for m in d.mentions]}, ensure_ascii=False)
        for d in documents
    )
    return "".join(f"{line}\n" for line in lines)


def read_shots(text: str) -> list[Document]:
    """What `write_shots` wrote; InputError where it is damaged."""
    documents = []
    try:
        for number, line in enumerate(text.rstrip("\n").split("\n")):
            entry = json.loads(line)
            mentions = tuple(Mention(start, end, kind) for start, end, kind in entry["mentions"])
            documents.append(Document(entry["text"], tuple(split_tokens(entry["text"])), mentions, str(number), "shot"))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError("the examples are damaged") from None
    return documents


def shots_sha256(text: str) -> str:
    """A hash of what `write_shots` wrote."""
    return hashlib.sha256(text.encode()).hexdigest()
