"""What a domain is, and finding one by name: every folder beside this module that defines `DOMAIN`."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from itner.core.errors import InputError
from itner.core.labels import LabelScheme
from itner.core.types import Document, LabellingFunction, Mention, Verdict
from itner.domains.release import AblationPlan, CurvePlan, OwnPreset, Release, StudyPlan

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_PACKAGE = "itner.domains"


@dataclass(frozen=True)
class Corpus:
    """Annotated text that a domain knows.

    Attributes:
        dataset: its name when it is prepared.
        source: how it is read: `conll`, `hub` or `embedded`, or `generated` when it is made.
        guideline: the annotation guideline that it follows.
        path: of an embedded corpus, the annotated file under `data/`.
        hub: of a hub corpus, its name there.
        credit: whose it is and under which licence, for model cards; empty where that goes without saying.
        limit: what a tagger trained on it may be bad at, for model cards.
        limit_alone: the same for a tagger trained on nothing else.
        scored: what of its text those should know who decide by scores on it, a sentence.
        few: how many sentences of a split are taken, drawn once and such that every type occurs if it can; all of those
            that are not named.
        published: whether others publish results on it, so that it must not be changed.
        language: in which it is written, as its English name.
    """

    dataset: str
    source: str
    guideline: str
    path: str = ""
    hub: str = ""
    credit: str = ""
    limit: str = ""
    limit_alone: str = ""
    scored: str = ""
    few: Mapping[str, int] = field(default_factory=dict)
    published: bool = False
    language: str = "English"

    @property
    def folder(self) -> str | None:
        """Where its file and its data card are, under `data/`; None for one that is not embedded."""
        return str(Path(self.path).parent) if self.path else None


@dataclass(frozen=True)
class Rulebook:
    """A table of rules that was read.

    Attributes:
        judge: from a report and what was found in it to what follows.
        rows: the rules for people, by column.
    """

    judge: Callable[[str, Sequence[Mention]], Verdict]
    rows: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Judging:
    """How a domain judges reports.

    Attributes:
        read: the rules of a table, None for the one that ships; InputError where it is wrong.
        reports: to try it on.
        finder: the run of the release whose mentions verdicts rest on where none is named: the one that is best at it
            on reports decided by hand, which need not be the one that tags best.
    """

    read: Callable[[Path | None], Rulebook]
    reports: tuple[str, ...]
    finder: str


@dataclass(frozen=True)
class Domain:
    """Everything that is particular to a kind of text and what is to be found in it.

    Attributes:
        title: the kind of text, as in "a tagger for TITLE".
        rare_types: what is oversampled most; the first one is the rarest.
        guideline_file: the annotation guideline, as Markdown.
        guidelines: the names of the guidelines that its corpora follow, the one for other text last.
        lexicons: names of each type.
        functions: labelling functions; where they contradict each other and are equally long, the first one is right.
        corpora: the annotated text that is known.
        colours: of each type, #rrggbb.
        sample: a sentence to show what a tagger does.
        examples: texts to try a tagger on, by title.
        unlabelled: text that ships without annotation, a file under `data/`.
        hub_text: a hub dataset of unlabelled text.
        tags: what a model card is found by.
        release: the runs that ship, and the study behind them; None where none do.
        personal: types that point at a person, which redaction hides unless told otherwise.
        generate: makes its synthetic corpus from a seed, by split; None where it has none.
        pseudonym: from a type, what was found, and a source of chance for a label, to an invented value of the same
            form; None where there are none.
        judging: what follows from a report by the domain's rules; None where it has none.
    """

    name: str
    title: str
    scheme: LabelScheme
    rare_types: tuple[str, ...]
    guideline_file: Path
    guidelines: tuple[str, ...]
    lexicons: Mapping[str, tuple[str, ...]]
    functions: tuple[LabellingFunction, ...]
    corpora: tuple[Corpus, ...]
    colours: Mapping[str, str]
    sample: str
    examples: Mapping[str, str]
    unlabelled: str = ""
    hub_text: str = ""
    tags: tuple[str, ...] = ()
    release: Release | None = field(default=None, compare=False)
    personal: frozenset[str] = frozenset()
    generate: Callable[[int], Mapping[str, list[Document]]] | None = None
    pseudonym: Callable[[str, str, Callable[[str], random.Random]], str] | None = None
    judging: Judging | None = None

    def __post_init__(self) -> None:
        types = set(self.scheme.types)
        for what, names in (
            ("rare", self.rare_types),
            ("coloured", self.colours),
            ("lexicon", self.lexicons),
            ("personal", self.personal),
        ):
            if unknown := set(names) - types:
                raise ValueError(f"domain {self.name}: unknown {what} types {sorted(unknown)}")
        if bad := [colour for colour in self.colours.values() if not _COLOUR.fullmatch(colour)]:
            raise ValueError(f"domain {self.name}: {bad[0]!r} is no colour of the form #rrggbb")

    @property
    def guideline(self) -> str:
        """The annotation guideline's text."""
        return self.guideline_file.read_text(encoding="utf-8")

    @property
    def function_names(self) -> tuple[str, ...]:
        """The labelling functions by name, in order."""
        return tuple(function.__name__ for function in self.functions)

    @property
    def ablation(self) -> AblationPlan | None:
        """The steps of the training that its release measures."""
        return self.release.ablation if self.release is not None else None

    @property
    def study(self) -> StudyPlan | None:
        """The networks that its release compares."""
        return self.release.study if self.release is not None else None

    @property
    def curve(self) -> CurvePlan | None:
        """The learning curve that its release measures."""
        return self.release.curve if self.release is not None else None

    def corpus_of(self, source: str, dataset: str | None) -> Corpus | None:
        """The corpus of that name that a source brings; the source's first one where no name is given (None)."""
        return next((c for c in self.corpora if c.source == source and dataset in (None, c.dataset)), None)

    def corpus(self, dataset: str) -> Corpus | None:
        """A corpus by the name of its dataset."""
        return next((corpus for corpus in self.corpora if corpus.dataset == dataset), None)


