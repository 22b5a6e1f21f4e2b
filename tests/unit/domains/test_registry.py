from __future__ import annotations

import re
from dataclasses import replace

import pytest
from toy import TOY, register_toy

from itner.core.errors import InputError
from itner.domains.colours import type_colour
from itner.domains.registry import default_domain, domain_names, get_domain, list_domains, register


def test_a_folder_is_a_domain() -> None:
    assert domain_names() == ["it", "pii", "utility"]
    domain = get_domain("it")
    assert domain.scheme.types == ("ERROR", "HARDWARE", "OS", "SOFTWARE", "VERSION")
    assert domain.rare_types == ("ERROR", "OS")
    assert domain.guideline.startswith("# Annotation guideline")
    assert set(domain.colours) == set(domain.scheme.types)
    assert set(domain.lexicons) == {"SOFTWARE", "OS", "HARDWARE"}
    assert default_domain() == "it"


def test_an_unknown_domain_is_named_with_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="unknown domain 'toy'; the domains are it, pii, utility"):
        get_domain("toy")
    register_toy(monkeypatch)
    assert get_domain("toy") is TOY
    assert [domain.name for domain in list_domains()] == ["it", "pii", "toy", "utility"]
    # What ships is meant where no domain is named.
    assert default_domain() == "it"


def test_a_domain_speaks_of_its_own_types_alone() -> None:
    for change in ({"rare_types": ("CAR",)}, {"colours": {"CAR": "#000000"}}, {"lexicons": {"CAR": ("a",)}}):
        with pytest.raises(ValueError, match="CAR"):
            replace(TOY, **change)
    with pytest.raises(ValueError, match="no colour"):
        replace(TOY, colours={"FRUIT": "red"})


def test_a_corpus_is_known_only_under_its_name() -> None:
    domain = get_domain("it")
    for source, dataset, corpus in (
        ("conll", None, "stackoverflow"),
        ("conll", "stackoverflow", "stackoverflow"),
        ("conll", "mine", None),
        ("hub", None, "stackoverflow-hub"),
        ("hub", "mine", None),
        ("embedded", None, "helpdesk"),
        ("embedded", "helpdesk", "helpdesk"),
        ("embedded", "elsewhere", "elsewhere"),
        ("embedded", "mine", None),
        ("jsonl", "helpdesk", None),
    ):
        found = domain.corpus_of(source, dataset)
        assert (found.dataset if found else None) == corpus, (source, dataset)


def test_a_colour_that_another_domain_has_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    register_toy(monkeypatch)
    with pytest.raises(ValueError, match="domain zoo: FRUIT has another colour in domain toy"):
        register(replace(TOY, name="zoo", colours={"FRUIT": "#000000"}))
    register(replace(TOY, name="zoo"))
    assert domain_names() == ["it", "pii", "toy", "utility", "zoo"]


def test_no_two_domains_colour_a_type_differently_and_every_type_has_a_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    register_toy(monkeypatch)
    seen: dict[str, str] = {}
    for domain in list_domains():
        for name, colour in domain.colours.items():
            assert seen.setdefault(name, colour) == colour
            assert type_colour(name) == colour
    # PLACE has none of its own in its domain.
    assert re.fullmatch("#[0-9A-F]{6}", type_colour("PLACE"))
    assert type_colour("PLACE") not in seen.values()
    assert re.fullmatch("#[0-9A-F]{6}", type_colour("\ud800"))
