"""How fast much text is tagged: our runs from file to file, Transformers' pipeline with the same weights, in turns."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from itner.core.errors import InputError
from itner.core.progress import Progress
from itner.core.provenance import collect_provenance, usable_cores
from itner.core.reading import read_texts
from itner.core.tokens import join_tokens, split_tokens
from itner.data.processed import read_split, read_stats
from itner.records.bulk import BulkBench, BulkCorpus, BulkRate, BulkTimings
from itner.records.codec import from_json
from itner.records.workspace import Workspace
from itner.workflows.tag_corpus import Asked, plan, tag_corpus
from tools.peers.environment import Environment
from tools.peers.handover import Sentence, write_sentences

# A pipeline is timed on so many sentences, at these sizes of a batch.
_PIPELINE_SENTENCES, _PIPELINE_BATCHES = 400, (1, 16)
# Tickets end with what differs in each: an asset, a room. That many in a hundred are sent twice.
_TWICE = 5


@dataclass(frozen=True)
class Contender:
    """What is timed.

    Attributes:
        run: whose file, or whose weights the pipeline opens.
        texts: that it reads in a round.
        batch: of the pipeline; None for our own.
    """

    run: str
    texts: int
    processes: int
    threads: int
    batch: int | None = None


def make_tickets(dataset: str, place: Workspace, count: int, seed: int) -> list[str]:
    """Tickets drawn from a corpus that ships, as long as they are there."""
    documents = [
        document for split in read_stats(dataset, place).splits for document in read_split(dataset, split, place)
    ]
    texts = ["\n".join(each.text for each in group) for _, group in groupby(documents, key=lambda each: each.group)]
    drawn = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        text = f"{drawn.choice(texts)}\nAsset PC-{drawn.randrange(10**6):06} in room {drawn.randrange(900)}."
        found += [text] * (2 if drawn.randrange(100) < _TWICE else 1)
    return found[:count]


def describe(texts: Sequence[str], seed: int) -> BulkCorpus:
    """What the texts are like."""
    sentences = read_texts(texts).sentences
    words = sorted(len(text.split()) for text in texts)
    at = [words[round(share * (len(words) - 1))] for share in (0.05, 0.5, 0.95)]
    return BulkCorpus(
        seed=seed,
        texts=len(texts),
        characters=sum(map(len, texts)),
        tokens=sum(len(join_tokens(sentence, split_tokens(sentence))) for sentence in sentences),
        sentences=len(sentences),
        distinct=round(len(set(sentences)) / len(sentences), 4),
        words=(at[1], at[0], at[2]),
    )


def list_contenders(place: Workspace, texts: int) -> list[Contender]:
    """Our IT runs that read with a network, a process a core; two of them on threads instead; and the pipeline."""
    cores = usable_cores()
    # So many of the texts that a round of each takes about as long.
    shares = {"compact_s": 1.0, "compact_m": 0.6, "minilm_l3_kd": 0.12, "minilm_full_kd": 0.06}
    found = [
        Contender(run, max(1, round(texts * share)), cores, 1)
        for run, share in shares.items()
        if (place.models / run / "run.json").is_file()
    ]
    if not found:
        raise InputError("none of the runs is here", path=place.models)
    on_threads = [replace(each, processes=1, threads=cores) for each in (found[0], found[-1]) if cores > 1]
    peers = [Contender(found[-1].run, 0, 1, cores, batch) for batch in _PIPELINE_BATCHES]
    return [*found, *on_threads, *peers]


def measure(dataset: str, place: Workspace, texts: int, rounds: int, seed: int, progress: Progress) -> BulkBench:
    """Rates of all contenders, round by round."""
    tickets = make_tickets(dataset, place, texts, seed)
    contenders = list_contenders(place, texts)
    rates: dict[Contender, list[BulkRate]] = {each: [] for each in contenders}
    with tempfile.TemporaryDirectory() as folder:
        files = {each: _write(Path(folder), tickets, each) for each in contenders}
        for number in range(rounds):
            for place_of, each in enumerate(contenders):
                progress(f"round {number + 1} of {rounds}: {each.run}", place_of / len(contenders))
                output = Path(folder) / f"{number}-{place_of}"
                rates[each].append(
                    _time_run(each, files[each], output, place)
                    if each.batch is None
                    else _time_pipeline(each, files[each], Path(folder), place)
                )
        progress(f"round {rounds} of {rounds}", 1.0)
    joined = [
        replace(found[-1], tokens_per_s=tuple(each.tokens_per_s[0] for each in found)) for found in rates.values()
    ]
    return BulkBench(describe(tickets, seed), tuple(joined), collect_provenance())


def _write(folder: Path, tickets: Sequence[str], each: Contender) -> Path:
    if each.batch is None:
        path = folder / f"{each.texts}.jsonl"
        path.write_text("".join(json.dumps({"id": n, "text": t}) + "\n" for n, t in enumerate(tickets[: each.texts])))
        return path
    path = folder / "sentences.jsonl"
    sentences = read_texts(tickets[:_PIPELINE_SENTENCES]).sentences[:_PIPELINE_SENTENCES]
    write_sentences(path, (Sentence(text, _tokens(text), (), "") for text in sentences))
    return path


def _tokens(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((token.start, token.end) for token in join_tokens(text, split_tokens(text)))


def _time_run(each: Contender, source: Path, output: Path, place: Workspace) -> BulkRate:
    """From file to file, the start of the processes with it."""
    planned = plan([str(source)], Asked(each.run, text_columns=("text",), id_column="id"), place)
    tag_corpus(planned, output, place, each.processes, each.threads)
    timings: BulkTimings = from_json(BulkTimings, (output / "timings.json").read_bytes())
    rate = round(timings.tagged.tokens / timings.wall_seconds, 1)
    return BulkRate(
        name=each.run,
        variant=planned.job.variant,
        processes=each.processes,
        threads=each.threads,
        tokens=timings.tagged.tokens,
        tokens_per_s=(rate,),
        stages=timings.stages,
        peak_mib=timings.peak_mib["worker"],
        distinct=round(timings.tagged.distinct / max(timings.tagged.sentences, 1), 4),
    )


def _time_pipeline(each: Contender, source: Path, folder: Path, place: Workspace) -> BulkRate:
    """Without loading and without cutting into sentences, which it leaves to who calls it."""
    settings = {"aggregation": "simple", "batch_size": each.batch}
    files = [[str((place.models / each.run).resolve()), str(source)]]
    environment = Environment(folder)
    times = environment.call("pipeline", False, {"verb": "time", "settings": settings, "files": files, "passes": 1})
    tokens = sum(len(json.loads(line)["tokens"]) for line in source.read_text(encoding="utf-8").splitlines())
    return BulkRate(
        name=f"Transformers pipeline, {each.run}, batch {each.batch}",
        variant=None,
        processes=each.processes,
        threads=each.threads,
        tokens=tokens,
        tokens_per_s=(round(tokens / times[0], 1),),
    )
