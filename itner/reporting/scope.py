"""What a score is of: in which language the text is, whose it is, and how far that reaches."""

from __future__ import annotations

from itner.domains.registry import Domain


def scope_in_words(domain: Domain, dataset: str) -> str:
    """A caveat for people who decide by the scores on a dataset."""
    corpus = domain.corpus(dataset)
    if corpus is None:
        return f"Scored on `{dataset}` alone: what it holds, the page Data says; on other text it may do otherwise."
    told = f" {corpus.scored}" if corpus.scored else ""
    return f"Scored on {corpus.language} text alone.{told}"
