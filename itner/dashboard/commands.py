"""Commands that pages print for whoever has nothing to look at yet: each is of the domain that the page is about."""

from __future__ import annotations

from itner.core.errors import InputError
from itner.dashboard.cache import load_datasets
from itner.data.corpus import CHECK
from itner.data.sources import FILES, default_dataset
from itner.domains.registry import Corpus, Domain, default_domain, get_domain

# What the words of a command call a folder that only its owner knows.
FOLDER = "DIR"


def known_dataset(domain_name: str) -> str:
    """A dataset of the domain that is no check: the corpus that ships before others, whose text may not be here."""
    domain = get_domain(domain_name)
    shipped = domain.release.corpus if domain.release is not None else default_dataset("embedded", domain)
    try:
        datasets = load_datasets().items()
    except InputError:
        return shipped
    names = [name for name, stats in datasets if stats.domain == domain_name and CHECK not in stats.splits]
    return names[0] if names and shipped not in names else shipped


def domain_words(domain_name: str) -> list[str]:
    """The option that names a domain, which the default one does without."""
    return ["--domain", domain_name] if domain_name != default_domain() else []


def reproducing_words(domain: Domain) -> list[str]:
    """The command that makes the domain's shipped runs from data that nobody has to bring."""
    ways = _corpora(domain)
    return ["reproduce", *domain_words(domain.name), "--source", ways[0].source if ways else "embedded"]


def preparing_ways(domain: Domain) -> list[list[str]]:
    """The commands that prepare what the domain's runs learn from; one for annotated files where it brings no text."""
    named = domain_words(domain.name)
    ways = []
    for corpus in _corpora(domain):
        own = ["--dataset", corpus.dataset] if corpus.dataset != default_dataset(corpus.source, domain) else []
        ways.append(["prepare", *named, "--source", corpus.source, *own])
    return ways or [["prepare", *named, "--source", "jsonl", "--path", FOLDER, "--dataset", "mine"]]


def _corpora(domain: Domain) -> list[Corpus]:
    """The corpora of the release, else all of the domain, that need no files of the user's."""
    names = domain.release.annotated if domain.release is not None else [corpus.dataset for corpus in domain.corpora]
    known = [corpus for name in names if (corpus := domain.corpus(name)) is not None]
    return [corpus for corpus in known if corpus.source not in FILES]
