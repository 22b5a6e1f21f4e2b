"""Making a run of a language model that is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from itner.core.errors import InputError
from itner.core.provenance import collect_provenance
from itner.core.types import Document
from itner.data.processed import read_split, read_stats
from itner.domains.registry import get_domain
from itner.records.config import PromptedConfig
from itner.records.dataset import DataStats
from itner.records.files import write_atomic
from itner.records.run import DatasetRef, PromptedRun
from itner.records.store import claim_folder, write_config, write_run
from itner.records.workspace import Workspace
from itner.taggers.prompted.asking import Asker
from itner.taggers.prompted.budget import Ledger
from itner.taggers.prompted.endpoint import open_endpoint
from itner.taggers.prompted.kind import answers_sha256, shots_path
from itner.taggers.prompted.prompt import prompt_sha256
from itner.taggers.prompted.shots import shots_sha256, write_shots
from itner.workflows.card import write_run_card


def make_prompted(config: PromptedConfig, dataset: str | None, place: Workspace, name: str) -> PromptedRun:
    """A run folder for a model at a server, which is asked whether it has the model; nothing is trained.

    Args:
        dataset: whose train split the examples are drawn from, never its dev or test split; None without examples.
    Raises:
        InputError: the server does not answer or has no such model, or examples are wanted and there are none.
    """
    domain = get_domain(config.domain)
    examples: str | None = None
    source: DatasetRef | None = None
    if bool(config.shots) != (dataset is not None):
        raise InputError("examples need a dataset and a number: --shots N --data NAME")
    if dataset is not None:
        stats, documents = _read_examples(dataset, config, place)
        examples = write_shots(documents)
        source = DatasetRef(
            name=stats.name,
            source=stats.source,
            sha256=stats.sha256,
            train_documents=len(documents),
            train_documents_oversampled=len(documents),
            sources=dict(stats.sources),
        )
    digest = asyncio.run(_ask_digest(config, domain.scheme.types))
    folder = claim_folder(place.models, name)
    if examples is not None:
        write_atomic(shots_path(folder), examples)
    write_config(folder, config)
    prompt = prompt_sha256(domain)
    examples_sha256 = shots_sha256(examples) if examples is not None else None
    info = PromptedRun(
        name=folder.name,
        domain=domain.name,
        scheme=domain.scheme.name,
        labels=domain.scheme.labels,
        provenance=collect_provenance(),
        model=config.model,
        digest=digest,
        prompt_sha256=prompt,
        examples=source,
        examples_sha256=examples_sha256,
        model_sha256=answers_sha256(config, domain.scheme.types, digest, prompt, examples_sha256),
    )
    write_run(folder, info)
    write_run_card(folder.name, place)
    return info


def _read_examples(dataset: str, config: PromptedConfig, place: Workspace) -> tuple[DataStats, list[Document]]:
    """A dataset and its train documents; InputError where it is of another domain or has too few."""
    stats = read_stats(dataset, place)
    if stats.domain != config.domain:
        raise InputError(f"the dataset {dataset} is of domain {stats.domain!r}, not of {config.domain!r}")
    documents = read_split(dataset, "train", place)
    if len(documents) < config.shots:
        raise InputError(f"{dataset} has {len(documents)} train sentences, fewer than {config.shots} examples")
    return stats, documents


async def _ask_digest(config: PromptedConfig, types: Sequence[str]) -> str | None:
    endpoint = open_endpoint(config, types)
    try:
        return await Asker(endpoint, config, Ledger(config.budget, config.price)).digest()
    finally:
        await endpoint.close()