_known: dict[str, Domain] = {}


def register(domain: Domain) -> None:
    """Make a domain known that has no folder here, such as one of a test.

    A type has one colour wherever it is shown: ValueError where two domains give it different ones.
    """
    for other in _known.values():
        shared = domain.colours.keys() & other.colours.keys() if other.name != domain.name else ()
        if unlike := sorted(name for name in shared if domain.colours[name] != other.colours[name]):
            raise ValueError(f"domain {domain.name}: {unlike[0]} has another colour in domain {other.name}")
    _known[domain.name] = domain


@lru_cache(maxsize=1)
def _folders() -> tuple[str, ...]:
    package = importlib.import_module(_PACKAGE)
    return tuple(found.name for found in pkgutil.iter_modules(package.__path__) if found.ispkg)


def domain_names() -> list[str]:
    """Every domain's name."""
    return sorted({*_known, *_folders()})


def get_domain(name: str) -> Domain:
    """A domain by name; InputError names those that are known."""
    if name not in _known:
        if name not in domain_names():
            raise InputError(f"unknown domain {name!r}; the domains are {', '.join(domain_names())}")
        domain = importlib.import_module(f"{_PACKAGE}.{name}").DOMAIN
        if domain.name != name:
            raise ValueError(f"the folder {name} defines the domain {domain.name!r}")
        register(domain)
    return _known[name]


def list_domains() -> list[Domain]:
    """Every domain, in the order of their names."""
    return [get_domain(name) for name in domain_names()]


def release_of(name: str, planned: str) -> Release:
    """The release of a domain; InputError says that nothing of that kind is planned when it has none."""
    release = get_domain(name).release
    if release is None:
        raise InputError(f"the domain {name!r} has no release, so no {planned}")
    return release


def list_presets() -> dict[str, OwnPreset]:
    """The presets that the domains' releases name for themselves, by name."""
    releases = (domain.release for domain in list_domains() if domain.release is not None)
    return {preset.name: preset for release in releases for preset in release.presets}


def own_preset(name: str) -> OwnPreset | None:
    """The preset that some domain's release names so."""
    return list_presets().get(name)


def default_domain() -> str:
    """The domain that is meant where none is named: the one with a release, the first of several."""
    names = [domain.name for domain in list_domains() if domain.release is not None]
    return names[0] if names else domain_names()[0]
