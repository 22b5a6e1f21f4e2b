from __future__ import annotations

import pytest

from itner.domains.registry import get_domain, list_domains
from itner.reporting.scope import scope_in_words


def test_a_score_says_its_language_and_whose_text_it_is_of() -> None:
    domain = get_domain("it")
    said = scope_in_words(domain, "helpdesk")
    assert said == "Scored on English text alone. The tickets were written for this project; yours may differ."
    assert scope_in_words(domain, "helpdesk-de").startswith("Scored on German text alone.")
    assert "not tickets" in scope_in_words(domain, "stackoverflow")
    assert "the page Data says" in scope_in_words(domain, "mine")


@pytest.mark.parametrize("domain", list_domains(), ids=lambda domain: domain.name)
def test_every_corpus_that_ships_says_it(domain) -> None:  # type: ignore[no-untyped-def]
    for corpus in domain.corpora:
        assert corpus.scored.endswith("."), corpus.dataset
