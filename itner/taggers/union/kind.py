"""A network and some rules that overrule it, as a kind of tagger."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from itner.core.errors import InputError
from itner.core.types import Document
from itner.core.words import counted, listed
from itner.domains.registry import get_domain
from itner.records.config import UnionConfig
from itner.records.run import UnionRun
from itner.records.store import Run, RunStore, is_complete
from itner.taggers.base import CardText, Kind, Lack, Probe, Remake
from itner.taggers.compact.kind import COMPACT
from itner.taggers.encoder.kind import ENCODER
from itner.taggers.rules.kind import open_rules, read_tokens
from itner.taggers.rules.tagger import RulesTagger, rule_files, rules_sha256
from itner.taggers.union.tagger import UnionTagger, union_sha256
from itner.taggers.variants import VARIANTS

# What rules can stand before: kinds of networks, which share their variants.
MEMBERS: dict[str, Kind] = {kind.name: kind for kind in (ENCODER, COMPACT)}
_AGAIN = "make it anew with `itner union` after removing the folder"


def _facts_of(run: Run) -> tuple[UnionRun, UnionConfig]:
    if not isinstance(run.info, UnionRun) or not isinstance(run.config, UnionConfig):
        raise InputError(f"run {run.name!r} is of kind {run.info.kind!r}, not a union", path=run.path)
    return run.info, run.config


def member_of(run: Run) -> Run:
    """The run of a network that stands beside a union and reads for it; InputError when it is another one by now."""
    info, config = _facts_of(run)
    member = RunStore(run.path.parent).load(config.member)
    if member.info.model_sha256 != info.member_sha256 or member.info.kind not in MEMBERS:
        raise InputError(
            f"{config.member} is another model now than the one that {run.name} was made of; {_AGAIN}", path=run.path
        )
    domain = get_domain(info.domain)
    if not (member.info.domain == domain.name and member.info.labels == info.labels == domain.scheme.labels):
        raise InputError(
            f"{config.member} marks other types than the domain {domain.name!r} has; {_AGAIN}", path=run.path
        )
    return member


def _kind_of_member(run: Run) -> Kind:
    return MEMBERS[member_of(run).info.kind]


def _lack(run: Run) -> Lack | None:
    _, config = _facts_of(run)
    if not is_complete(run.path.parent / config.member):
        return Lack(f"the run {config.member} beside it", "See what trains one", ("train", "--help"))
    try:
        member = member_of(run)
    except InputError:
        again = _remake(run, f"{run.name}_again")
        return Lack(f"the run {config.member} that it was made of", "Make it of the one that is here", again.words)
    return MEMBERS[member.info.kind].lack(member)


def _rules(run: Run) -> RulesTagger:
    """Those that have the first word; InputError when they are other ones by now."""
    info, config = _facts_of(run)
    domain = get_domain(info.domain)
    if union_sha256(info.member_sha256, rules_sha256(domain), config.functions) != info.model_sha256:
        raise InputError(
            f"the rules of domain {domain.name!r} are not those that run.json describes; {_AGAIN}", path=run.path
        )
    return open_rules(domain, config.functions)


def _open(run: Run, variant: str, threads: int | None) -> UnionTagger:
    member = member_of(run)
    return UnionTagger(_rules(run), MEMBERS[member.info.kind].open(member, variant, threads))


def _probe(run: Run, variant: str, threads: int | None) -> Probe:
    member, rules = member_of(run), _rules(run)
    probe = MEMBERS[member.info.kind].probe(member, variant, threads)

    def forward(length: int, documents: Sequence[Document]) -> Callable[[], object]:
        # A text of so many pieces has fewer tokens: the time of the rules is an upper bound.
        read, mark = probe.forward(length, documents), read_tokens(rules, length, documents)
        return lambda: (read(), mark())

    return Probe(UnionTagger(rules, probe.tagger), probe.unit, forward)


def _warm(variant: str) -> None:
    for kind in MEMBERS.values():
        kind.warm(variant)


def _deployed_bytes(run: Run, variant: str) -> int:
    rules = sum(path.stat().st_size for path in rule_files(get_domain(run.info.domain)))
    return _kind_of_member(run).deployed_bytes(member_of(run), variant) + rules


def _remake(run: Run, name: str) -> Remake:
    _, config = _facts_of(run)
    functions = (word for function in config.functions for word in ("--function", function))
    return Remake(("union", config.member, *functions, "--run", name))


def _card(run: Run) -> CardText:
    info, config = _facts_of(run)
    first = listed([f"`{function}`" for function in config.functions])
    # A card can be written where the scores are alone.
    network = None if _lack(run) is not None else _kind_of_member(run).card(member_of(run))
    return CardText(
        made=(
            f"What {counted(len(config.functions), 'rule')} of its domain mark ({first}) stands; whatever shares no "
            f"character with that is found by the run `{config.member}`, which has to be beside it."
        ),
        data=f"As `{config.member}`{'.' if network is None else f': {network.data}'}",
        limits=(
            "Mentions of rules have no confidence, so no threshold takes them.",
            *(network.limits if network is not None else ()),
        ),
        provenance=(
            f"Commit `{info.provenance.commit}`, SHA-256 of `{config.member}` `{info.member_sha256}`, of the whole "
            f"`{info.model_sha256}`."
        ),
        hub={"library_name": "itner"},
    )


UNION = Kind(
    name="union",
    variants=VARIANTS,
    # Marks of rules have no logits that could be compared.
    reference=None,
    exact=("fp32",),
    live=ENCODER.live,
    lack=_lack,
    open=_open,
    probe=_probe,
    warm=_warm,
    deployed_bytes=_deployed_bytes,
    recipe=lambda variant: None,
    facts=lambda run: {
        "opens": _facts_of(run)[1].member,
        "SHA-256 of that run": _facts_of(run)[0].member_sha256,
        "SHA-256 of both": run.info.model_sha256,
    },
    remake=_remake,
    card=_card,
    guidelines=lambda run: () if _lack(run) is not None else _kind_of_member(run).guidelines(member_of(run)),
    parts=lambda run: (member_of(run),),
)
