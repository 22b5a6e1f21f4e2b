"""The rule tagger: a domain's labelling functions look at a sentence, and the longest mention of several wins."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path

from itner.core.labels import align_to_tokens, spans_to_mentions
from itner.core.sentences import tag_by_sentences
from itner.core.tokens import part_tokens
from itner.core.types import Document, LabellingFunction, Mention
from itner.domains.registry import Domain

# By the layout of every domain, what its functions look for.
_RULE_MODULES = {"lexicons", "patterns"}
_DOMAINS = "itner.domains."


class RulesTagger:
    """Marks what a domain's labelling functions find, without scores: a rule does not know how sure it is."""

    def __init__(self, domain: Domain, functions: Sequence[LabellingFunction] | None = None):
        self._types = domain.scheme.types
        self._functions = tuple(domain.functions if functions is None else functions)

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types that it may mark."""
        return self._types

    def tag(self, texts: Sequence[str], guideline: str | None = None) -> list[list[Mention]]:
        """Mentions of each text. Texts are read sentence by sentence and may be of any length.

        Rules follow no guideline.
        """
        return tag_by_sentences(texts, guideline, self.tag_documents)

    def tag_documents(
        self, documents: Sequence[Document], on_share: Callable[[float], None] | None = None
    ) -> list[tuple[Mention, ...]]:
        """The mentions of each document that begin and end where its tokens do."""
        found = []
        for number, document in enumerate(documents, start=1):
            found.append(self._mark(document))
            if on_share is not None and (number % 500 == 0 or number == len(documents)):
                on_share(number / len(documents))
        return found

    def _mark(self, document: Document) -> tuple[Mention, ...]:
        proposed = []
        parted = part_tokens(document)
        for order, function in enumerate(self._functions):
            for span in align_to_tokens(function(parted), parted.tokens)[0]:
                if span[2] not in self._types:
                    raise ValueError(f"{function.__name__} marks {span[2]!r}, which is no type of its domain")
                proposed.append((span[0] - span[1], order, span))
        taken: set[int] = set()
        chosen = []
        # The longest first; of equally long ones that of the earlier function.
        for _, _, span in sorted(proposed):
            if taken.isdisjoint(range(span[0], span[1])):
                taken.update(range(span[0], span[1]))
                chosen.append(span)
        return spans_to_mentions(sorted(chosen), document.tokens)


def rule_files(domain: Domain) -> list[Path]:
    """The files that hold a domain's labelling functions, what these use of the domains, and the lists beside them."""
    modules = {inspect.getmodule(function) for function in domain.functions}
    used = (value for module in modules for value in vars(module).values() if inspect.isfunction(value))
    own = {Path(inspect.getfile(function)) for function in domain.functions}
    beside = (path for folder in {path.parent for path in own} for path in folder.glob("*.py"))
    own |= {Path(inspect.getfile(function)) for function in used if function.__module__.startswith(_DOMAINS)}
    return sorted(own | {path for path in beside if path.stem in _RULE_MODULES})


def rules_sha256(domain: Domain) -> str:
    """A hash over `rule_files`: what the rule tagger is."""
    digest = hashlib.sha256()
    for path in rule_files(domain):
        digest.update(path.read_bytes())
    return digest.hexdigest()
