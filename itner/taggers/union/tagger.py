"""The union tagger: some of a domain's rules have the first word, another tagger finds the rest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from itner.core.sentences import tag_by_sentences
from itner.core.types import Document, Mention, Tagger
from itner.taggers.base import Adjustable
from itner.taggers.rules.tagger import RulesTagger


class UnionTagger:
    """Marks what the rules find, and of what the other tagger finds that which shares no character with it."""

    def __init__(self, rules: RulesTagger, member: Tagger):
        if rules.types != member.types:
            raise ValueError(f"rules for {rules.types} beside a tagger for {member.types}")
        self._rules = rules
        self._member = member

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types that it may mark."""
        return self._member.types

    def at(self, threshold: float) -> UnionTagger:
        """The same tagger, whose other tagger marks at this threshold (see `Adjustable`)."""
        if not isinstance(self._member, Adjustable):
            raise ValueError("the other tagger has no threshold")
        return UnionTagger(self._rules, self._member.at(threshold))

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        """Mentions of each text. Texts are read sentence by sentence and may be of any length."""
        return tag_by_sentences(texts, guideline, self.tag_documents)

    def tag_documents(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> list[tuple[Mention, ...]]:
        """The mentions of each document, over its own tokens; those of rules have no score."""
        ruled = self._rules.tag_documents(documents)
        read = self._member.tag_documents(documents, on_share)
        return [overrule(firm, others) for firm, others in zip(ruled, read, strict=True)]


def overrule(firm: Sequence[Mention], others: Sequence[Mention]) -> tuple[Mention, ...]:
    """All of `firm`, and those of `others` that share no character with one of these, in the order of the text."""
    kept = (other for other in others if not any(other.start < one.end and one.start < other.end for one in firm))
    return tuple(sorted((*firm, *kept), key=lambda mention: mention.start))


def union_sha256(member_sha256: str, rules_sha256: str, functions: Sequence[str]) -> str:
    """A hash over the member's weights, the code of the rules, and which of them have the first word."""
    return hashlib.sha256("\n".join((member_sha256, rules_sha256, *functions)).encode()).hexdigest()
