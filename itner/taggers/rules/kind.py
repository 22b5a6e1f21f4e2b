"""Rules as a kind of tagger."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from itner.core.errors import InputError
from itner.core.tokens import split_tokens
from itner.core.types import Document
from itner.domains.registry import Domain, get_domain
from itner.records.config import RulesConfig
from itner.records.run import RulesRun
from itner.records.store import Run
from itner.taggers.base import CardText, Kind, Probe, Remake
from itner.taggers.rules.tagger import RulesTagger, rule_files, rules_sha256

VARIANT = "patterns"


def _facts_of(run: Run) -> tuple[RulesRun, RulesConfig]:
    if not isinstance(run.info, RulesRun) or not isinstance(run.config, RulesConfig):
        raise InputError(f"run {run.name!r} is of kind {run.info.kind!r}, not made of rules", path=run.path)
    return run.info, run.config


def _open(run: Run, variant: str, threads: int | None) -> RulesTagger:
    info, config = _facts_of(run)
    domain = get_domain(info.domain)
    same = config.domain == info.domain and rules_sha256(domain) == info.rules_sha256
    if not same or not set(config.functions) <= set(domain.function_names):
        raise InputError(
            f"the rules of domain {domain.name!r} are not those that run.json describes; make the run anew with "
            f"`itner rules {domain.name} --run {run.name}` after removing the folder",
            path=run.path,
        )
    return open_rules(domain, config.functions)


def open_rules(domain: Domain, names: Sequence[str]) -> RulesTagger:
    """Some of a domain's labelling functions as a tagger; InputError names one that it has not."""
    known = dict(zip(domain.function_names, domain.functions, strict=True))
    for name in names:
        if name not in known:
            raise InputError(
                f"the domain {domain.name!r} has no labelling function {name!r}; it has {', '.join(known)}"
            )
    return RulesTagger(domain, [known[name] for name in names])


def read_tokens(tagger: RulesTagger, length: int, documents: Sequence[Document]) -> Callable[[], object]:
    """What reads a sequence of so many tokens, made of the documents' words."""
    words = [word for document in documents[:length] for word in document.token_texts()]
    text = " ".join((words * (length // max(len(words), 1) + 1))[:length])
    tokens = split_tokens(text)[:length]
    text = text[: tokens[-1].end]
    sequence = [Document(text, tokens, (), "0", "text")]
    return lambda: tagger.tag_documents(sequence)


def _probe(run: Run, variant: str, threads: int | None) -> Probe:
    tagger = _open(run, variant, threads)
    return Probe(tagger, "tokens", lambda length, documents: read_tokens(tagger, length, documents))


def _card(run: Run) -> CardText:
    info, config = _facts_of(run)
    return CardText(
        made=(
            f"It is made of {len(config.functions)} labelling functions, name lists and patterns written by hand, and "
            "was not trained: the baseline that a trained tagger has to beat."
        ),
        data=(
            "None. The rules follow the domain's annotation guideline; how often each is right is measured on a dev "
            "set when they vote on unlabelled text."
        ),
        limits=("Only what a list names or a pattern describes is found; it has no confidence.",),
        provenance=f"Commit `{info.provenance.commit}`, SHA-256 of the rules `{info.rules_sha256}`.",
        hub={"library_name": "itner"},
    )


RULES = Kind(
    name="rules",
    variants={VARIANT: "Patterns"},
    reference=None,
    exact=(),
    live=(VARIANT,),
    lack=lambda run: None,
    open=_open,
    probe=_probe,
    warm=lambda variant: None,
    deployed_bytes=lambda run, variant: sum(path.stat().st_size for path in rule_files(get_domain(run.info.domain))),
    recipe=lambda variant: None,
    facts=lambda run: {
        "labelling functions": str(len(_facts_of(run)[1].functions)),
        "rules SHA-256": _facts_of(run)[0].rules_sha256,
    },
    remake=lambda run, name: Remake(("rules", run.info.domain, "--run", name)),
    card=_card,
)
