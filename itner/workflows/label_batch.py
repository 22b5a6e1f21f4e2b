"""Labelling a folder of texts through a Batch API: what is asked, and what is written when all are done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from itner.core.errors import InputError
from itner.core.progress import Progress, silent
from itner.core.provenance import collect_provenance
from itner.core.tokens import split_tokens
from itner.domains.registry import Domain, get_domain
from itner.labelling.batch_api import Server
from itner.labelling.batch_lines import Answer
from itner.labelling.batch_state import STATE, State, hash_texts, open_state, remove_state
from itner.labelling.batches import Batches, Patience, Task
from itner.labelling.shards import LABELLED, REPORT, TEXTS, Text, read_shards, write_shards
from itner.records.answers import Losses
from itner.records.codec import to_json
from itner.records.config import PromptedConfig
from itner.records.engine import BatchReport, LeftOut
from itner.records.files import read_record, replacing, write_atomic
from itner.taggers.answers import read_answer
from itner.taggers.placing import Pair, place
from itner.taggers.prompted.batch_api import OpenAIServer
from itner.taggers.prompted.endpoint import chat_options
from itner.taggers.prompted.kind import answers_sha256
from itner.taggers.prompted.prompt import messages_for, prompt_sha256, system_prompt

LEFT_OUT = "left_out.jsonl"


def label_batch(
    texts: Path,
    config: PromptedConfig,
    output: Path,
    chunk: int = 1_000,
    patience: Patience | None = None,
    progress: Progress = silent,
    server: Callable[[PromptedConfig], Server] = OpenAIServer,
) -> BatchReport:
    """Label a folder of texts, or go on where an earlier call was stopped.

    Args:
        config: whom to ask; its budget is of all calls together.
        output: a new or empty folder, or that of an earlier call.
        chunk: texts of a batch at most; what the first call says holds.
        server: makes the one that is asked; another one in tests.
    Raises:
        OpenError: the budget or the time is used up; what is known is kept.
        InputError: the state is of another model, domain, prompt or folder; or the server refuses, or is not there.
    Returns:
        what was done, also where an earlier call did all of it.
    """
    domain = get_domain(config.domain)
    path = output / STATE
    done: BatchReport | None = read_record(output / REPORT, BatchReport)
    if done is not None and not path.exists():
        asked_for = (config.domain, config.model, config.endpoint, _answers_sha256(config, domain), hash_texts(texts))
        if (done.domain, done.model, done.endpoint, done.model_sha256, done.texts_sha256) != asked_for:
            raise InputError("here lie the labels of other texts, or of another model or setting", path=output)
        return done
    if not path.exists() and output.exists() and any(output.iterdir()):
        raise InputError(f"this folder is not empty, and holds no {STATE} to go on with; name another one", path=output)
    asked = server(config)
    try:
        new = not path.exists()
        output.mkdir(parents=True, exist_ok=True)
        try:
            with open_state(path) as state:
                state.begin(texts, _facts(config, domain), chunk)
                new = False
                task = Task(_facts(config, domain), _body(config, domain), _read)
                limits = (patience or Patience(), config.budget, config.price)
                Batches(task, texts, state, asked, *limits, progress).run()
                report = _write(texts, state, config, domain, output)
        except BaseException:
            # A state that holds nothing would only be in the way.
            if new:
                remove_state(path)
            raise
        remove_state(path)
        return report
    finally:
        asked.close()


def _facts(config: PromptedConfig, domain: Domain) -> dict[str, str]:
    return {
        "endpoint": config.endpoint,
        "model": config.model,
        "domain": config.domain,
        "prompt": prompt_sha256(domain),
        "setting": _answers_sha256(config, domain),
    }


def _answers_sha256(config: PromptedConfig, domain: Domain) -> str:
    return answers_sha256(config, domain.scheme.types, None, prompt_sha256(domain), None)


def _body(config: PromptedConfig, domain: Domain) -> Callable[[str], dict[str, Any]]:
    """The request about a text, as a prompted tagger makes it."""
    options = chat_options(config, domain.scheme.types)
    system = system_prompt(domain)
    return lambda text: {"model": config.model, "messages": messages_for(system, (), text), **options}


def _read(content: str) -> Answer | None:
    found = read_answer(content)
    return Answer(tuple((pair.surface, pair.type) for pair in found.pairs), found.repaired) if found else None


def _write(texts: Path, state: State, config: PromptedConfig, domain: Domain, output: Path) -> BatchReport:
    """Write what became of every text; the report comes last."""
    placed = _Placed(domain.scheme.types)
    with replacing(output / LEFT_OUT) as file:
        labelled = write_shards(
            placed.label(texts, state, config.model, lambda line: file.write(line.encode())), output, LABELLED
        )
    counts, used = state.counts(), state.used()
    report = BatchReport(
        domain=domain.name,
        model=config.model,
        endpoint=config.endpoint,
        prompt_sha256=prompt_sha256(domain),
        model_sha256=_answers_sha256(config, domain),
        texts_sha256=state.texts_sha256,
        texts=state.tally().total(),
        labelled=labelled,
        left_out=state.left_out(),
        mentions=dict(placed.mentions),
        losses=placed.losses,
        repaired=counts["repaired"],
        batches=state.batches(),
        requests=used.requests,
        resubmitted=state.resubmitted(),
        unknown_ids=counts["unknown"],
        repeated_answers=counts["repeated"],
        failures={name: number for name, number in counts.items() if ": " in name},
        tokens_in=used.tokens[0],
        tokens_out=used.tokens[1],
        uncounted=state.uncounted(),
        cost=config.price.of(*used.tokens) if config.price is not None else None,
        currency=config.price.currency if config.price is not None else None,
        provenance=collect_provenance(),
    )
    write_atomic(output / REPORT, to_json(report))
    return report


class _Placed:
    """Counts what has a place in its text, and what has none."""

    def __init__(self, types: tuple[str, ...]):
        self._types = types
        self.mentions: Counter[str] = Counter(dict.fromkeys(types, 0))
        self.losses = Losses()

    def label(self, texts: Path, state: State, by: str, leave_out: Callable[[str], object]) -> Iterator[Text]:
        """The labelled texts, in order; `leave_out` gets a line about each of the others."""
        for text, settled in zip(read_shards(texts, TEXTS), state.settled(), strict=True):
            if text.id != settled.id:
                raise InputError("the texts changed while they were labelled", path=texts)
            if settled.pairs is None:
                leave_out(to_json(LeftOut(settled.id, settled.why), None))
                continue
            pairs = [Pair(*pair) for pair in settled.pairs]
            found = place(text.text, split_tokens(text.text), pairs, self._types)
            self.losses += found.losses
            self.mentions.update(mention.type for mention in found.mentions)
            yield replace(text, mentions=found.mentions, by=by)
