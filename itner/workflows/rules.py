"""Making a run of a domain's labelling functions."""

from __future__ import annotations

from itner.core.errors import InputError
from itner.core.provenance import collect_provenance
from itner.domains.registry import get_domain
from itner.records.config import RulesConfig
from itner.records.run import RulesRun
from itner.records.store import claim_folder, write_config, write_run
from itner.records.workspace import Workspace
from itner.taggers.rules.tagger import rules_sha256
from itner.workflows.card import write_run_card


def make_rules(domain_name: str, place: Workspace, name: str | None = None) -> RulesRun:
    """A run folder for a domain's rules, named `DOMAIN_rules` unless given; nothing is trained."""
    domain = get_domain(domain_name)
    if not domain.functions:
        raise InputError(f"the domain {domain.name!r} has no labelling functions")
    folder = claim_folder(place.models, name or f"{domain.name}_rules")
    write_config(folder, RulesConfig(domain.name, domain.function_names))
    info = RulesRun(
        name=folder.name,
        domain=domain.name,
        scheme=domain.scheme.name,
        labels=domain.scheme.labels,
        provenance=collect_provenance(),
        rules_sha256=rules_sha256(domain),
    )
    write_run(folder, info)
    write_run_card(folder.name, place)
    return info
