"""A prompted language model as a kind of tagger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from itner.core.errors import InputError
from itner.core.words import counted
from itner.domains.registry import Domain, get_domain
from itner.records.config import PromptedConfig
from itner.records.files import read_bytes
from itner.records.run import PromptedRun
from itner.records.store import Run
from itner.taggers.base import CardText, Kind, Lack, Paid, Probe, Remake
from itner.taggers.prompted.cache import ANSWERS
from itner.taggers.prompted.endpoint import lacks_key
from itner.taggers.prompted.prompt import prompt_sha256, system_prompt
from itner.taggers.prompted.shots import Shots, read_shots, shots_sha256
from itner.taggers.prompted.tagger import PromptedTagger
from itner.taggers.remaking import changed

VARIANT = "answers"
# In the run folder; git ignores it, because the texts may be anybody's.
SHOTS = ".shots.jsonl"
# Options of `itner prompt`, by the field of the configuration that they set.
_OPTIONS = {
    "key_variable": "--key-variable",
    "shots": "--shots",
    "structured": "--structured",
    "max_tokens": "--max-tokens",
    "seed": "--seed",
    "concurrency": "--concurrency",
    "timeout_s": "--timeout",
    "retries": "--retries",
}
_BUDGET_OPTIONS = {
    "requests": "--max-requests",
    "tokens": "--max-total-tokens",
    "money": "--max-cost",
    "seconds": "--max-seconds",
}
_PRICE_OPTIONS = {"tokens_in": "--price-in", "tokens_out": "--price-out", "currency": "--currency"}
_NEEDED = {"ollama": ("ollama", "tenacity"), "openai": ("openai", "tenacity")}


def _facts_of(run: Run) -> tuple[PromptedRun, PromptedConfig]:
    if not isinstance(run.info, PromptedRun) or not isinstance(run.config, PromptedConfig):
        raise InputError(f"run {run.name!r} is of kind {run.info.kind!r}, not prompted", path=run.path)
    return run.info, run.config


def answers_sha256(
    config: PromptedConfig, types: Sequence[str], digest: str | None, prompt: str, examples: str | None
) -> str:
    """A hash over all that shapes an answer: `prompt` and `examples` are hashes."""
    shaping = (
        config.provider, config.endpoint, config.model, digest, list(types), prompt, examples, config.shots,
        config.structured, config.temperature, config.max_tokens, config.seed,
    )  # fmt: skip
    return hashlib.sha256(json.dumps(shaping).encode()).hexdigest()


def shots_path(folder: Path) -> Path:
    """Where a run keeps its examples."""
    return folder / SHOTS


def _read_shots(run: Run) -> Shots | None:
    info, config = _facts_of(run)
    if not config.shots:
        return None
    path = shots_path(run.path)
    try:
        text = read_bytes(path).decode()
        if shots_sha256(text) != info.examples_sha256:
            raise InputError("these are not the examples that run.json describes")
        return Shots(read_shots(text))
    except (OSError, UnicodeDecodeError):
        raise InputError("the examples cannot be read", path=path) from None
    except InputError as error:
        raise InputError(error.problem, path=path) from None


def _domain(run: Run) -> Domain:
    info, config = _facts_of(run)
    domain = get_domain(config.domain)
    if not (info.domain == config.domain and info.labels == domain.scheme.labels):
        raise InputError(f"run.json names other types than the domain {domain.name!r} has", path=run.path)
    if prompt_sha256(domain) != info.prompt_sha256:
        raise InputError(
            f"the guideline of domain {domain.name!r}, or how it is told, is not the one that run.json describes; make "
            "the run anew with `itner prompt` after removing the folder",
            path=run.path,
        )
    return domain


def _lack(run: Run) -> Lack | None:
    _, config = _facts_of(run)
    again = _remake(run, f"{run.name}_again").words
    for module in _NEEDED[config.provider]:
        if find_spec(module) is None:
            return Lack(f"the package {module} (`pip install 'itner[llm]'`)", "See what asks a model", ("prompt", "-h"))
    if lacks_key(config):
        return Lack(f"a key in the environment variable {config.key_variable}", "With the key set, make it anew", again)
    if config.shots and not shots_path(run.path).is_file():
        return Lack("its examples, which stay where it was made", "Make it anew with examples of your own", again)
    return None


def _open(run: Run, variant: str, threads: int | None) -> PromptedTagger:
    info, config = _facts_of(run)
    domain = _domain(run)
    cache = run.path.parent / ANSWERS
    return PromptedTagger(config, domain.scheme.types, system_prompt(domain), _read_shots(run), cache, info.digest)


def _probe(run: Run, variant: str, threads: int | None) -> Probe:
    raise InputError(
        f"{run.name} asks a server, whose time says nothing of this machine; how long answers took is kept with each "
        "evaluation, in answers.json",
        path=run.path,
    )


def _remake(run: Run, name: str) -> Remake:
    info, config = _facts_of(run)
    today = PromptedConfig(config.provider, config.endpoint, config.model, config.domain)
    words = ["prompt", config.model, "--provider", config.provider, "--endpoint", config.endpoint]
    words += ["--domain", config.domain, "--run", name]
    if info.examples is not None:
        words += ["--data", info.examples.name]
    if config.temperature != today.temperature:
        words += ["--temperature", "server" if config.temperature is None else str(config.temperature)]
    words += changed(config, today, _OPTIONS) + changed(config.budget, today.budget, _BUDGET_OPTIONS)
    if config.price is not None:
        words += changed(config.price, None, _PRICE_OPTIONS)
    return Remake(tuple(words))


def _card(run: Run) -> CardText:
    info, config = _facts_of(run)
    told = f"told the annotation guideline of the domain `{config.domain}`"
    if config.shots and info.examples is not None:
        told += f" and shown the {counted(config.shots, 'example')} of `{info.examples.name}` train most like the text"
    return CardText(
        made=f"The language model `{config.model}` at a server that speaks the interface of {config.provider}, {told}.",
        data="Nothing was trained. What the model itself learned from is for its maker to say.",
        limits=(
            "Texts leave this machine for the server, wherever that is.",
            "A mention that the answer names and the text does not hold is left out and counted; mentions have no "
            "confidence.",
            "Another version of the model behind the same name can answer differently; a server that tells a digest is "
            "asked for it first.",
        ),
        provenance=(
            f"Commit `{info.provenance.commit}`, digest of the model `{info.digest or 'not told'}`, SHA-256 of the "
            f"prompt `{info.prompt_sha256}`, of all that shapes an answer `{info.model_sha256}`."
        ),
        hub={"library_name": "itner"},
    )


PROMPTED = Kind(
    name="prompted",
    variants={VARIANT: "Answers"},
    reference=None,
    exact=(),
    live=(VARIANT,),
    lack=_lack,
    open=_open,
    probe=_probe,
    warm=lambda variant: None,
    deployed_bytes=lambda run, variant: 0,
    recipe=lambda variant: None,
    facts=lambda run: {
        "model": _facts_of(run)[1].model,
        "digest": _facts_of(run)[0].digest or "not told by the server",
        "server": f"{_facts_of(run)[1].endpoint} ({_facts_of(run)[1].provider})",
        "examples": str(_facts_of(run)[1].shots),
        "prompt SHA-256": _facts_of(run)[0].prompt_sha256,
        "temperature": str(_facts_of(run)[1].temperature),
    },
    remake=_remake,
    card=_card,
    remote=lambda run: _facts_of(run)[1].endpoint,
    paid=lambda run: Paid(_facts_of(run)[1].model, _facts_of(run)[1].price),
    slow=True,
)
