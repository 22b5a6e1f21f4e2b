"""Making a run of rules and another run."""

from __future__ import annotations

from collections.abc import Sequence

from itner.core.errors import InputError
from itner.core.provenance import collect_provenance
from itner.domains.registry import get_domain
from itner.records.config import UnionConfig
from itner.records.run import UnionRun
from itner.records.store import RunStore, claim_folder, write_config, write_run
from itner.records.workspace import Workspace
from itner.taggers.rules.kind import open_rules
from itner.taggers.rules.tagger import rules_sha256
from itner.taggers.union.kind import MEMBERS
from itner.taggers.union.tagger import union_sha256
from itner.workflows.card import write_run_card


def make_union(member_name: str, functions: Sequence[str], place: Workspace, name: str | None = None) -> UnionRun:
    """A run folder in which labelling functions of a run's domain overrule that run; nothing is trained.

    Args:
        functions: by name, each once, in the order of their say.
        name: of the new run; that of the other one with `_union` behind it unless given.
    Raises:
        InputError: the run is no network, the domain has no such function, or the folder holds a run.
    """
    member = RunStore(place.models).load(member_name)
    if member.info.kind not in MEMBERS or member.info.parameters_total is None:
        raise InputError(
            f"{member_name} is of kind {member.info.kind!r}; rules can stand before runs of kind "
            f"{' or '.join(MEMBERS)}",
            path=member.path,
        )
    domain = get_domain(member.info.domain)
    if member.info.labels != domain.scheme.labels:
        raise InputError(f"{member_name} marks other types than the domain {domain.name!r}", path=member.path)
    first = tuple(dict.fromkeys(functions))
    if not first:
        raise InputError("no rule was named that has the first word")
    open_rules(domain, first)
    folder = claim_folder(place.models, name or f"{member_name}_union")
    write_config(folder, UnionConfig(member_name, first))
    info = UnionRun(
        name=folder.name,
        domain=domain.name,
        scheme=member.info.scheme,
        labels=member.info.labels,
        provenance=collect_provenance(),
        parameters_total=member.info.parameters_total,
        member_sha256=member.info.model_sha256,
        model_sha256=union_sha256(member.info.model_sha256, rules_sha256(domain), first),
    )
    write_run(folder, info)
    write_run_card(folder.name, place)
    return info
